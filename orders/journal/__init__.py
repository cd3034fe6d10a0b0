"""Recorded order flow: read from a file, and played again.

Knows the file's format; what a line does is done by `orders.trading`.
"""
