"""Parsing, validation and formatting of numbers, texts and symbols, in model fields, forms and files.

One grammar for all input. Knows nothing of instruments or prices.
"""
