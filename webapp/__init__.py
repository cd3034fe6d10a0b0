"""Wiring: settings, addresses, servers and the embedded broker; the product is in `orders`."""
