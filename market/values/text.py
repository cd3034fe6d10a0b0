"""Validation of readable text: one rule for notes, reasons, ids and names, from any input."""

from __future__ import annotations

import re
import unicodedata

# Control, format (bidirectional marks, joiners and tags among them), surrogate and unassigned characters, and the two
# separators that are not spaces.
REFUSED = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
# Characters that are invisible although Unicode classes them as letters, marks or symbols.
HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
# Variation selectors: after a symbol they choose its text or emoji style; after a letter they are invisible.
CHOOSERS = frozenset("\ufe0e\ufe0f")
MARKS = 5

UNREADABLE = "Control, bidirectional, invisible and unassigned characters are not allowed."
TOO_MANY_MARKS = f"At most {MARKS} combining marks on one letter."


def refusal(text: str) -> str | None:
    """The reason to refuse this text; None if it is readable."""
    if text.isascii() and text.isprintable():
        return None
    if HIDDEN.search(text):
        return UNREADABLE
    marks, before = 0, ""
    for char in text:
        category = unicodedata.category(char)
        if category in REFUSED or (char in CHOOSERS and not before.startswith("S")):
            return UNREADABLE
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MARKS:
            return TOO_MANY_MARKS
        before = category
    return None
