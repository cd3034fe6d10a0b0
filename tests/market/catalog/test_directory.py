"""The instruments that a search finds are read from the database now and then, and answered as they stand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pytest_django import DjangoAssertNumQueries

from market.catalog.directory import KEEP_SECONDS, Directory
from market.catalog.search import SymbolIndex
from market.models import Instrument


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(clock: Clock, aapl: Instrument, btcusd: Instrument) -> Directory:
    return Directory(clock)


def symbols(directory: Directory, term: str, limit: int = 20) -> list[str]:
    return [instrument.symbol for instrument in directory.find(term, limit)]


def test_names_are_read_again_once_they_are_old(directory: Directory, clock: Clock, aapl: Instrument) -> None:
    assert symbols(directory, "appel") == ["AAPL"]
    aapl.name = "Cupertino"
    aapl.save(update_fields=["name"])

    clock.now += KEEP_SECONDS / 2
    assert [instrument.name for instrument in directory.find("apple", 20)] == ["Cupertino"]
    clock.now += KEEP_SECONDS / 2
    assert symbols(directory, "apple") == []
    assert symbols(directory, "cupertino") == ["AAPL"]


def test_an_index_is_made_anew_only_for_other_names(
    directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch, aapl: Instrument
) -> None:
    made: list[int] = []

    class Counting(SymbolIndex):
        def __init__(self, rows: Iterable[tuple[str, str, bool]]) -> None:
            made.append(1)
            super().__init__(rows)

    monkeypatch.setattr("market.catalog.directory.SymbolIndex", Counting)
    for _ in range(3):
        symbols(directory, "a")
        clock.now += KEEP_SECONDS
    assert len(made) == 1
    Instrument.objects.filter(pk=aapl.pk).update(active=False)
    assert symbols(directory, "a") == ["BTCUSD", "AAPL"]
    assert len(made) == 2


def test_what_is_gone_is_not_answered(directory: Directory, clock: Clock, aapl: Instrument) -> None:
    assert symbols(directory, "a") == ["AAPL", "BTCUSD"]
    aapl.delete()
    assert symbols(directory, "a") == ["BTCUSD"]


def test_a_search_is_one_query_while_the_names_are_fresh(
    directory: Directory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    directory.find("", 1)
    with django_assert_num_queries(1):
        assert symbols(directory, "bitcoin") == ["BTCUSD"]
    with django_assert_num_queries(0):
        assert symbols(directory, "nothing like it") == []
