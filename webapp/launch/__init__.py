"""`manage.py serve`: the processes of a site, from one command, of which nothing stays behind."""
