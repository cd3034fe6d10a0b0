"""Instruments from a file: all of it or nothing, and what is wrong with it by line."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from market.importing import BadLine, Imported, import_instruments
from market.models import Instrument
from tests.tables import failing

pytestmark = pytest.mark.django_db
HEAD = "symbol,name,currency,tick_size,lot_size,price_decimals,feed_symbol,active\n"


def taken(text: str) -> Imported:
    return import_instruments(StringIO(text))


def test_what_is_missing_is_added_and_a_second_time_changes_nothing() -> None:
    file = HEAD + 'XRPETH,"XRP, in Ether",ETH,0.00000001,0.1,8,XRP/ETH,yes\nKO,Coca-Cola,USD,0.01,1,2,,\n'

    assert taken(file) == Imported(added=2, changed=0, same=0)
    assert taken(file) == Imported(added=0, changed=0, same=2)

    found = Instrument.objects.get(symbol="XRPETH")
    assert (found.name, found.tick_size, found.price_decimals) == ("XRP, in Ether", Decimal("0.00000001"), 8)
    assert (found.upstream_symbol, Instrument.objects.get(symbol="KO").upstream_symbol) == ("XRP/ETH", "KO")


def test_empty_cells_and_columns_that_are_not_there_leave_what_was_entered() -> None:
    taken(HEAD + "KO,Coca-Cola,USD,0.05,10,2,,\n")

    assert taken("symbol,name,currency,active\nKO,Coke,USD,no\n") == Imported(added=0, changed=1, same=0)

    found = Instrument.objects.get()
    assert (found.name, found.tick_size, found.lot_size, found.active) == ("Coke", Decimal("0.05"), Decimal(10), False)


def test_without_a_number_of_decimals_the_tick_tells_it() -> None:
    taken("symbol,name,currency,tick_size\nEURUSD,Euro,USD,0.00001\n")

    assert Instrument.objects.get().price_decimals == 5


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
        ("KO,Coke,USD,0.01,0,2,,", "lot_size"),
        ("KO,Coke,USD,0.01,1,nine,,", "price_decimals"),
        ("KO,Coke,USD,0.01,1,9,,", "price_decimals"),
        ("KO,Coke,USD,0.01,1,2,no space,", "feed_symbol"),
        ("KO,Coke,USD,0.01,1,2,,perhaps", "active"),
        ("KO,,USD,0.01,1,2,,", "name"),
        ("KO,Coke,USD", "8 cells"),
        ("MSFT,Again,USD,0.01,1,2,,", "given before"),
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("head", ["", "symbol,name\n", "symbol,name,currency,colour\n", "symbol,name,currency,name\n"])
def test_columns_that_are_wrong_are_told_before_anything_is_read(head: str) -> None:
    with pytest.raises(BadLine, match="line 1: the columns are symbol, name, currency"):
        taken(head)


def test_the_command_tells_what_it_did_or_why_not_in_one_line(tmp_path: Path) -> None:
    file, said = tmp_path / "instruments.csv", StringIO()
    file.write_text("symbol,name,currency\nKO,Coca-Cola,USD\n")

    call_command("import_instruments", str(file), stdout=said)
    assert said.getvalue() == "1 added, 0 changed, 0 as they were.\n"

    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("import_instruments", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_instruments", str(tmp_path / "nowhere.csv"))
