"""The pages about forecasts: how good they were, and why none tells a direction. HTML and SVG made here, no script.

Knows the scorecard's figures and how to write them. Does not know how they come about: that is `market.forecaster`.
"""
