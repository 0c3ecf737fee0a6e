"""How well a column's header fits what facts are called, in four languages."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from functools import cache

from crmaudit.exchange.column_words import Phrases, header_phrases, header_words, passed_over
from crmaudit.exchange.layout import Column
from crmaudit.exchange.targets import SHAPES

PARTLY = 0.8
"""Below this a header shares but some words with what a fact is called."""


def likeness_of(column: Column, phrases: Phrases) -> dict[str, float]:
    """Fact → 0 to 1, by the header alone or behind that of its group, whichever is better."""
    found = likeness(header_words(column.header), phrases)
    if column.above:
        both = likeness(header_words(f"{column.above} {column.header}"), phrases)
        found = {f: max(found.get(f, 0), both.get(f, 0)) for f in {*found, *both}}
    return found


def likeness(words: tuple[str, ...], phrases: Phrases) -> dict[str, float]:
    """Fact → how well a header fits what it is called, 0 to 1; facts that do not are absent."""
    weigh = _weights()
    heavy = max(weigh.values())
    total = sum(weigh.get(w, heavy) for w in words)
    found: dict[str, float] = {}
    for fact, options in phrases.items():
        best = 0.0
        for option, trust in options.items():
            if option == words:
                best = max(best, trust)
            elif set(option) == set(words):
                best = max(best, 0.97 * trust)
            elif set(option) < set(words):
                share = sum(weigh[w] for w in set(option)) / total
                best = max(best, trust * (0.5 + 0.45 * share) if share >= 0.4 else 0.0)
            elif set(words) < set(option):
                share = total / sum(weigh[w] for w in set(option))
                best = max(best, trust * (0.35 + 0.4 * share) if share >= 0.6 else 0.0)
            elif len(option) == len(words) and _misspelt(words, option):
                best = max(best, 0.85 * trust)
        if best:
            found[fact] = best
    return found


def _misspelt(words: tuple[str, ...], option: tuple[str, ...]) -> bool:
    return all(
        a == b
        or (
            min(len(a), len(b)) >= 5
            and a[0] == b[0]
            and difflib.SequenceMatcher(None, a, b).ratio() >= 0.85
        )
        for a, b in zip(words, option, strict=True)
    )


@cache
def _weights() -> dict[str, float]:
    """How much a word tells: the rarer among the phrases, the more."""
    phrases = {p for rows in SHAPES for options in header_phrases(rows).values() for p in options}
    phrases |= {p for options in passed_over().values() for p in options}
    counts = Counter(word for phrase in phrases for word in set(phrase))
    return {word: 1 + math.log(len(phrases) / n) for word, n in counts.items()}
