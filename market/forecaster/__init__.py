"""The live forecast: one process answers what the chance of a touch is, records what it says, and scores it.

Promises: no probability leaves it that is not in the record, and each is scored once, or counted as not scored. Knows
prices, symbols and levels. Does not know orders or people.
"""
