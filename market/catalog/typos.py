"""Words that a term with one typo may mean: a letter changed, missing or extra, or two adjacent letters swapped."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

BEGINS, WHOLE = 1, 2
# Terms that may contain a typo: shorter ones are ambiguous, longer ones aren't words, and numbers must match exactly.
_TOLERANT = re.compile(r"[a-z]{3,24}")
# In a term this short, only swapped letters are tolerated.
SHORT = 3


def is_tolerant(term: str) -> bool:
    return _TOLERANT.fullmatch(term) is not None


def is_whole(term: str, word: str) -> bool:
    """Whether the term is the whole word, allowing a typo."""
    if word.startswith(term):
        # A doubled last letter is a typo; any other further letter belongs to a longer word.
        return word == term or (len(term) > SHORT and word == term + term[-1])
    return OSA.distance(term, word, score_cutoff=1) <= 1 and (len(term) > SHORT or sorted(word) == sorted(term))


class Vocabulary:
    """An inverted index: each word (a to z and digits) with the places of the texts that contain it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word in text.split():
                self._places[word].append(place)
        self._beginnings: dict[int, dict[str, str]] = {}

    def fits(self, term: str) -> dict[int, int]:
        """Places of the texts with a word that equals the term (WHOLE) or starts with it (BEGINS), allowing a typo."""
        found: dict[int, int] = {}
        for word, fit in self._alike(term):
            for place in self._places[word]:
                found[place] = max(fit, found.get(place, 0))
        return found

    def _alike(self, term: str) -> Iterator[tuple[str, int]]:
        if not is_tolerant(term):
            yield from ((word, WHOLE if word == term else BEGINS) for word in self._places if word.startswith(term))
            return
        # What is typed so far may have a letter more or less than the beginning of the word that is meant.
        for size in (len(term) - 1, len(term), len(term) + 1):
            for beginning, _, word in process.extract(
                term, self._beginning(size), scorer=OSA.distance, score_cutoff=1, limit=None
            ):
                if len(term) > SHORT or sorted(beginning) == sorted(term):
                    yield word, WHOLE if beginning == word and is_whole(term, word) else BEGINS

    def _beginning(self, size: int) -> dict[str, str]:
        """The first letters of each word that has so many."""
        if size not in self._beginnings:
            self._beginnings[size] = {word: word[:size] for word in self._places if len(word) >= size}
        return self._beginnings[size]
