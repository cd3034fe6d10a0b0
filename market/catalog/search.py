"""Rank instruments for a partly typed search term.

The ranks: exact symbol, prefix of a symbol, prefix of a word in the name, substring, one typo. Ties sort by symbol, and
inactive instruments come last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from market.catalog import typos

TERM_LENGTH = 100
# Among matches with a typo, whole symbols and whole words rank first.
EXACT, SYMBOL, WORD, WITHIN, TYPO_SYMBOL, TYPO_WORD, TYPO = range(7)
TIERS = 7

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
_FOREIGN = re.compile(r"[^a-z0-9 ]")


def fold(text: str) -> str:
    """Lower case, without accents and apostrophes."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.category(char).startswith("M"))
    return text.translate(_APOSTROPHES).lower().replace("ς", "σ")


class SymbolIndex:
    """A search index over `(symbol, name, active)` rows. Building it costs as much as a few searches."""

    def __init__(self, rows: Iterable[tuple[str, str, bool]]) -> None:
        ordered = sorted(rows, key=lambda row: (not row[2], row[0]))
        self._active = sum(active for _, _, active in ordered)
        self._symbols = [symbol for symbol, _, _ in ordered]
        self._folded = [fold(symbol) for symbol in self._symbols]
        # Without punctuation.
        self._plain_symbols = ["".join(_WORD.findall(folded)) for folded in self._folded]
        self._texts = [
            f" {symbol} {' '.join(_WORD.findall(fold(name)))} "
            for symbol, (_, name, _) in zip(self._plain_symbols, ordered, strict=True)
        ]
        self._vocabulary = typos.Vocabulary(_FOREIGN.sub(" ", text) for text in self._texts)

    def find(self, term: str, limit: int) -> list[str]:
        """Up to `limit` symbols, best match first; for an empty term, the first ones by symbol."""
        if len(term) > TERM_LENGTH:
            return []
        folded = fold(term).strip(" ")
        if not folded:
            return self._symbols[:limit]
        words = _WORD.findall(folded)
        tiers = self._as_typed(folded, words)
        if sum(place < self._active for place in tiers) < limit:
            tiers = self._mistyped(words) | tiers
        count, active = len(self._symbols), self._active
        weights = [(tier + TIERS * (place >= active)) * count + place for place, tier in tiers.items()]
        return [self._symbols[weight % count] for weight in sorted(weights)[:limit]]

    def _as_typed(self, folded: str, words: list[str]) -> dict[int, int]:
        if not words:
            return {place: EXACT for place, symbol in enumerate(self._folded) if symbol == folded}
        first, others, whole = words[0], words[1:], "".join(words)
        begun, tiers = f" {first}", {}
        # Every match contains the first word, even where the words together form a symbol.
        for place in [place for place, text in enumerate(self._texts) if first in text]:
            symbol, text = self._plain_symbols[place], self._texts[place]
            if symbol.startswith(whole):
                tiers[place] = EXACT if self._folded[place] == folded else SYMBOL
            elif begun in text and all(f" {word}" in text for word in others):
                tiers[place] = WORD
            elif whole in symbol or all(word in text for word in others):
                tiers[place] = WITHIN
        return tiers

    def _mistyped(self, words: list[str]) -> dict[int, int]:
        if not any(typos.is_tolerant(word) for word in words):
            return {}
        first, *others = words
        found = self._vocabulary.fits(first)
        for word in others:
            fits = self._vocabulary.fits(word)
            found = {place: min(fit, fits[place]) for place, fit in found.items() if place in fits}
        return {place: self._tier(place, words, fit) for place, fit in found.items()}

    def _tier(self, place: int, words: list[str], fit: int) -> int:
        if fit != typos.WHOLE:
            return TYPO
        is_symbol = len(words) == 1 and typos.is_whole(words[0], self._plain_symbols[place])
        return TYPO_SYMBOL if is_symbol else TYPO_WORD
