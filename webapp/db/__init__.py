"""Django's database backends, with one thing more: work that belongs to a commit is done right before it."""
