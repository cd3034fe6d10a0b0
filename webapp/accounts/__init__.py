"""Who is let in: signing in by page and token, counted and queued, and what a password ends when it changes."""
