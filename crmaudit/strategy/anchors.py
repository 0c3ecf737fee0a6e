"""Published anchors of effort, in working days for one table, and how far estimates err.

- CCI ETL Estimate Guidelines 1.1: 1, 2, 5, 8 and 15 days for a mapping that is
  very simple, simple, medium, complex, very complex, from assessment to
  implementation; 10 to 20 days a table from source to integration.
- McConnell, Software Estimation (2006), chapter 4, the cone of uncertainty:
  with complete requirements good estimates lie between 0.67 and 1.5 times what
  it takes, with a product definition only between 0.5 and 2.

- Two doubts about one number, its score and the stage of the estimate, are
  joined as independent ones are: the root of the sum of their squares, of
  logarithms as both are factors (JCGM 100:2008, 5.1.2).

That complexity runs evenly over the scores 1 to 10, with days between the
anchors in a straight line, is an own proposal.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, hypot, log

ANCHORS: tuple[tuple[float, float], ...] = (
    (1.0, 1.0),
    (3.25, 2.0),
    (5.5, 5.0),
    (7.75, 8.0),
    (10.0, 15.0),
)
"""Score → days for one table: very simple, simple, medium, complex, very complex."""
INTEGRATION = (10.0, 20.0)
"""Days for one table from source to integration, at score 1 and 10."""
MEDIUM = 5.5
"""The score that is taken where none is known."""
FIRM, ROUGH = (0.67, 1.5), (0.5, 2.0)
"""What an estimate may be off where the tables are known, and where they are not."""


def table_days(score: float) -> float:
    """Days to extract one table at a score from 1 to 10."""
    for (x1, y1), (x2, y2) in pairwise(ANCHORS):
        if score <= x2:
            return y1 + (y2 - y1) * (max(score, x1) - x1) / (x2 - x1)
    return ANCHORS[-1][1]


def integration_days(score: float) -> float:
    """Days to bring one table from its source into another system, at a score from 1 to 10."""
    low, high = INTEGRATION
    return low + (high - low) * (min(max(score, 1.0), 10.0) - 1) / 9


def spread(
    likely: float, ends: tuple[float, float], firm: tuple[float, float]
) -> tuple[float, float]:
    """Low and high around the likely days: doubt about the score joined with that of the stage.

    `ends` are the days at the best and worst score, `firm` the factors of the stage.
    """
    down = hypot(log(likely / min(ends[0], likely)), log(1 / firm[0]))
    up = hypot(log(max(ends[1], likely) / likely), log(firm[1]))
    return likely * exp(-down), likely * exp(up)
