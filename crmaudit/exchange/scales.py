"""Which scale a column of scores is on: by its header, else by its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

Scale = tuple[float, float]
"""What is worst and what is best."""

_RANGE = re.compile(r"(\d+)\s*(?:-|–|—|to|bis|à|a|\.\.+)\s*(\d+)")
_OUT_OF = re.compile(r"(?:/|\bof|\bvon|\bsur|\bsobre)\s*(\d+)")
_GRADES = re.compile(r"schulnote|grade 1 ?[-–] ?6", re.IGNORECASE)
_TOPS = (5, 7, 10, 100)
_SPARE, _MANY = 0.02, 50
"""The share of a column that may be slips, once it has that many cells."""


def highest(numbers: Sequence[tuple[float, int]]) -> float:
    """The largest of numbers with their counts, without the few that are slips."""
    left = _SPARE * sum(n for _, n in numbers) if sum(n for _, n in numbers) >= _MANY else 0
    for value, count in sorted(numbers, reverse=True):
        left -= count
        if left < 0:
            return value
    return 0.0


def scale_of(
    header: str,
    numbers: Sequence[tuple[float, int]],
    texts: Sequence[str],
    own: Scale,
    others: float = 0.0,
) -> tuple[Scale | None, str]:
    """The scale, and how it was told; None where the numbers are no scores.

    `numbers` come with their counts, `texts` are the cells that are texts,
    `own` is the fact's range, `others` the largest number in columns that are
    likely to be on the same scale.
    """
    if (said := _RANGE.search(header)) and int(said[1]) < int(said[2]):
        ends = float(said[1]), float(said[2])
        if _GRADES.search(header):
            return ends[::-1], ", school grades: 1 is best"
        return ends, ", by the header"
    top = highest(numbers)
    low = min(value for value, _ in numbers)
    out_of = [int(found[1]) for text in (header, *texts) if (found := _OUT_OF.search(text))]
    if out_of and top <= out_of[0]:
        return (0.0 if low < 1 else 1.0, float(out_of[0])), f", out of {out_of[0]}"
    if texts and all(t.strip().endswith("%") for t in texts) and low >= 0 and top <= 1:
        return (0.0, 1.0), ", shares"
    if low < 0:
        return None, ""
    reach = max(top, others)
    if own[0] <= low and reach <= own[1]:
        return own, ""
    for end in _TOPS:
        if reach <= end:
            told = "" if reach == top else f", though others go up to {others:g}"
            return (0.0 if low < 1 or end == 100 else 1.0, float(end)), told
    return None, ""
