"""The record: numbers without a gap whatever happens to a writer, and one result for each, noted once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from market.forecaster import record
from market.forecaster.results import Results
from market.live.leader import LostLead
from market.models import ForecastCounter, ShownCone, ShownForecast
from market.models.forecast_record import Outcome, Unscored
from market.support import batches
from tests.market.forecaster.scenes import LIVE, NOW, D, ask, engine_of
from tests.market.forecaster.test_engine import moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PATIENCE = 60


def row(minutes: int = 5, **fields: Any) -> ShownForecast:
    names = ("touch", "touch_low", "touch_high", "through", "through_low", "through_high", "climate")
    usual: dict[str, Any] = dict.fromkeys(names, 500) | {"at": moment(NOW), "is_up": False, "is_stop": False}
    usual |= {"ends_at": moment(NOW) + timedelta(minutes=minutes), "symbol": "AAPL", "price": D(100)}
    return ShownForecast(minutes=minutes, **usual | {"liveliness": 1.0, "is_apart": False} | fields)


def append(*fields: dict[str, Any]) -> list[int]:
    """These in the record; their numbers."""
    rows = [row(**each) for each in fields]
    record.append(rows)
    return [each.number for each in rows]


def settle(touches: dict[int, Outcome | Unscored]) -> None:
    record.settle(Results(touches))


def numbers() -> list[int]:
    return list(ShownForecast.objects.order_by("number").values_list("number", flat=True))


def results() -> list[tuple[int | None, str]]:
    return list(ShownForecast.objects.order_by("number").values_list("outcome", "unscored"))


def test_they_are_numbered_from_1_in_the_order_in_which_they_were_told() -> None:
    assert append({"minutes": 5}, {"minutes": 15}) == [1, 2]
    assert append({"minutes": 60}) == [3]
    told = ShownForecast.objects.order_by("number").values_list("number", "minutes")
    assert list(told) == [(1, 5), (2, 15), (3, 60)]
    assert list(ForecastCounter.objects.values_list("pk", "head")) == [(record.COUNTERS[ShownForecast], 3)]


def test_what_is_told_is_what_is_in_the_record() -> None:
    batch = engine_of().answer([ask("99.5"), ask("100.5", "sell", is_stop=True)], LIVE, NOW + 0.123456, kept=True)
    record.append(batch.rows)
    assert len(batch.rows) == 6
    names = [field.attname for field in ShownForecast._meta.concrete_fields]
    for told, stored in zip(batch.rows, ShownForecast.objects.order_by("number"), strict=True):
        assert [getattr(told, name) for name in names] == [getattr(stored, name) for name in names]


def test_numbers_have_no_gap_however_many_append_at_once() -> None:
    ready = threading.Barrier(4)

    def run(size: int) -> list[list[int]]:
        try:
            ready.wait(PATIENCE)
            return [append(*[{}] * size) for _ in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = [future.result(PATIENCE) for future in [pool.submit(run, size) for size in (1, 2, 3, 4)]]
    assert numbers() == list(range(1, 51))
    batched = [each for writer in done for each in writer]
    assert sorted(number for each in batched for number in each) == numbers()
    assert all(each == list(range(each[0], each[0] + len(each))) for each in batched)


def test_an_append_that_fails_leaves_nothing_and_takes_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    append({}, {})
    with pytest.raises(IntegrityError):
        append({}, {"climate": None})
    assert numbers() == [1, 2]

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ShownForecast.objects, "bulk_create", interrupted)
        with pytest.raises(KeyboardInterrupt):
            append({})
    assert append({}) == [3]


def test_one_that_is_taken_out_leaves_a_hole() -> None:
    append({}, {}, {})
    ShownForecast.objects.filter(number__in=(2, 3)).delete()
    assert append({}) == [4]
    assert numbers() == [1, 4]


def test_results_are_noted_by_number_and_once() -> None:
    append(*[{}] * 6)
    found: dict[int, Outcome | Unscored] = {1: Outcome.MISSED, 2: Outcome.TOUCHED, 3: Outcome.TRADED_THROUGH}
    settle(found | {4: Unscored.FEED})
    noted = [(0, ""), (1, ""), (2, ""), (None, "feed"), (None, ""), (None, "")]
    assert results() == noted

    settle(dict.fromkeys(range(1, 5), Outcome.TOUCHED) | {5: Unscored.CLOSED, 99: Outcome.TOUCHED})
    settle(dict.fromkeys(range(1, 6), Unscored.FEED))
    assert results() == [*noted[:4], (None, "closed"), (None, "")]


def test_more_results_than_one_statement_takes_are_all_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    append(*[{}] * 5)
    settle(dict.fromkeys(range(1, 6), Outcome.TOUCHED))
    assert results() == [(1, "")] * 5


def test_all_results_are_noted_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    append({}, {})

    def broken() -> None:
        raise IntegrityError

    monkeypatch.setattr(record, "_open_cones", broken)
    with pytest.raises(IntegrityError):
        record.settle(Results({1: Outcome.TOUCHED, 2: Unscored.FEED}, {1: D(100)}))
    assert results() == [(None, "")] * 2


def test_what_is_open_when_its_process_is_gone_is_never_scored_and_the_rest_stays_as_it_is() -> None:
    append(*[{}] * 4)
    settle({1: Outcome.MISSED, 2: Unscored.CLOSED})
    assert record.begin() == 2
    assert results() == [(0, ""), (None, "closed"), (None, "restart"), (None, "restart")]
    assert record.begin() == 0


def test_one_that_leads_no_longer_appends_nothing() -> None:
    record.begin("first")
    record.append([row()], "first")
    record.begin("second")
    with pytest.raises(LostLead):
        record.append([row()], "first")
    record.append([row()], "second")
    assert numbers() == [1, 2]
    assert results() == [(None, "restart"), (None, "")]


def test_the_newest_that_share_no_time_are_found_by_symbol_and_minutes() -> None:
    end = moment(NOW)
    append(
        {"is_apart": True, "ends_at": end},
        {"is_apart": True, "ends_at": end + timedelta(minutes=9)},
        {"is_apart": True, "ends_at": end + timedelta(minutes=3)},
        {"ends_at": end + timedelta(minutes=20)},
        {"is_apart": True, "minutes": 15},
        {"is_apart": True, "symbol": "KO"},
    )
    assert record.latest_apart(ShownForecast) == {
        ("AAPL", 5): end + timedelta(minutes=9),
        ("AAPL", 15): end + timedelta(minutes=15),
        ("KO", 5): end + timedelta(minutes=5),
    }


def test_a_symbol_that_differs_in_case_is_another() -> None:
    append({"is_apart": True, "symbol": "ko"}, {"is_apart": True, "symbol": "KO"})
    assert set(record.latest_apart(ShownForecast)) == {("ko", 5), ("KO", 5)}


def cone_row(minutes: int = 5, **fields: Any) -> ShownCone:
    usual: dict[str, Any] = {"at": moment(NOW + 3), "begins_at": moment(NOW), "symbol": "AAPL", "close": D(100)}
    usual |= {"ends_at": moment(NOW) + timedelta(minutes=minutes), "low_80": D(99), "high_80": D(101)}
    usual |= {"low_95": D(98), "high_95": D(102), "liveliness": 1.0, "is_apart": False}
    return ShownCone(minutes=minutes, **usual | fields)


def cone_results() -> list[tuple[Any, str]]:
    return list(ShownCone.objects.order_by("number").values_list("price", "unscored"))


def test_cones_have_numbers_and_results_of_their_own() -> None:
    append({}, {})
    cones = [cone_row(minutes) for minutes in (1, 5, 15, 30)]
    record.append(cones)
    assert [each.number for each in cones] == [1, 2, 3, 4]
    assert append({}) == [3]

    record.settle(Results({1: Outcome.TOUCHED}, {2: D("100.005"), 3: Unscored.CLOSED, 9: D(1)}))
    assert cone_results() == [(None, ""), (D("100.005"), ""), (None, "closed"), (None, "")]
    assert results() == [(1, ""), (None, ""), (None, "")]
    record.settle(Results({}, {2: D(7), 3: D(7), 4: D(0)}))
    record.settle(Results({}, {2: Unscored.FEED, 3: Unscored.FEED, 4: Unscored.FEED}))
    assert cone_results() == [(None, ""), (D("100.005"), ""), (None, "closed"), (D(0), "")], "each is noted once"

    assert record.begin("next") == 3
    assert cone_results() == [(None, "restart"), (D("100.005"), ""), (None, "closed"), (D(0), "")]


def test_a_cone_in_the_record_is_what_was_told() -> None:
    batch = engine_of().cone("AAPL", D("0.00000001"), LIVE, NOW + 3.123456)
    record.append(batch.rows)
    assert len(batch.rows) == 5
    names = [field.attname for field in ShownCone._meta.concrete_fields]
    for told, stored in zip(batch.rows, ShownCone.objects.order_by("number"), strict=True):
        assert [getattr(told, name) for name in names] == [getattr(stored, name) for name in names]


def test_cones_that_share_no_time_are_found_apart_from_touches() -> None:
    append({"is_apart": True})
    ends_at = moment(NOW) + timedelta(minutes=15)
    record.append([cone_row(15, is_apart=True), cone_row(15, is_apart=True, ends_at=ends_at + timedelta(minutes=1))])
    assert record.latest_apart(ShownCone) == {("AAPL", 15): ends_at + timedelta(minutes=1)}
