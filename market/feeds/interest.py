"""Which symbols are wanted and which the upstream was asked for: the next step that makes the two equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from market.feeds.clock import CLOCK
from market.feeds.dialect import Method
from market.feeds.pace import Patience


@dataclass(frozen=True, slots=True)
class Step:
    """Ask for these symbols, or for them no longer."""

    method: Method
    names: tuple[str, ...]


@dataclass(slots=True)
class _Asked:
    """A subscription of this connection: since when, whether anything came of it, and when something was last told."""

    at: float
    is_confirmed: bool = False
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    why: str
    until: float


class Interest:
    """Speaks of symbols by the upstream's names; `ours` translates.

    Nothing is refused for good: a symbol is asked for again after a while (`forgive`), and over each new connection. A
    subscription that brings nothing is ended and made anew (`renew`), ever less often.
    """

    def __init__(self, patience: Patience | None = None, now: Callable[[], float] = CLOCK.now) -> None:
        self._patience, self._now = patience or Patience(), now
        self._ours: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, _Asked] = {}  # on this connection, oldest first
        self._refused: dict[str, _Refusal] = {}
        self._waits: dict[str, float] = {}  # of those that were postponed or unheard: how long the next wait is
        self._renewed: set[str] = set()  # to be unsubscribed and subscribed again, in their places
        self.has_unsubscribed = False

    def want(self, symbols: Mapping[str, str]) -> None:
        """From now on exactly these: ours → theirs. Two of ours may share one of theirs."""
        ours: dict[str, list[str]] = defaultdict(list)
        for symbol, name in symbols.items():
            ours[name].append(symbol)
        self._ours = {name: tuple(found) for name, found in ours.items()}
        self._refused = {name: refusal for name, refusal in self._refused.items() if name in self._ours}
        self._waits = {name: wait for name, wait in self._waits.items() if name in self._ours}
        self._renewed.intersection_update(self._ours)

    def restart(self) -> None:
        """A new connection, at which nothing is subscribed, and nothing refused."""
        for known in (self._asked, self._refused, self._waits, self._renewed):
            known.clear()
        self.has_unsubscribed = False

    def ours(self, name: str) -> tuple[str, ...]:
        return self._ours.get(name, ())

    def next_step(self, limit: int | None, batch: int) -> Step | None:
        """Unsubscribing comes first, because it makes room. None: all is as wanted."""
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
        """The upstream says that it carries it."""
        if name in self._asked:
            self._asked[name].is_confirmed = True

    def hear(self, name: str) -> bool:
        """Something was told of it; whether that had been waited for too long."""
        asked = self._asked.get(name)
        if asked is None:
            return False
        asked.heard, asked.is_confirmed = self._now(), True
        if self._waits.pop(name, None) is None:
            return False
        self._renewed.discard(name)
        return True

    def refuse(self, name: str, why: str) -> None:
        """There is no such symbol, says the upstream, which has been wrong before."""
        self._put_off(name, why, self._patience.refused)

    def postpone(self, name: str, why: str) -> None:
        """Not now: asked for again soon, and then ever later."""
        wait = self._waits.get(name, self._patience.first)
        self._put_off(name, why, wait)
        self._lengthen(name, wait)

    def forgive(self) -> None:
        """Those refused long enough ago are asked for again."""
        now = self._now()
        self._refused = {name: refusal for name, refusal in self._refused.items() if now < refusal.until}

    def renew(self) -> list[str]:
        """Those that bring nothing are asked for again; those among them that have not brought anything yet."""
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
        """The last one asked for, of which nothing came yet, was one too many; how many are left."""
        unheard = [name for name, asked in self._asked.items() if not asked.is_confirmed]
        last = (unheard or list(self._asked))[-1:]
        for name in last:
            del self._asked[name]
        return len(self._asked)

    def not_carried(self, limit: int | None) -> dict[str, str]:
        """What is wanted in vain: our symbols → why."""
        carried = self._carried(limit)
        return {
            symbol: self._refused[name].why if name in self._refused else f"only {limit} at once"
            for name, symbols in self._ours.items()
            if name not in carried
            for symbol in symbols
        }

    def unheard(self) -> list[str]:
        """Our symbols that were asked for more than once, of which nothing was told yet."""
        return [symbol for name in self._waits if name not in self._refused for symbol in self.ours(name)]

    @property
    def is_unheard(self) -> bool:
        """Whether nothing was told of anything that was asked for, for too long."""
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
            # Whoever is in, stays in.
            names.sort(key=lambda name: name not in self._asked and name not in self._renewed)
            names = names[:limit]
        return dict.fromkeys(names)
