"""What the market stores: instruments, and the record of every forecast that was shown."""

from market.models.cone_record import ShownCone
from market.models.forecast_record import ForecastCounter, ShownForecast
from market.models.instrument import FEED_SYMBOL, SMALLEST, SYMBOL, Instrument, check_readable

__all__ = [
    "FEED_SYMBOL",
    "SMALLEST",
    "SYMBOL",
    "ForecastCounter",
    "Instrument",
    "ShownCone",
    "ShownForecast",
    "check_readable",
]
