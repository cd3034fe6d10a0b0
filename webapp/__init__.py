"""Wiring: settings, URLs, servers and the embedded Redis; the product is in `orders`."""
