"""Which pairs reach a weight, in one look over many.

Nine candidates in ten are hopeless by what is assumed before anything is learnt. Splink writes down
all that it finds out of a pair; to be left out, a pair needs only the sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crmaudit.quality.collectors.matching.estimating import Floats, Parameters
from crmaudit.quality.collectors.matching.levels import Spec

HOPELESS = -12.0
"""Candidates below this weight are the same with less than 1 in 4,000: they are counted, and not
looked at again."""

_HAIR = 1e-3
"""Bits by which sums may differ that are made in another order, or of shorter numbers."""


def rare(specs: Sequence[Spec]) -> tuple[str, ...]:
    """The columns of which it counts how common their values are."""
    return tuple(sorted({g.terms for s in specs for g in s.grades if g.terms}))


def hopeful(specs: Sequence[Spec], p: Parameters, least: float) -> str:
    """SQL over a pair's columns: whether its weight is that, or less by no more than a hair.

    Beside the columns of the comparisons it reads, for each of `rare`, the
    column `rare_…`: -log2 of the value's share.
    """
    weights = " + ".join(_weight(s, p.m[k], p.u[k]) for k, s in enumerate(specs))
    return f"{p.prior()!r} + {weights} >= {least - _HAIR!r}"


def _weight(spec: Spec, m: Floats, u: Floats) -> str:
    cases = [f"WHEN {spec.null} THEN 0.0::FLOAT"]
    for grade, same, other in zip(spec.grades, m, u, strict=True):
        weight = f"({float(np.log2(same / other))!r})::FLOAT"
        if grade.terms:
            # The commoner of two values counts, as with Splink.
            seen = f"least(rare_{grade.terms}_l, rare_{grade.terms}_r)"
            weight = f"coalesce(({float(np.log2(same))!r})::FLOAT + {seen}, {weight})"
        cases.append(f"WHEN {grade.when or 'TRUE'} THEN {weight}")
    return f"CASE {' '.join(cases)} END"
