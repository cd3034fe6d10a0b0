"""Money in exact decimals: marks, P&L, distances, slippage, shortfall and notional. No Django, nothing rounded.

Prices and money are in the instrument's currency, quantities in its units; one unit of quantity is worth its price
(there is no contract multiplier). Products and sums are exact. Ratios (ticks, basis points) are rounded half-even to
the places asked for, once; what is shown is rounded half-even by `shown`, last of all. None means "not defined", never
zero. The browser computes the same (static/js/money/money.js), and a test holds the two together. The words:
docs/money.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from fractions import Fraction
from functools import cache

from market.money.currencies import DECIMALS

PLACES = 8
# What a product of two prices or quantities may need.
PRODUCT_PLACES = 16
ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
BPS = Decimal(10_000)
# Buying makes long (+), selling short (−).
SIGN = {"buy": 1, "sell": -1}
# A hundred times more digits than amounts have; if it were ever not exact, that would be an error and not a rounding.
EXACT = Context(prec=2_000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
ROUNDED = Context(prec=2_000, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


class Source(StrEnum):
    """Which price of the market a mark is."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Quote:
    """The best prices of a book and the last trade's; what is not known is None. Prices may be zero or negative."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None

    @property
    def mid(self) -> Decimal | None:
        """(bid + ask) / 2 as a price is kept: half-even to 8 decimals; None for a book with one side."""
        if self.bid is None or self.ask is None:
            return None
        return _rounded(EXACT.multiply(EXACT.add(self.bid, self.ask), HALF), PLACES)

    @property
    def has_side(self) -> bool:
        """Whether anybody is in the book, on one side at least."""
        return self.bid is not None or self.ask is not None

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids more than somebody asks: then neither is a price one could close at."""
        return self.bid is not None and self.ask is not None and self.bid > self.ask


@dataclass(frozen=True, slots=True)
class Mark:
    """A price to value something at, and which price it is."""

    price: Decimal
    source: Source


def mark(side: str | None, quote: Quote) -> Mark | None:
    """What a position is worth a unit: long (bought) closes at the bid, short at the ask; else mid; else last.

    `side` None asks for the market's price as such: mid, else last.
    """
    closing = {"buy": quote.bid, "sell": quote.ask}[side] if side is not None and not quote.is_crossed else None
    if closing is not None:
        return Mark(closing, Source.BID if side == "buy" else Source.ASK)
    mid = quote.mid
    if mid is not None:
        return Mark(mid, Source.MID)
    return None if quote.last is None else Mark(quote.last, Source.LAST)


def unrealised(side: str, filled: Decimal, average: Decimal | None, price: Decimal | None) -> Decimal | None:
    """Gross P&L of what an order has filled, at the mark `price`: s·F·(m − A). None before the first fill."""
    if not filled or average is None or price is None:
        return None
    return _signed(side, EXACT.multiply(filled, EXACT.subtract(price, average)))


def distance(side: str, price: Decimal | None, quote: Quote) -> Decimal | None:
    """How far the market is from a limit price: ask − P of a buy, P − bid of a sell.

    Above 0 the order rests, at or below it would trade. None for an order without a limit, or a book without that side.
    """
    other = {"buy": quote.ask, "sell": quote.bid}[side]
    return None if price is None or other is None else _signed(side, EXACT.subtract(other, price))


def in_ticks(amount: Decimal | None, tick_size: Decimal, places: int = PLACES) -> Decimal | None:
    """A difference of prices in steps of the instrument's price."""
    return None if amount is None else _ratio(amount, tick_size, places)


def in_bps(amount: Decimal | None, base: Decimal | None, places: int = PLACES) -> Decimal | None:
    """A difference of prices in hundredths of a percent of |base|; None where that is 0 or not known."""
    return None if amount is None or not base else _ratio(EXACT.multiply(amount, BPS), base.copy_abs(), places)


def slippage(side: str, average: Decimal | None, arrival: Decimal | None) -> Decimal | None:
    """What a unit was filled at, worse than the arrival price: s·(A − M0). Above 0 is a cost.

    In basis points of the arrival price: `in_bps(slippage(…), arrival)`.
    """
    return None if average is None or arrival is None else _signed(side, EXACT.subtract(average, arrival))


def slippage_cost(side: str, filled: Decimal, average: Decimal | None, arrival: Decimal | None) -> Decimal | None:
    """The same of all that was filled, in money: s·F·(A − M0)."""
    a_unit = slippage(side, average, arrival)
    return None if a_unit is None or not filled else EXACT.multiply(filled, a_unit)


def shortfall(
    side: str,
    filled: Decimal,
    average: Decimal | None,
    leaves: Decimal,
    arrival: Decimal | None,
    price: Decimal | None,
    fees: Decimal = ZERO,
) -> Decimal | None:
    """Implementation shortfall: s·[F·(A − M0) + L·(m − M0)] + fees; above 0 is a cost.

    Perold, "The implementation shortfall: paper versus reality", Journal of Portfolio Management 14 (1988). Until an
    order is done, what is left of it counts at the mark.
    """
    if arrival is None or (filled and average is None) or (leaves and price is None):
        return None
    done = EXACT.multiply(filled, EXACT.subtract(average, arrival)) if filled and average is not None else ZERO
    missed = EXACT.multiply(leaves, EXACT.subtract(price, arrival)) if leaves and price is not None else ZERO
    return EXACT.add(_signed(side, EXACT.add(done, missed)), fees)


def own_price(
    price: Decimal | None, average: Decimal | None, stop_price: Decimal | None, market: Decimal | None
) -> Decimal | None:
    """What an order is valued at: its limit, else what it was filled at, else its stop, else the market's price."""
    return next((found for found in (price, average, stop_price, market) if found is not None), None)


def notional(quantity: Decimal, price: Decimal | None) -> Decimal | None:
    """Quantity × price: of an order Q at its own price, working L at its own price, filled F at its average A."""
    return None if price is None else EXACT.multiply(quantity, price)


def minor_units(currency: str) -> int:
    """How many decimals money of this currency is shown with; eight where no coin of it is known (BTC, GBX, XAU)."""
    return DECIMALS.get(currency, PLACES)


def money_text(value: Decimal | Fraction | None, currency: str) -> str | None:
    """Money as it is shown: half-even, with the decimals of its currency; more where it would else look like nothing.

    Only a currency with a coin may round something to 0.00.
    """
    text = shown(value, minor_units(currency))
    if not value or text is None or currency in DECIMALS or text.strip("-0.") != "":
        return text
    exact = shown(value, PRODUCT_PLACES) or ""
    return exact.rstrip("0") if exact.strip("-0.") != "" else text


def shown(value: Decimal | Fraction | None, places: int) -> str | None:
    """Plain text with exactly so many decimals, half-even; no negative zero."""
    if value is None:
        return None
    rounded = _rounded(value, places) if isinstance(value, Decimal) else _ratio(value, ONE, places)
    return f"{rounded if rounded else rounded.copy_abs():f}"


def _signed(side: str, amount: Decimal) -> Decimal:
    return EXACT.multiply(amount, Decimal(SIGN[side]))


def _rounded(value: Decimal, places: int) -> Decimal:
    return ROUNDED.quantize(value, _unit(places))


@cache
def _unit(places: int) -> Decimal:
    return Decimal((0, (1,), -places))


def _ratio(numerator: Decimal | Fraction, denominator: Decimal, places: int) -> Decimal:
    """Their quotient, rounded once, half-even."""
    (above, below), (times, over) = numerator.as_integer_ratio(), denominator.as_integer_ratio()
    dividend, divisor = above * over * 10**places, below * times
    units, rest = divmod(dividend, divisor)
    # What is left over has the divisor's sign, and so has how far it is from half of it.
    half = abs(2 * rest) - abs(divisor)
    if half > 0 or (half == 0 and units % 2):
        units += 1
    return ROUNDED.scaleb(Decimal(units), -places)
