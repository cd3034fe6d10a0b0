"""Reconciles the upstream's subscriptions with the wanted symbols, one step at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from market.feeds.clock import CLOCK
from market.feeds.dialect import Method
from market.feeds.pace import Patience


@dataclass(frozen=True, slots=True)
class Step:
    """Subscribe to these symbols, or unsubscribe from them."""

    method: Method
    names: tuple[str, ...]


@dataclass(slots=True)
class _Asked:
    """A subscription of this connection: when it was sent, whether it is confirmed, when it last received data."""

    at: float
    is_confirmed: bool = False
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    why: str
    until: float


class Interest:
    """The wanted symbols and their subscriptions, by the upstream's names; `ours` translates.

    No refusal is final: a symbol is retried after a while (`forgive`), and on each new connection. A subscription that
    receives nothing is ended and recreated (`renew`), with increasing back-off.
    """

    def __init__(self, patience: Patience | None = None, now: Callable[[], float] = CLOCK.now) -> None:
        self._patience, self._now = patience or Patience(), now
        self._ours: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, _Asked] = {}  # on this connection, oldest first
        self._refused: dict[str, _Refusal] = {}
        self._waits: dict[str, float] = {}  # of postponed and unheard symbols: the next back-off
        self._renewed: set[str] = set()  # to be unsubscribed and subscribed again, keeping their slots
        self.has_unsubscribed = False

    def want(self, symbols: Mapping[str, str]) -> None:
        """Replace the wanted symbols: our symbol → the upstream's name. Two of ours may share a name."""
        ours: dict[str, list[str]] = defaultdict(list)
        for symbol, name in symbols.items():
            ours[name].append(symbol)
        self._ours = {name: tuple(found) for name, found in ours.items()}
        self._refused = {name: refusal for name, refusal in self._refused.items() if name in self._ours}
        self._waits = {name: wait for name, wait in self._waits.items() if name in self._ours}
        self._renewed.intersection_update(self._ours)

    def restart(self) -> None:
        """Reset for a new connection, on which nothing is subscribed or refused yet."""
        for known in (self._asked, self._refused, self._waits, self._renewed):
            known.clear()
        self.has_unsubscribed = False

    def ours(self, name: str) -> tuple[str, ...]:
        return self._ours.get(name, ())

    def next_step(self, limit: int | None, batch: int) -> Step | None:
        """The next step, unsubscribing first because that frees slots; None if nothing is left to do."""
        carried = self._carried(limit)
        surplus = [name for name in self._asked if name not in carried or name in self._renewed]
        if surplus:
            return Step("unsubscribe", tuple(surplus[:batch]))
        missing = [name for name in carried if name not in self._asked]
        return Step("subscribe", tuple(missing[:batch])) if missing else None

    def sent(self, step: Step) -> None:
        for name in step.names:
            if step.method == "subscribe":
                self._asked[name] = _Asked(self._now())
                self._renewed.discard(name)
            else:
                del self._asked[name]
                self.has_unsubscribed = True

    def confirm(self, name: str) -> None:
        """Record that the upstream confirmed the subscription."""
        if name in self._asked:
            self._asked[name].is_confirmed = True

    def hear(self, name: str) -> bool:
        """Record that a subscription received data; return whether that was overdue."""
        asked = self._asked.get(name)
        if asked is None:
            return False
        asked.heard, asked.is_confirmed = self._now(), True
        if self._waits.pop(name, None) is None:
            return False
        self._renewed.discard(name)
        return True

    def refuse(self, name: str, why: str) -> None:
        """Record that the upstream has no such symbol. It is retried later: upstreams have been wrong before."""
        self._put_off(name, why, self._patience.refused)

    def postpone(self, name: str, why: str) -> None:
        """Record a temporary refusal: retried soon, then with increasing back-off."""
        wait = self._waits.get(name, self._patience.first)
        self._put_off(name, why, wait)
        self._lengthen(name, wait)

    def forgive(self) -> None:
        """Drop expired refusals, so that their symbols are retried."""
        now = self._now()
        self._refused = {name: refusal for name, refusal in self._refused.items() if now < refusal.until}

    def renew(self) -> list[str]:
        """Mark silent subscriptions for renewal; return those that never received anything."""
        now, unheard = self._now(), []
        for name, asked in self._asked.items():
            wait = self._waits.get(name, self._patience.unheard)
            if name in self._renewed:
                continue
            if asked.heard is None and now - asked.at >= wait:
                unheard.append(name)
                self._lengthen(name, wait)
                self._renewed.add(name)
            elif asked.heard is not None and now - asked.heard >= self._patience.quiet:
                self._renewed.add(name)
        return unheard

    def over_limit(self) -> int:
        """Drop the newest unconfirmed subscription as the one too many; return how many are left."""
        unheard = [name for name, asked in self._asked.items() if not asked.is_confirmed]
        last = (unheard or list(self._asked))[-1:]
        for name in last:
            del self._asked[name]
        return len(self._asked)

    def not_carried(self, limit: int | None) -> dict[str, str]:
        """Our wanted symbols that are not subscribed, each with the reason."""
        carried = self._carried(limit)
        return {
            symbol: self._refused[name].why if name in self._refused else f"only {limit} at once"
            for name, symbols in self._ours.items()
            if name not in carried
            for symbol in symbols
        }

    def unheard(self) -> list[str]:
        """Our symbols that were subscribed more than once and have received nothing yet."""
        return [symbol for name in self._waits if name not in self._refused for symbol in self.ours(name)]

    @property
    def is_unheard(self) -> bool:
        """Whether every subscription has been without data for too long."""
        names = self._asked.keys() | self._renewed
        return bool(names) and names <= self._waits.keys()

    def _put_off(self, name: str, why: str, seconds: float) -> None:
        self._asked.pop(name, None)
        self._renewed.discard(name)
        if name in self._ours:
            self._refused[name] = _Refusal(why, self._now() + seconds)

    def _lengthen(self, name: str, wait: float) -> None:
        if name in self._ours:
            self._waits[name] = min(wait * 2, self._patience.longest)

    def _carried(self, limit: int | None) -> dict[str, None]:
        names = [name for name in self._ours if name not in self._refused]
        if limit is not None and len(names) > limit:
            # Subscribed symbols keep their slots.
            names.sort(key=lambda name: name not in self._asked and name not in self._renewed)
            names = names[:limit]
        return dict.fromkeys(names)
