"""Several spellings of one thing, among the values of a column that repeats its values.

Case and blanks are compared first, then words that mean the same, then typing
errors: a rare value that lies within a few letters of a frequent one. Digits
are never taken for typing errors (`phase 1` is not `phase 2`), and each word is
compared with its own counterpart, so that one word is not taken for another.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence.fault import FaultKind

MOST_VALUES = 20_000
"""Columns of more different values are not compared."""

# Comparisons of rare with frequent values that take a tenth of a second at most.
_MOST_PAIRS = 150_000
# A typing error is so many times rarer than what was meant.
_RARER, _RARER_OPEN = 5, 20
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Variant:
    """`value` says the same as `of`, which more rows have."""

    value: str
    of: str
    kind: FaultKind
    confidence: float


def variants(
    counts: Mapping[str, int],
    *,
    typing_errors: bool = False,
    open_list: bool = False,
    meaning: Callable[[str], str] | None = None,
) -> Iterator[Variant]:
    """The rarer spellings among values with the number of rows that have each.

    `typing_errors`: the values are words, not names of people nor codes.
    `open_list`: they come from no short list (towns, streets), where two names
    may differ by a letter in earnest. `meaning` of a folded value is given
    where two categories may mean the same.
    """
    main, same = _by_writing(counts)
    # Both spellings of a person's name may be right: José and Jose.
    yield from (v for v in same if typing_errors or v.kind == "inconsistent case")
    if meaning:
        merged = list(_by_meaning(main, meaning))
        yield from merged
        for variant in merged:
            main.pop(variant.value, None)
    if typing_errors:
        yield from _by_typing(main, open_list)


def folded(value: str) -> str:
    """The value without what case, blanks and accents make different."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _by_writing(counts: Mapping[str, int]) -> tuple[dict[str, int], list[Variant]]:
    """One value for each group that differs in case, blanks or accents; the others of it."""
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for value, rows in counts.items():
        groups[folded(value)].append((value, rows))
    main: dict[str, int] = {}
    found: list[Variant] = []
    for group in groups.values():
        # Of equal ones the one that begins with a capital, then by the alphabet.
        group.sort(key=lambda g: (-g[1], not g[0][:1].isupper(), g[0]))
        best = group[0][0]
        main[best] = sum(n for _, n in group)
        for value, _ in group[1:]:
            trimmed = value.strip()
            if trimmed == best.strip():
                continue  # blanks alone are told of elsewhere
            if len(trimmed) == 1:
                main[value] = counts[value]  # `a` and `A` may be two codes
                continue
            case = trimmed.casefold() == best.strip().casefold()
            kind: FaultKind = "inconsistent case" if case else "spelling variant"
            found.append(Variant(value, best, kind, 0.95 if case else 0.85))
    return main, found


def _by_meaning(counts: Mapping[str, int], meaning: Callable[[str], str]) -> Iterator[Variant]:
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for value, rows in counts.items():
        groups[meaning(folded(value))].append((value, rows))
    for key, group in groups.items():
        if not key or len(group) == 1:
            continue
        group.sort(key=lambda g: (-g[1], g[0]))
        best = group[0][0]
        for value, _ in group[1:]:
            # Punctuation and plural are the same word; a synonym is an opinion.
            same_word = _letters(value)[:4] == _letters(best)[:4]
            yield Variant(value, best, "overlapping categories", 0.85 if same_word else 0.7)


def _letters(value: str) -> str:
    return "".join(_WORD.findall(folded(value)))


def _by_typing(counts: Mapping[str, int], open_list: bool) -> Iterator[Variant]:
    ratio = _RARER_OPEN if open_list else _RARER
    frequent = {folded(v): (v, n) for v, n in counts.items() if n >= max(3, ratio) and _is_word(v)}
    most = max((n for _, n in frequent.values()), default=0)
    rare = {
        folded(v): (v, n)
        for v, n in counts.items()
        if n * ratio <= most and len(v) >= (6 if open_list else 4)
    }
    for value, meant in _near(sorted(rare), sorted(frequent), 1 if open_list else 0):
        (shown, rows), (of, of_rows) = rare[value], frequent[meant]
        if value != meant and rows * ratio <= of_rows:
            yield Variant(shown, of, "spelling variant", 0.75 if open_list else 0.9)


def _is_word(value: str) -> bool:
    return sum(c.isalpha() for c in value) >= 4


def _near(rare: Sequence[str], frequent: Sequence[str], only: int) -> Iterator[tuple[str, str]]:
    """For each rare value the nearest of the frequent ones that it may be a slip of.

    `only`: at most so many letters differ; 0: as many as the length allows.
    """
    if not rare or not frequent:
        return
    pairs: Iterable[tuple[str, str]]
    if only or len(rare) * len(frequent) > _MOST_PAIRS:
        pairs = _one_letter_apart(rare, frequent)
    else:
        pairs = _alike(rare, frequent)
    best: dict[str, tuple[float, str]] = {}
    for value, meant in pairs:
        distance = _slips(value, meant)
        if distance is not None and (distance, meant) < best.get(value, (9.0, "")):
            best[value] = distance, meant
    for value, (_, meant) in sorted(best.items()):
        yield value, meant


def _alike(rare: Sequence[str], frequent: Sequence[str]) -> Iterator[tuple[str, str]]:
    import numpy as np
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    alike = cdist(rare, frequent, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    for row, column in np.argwhere(alike > 0):
        yield rare[row], frequent[column]


def _one_letter_apart(rare: Sequence[str], frequent: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs that become the same when each may lose a letter."""
    by_rest: dict[str, list[str]] = defaultdict(list)
    for value in frequent:
        for rest in _less_one(value[:60]):
            by_rest[rest].append(value)
    for value in rare:
        found = {f for rest in _less_one(value[:60]) for f in by_rest.get(rest, ())}
        for meant in sorted(found):
            yield value, meant


def _less_one(value: str) -> set[str]:
    return {value, *(value[:i] + value[i + 1 :] for i in range(len(value)))}


def _slips(value: str, meant: str) -> float | None:
    """How far a value lies from what was meant, in letters; None: it is no slip of it."""
    from rapidfuzz.distance import OSA

    if _DIGITS.findall(value) != _DIGITS.findall(meant):
        return None
    mine, theirs = _WORD.findall(value), _WORD.findall(meant)
    if len(mine) != len(theirs):
        whole = OSA.distance(value, meant, score_cutoff=1)
        return float(whole) if whole <= 1 and len(meant) >= 6 else None
    # A beginning or an end that makes another word of it: active and inactive.
    if abs(len(value) - len(meant)) >= 2 and (value in meant or meant in value):
        return None
    total = 0
    for a, b in zip(mine, theirs, strict=True):
        if a == b:
            continue
        shorter = min(len(a), len(b))
        allowed = (
            0 if shorter < 4 and len(mine) == 1 else 1 if shorter < 6 else max(2, shorter // 3)
        )
        apart = OSA.distance(a, b, score_cutoff=allowed)
        if apart > allowed:
            return None
        # Short words with another beginning are other words: east and west, won and own.
        if shorter < 5 and len(mine) == 1 and a[0] != b[0]:
            return None
        total += apart
    return float(total) if total else None
