"""How numbers, texts and symbols are written: in fields, forms and files, coming in and going out.

One grammar for every way in. Knows nothing of instruments or prices.
"""
