"""Logs an outage once when it begins and once when it ends, however often the service is retried."""

from __future__ import annotations

import logging

from market.support.reasons import reason


class Outage:
    """`away` is logged when the outage begins, with the reason for its `%s`; `back` when it ends."""

    def __init__(self, log: logging.Logger, away: str, back: str) -> None:
        self._log = log
        self._away = away
        self._back = back
        self._is_told = False

    def failed(self, error: Exception) -> None:
        if not self._is_told:
            self._is_told = True
            self._log.warning(self._away, reason(error))

    def answered(self) -> None:
        if self._is_told:
            self._is_told = False
            self._log.warning(self._back)
