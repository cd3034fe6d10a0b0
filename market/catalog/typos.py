"""Words with one typo: a letter changed, missing, too much, or two next to each other in the wrong order.

The page's library finds the same by a pattern for each term (static/js/symbols/typos.js). Here each word that many
texts share is looked at once, and closely only where it holds half of the term.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

NONE, BEGINS, WHOLE = range(3)
# What may be mistyped: fewer letters say too little, more are no word, and a number is never meant to be another.
_TOLERANT = re.compile(r"[a-z]{3,24}")
# Of so few letters, only two in the wrong order are forgiven.
SHORT = 3


def is_tolerant(term: str) -> bool:
    return _TOLERANT.fullmatch(term) is not None


class Vocabulary:
    """The words of a to z and digits in many texts, and in which texts each is."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word in text.split():
                self._places[word].append(place)

    def fits(self, term: str) -> dict[int, int]:
        """Places of the texts in which a word is the term (WHOLE) or begins with it (BEGINS), give or take a typo."""
        found: dict[int, int] = {}
        for word in self._alike(term):
            if (fits := fit(term, word)) != NONE:
                for place in self._places[word]:
                    found[place] = max(fits, found.get(place, NONE))
        return found

    def _alike(self, term: str) -> list[str]:
        """The words that may fit, as far as that is cheaply seen."""
        if not is_tolerant(term):
            return [word for word in self._places if word.startswith(term)]
        if len(term) == SHORT:
            three = (term, _swapped(term, 0), _swapped(term, 1))
            return [word for word in self._places if word.startswith(three)]
        # A mistake leaves one half as it is, unless it swaps the letters where they meet.
        half = len(term) // 2
        starts, rest = (term[:half], _swapped(term, half - 1)), term[half:]
        return [word for word in self._places if rest in word or word.startswith(starts)]


def fit(term: str, word: str) -> int:
    """Whether the word is the term, or begins with it, give or take a typo."""
    if word.startswith(term):
        # The last letter twice is a typo; any other one that follows is the rest of a longer word.
        is_doubled = len(term) > SHORT and is_tolerant(term) and word == term + term[-1]
        return WHOLE if word == term or is_doubled else BEGINS
    if not is_tolerant(term):
        return NONE
    return max(
        (WHOLE if left == right else BEGINS for left, right in _rests(term, word) if right.startswith(left)),
        default=NONE,
    )


def _rests(term: str, word: str) -> Iterable[tuple[str, str]]:
    """What must agree after each typo there may be: it shows at the first letter that differs."""
    same = 0
    for wanted, given in zip(term, word, strict=False):
        if wanted != given:
            break
        same += 1
    wanted, given = term[same:], word[same:]
    if len(wanted) > 1 and given[:2] == wanted[1] + wanted[0]:
        yield wanted[2:], given[2:]
    if len(term) > SHORT:
        yield wanted[1:], given
        if given:
            yield wanted[1:], given[1:]
            yield wanted, given[1:]


def _swapped(term: str, at: int) -> str:
    return term[:at] + term[at + 1] + term[at] + term[at + 2 :]
