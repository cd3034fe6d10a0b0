"""Reads the record of touches in groups. Sums are of thousandths and millionths."""

from __future__ import annotations

from dataclasses import dataclass, field

from market.models import ShownForecast
from market.scorecard.tally import Tally, groups

BINS = 20
MILLIONTHS = 1_000_000

_COLUMNS = "touch, climate, CASE WHEN outcome > 0 THEN 1 ELSE 0 END AS happened"
_ERROR = "(touch - 1000 * happened) * (touch - 1000 * happened)"
_REFERENCE = "(climate - 1000 * happened) * (climate - 1000 * happened)"
_SUMS = ("SUM(touch)", "SUM(happened)", f"SUM({_ERROR})", f"SUM({_REFERENCE})")
_MORE = f"""
UNION ALL
SELECT 'by forecast', symbol, minutes, touch, 0, COUNT(*), {{sums}} FROM taken WHERE kind = 'scored' GROUP BY 2, 3, 4
UNION ALL
SELECT 'windows', symbol, minutes, bin, 0, COUNT(*), MIN(span), MAX(span), 0, 0
FROM (
    SELECT DISTINCT symbol, minutes, CASE WHEN touch < 950 THEN touch / 50 ELSE 19 END AS bin,
        moment / (60 * minutes) AS span
    FROM taken WHERE kind = 'scored'
) AS spans GROUP BY 2, 3, 4
UNION ALL
SELECT 'apart', symbol, minutes, {_REFERENCE} - {_ERROR}, 0, COUNT(*), 0, 0, 0, 0 FROM apart GROUP BY 2, 3, 4
"""  # noqa: S608 – nothing of it comes from outside


@dataclass(slots=True)
class Sums:
    """Sums over scored forecasts: said in thousandths, squared errors in millionths."""

    count: int = 0
    said: int = 0
    happened: int = 0
    error: int = 0
    reference: int = 0

    def add(self, other: Sums) -> None:
        self.count += other.count
        self.said += other.said
        self.happened += other.happened
        self.error += other.error
        self.reference += other.reference


@dataclass(slots=True)
class Windows:
    """How many spans of time, each as long as the forecast's, have a forecast; and the first and the last of them."""

    count: int
    first: int
    last: int


@dataclass(slots=True)
class TouchTally(Tally):
    """Touches from one number to another, in groups."""

    by_forecast: dict[tuple[str, int, int], Sums] = field(default_factory=dict)
    by_time: dict[tuple[str, int, int, int], Sums] = field(default_factory=dict)
    windows: dict[tuple[str, int, int], Windows] = field(default_factory=dict)

    def add(self, other: TouchTally) -> None:
        """Take what comes after it in the record; a span of time that reaches over both counts once."""
        Tally.add(self, other)
        for forecast, sums in other.by_forecast.items():
            self.by_forecast.setdefault(forecast, Sums()).add(sums)
        for time, sums in other.by_time.items():
            self.by_time.setdefault(time, Sums()).add(sums)
        for place, new in other.windows.items():
            old = self.windows.get(place)
            if old is None:
                self.windows[place] = Windows(new.count, new.first, new.last)
            else:
                # Times rise with the numbers, so that only one span can be in both.
                is_shared = new.first <= old.last
                self.windows[place] = Windows(old.count + new.count - is_shared, old.first, max(old.last, new.last))


def read(after: int, until: int) -> TouchTally:
    """The forecasts numbered above `after`, up to `until`.

    In `apart` are those that share no time with each other, of each cell up to the first that has not come due.
    """
    found = TouchTally()
    for kind, symbol, minutes, figures in groups(ShownForecast, "outcome", _COLUMNS, _SUMS, _MORE, after, until):
        key, second, *sums = figures
        match kind:
            case "by forecast":
                found.by_forecast[symbol, minutes, key] = Sums(*sums)
            case "by time":
                found.by_time[symbol, minutes, key, second] = Sums(*sums)
            case "windows":
                found.windows[symbol, minutes, key] = Windows(*sums[:3])
            case "apart":
                found.bound((symbol, minutes), key / MILLIONTHS, sums[0])
            case _:
                found.count(symbol, minutes, kind, *sums[:2])
    return found
