"""Forecasts of orders: what the forecaster is asked about an order, and what a person is told of its answer.

Knows orders and the shape of a forecast. Does not know how one is made: that is `market.forecaster`.
"""
