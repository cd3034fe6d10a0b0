"""Instruments from a file: all of it or nothing, and what is wrong with it by line."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import ProgrammingError

from market.catalog.importing import File, InstrumentResource, Stored, import_instruments
from market.management.commands import import_instruments as command
from market.models import Instrument
from market.values.csv_rows import BadLine
from tests.orders.builders import place
from tests.tables import failing

pytestmark = pytest.mark.django_db
HEAD = "symbol,name,currency,tick_size,lot_size,price_decimals,feed_symbol,active\n"


class Imported(NamedTuple):
    added: int
    changed: int
    same: int


def taken(text: str) -> Imported:
    count = import_instruments(StringIO(text)).totals
    return Imported(count["new"], count["update"], count["skip"])


def test_what_is_missing_is_added_and_a_second_time_changes_nothing() -> None:
    file = HEAD + 'XRPETH,"XRP, in Ether",ETH,0.00000001,0.1,8,XRP/ETH,yes\nKO,Coca-Cola,USD,0.01,1,2,,\n'

    assert taken(file) == Imported(added=2, changed=0, same=0)
    assert taken(file) == Imported(added=0, changed=0, same=2)

    found = Instrument.objects.get(symbol="XRPETH")
    assert (found.name, found.tick_size, found.price_decimals) == ("XRP, in Ether", Decimal("0.00000001"), 8)
    assert (found.feed_symbol, Instrument.objects.get(symbol="KO").feed_symbol) == ("XRP/ETH", "")


def test_empty_cells_and_columns_that_are_not_there_leave_what_was_entered() -> None:
    taken(HEAD + "KO,Coca-Cola,USD,0.05,10,2,,\n")

    assert taken("symbol,name,currency,active\nKO,Coke,USD,no\n") == Imported(added=0, changed=1, same=0)

    found = Instrument.objects.get()
    assert (found.name, found.tick_size, found.lot_size, found.active) == ("Coke", Decimal("0.05"), Decimal(10), False)


def test_without_a_number_of_decimals_the_tick_tells_it() -> None:
    taken("symbol,name,currency,tick_size\nEURUSD,Euro,USD,0.00001\n")

    assert Instrument.objects.get().price_decimals == 5


def test_a_number_of_decimals_stays_unless_its_column_is_there_or_a_new_tick_needs_more() -> None:
    taken(HEAD + "DECX,Dec,USD,0.05,1,4,,\n")

    def decimals(line: str) -> int:
        taken(f"symbol,name,currency,tick_size\n{line}\n")
        return Instrument.objects.get().price_decimals

    assert decimals("DECX,Another name,USD,0.05") == 4
    assert decimals("DECX,Another name,USD,0.1") == 4
    assert decimals("DECX,Another name,USD,0.00001") == 5
    taken(HEAD + "DECX,Another name,USD,,,2,,\n")
    assert Instrument.objects.get().price_decimals == 2


def test_empty_rows_of_a_spreadsheet_are_nothing() -> None:
    assert taken("symbol,name,currency\n,,\nKO,Coca-Cola,USD\n\n ,,,\n") == Imported(added=1, changed=0, same=0)


@pytest.mark.both_databases
def test_what_is_there_keeps_its_id_and_its_orders_and_many_are_written_together(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    order = place(alice, symbol="S7")
    before = order.symbol.pk
    lines = "".join(f"S{number},Name {number},USD,0.05\n" for number in range(600))

    with django_assert_max_num_queries(20):
        assert taken(f"symbol,name,currency,tick_size\n{lines}") == Imported(added=599, changed=1, same=0)

    order.refresh_from_db()
    assert (order.symbol.name, order.symbol.tick_size, order.symbol.pk) == ("Name 7", Decimal("0.05"), before)
    assert Instrument.objects.count() == 600
    with django_assert_max_num_queries(10):
        assert taken(f"symbol,name,currency,tick_size\n{lines}") == Imported(added=0, changed=0, same=600)


def test_a_dry_run_writes_and_locks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as asked:
        found = InstrumentResource().import_data(File(StringIO(HEAD + "KO,Coca-Cola,USD,0.05,,,,\n")), dry_run=True)

    assert found.totals["new"] == 1
    assert "FOR" not in asked.captured_queries[0]["sql"]
    assert not Instrument.objects.exists()


@pytest.mark.both_databases
def test_a_symbol_that_somebody_else_adds_meanwhile_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    taken(HEAD + "KO,Coca-Cola,USD,0.05,10,,,\n")
    monkeypatch.setattr(Stored, "get_instance", lambda self, row: None)

    taken(HEAD + "KO,Coke,USD,0.01,,,,\n")

    assert [(each.name, each.tick_size) for each in Instrument.objects.all()] == [("Coke", Decimal("0.01"))]


def test_a_bad_line_is_told_by_its_number_and_nothing_of_the_file_is_taken() -> None:
    def check(line: str, reason: str) -> None:
        with pytest.raises(BadLine, match=rf"line 3: .*{reason}"):
            taken(f"{HEAD}MSFT,Microsoft,USD,0.01,1,2,,\n{line}\n")

        assert not Instrument.objects.exists()

    cases = [
        ("ko,Coke,USD,0.01,1,2,,", "symbol"),
        ("KO,Coke,dollar,0.01,1,2,,", "currency"),
        ("KO,Coke,USD,none,1,2,,", "tick_size"),
        ("KO,Coke,USD,-1,1,2,,", "tick_size"),
        ("KO,Coke,USD,NaN,1,2,,", "tick_size"),
        ("KO,Coke,USD,sNaN,1,2,,", "tick_size"),
        ("KO,Coke,USD,Infinity,1,2,,", "tick_size"),
        ("KO,Coke,USD,0.0_1,1,2,,", "tick_size"),
        ("KO,Coke,USD,1e-2,1,2,,", "tick_size"),
        ("KO,Coke,USD,0.01,١,2,,", "lot_size"),
        ("KO,Coke,USD,0.01,1,+2,,", "price_decimals"),
        ("KO,Co\x07ke,USD,0.01,1,2,,", "name"),
        ('KO,"Co\nke",USD,0.01,1,2,,', "name"),
        ("KO,Co\u202eke,USD,0.01,1,2,,", "name"),
        ("KO,Co\u200bke,USD,0.01,1,2,,", "name"),
        ("KO,Co\0ke,USD,0.01,1,2,,", "NUL"),
        ('KO,"Coke,USD,0.01,1,2,,', "never closed"),
        ("KO,Coke,USD,0.01,0,2,,", "lot_size"),
        ("KO,Coke,USD,0.01,1,nine,,", "price_decimals"),
        ("KO,Coke,USD,0.01,1,9,,", "price_decimals"),
        ("KO,Coke,USD,0.01,1,2,no space,", "feed_symbol"),
        ("KO,Coke,USD,0.01,1,2,,perhaps", "active"),
        ("KO,,USD,0.01,1,2,,", "name"),
        (",,,0.01,,,,", "symbol: This field cannot be blank"),
        ("KO,Coke,USD", "8 cells"),
        ("MSFT,Again,USD,0.01,1,2,,", "appears twice"),
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("tick", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999"])
def test_a_tick_that_is_no_number_is_told_without_a_column_of_decimals_too(tick: str) -> None:
    with pytest.raises(BadLine, match=r"line 2: tick_size: '.*': Write 25000"):
        taken(f"symbol,name,currency,tick_size\nZZ,Z,USD,{tick}\n")


@pytest.mark.parametrize("head", ["", "symbol,name\n", "symbol,name,currency,colour\n", "symbol,name,currency,name\n"])
def test_columns_that_are_wrong_are_told_before_anything_is_read(head: str) -> None:
    with pytest.raises(BadLine, match="line 1: the columns must be symbol, name, currency"):
        taken(head)


def test_the_command_tells_what_it_did_or_why_not_in_one_line(tmp_path: Path) -> None:
    file, said = tmp_path / "instruments.csv", StringIO()
    file.write_text("symbol,name,currency\nKO,Coca-Cola,USD\n")

    call_command("import_instruments", str(file), stdout=said)
    assert said.getvalue() == "1 added, 0 changed, 0 unchanged.\n"

    file.write_text('symbol,name,currency\nKO,"Coca-Cola,USD\n')
    with pytest.raises(CommandError, match=r"instruments\.csv, line 2: .* never closed\. Nothing was changed\.$"):
        call_command("import_instruments", str(file))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("import_instruments", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_instruments", str(tmp_path / "nowhere.csv"))


def test_a_database_that_was_never_migrated_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(file: Any) -> Imported:
        raise ProgrammingError('relation "market_instrument" does not exist\nLINE 1: SELECT ...\n        ^')

    monkeypatch.setattr(command, "import_instruments", fails)
    file = tmp_path / "instruments.csv"
    file.write_text("symbol,name,currency\n")

    with pytest.raises(CommandError, match=r"does not exist .*is it migrated\?$") as raised:
        call_command("import_instruments", str(file))
    assert "\n" not in str(raised.value)
