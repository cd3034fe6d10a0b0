"""Recorded trades of XRPETH: real ones where they are at hand, and made ones. Recorded bars where they are at hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RECORDED = DATA / "xrp-eth.trades.csv"
BARS = ("eth-btc-5m.bars.csv", "ltc-btc-5m.bars.csv", "sp500-1m.bars.csv", "xrp-eth-1m.bars.csv")


def bars(name: str) -> Path:
    """A file of recorded bars; without it the test is left out, and the summary names the file."""
    if not (DATA / name).exists():
        pytest.skip(f"without {name}")
    return DATA / name


def made(number: int) -> str:
    """A recording whose price wanders by hundredths, two trades a second."""
    lines = [
        f"2019-10-11T{n // 7200:02}:{n // 120 % 60:02}:{n // 2 % 60:02}Z,XRPETH,1.{n * 37 % 89:02},{n},buy"
        for n in range(number)
    ]
    return "\n".join(["time,symbol,price,size,side", *lines]) + "\n"


def last_price(file: Path) -> Decimal:
    *_, last = file.read_text().splitlines()
    return Decimal(last.split(",")[2])
