"""How good the forecasts were that were shown: every figure comes from the record alone, and missing numbers show.

Knows the record in the database, and how forecasts are scored. Does not know how they are made, orders or people.
"""
