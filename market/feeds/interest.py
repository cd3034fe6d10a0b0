"""Which symbols are wanted and which the upstream was asked for: the next step that makes the two equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from market.feeds.dialect import Method


@dataclass(frozen=True, slots=True)
class Step:
    """Ask for these symbols, or for them no longer."""

    method: Method
    names: tuple[str, ...]


class Interest:
    """Speaks of symbols by the upstream's names; `ours` translates.

    What was refused stays refused, over reconnects too, until it is wanted anew: until a `want` without it.
    """

    def __init__(self) -> None:
        self._ours: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, bool] = {}  # on this connection, oldest first; whether anything came of it
        self._refused: dict[str, str] = {}
        self.has_unsubscribed = False

    def want(self, symbols: Mapping[str, str]) -> None:
        """From now on exactly these: ours → theirs. Two of ours may share one of theirs."""
        ours: dict[str, list[str]] = defaultdict(list)
        for symbol, name in symbols.items():
            ours[name].append(symbol)
        self._ours = {name: tuple(found) for name, found in ours.items()}
        self._refused = {name: why for name, why in self._refused.items() if name in self._ours}

    def restart(self) -> None:
        """A new connection, at which nothing is subscribed."""
        self._asked.clear()
        self.has_unsubscribed = False

    def ours(self, name: str) -> tuple[str, ...]:
        return self._ours.get(name, ())

    def next_step(self, limit: int | None, batch: int) -> Step | None:
        """Unsubscribing comes first, because it makes room. None: all is as wanted."""
        carried = self._carried(limit)
        surplus = [name for name in self._asked if name not in carried]
        if surplus:
            return Step("unsubscribe", tuple(surplus[:batch]))
        missing = [name for name in carried if name not in self._asked]
        return Step("subscribe", tuple(missing[:batch])) if missing else None

    def sent(self, step: Step) -> None:
        for name in step.names:
            if step.method == "subscribe":
                self._asked[name] = False
            else:
                del self._asked[name]
                self.has_unsubscribed = True

    def confirm(self, name: str) -> None:
        if name in self._asked:
            self._asked[name] = True

    def refuse(self, name: str, why: str) -> None:
        self._asked.pop(name, None)
        if name in self._ours:
            self._refused[name] = why

    def over_limit(self) -> int:
        """The last one asked for, of which nothing came yet, was one too many; how many are left."""
        unheard = [name for name, was_heard in self._asked.items() if not was_heard]
        last = (unheard or list(self._asked))[-1:]
        for name in last:
            del self._asked[name]
        return len(self._asked)

    def not_carried(self, limit: int | None) -> dict[str, str]:
        """What is wanted in vain: our symbols → why."""
        carried = self._carried(limit)
        return {
            symbol: self._refused.get(name) or f"only {limit} at once"
            for name, symbols in self._ours.items()
            if name not in carried
            for symbol in symbols
        }

    def _carried(self, limit: int | None) -> dict[str, None]:
        names = [name for name in self._ours if name not in self._refused]
        if limit is not None and len(names) > limit:
            names.sort(key=lambda name: name not in self._asked)  # who is in, stays in
            names = names[:limit]
        return dict.fromkeys(names)
