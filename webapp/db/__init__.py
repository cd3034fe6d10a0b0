"""Django's database backends with a pre-commit hook."""
