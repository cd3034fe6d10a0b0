"""The baseline of entry: Django REST Framework's ModelViewSet on the product's own table, without rules and log."""
