"""Believable instruments in any number, and what people type when they look for them: beginnings, parts and typos."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

Row = tuple[str, str, bool]

_FIRST = """
Advanced Allied American Apple Atlantic Bank Blue Bright Capital Central Coastal Columbia Crown Delta Digital
Dynamic Eagle Eastern Ever First Frontier General Global Golden Grand Great Green Harbor Heritage High Horizon
Imperial Inter Iron Kappa Key Lake Liberty Lion Metro Micro Mid Modern National New Nordic North Northern Omega
Orion Pacific Pan Peak Pioneer Prime Quantum Red River Royal Silver Solar South Sterling Summit Sun Terra Trans Tri
Ultra Union United Universal Vanguard Vertex Western White Zenith Crédit Société Münchner Österreichische São
"""
_SECOND = """
Aerospace Airlines Apparel Automotive Bancorp Biotech Brands Cable Chemical Communications Computer Consumer
Controls Data Defense Devices Diagnostics Education Electric Electronics Energy Entertainment Equipment Financial
Foods Freight Gaming Gas Genetics Gold Health Homes Hotels Industries Insurance Instruments Laboratories Lithium
Logistics Machines Materials Media Medical Metals Mining Motors Natural Networks Oil Packaging Paper Petroleum
Pharma Platforms Power Products Properties Railway Realty Resources Retail Robotics Semiconductor Shipping Software
Steel Systems Technologies Telecom Therapeutics Tobacco Transport Trust Utilities Ventures Water Wireless
"""
FIRST, SECOND = _FIRST.split(), _SECOND.split()
LAST = [
    "Inc.",
    "Corp.",
    "Group",
    "Holdings",
    "Ltd.",
    "plc",
    "& Co.",
    "N.V.",
    "AG",
    "Partners",
    "International",
    "Trust",
]


def listing(count: int, seed: int = 1) -> list[Row]:
    """So many `(symbol, name, active)` rows; one in twenty is not traded, a few have odd symbols."""
    chance = random.Random(seed)
    rows: dict[str, Row] = {}
    while len(rows) < count:
        symbol = "".join(chance.choices(string.ascii_uppercase, k=chance.choice([1, 2, 3, 3, 4, 4, 4, 5])))
        if chance.random() < 0.08:
            symbol += chance.choice([".A", ".B", "-P", "-W", ".DE", "7", "1.L"])
        person = f"{chance.choice(FIRST)}'s" if chance.random() < 0.05 else chance.choice(FIRST)
        name = " ".join([person, chance.choice(SECOND), *chance.sample([*LAST, chance.choice(SECOND)], 1)])
        rows.setdefault(symbol, (symbol, name, chance.random() > 0.05))
    return list(rows.values())


def _changed(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(string.ascii_letters) + text[at + 1 :]


def _missing(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _added(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice([chance.choice(string.ascii_letters), text[at - 1]]) + text[at:]


def _swapped(text: str, chance: random.Random) -> str:
    at = chance.randrange(max(1, len(text) - 1))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _as_it_is(text: str, chance: random.Random) -> str:
    return chance.choice([text, text.lower(), text.upper()])


MISTAKES: Sequence[Callable[[str, random.Random], str]] = [_as_it_is, _changed, _missing, _added, _swapped]


def terms(rows: Sequence[Row], count: int, seed: int = 2) -> list[str]:
    """So many terms that mean one of the rows, most of them mistyped."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        symbol, name, _ = chance.choice(rows)
        words = name.split()
        whole = chance.choice([symbol, symbol, *words[:2], " ".join(words[:2]), " ".join(words[1::-1]), name])
        start = chance.choice([0, 0, 0, 1])
        part = whole[start : chance.randint(min(start + 1, len(whole)), len(whole))] or whole
        found.append(chance.choice(MISTAKES)(chance.choice([whole, part]), chance))
    return found
