"""Orders placed and amended over REST on one connection: one a request, and a thousand a request."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from benchmarks.entry_sites import Site, bodies, both, rate, texts
from benchmarks.figures import Figure, Spread

LIST = 1000
SINGLE = 200
WARM_UP = 20
PLAIN = "plain ModelViewSet"
OURS = "ours, one a request"
TIMES = 20
ORDERS = "/api/orders/"

Rates = dict[str, list[float]]


def figures(surroundings: dict[str, str], vendor: str, rounds: int) -> list[Figure]:
    """The product compared with the baseline, and lists compared with single requests."""
    ours: Rates = defaultdict(list)
    theirs: Rates = defaultdict(list)
    with both(surroundings) as (product, plain):
        for site in (product, plain):
            _place(site, WARM_UP)
            _place_list(site, WARM_UP)
        for _ in range(rounds):
            _round(product, ours)
            _round(plain, theirs)
    found = {name: Spread.of(rates) for name, rates in ours.items()}
    compared = [
        Figure(f"{vendor}: {name}", "orders/s", PLAIN, Spread.of(rates), found[name]) for name, rates in theirs.items()
    ]
    for verb in ("place", "amend"):
        name = f"{vendor}: {verb}, lists of {LIST:,}"
        lists, single = found[f"{verb}, lists of {LIST:,}"], found[f"{verb}, one a request"]
        compared.append(Figure(f"{name}, to single", "orders/s", OURS, single, lists, at_least=TIMES))
    return compared


def _round(site: Site, rates: Rates) -> None:
    taken, placed = _place(site, SINGLE)
    rates["place, one a request"].append(taken)
    rates["amend, one a request"].append(_amend(site, placed))
    taken, placed = _place_list(site, LIST)
    rates[f"place, lists of {LIST:,}"].append(taken)
    if site.name == "the product":  # a ModelViewSet amends one at a time
        rates[f"amend, lists of {LIST:,}"].append(_amend_list(site, placed))


def _place(site: Site, count: int) -> tuple[float, list[Any]]:
    sent = texts(bodies(count))
    answers: list[bytes] = []
    found = rate(count, lambda: answers.extend(site.send("POST", ORDERS, text) for text in sent))
    return found, [json.loads(answer) for answer in answers]


def _amend(site: Site, placed: list[Any]) -> float:
    sent = [(f"{ORDERS}{order['id']}/", json.dumps(_amendment(order))) for order in placed]
    return rate(len(sent), lambda: [site.send("PATCH", path, text) for path, text in sent])


def _place_list(site: Site, count: int) -> tuple[float, list[Any]]:
    sent = json.dumps(bodies(count))
    answers: list[bytes] = []
    found = rate(count, lambda: answers.append(site.send("POST", ORDERS, sent)))
    return found, json.loads(answers[0])


def _amend_list(site: Site, placed: list[Any]) -> float:
    sent = json.dumps([{"id": order["id"]} | _amendment(order) for order in placed])
    return rate(len(placed), lambda: site.send("PATCH", ORDERS, sent))


def _amendment(order: Any) -> dict[str, Any]:
    return {"expected_version": order["version"], "quantity": "20", "price": "585.34"}
