"""The interval of a probability: Venn–Abers, from matured forecasts that share no bar."""

from __future__ import annotations

from collections import deque

from market.forecast.venn_abers import VennAbers

FORECASTS = 5_000
LEAST = 40
# Fitted anew when so much of them is new.
REFIT_SHARE = 0.1


class Calibration:
    """The newest matured forecasts of one horizon, and the fit to them."""

    def __init__(self) -> None:
        self._matured: deque[tuple[float, bool]] = deque(maxlen=FORECASTS)
        self._new = 0
        self._fit: VennAbers | None = None

    def take(self, probability: float, touched: bool) -> None:
        self._matured.append((probability, touched))
        self._new += 1
        count = len(self._matured)
        if count >= LEAST and (self._fit is None or self._new >= count * REFIT_SHARE):
            self._fit = VennAbers(*zip(*self._matured, strict=True))
            self._new = 0

    def interval(self, probability: float) -> tuple[float, float]:
        """The interval that holds the probability and its calibrated bounds; all of 0 to 1 before the first fit."""
        if self._fit is None:
            return 0.0, 1.0
        low, high = self._fit.interval(probability)
        return min(low, probability), max(high, probability)
