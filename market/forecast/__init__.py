"""How far prices may go, how sure that is, and how good earlier forecasts were. Python's standard library alone.

Promises: numbers in, numbers out; each formula names its source, each error is a ValueError. Knows prices, scores and
outcomes. Does not know orders, feeds, the database or Django.
"""
