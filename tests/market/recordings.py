"""Recorded trades of XRPETH: real ones where they are at hand, and made ones."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "xrp-eth.trades.csv"


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
