"""Text that nobody can misread: in notes, reasons, ids and names alike."""

from __future__ import annotations

import unicodedata

import pytest

from market.values.text import refusal
from tests.tables import failing

READABLE = [
    *("", "größer als 5 €", "注文", "<b>&amp;</b>", "🙂", "=1+1", "שלום", "مرحبا", "ไม่ได้", "हिन्दी", "Việt Nam"),
    *("❤️ it", "⚠️", "👍🏽", "5 %", "「注」", "’quoted’", "–", "½", "\u00a0"),
    unicodedata.normalize("NFD", "Ǘ Việt"),
    "e" + "\u0301" * 5,
]
UNREADABLE = [
    *("a\0b", "a\nb", "a\tb", "a\x1bb", "a\x7fb", "a\x85b", "\a"),
    *("a\u202eb", "a\u2066b", "a\u200fb", "a\u061cb"),
    # Joiners, blanks without width, the soft hyphen, marks of a language, tags.
    *(
        "a\u200bb",
        "a\u200cb",
        "a\u200db",
        "a\u2060b",
        "a\ufeffb",
        "a\u00adb",
        "a\u2063b",
        "a\U000e0041b",
        "a\U000e0001",
    ),
    *("a\u2028b", "a\u2029b"),
    # Nobody has given these a meaning, or nobody ever will.
    *("a\uffffb", "a\ufdd0b", "a\U0001fffeb", "a\u0378b", "a\ud800b"),
    # Letters and marks that are drawn as nothing.
    *("a\u034fb", "a\u115fb", "a\u1160b", "a\u3164b", "a\uffa0b", "a\u2800b", "a\u17b4b", "a\u180bb", "a\U000e0100"),
    *("a\ufe0fb", "a\ufe0eb", "a\ufe00b", "❤\ufe0f\ufe0f", "\ufe0fa"),
]


def test_text_of_any_language_is_taken_as_it_is() -> None:
    assert {text: refusal(text) for text in READABLE if refusal(text)} == {}


def test_what_cannot_be_seen_or_changes_how_the_rest_is_read_is_refused() -> None:
    def check(text: str) -> None:
        assert "not allowed" in (refusal(text) or "")

    assert failing(UNREADABLE, check) == []


@pytest.mark.parametrize("marks", [6, 100])
def test_a_letter_bears_so_many_marks_and_no_more(marks: int) -> None:
    assert refusal("e" + "\u0301" * marks) == "At most 5 combining marks on one letter."
    assert refusal("e\u0301" * marks) is None
