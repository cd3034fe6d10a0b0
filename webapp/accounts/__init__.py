"""Authentication: sign-in by page and by token, lockout and queue, and the revocation of tokens with a password."""
