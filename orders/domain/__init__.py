"""What an order is: its states and legal steps, what is valid, its JSON row, and what can go wrong.

Knows no Django, and nothing of who asks.
"""
