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

# In longer lists three letters are a code, of which the case may tell.
_MOST_CODES = 50
_FEW = 8
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
            if len(trimmed) <= (3 if len(counts) > _MOST_CODES else 1):
                main[value] = counts[value]  # `a` and `A`, `To` and `TO` may be two codes
                continue
            case = trimmed.casefold() == best.strip().casefold()
            kind: FaultKind = "inconsistent case" if case else "spelling variant"
            found.append(Variant(value, best, kind, 0.95 if case else 0.85))
    return main, found


def _by_meaning(counts: Mapping[str, int], meaning: Callable[[str], str]) -> Iterator[Variant]:
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    # One letter is an abbreviation beside few others only, else the letter itself.
    letters = len(counts) <= _FEW
    for value, rows in counts.items():
        if letters or len(value.strip()) > 1:
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
    # Numbers before a unit are no part of the word: 82 pieces, 7 peices.
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for value, rows in counts.items():
        if _is_word(value):
            groups[_DIGITS.sub("#", folded(value))].append((value, rows))
    total = {key: sum(n for _, n in group) for key, group in groups.items()}
    frequent = sorted(key for key, n in total.items() if n >= max(3, ratio))
    most = max((total[key] for key in frequent), default=0)
    least = 6 if open_list else 4
    rare = sorted(key for key, n in total.items() if n * ratio <= most and len(key) >= least)
    for value, meant, slips in _near(rare, frequent, 1 if open_list else 0):
        # Two slips in one value are rarer than one, other words as likely as ever.
        rarer = ratio if slips <= 1 else max(ratio, 2 * _RARER)
        if value != meant and total[value] * rarer <= total[meant]:
            of = max(groups[meant], key=lambda g: (g[1], g[0]))[0]
            for shown, _ in groups[value]:
                yield Variant(shown, of, "spelling variant", 0.75 if open_list else 0.9)


def _is_word(value: str) -> bool:
    """Whether people wrote it in words; a code one letter off is another code."""
    if "_" in value or (" " not in value.strip() and any(c.isdigit() for c in value)):
        return False
    return sum(c.isalpha() for c in value) >= 4


def _near(
    rare: Sequence[str], frequent: Sequence[str], only: int
) -> Iterator[tuple[str, str, float]]:
    """For each rare value the nearest of the frequent ones that it may be a slip of, and how far.

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
    for value, (distance, meant) in sorted(best.items()):
        yield value, meant, distance


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
        allowed = len(meant) // 6 if len(meant) < 20 else 3
        whole = OSA.distance(value, meant, score_cutoff=allowed)
        return float(whole) if whole <= allowed else None
    # A beginning or an end that makes another word of it: active and inactive.
    if abs(len(value) - len(meant)) >= 2 and (value in meant or meant in value):
        return None
    total = 0
    for a, b in zip(mine, theirs, strict=True):
        if a == b:
            continue
        shorter = min(len(a), len(b))
        # Short words one letter apart are other words: east and west, type A and type B.
        allowed = 0 if shorter < 4 else 1 if shorter < 6 else max(2, shorter // 3)
        apart = OSA.distance(a, b, score_cutoff=allowed)
        if apart > allowed or (apart > 1 and a[0] != b[0]):
            return None
        if shorter < 5 and len(mine) == 1 and a[0] != b[0]:
            return None
        total += apart
    return float(total) if total else None
