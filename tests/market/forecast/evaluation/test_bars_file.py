"""Recorded bars: what a good file holds, and the line of whatever is wrong in a bad one."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from market.forecast.candles import Candle
from market.forecast.evaluation.bars_file import BadFile, Gap, Recording, read

HEADER = "time,open,high,low,close"


def row(minute: int, prices: str = "1,2,0.5,1.5") -> str:
    return f"2019-11-05T14:{minute:02}:00Z,{prices}"


def recording(folder: Path, *lines: str, header: str = HEADER, name: str = "gold-1m.bars.csv") -> Recording:
    file = folder / name
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", errors="surrogateescape")
    return read(file)


def refused(folder: Path, *lines: str, header: str = HEADER) -> str:
    with pytest.raises(BadFile) as raised:
        recording(folder, *lines, header=header)
    return str(raised.value).removeprefix("gold-1m.bars.csv")


def test_a_recording_holds_its_bars_its_bar_length_and_the_hash_of_its_bytes(tmp_path: Path) -> None:
    found = recording(tmp_path, row(30), row(31, "1.5,1.5,1e-3,1.25"), row(32))
    assert found.name == "gold-1m"
    assert found.seconds == 60
    assert found.candles[1] == Candle(1572964260, 1.5, 1.5, 0.001, 1.25)
    assert found.sha256 == sha256((tmp_path / "gold-1m.bars.csv").read_bytes()).hexdigest()
    assert found.gaps == []


def test_columns_may_be_in_any_order_with_others_between_and_blank_rows_are_skipped(tmp_path: Path) -> None:
    header = "\ufeffvolume,close,low,high,open,symbol,time"
    rows = ["x,1.5,0.5,2,1,GOLD,2019-11-05T14:30:00Z", "", ",1.5,0.5,2,1,GOLD,2019-11-05T15:31:00+01:00"]
    found = recording(tmp_path, *rows, header=header)
    assert [candle.close for candle in found.candles] == [1.5, 1.5]
    assert found.seconds == 60


def test_missing_bars_are_listed_with_the_line_they_are_missing_before(tmp_path: Path) -> None:
    found = recording(tmp_path, row(30), row(31), "", row(34), row(35), row(50))
    assert found.seconds == 60
    assert found.gaps == [Gap(line=5, missing=2), Gap(line=7, missing=14)]


def test_of_two_equally_frequent_steps_the_shorter_is_the_bar_length(tmp_path: Path) -> None:
    found = recording(tmp_path, row(30), row(40), row(45))
    assert (found.seconds, found.gaps) == (300, [Gap(line=3, missing=1)])


def test_a_bar_off_the_grid_is_named_by_its_line(tmp_path: Path) -> None:
    off = "2019-11-05T14:32:30Z,1,1,1,1"
    why = ", line 4: 90 s after the bar before is not a whole multiple of 60 s."
    assert refused(tmp_path, row(30), row(31), off, row(33), row(34), row(35)) == why


def test_bars_out_of_order_are_named_by_their_line(tmp_path: Path) -> None:
    assert refused(tmp_path, row(30), row(31), row(31)) == ", line 4: there are two bars of this time."
    assert refused(tmp_path, row(31), row(30), row(32)) == ", line 3: it is earlier than the bar before."


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("2019-11-05T14:31:00", "'2019-11-05T14:31:00' has no time zone."),
        ("2019-11-05T14:31:00.5Z", "'2019-11-05T14:31:00.5Z' is not a whole second."),
        ("2019-11-05T25:31:00Z", "'2019-11-05T25:31:00Z' is not a time, such as 2019-11-05T14:30:00Z."),
        ("yesterday", "'yesterday' is not a time, such as 2019-11-05T14:30:00Z."),
        ("", "'' is not a time, such as 2019-11-05T14:30:00Z."),
    ],
)
def test_a_time_that_is_not_a_moment_is_named_by_its_line(tmp_path: Path, time: str, why: str) -> None:
    assert refused(tmp_path, row(30), f"{time},1,1,1,1") == f", line 3: {why}"


@pytest.mark.parametrize("price", ["", "0", "-1", "nan", "inf", "1_000", "1e999", "1e99999", "9" * 400, "٣", "1x"])
def test_what_is_not_a_price_above_0_is_named_by_its_line(tmp_path: Path, price: str) -> None:
    for cells in (f"{price},1,1,1", f"1,{price},1,1", f"1,1,{price},1", f"1,1,1,{price}"):
        why = f", line 3: {price[:40]!r} is not a price: a number above 0."
        assert refused(tmp_path, row(30), row(31, cells)) == why


@pytest.mark.parametrize("prices", ["3,2,1,2", "1,2,1,3", "1,1,2,1"])
def test_a_high_below_another_price_is_named_by_its_line(tmp_path: Path, prices: str) -> None:
    assert refused(tmp_path, row(30), row(31, prices)) == ", line 3: the high is below another price of the bar."


@pytest.mark.parametrize("prices", ["1,3,2,3", "3,3,2,1"])
def test_a_low_above_another_price_is_named_by_its_line(tmp_path: Path, prices: str) -> None:
    assert refused(tmp_path, row(30), row(31, prices)) == ", line 3: the low is above another price of the bar."


def test_a_second_symbol_is_named_by_its_line(tmp_path: Path) -> None:
    lines = [row(30) + ",GOLD", row(31) + ",GOLD", row(32) + ",LEAD"]
    why = ", line 4: the symbol is 'LEAD' after 'GOLD'; a file holds one."
    assert refused(tmp_path, *lines, header=f"{HEADER},symbol") == why


def test_missing_and_repeated_columns_are_named(tmp_path: Path) -> None:
    columns = ", line 1: the columns must be close, high, low, open, time; "
    assert refused(tmp_path, header="time,open,high,low") == f"{columns}close is missing."
    assert refused(tmp_path, header="time,price") == f"{columns}close, high, low, open is missing."
    assert refused(tmp_path, header=f"{HEADER},close") == ", line 1: a column is there twice."


def test_one_bar_is_too_few(tmp_path: Path) -> None:
    assert refused(tmp_path) == refused(tmp_path, row(30)) == " has fewer than 2 bars."


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"^none\.csv can't be read: No such file or directory\.$"):
        read(tmp_path / "none.csv")
    with pytest.raises(BadFile, match=r" can't be read: Is a directory\.$"):
        read(tmp_path)
    assert refused(tmp_path, row(30), row(31) + "\udcff") == ", line 3: it is not UTF-8."
    assert refused(tmp_path, row(30), row(31) + ",1") == ", line 3: expected 5 cells, found 6."
