"""Order journals: recorded order flow, parsed from a file and replayed.

Knows the file format; `orders.trading` carries out each line.
"""
