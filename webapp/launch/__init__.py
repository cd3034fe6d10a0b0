"""`manage.py serve`: runs all processes of a site from one command, and leaves none behind."""
