"""Typo-tolerant word matching: one letter changed, missing or extra, or two adjacent letters swapped.

The page's library finds the same matches by a pattern for each term (static/js/symbols/typos.js). Here each distinct
word is checked once, and compared closely only if it contains half of the term.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

NONE, BEGINS, WHOLE = range(3)
# Terms that may contain a typo: shorter ones are ambiguous, longer ones aren't words, and numbers must match exactly.
_TOLERANT = re.compile(r"[a-z]{3,24}")
# In a term this short, only swapped letters are tolerated.
SHORT = 3


def is_tolerant(term: str) -> bool:
    return _TOLERANT.fullmatch(term) is not None


class Vocabulary:
    """An inverted index: each word (a to z and digits) with the places of the texts that contain it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word in text.split():
                self._places[word].append(place)

    def fits(self, term: str) -> dict[int, int]:
        """Places of the texts with a word that equals the term (WHOLE) or starts with it (BEGINS), allowing a typo."""
        found: dict[int, int] = {}
        for word in self._alike(term):
            if (fits := fit(term, word)) != NONE:
                for place in self._places[word]:
                    found[place] = max(fits, found.get(place, NONE))
        return found

    def _alike(self, term: str) -> list[str]:
        """Candidate words, preselected by a cheap check."""
        if not is_tolerant(term):
            return [word for word in self._places if word.startswith(term)]
        if len(term) == SHORT:
            three = (term, _swapped(term, 0), _swapped(term, 1))
            return [word for word in self._places if word.startswith(three)]
        # A typo leaves one half of the term intact, unless it swaps the two letters in the middle.
        half = len(term) // 2
        starts, rest = (term[:half], _swapped(term, half - 1)), term[half:]
        return [word for word in self._places if rest in word or word.startswith(starts)]


def fit(term: str, word: str) -> int:
    """WHOLE if the word equals the term, BEGINS if it starts with it, allowing a typo; else NONE."""
    if word.startswith(term):
        # A doubled last letter is a typo; any other further letter belongs to a longer word.
        is_doubled = len(term) > SHORT and is_tolerant(term) and word == term + term[-1]
        return WHOLE if word == term or is_doubled else BEGINS
    if not is_tolerant(term):
        return NONE
    return max(
        (WHOLE if left == right else BEGINS for left, right in _rests(term, word) if right.startswith(left)),
        default=NONE,
    )


def _rests(term: str, word: str) -> Iterable[tuple[str, str]]:
    """The remainders of term and word that must match after each possible typo at the first differing letter."""
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
