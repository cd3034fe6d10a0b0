"""What Daphne is taught: close codes, limits of bodies and frames, flow control, direct writes and a graceful end."""
