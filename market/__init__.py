"""Instruments and their prices. Knows nothing of orders."""
