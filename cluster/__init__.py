"""`make cluster`: PostgreSQL, Redis, several servers and nginx in front, from one command and on one machine."""
