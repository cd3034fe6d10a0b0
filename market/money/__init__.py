"""Money in exact decimals: marks, P&L, distances, slippage, shortfall and notional. No Django, nothing rounded.

Prices and money are in the instrument's currency, quantities in its units; one unit of quantity is worth its price
(there is no contract multiplier). Products and sums are exact. Ratios (ticks, basis points) are rounded half-even
once, to the requested places; values for display are rounded half-even by `shown`, as the last step. None means "not
defined", never zero. The browser computes the same (static/js/money/money.js); a test checks that both agree.
docs/money.md defines the terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from fractions import Fraction
from functools import cache

from market.money.currencies import DECIMALS

PLACES = 8
# Max decimals of a product of two prices or quantities.
PRODUCT_PLACES = 16
ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
BPS = Decimal(10_000)
# Buying makes long (+), selling short (−).
SIGN = {"buy": 1, "sell": -1}
# A hundred times more digits than amounts have; an inexact result would raise an error instead of being rounded.
EXACT = Context(prec=2_000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
ROUNDED = Context(prec=2_000, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


class Source(StrEnum):
    """The kind of market price that a mark is."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Quote:
    """The best prices of a book and the last trade's; unknown ones are None. Prices may be zero or negative."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None

    @property
    def mid(self) -> Decimal | None:
        """(bid + ask) / 2, rounded half-even to 8 decimals as prices are stored; None for a one-sided book."""
        if self.bid is None or self.ask is None:
            return None
        return _rounded(EXACT.multiply(EXACT.add(self.bid, self.ask), HALF), PLACES)

    @property
    def has_side(self) -> bool:
        """Whether the book has a bid or an ask."""
        return self.bid is not None or self.ask is not None

    @property
    def is_crossed(self) -> bool:
        """Whether the bid is above the ask: then a position can be closed at neither."""
        return self.bid is not None and self.ask is not None and self.bid > self.ask


@dataclass(frozen=True, slots=True)
class Mark:
    """A price to value something at, and its kind."""

    price: Decimal
    source: Source


def mark(side: str | None, quote: Quote) -> Mark | None:
    """A position's value per unit: a long (bought) one closes at the bid, a short one at the ask; else mid; else last.

    `side` None gives the market price: mid, else last.
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
    """A price difference in ticks."""
    return None if amount is None else _ratio(amount, tick_size, places)


def in_bps(amount: Decimal | None, base: Decimal | None, places: int = PLACES) -> Decimal | None:
    """A price difference in basis points of |base|; None if the base is 0 or unknown."""
    return None if amount is None or not base else _ratio(EXACT.multiply(amount, BPS), base.copy_abs(), places)


def slippage(side: str, average: Decimal | None, arrival: Decimal | None) -> Decimal | None:
    """Slippage per unit against the arrival price: s·(A − M0). Above 0 is a cost.

    In basis points of the arrival price: `in_bps(slippage(…), arrival)`.
    """
    return None if average is None or arrival is None else _signed(side, EXACT.subtract(average, arrival))


def slippage_cost(side: str, filled: Decimal, average: Decimal | None, arrival: Decimal | None) -> Decimal | None:
    """Slippage of the whole filled quantity, in money: s·F·(A − M0)."""
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

    Perold, "The implementation shortfall: paper versus reality", Journal of Portfolio Management 14 (1988). While an
    order is open, its remaining quantity is valued at the mark.
    """
    if arrival is None or (filled and average is None) or (leaves and price is None):
        return None
    done = EXACT.multiply(filled, EXACT.subtract(average, arrival)) if filled and average is not None else ZERO
    missed = EXACT.multiply(leaves, EXACT.subtract(price, arrival)) if leaves and price is not None else ZERO
    return EXACT.add(_signed(side, EXACT.add(done, missed)), fees)


def own_price(
    price: Decimal | None, average: Decimal | None, stop_price: Decimal | None, market: Decimal | None
) -> Decimal | None:
    """The price to value an order at: its limit, else its average fill price, else its stop, else the market price."""
    return next((found for found in (price, average, stop_price, market) if found is not None), None)


def notional(quantity: Decimal, price: Decimal | None) -> Decimal | None:
    """Quantity × price: of an order Q at its own price, working L at its own price, filled F at its average A."""
    return None if price is None else EXACT.multiply(quantity, price)


def minor_units(currency: str) -> int:
    """The number of decimals to show for this currency; eight if it has no known coin (BTC, GBX, XAU)."""
    return DECIMALS.get(currency, PLACES)


def money_text(value: Decimal | Fraction | None, currency: str) -> str | None:
    """Money for display: half-even, with the decimals of its currency; with more if it would look like zero.

    Only a currency with a coin may round a non-zero amount to 0.00.
    """
    text = shown(value, minor_units(currency))
    if not value or text is None or currency in DECIMALS or text.strip("-0.") != "":
        return text
    exact = shown(value, PRODUCT_PLACES) or ""
    return exact.rstrip("0") if exact.strip("-0.") != "" else text


def shown(value: Decimal | Fraction | None, places: int) -> str | None:
    """Plain text with exactly `places` decimals, half-even; no negative zero."""
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
    # The remainder has the divisor's sign, so compare absolute values to find whether it is more than half.
    half = abs(2 * rest) - abs(divisor)
    if half > 0 or (half == 0 and units % 2):
        units += 1
    return ROUNDED.scaleb(Decimal(units), -places)
