"""Totals: bought, sold, net, gross and P&L of each currency, exactly; nothing across currencies."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from market.money.totals import Line, totals

prices = st.decimals(min_value=-(10**14), max_value=10**14, places=8)
lines = st.builds(
    Line,
    st.sampled_from(["USD", "EUR", "JPY"]),
    st.sampled_from(["buy", "sell"]),
    st.none() | prices,
    st.none() | prices,
    st.none() | prices,
)


@given(st.lists(lines, max_size=20))
def test_totals_are_exact_and_never_across_currencies(all_lines: list[Line]) -> None:
    found = totals(all_lines)
    assert list(found) == sorted({line.currency for line in all_lines})
    for currency, total in found.items():
        own = [line for line in all_lines if line.currency == currency]
        for sums, name in ((total.working, "working"), (total.filled, "filled")):
            bought = sum(Fraction(getattr(line, name) or 0) for line in own if line.side == "buy")
            sold = sum(Fraction(getattr(line, name) or 0) for line in own if line.side == "sell")
            assert (Fraction(sums.buy), Fraction(sums.sell)) == (bought, sold)
            assert (Fraction(sums.net), Fraction(sums.gross)) == (bought - sold, bought + sold)
        told = [Fraction(line.pnl) for line in own if line.pnl is not None]
        assert total.pnl is None if not told else Fraction(total.pnl or 0) == sum(told)


def test_what_is_not_defined_adds_nothing_and_is_no_zero() -> None:
    found = totals([Line("USD", "buy", working=Decimal(5)), Line("EUR", "sell", filled=Decimal(3), pnl=Decimal(-1))])
    assert list(found) == ["EUR", "USD"]
    assert (found["USD"].working.net, found["USD"].filled.gross, found["USD"].pnl) == (5, 0, None)
    assert (found["EUR"].filled.net, found["EUR"].pnl) == (-3, -1)
