"""One grammar for every number that comes in, and one way to write what goes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from market.values import decimals
from market.values.decimals import BadNumber
from market.values.forms import AmountFormField, WholeFormField
from tests.tables import failing

D = Decimal
# What Decimal, int and float take, and no way in does.
FOREIGN = [
    *("1_000", "1_0", "_1", "1__0", "0.0_1", "1e2", "1E2", "1e-4", "5e0", "+5", " 5", "5 ", "5\n", "\t5", "5\u00a0"),
    *(".5", "5.", ".", "-", "--5", "- 5", "1.2.3", "1,5", "1.234,5", "1,234", "1 234", "1'000", "$5", "5+LRM\u200e"),
    *(
        "١٠",
        "٥",
        "０５",
        "๕",
        "𝟓",
        "½",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "inf",
        "0x10",
        "1/2",
        "−5",
        "five",
        "0b1",
    ),
]


def test_a_number_is_ascii_digits_with_one_point_at_most() -> None:
    for text, value in (("1", 1), ("25000", 25000), ("1.10", D("1.1")), ("00012", 12), ("0.00000001", D("1E-8"))):
        assert decimals.amount(text) == value
    assert decimals.number("-5") == D(-5)
    assert decimals.number("1" * 40) == D("1" * 40)


def test_nothing_else_is_a_number_however_python_reads_it() -> None:
    def check(text: str) -> None:
        for read in (decimals.number, decimals.amount, decimals.whole):
            with pytest.raises(BadNumber):
                read(text)

    assert failing(["", *FOREIGN], check) == []


# More than eight decimals, which say nothing.
ZEROS = ["1.000000000", "0.000000010", "1." + "0" * 300]


@pytest.mark.parametrize("text", ZEROS)
def test_zeros_at_the_end_of_text_count_among_its_decimals(text: str) -> None:
    for read in (decimals.amount, AmountFormField(max_digits=23, decimal_places=8).clean):
        with pytest.raises((BadNumber, ValidationError), match="At most 15 significant digits and 8 decimals"):
            read(text)
    assert decimals.amount("10000000.00000000") == 10**7
    assert decimals.amount(D("1.000000000")) == 1  # as JSON's number, which is the same as 1


@pytest.mark.parametrize("value", [True, False, None, 1.0, 0.1, [], {}, b"1"])
def test_what_is_no_text_and_no_exact_number_is_no_amount(value: Any) -> None:
    with pytest.raises(BadNumber, match="Write 25000 or"):
        decimals.amount(value)


def test_a_json_number_counts_with_all_its_digits() -> None:
    for value in (100, 0, -5, D("0.1"), D("1E+2"), 999999999999999):
        assert decimals.amount(value) == value
    for value in (D("100.00000000000000001"), D("99.9999999999999999999"), 2**53 + 1, 10**400, D("1E+400"), D("NaN")):
        with pytest.raises(BadNumber, match="At most 15 significant digits and 8 decimals"):
            decimals.amount(value)


def test_a_whole_number_has_no_fraction_and_no_other_notation() -> None:
    assert (decimals.whole("10"), decimals.whole(10), decimals.whole("0")) == (10, 10, 0)
    for value in ("1.0", "-1", "1" * 21, D(1), 1.0, True, None):
        with pytest.raises(BadNumber):
            decimals.whole(value)


@pytest.mark.parametrize(
    "number",
    [
        *("1", "999999999999999", "9999999.99999999", "0.00000001", "1E+14", "100000000000000", "585.330000000000"),
        *("1E-8", "0", "-5", "1." + "0" * 5000),
    ],
)
def test_numbers_of_fifteen_digits_and_eight_decimals_fit(number: str) -> None:
    assert decimals.fits(D(number))


@pytest.mark.parametrize(
    "number",
    [
        *("1000000000000000", "1E+15", "10000000.00000001", "0.000000001", "1E-400", "9" * 400, "1E+999999999"),
        *("NaN", "sNaN", "Infinity", "-Infinity"),
        # A digit far behind the rest is a digit.
        *("100." + "0" * zeros + "1" for zeros in (20, 40, 5000)),
    ],
)
def test_longer_numbers_and_what_is_no_number_do_not_fit(number: str) -> None:
    assert not decimals.fits(D(number))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**6, places=8))
def test_what_is_written_is_read_again_as_it_was(value: Decimal) -> None:
    assert decimals.amount(decimals.decimal_string(value)) == value


def test_a_form_reads_what_every_other_way_reads_and_shows_what_every_other_way_shows() -> None:
    amount, whole = AmountFormField(max_digits=23, decimal_places=8), WholeFormField()
    assert (amount.clean("25000"), whole.clean("7")) == (25000, 7)
    assert amount.prepare_value(D("10.00000000")) == "10"
    assert not amount.has_changed(D("10.00000000"), "10")

    def check(text: str) -> None:
        for field in (amount, whole):
            with pytest.raises(ValidationError):
                field.clean(text)

    assert failing(FOREIGN, check) == []
