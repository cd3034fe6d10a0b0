"""Allocation of a feed's limited slots: symbols with working orders first, then first come, first served."""

from __future__ import annotations

from collections.abc import Mapping


class Slots:
    """`allot` fills `carried` and `queued`; a carried symbol stays, unless one with working orders needs its slot."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.queued: list[str] = []
        self._came: dict[str, int] = {}
        self._count = 0

    def allot(self, wanted: Mapping[str, bool], limit: int | None) -> None:
        """`wanted`: by symbol, whether it has working orders; `limit`: None for any number."""
        for symbol in wanted:
            if symbol not in self._came:
                self._count += 1
                self._came[symbol] = self._count
        self._came = {symbol: number for symbol, number in self._came.items() if symbol in wanted}
        held = set(self.carried)
        order = sorted(wanted, key=lambda symbol: (not wanted[symbol], symbol not in held, self._came[symbol]))
        most = len(order) if limit is None else limit
        self.carried, self.queued = order[:most], order[most:]
