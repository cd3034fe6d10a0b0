"""Server and browser compute the same money: many thousands of cases, each figure the same text."""

from __future__ import annotations

import random
import string
import subprocess
from decimal import Decimal
from pathlib import Path

from market import money
from market.money import Quote
from market.money.currencies import DECIMALS
from tests.forms import scaled
from tests.servers import ROOT

CASES = scaled(10_000, 500_000)
SEED = 20_260_131
KNOWN = sorted(DECIMALS)
SIZES = (0, 1, 5, 25, *(10**digits for digits in range(1, 16)), 10**15 - 1)

Value = Decimal | None
Case = tuple[str, int, str, list[Value]]


def amount(chance: random.Random, signed: bool = False) -> Decimal:
    """Of any size that an amount may have, with any number of its decimals; now and then zero, or one that ties."""
    digits = SIZES[int(chance.random() * len(SIZES))]
    value = Decimal(int(chance.random() * (digits + 1))).scaleb(-int(chance.random() * 9))
    return -value if signed and chance.random() < 0.2 else value


def currency(chance: random.Random) -> str:
    """One with a coin, or any three letters."""
    return chance.choice(KNOWN) if chance.random() < 0.5 else "".join(chance.choices(string.ascii_uppercase, k=3))


def perhaps(chance: random.Random, value: Decimal) -> Value:
    return None if chance.random() < 0.1 else value


def case(chance: random.Random) -> Case:
    """A quote whose sides are mostly near each other, an order at, near or far from it, and how far it was filled."""
    near = amount(chance, signed=True)
    bid, ask, last, price, stop, average, arrival = (
        perhaps(chance, near + amount(chance, signed=True) if chance.random() < 0.5 else near) for _ in range(7)
    )
    quantity = amount(chance)
    filled = quantity if chance.random() < 0.3 else min(quantity, amount(chance))
    leaves = quantity - filled if chance.random() < 0.7 else Decimal(0)
    tick = Decimal(chance.choice(("0.01", "0.05", "0.00000001", "1", "0.25", "3")))
    values = [bid, ask, last, price, stop, average if filled else None, quantity, filled, leaves, arrival, tick]
    return chance.choice(("buy", "sell")), chance.randrange(9), currency(chance), values


def expected(told: Case) -> str:
    side, places, code, values = told
    bid, ask, last, price, stop, average, quantity, filled, leaves, arrival, tick = values
    assert quantity is not None
    assert filled is not None
    assert leaves is not None
    assert tick is not None
    quote = Quote(bid, ask, last)
    mark, market = money.mark(side, quote), money.mark(None, quote)
    at = None if mark is None else mark.price
    far = money.distance(side, price, quote)
    own = money.own_price(price, average, stop, None if market is None else market.price)
    in_money = [
        money.unrealised(side, filled, average, at),
        money.slippage_cost(side, filled, average, arrival),
        money.shortfall(side, filled, average, leaves, arrival, at),
        money.notional(quantity, own),
    ]
    figures = [
        None if mark is None else mark.source.value,
        *(money.shown(value, money.PLACES) for value in (at, None if market is None else market.price, far)),
        money.shown(money.in_ticks(far, tick, places), places),
        money.shown(money.in_bps(far, quote.mid, places), places),
        money.shown(money.in_bps(money.slippage(side, average, arrival), arrival, places), places),
        *(money.shown(value, places) for value in in_money),
        *(money.money_text(value, code) for value in in_money),
        money.shown(money.notional(quantity, price), places),
        money.shown(None if average is None or not last else money.in_ticks(average, last, places), places),
    ]
    return ",".join(figure or "" for figure in figures)


def test_the_browser_computes_what_the_server_computes(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    cases = [case(chance) for _ in range(CASES)]
    asked = [
        ",".join([side, str(places), code, *("" if value is None else f"{value:f}" for value in values)])
        for side, places, code, values in cases
    ]

    (tmp_path / "asked").write_text("".join(f"{line}\n" for line in asked))
    with (tmp_path / "asked").open() as questions, (tmp_path / "answered").open("w") as answers:
        browser = subprocess.Popen(
            ["node", str(ROOT / "tests" / "js" / "money-parity.js")], stdin=questions, stdout=answers
        )
        told = [expected(each) for each in cases]  # both at once
        assert browser.wait() == 0
    answered = (tmp_path / "answered").read_text().splitlines()

    assert len(answered) == CASES
    wrong = [
        f"{line}\n  server {server}\n  browser {got}"
        for line, server, got in zip(asked, told, answered, strict=True)
        if server != got
    ]
    assert not wrong, f"{len(wrong)} differ, the first:\n" + "\n".join(wrong[:3])
    assert len({line.count(",,") for line in answered}) > 3, "the cases hardly differ"
