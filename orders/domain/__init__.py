"""The order itself: its states and legal steps, validation rules, JSON row and errors.

Knows no Django and no current user.
"""
