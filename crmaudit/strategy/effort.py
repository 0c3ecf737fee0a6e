"""What an extraction or a feed takes, in working days: a range, with what it rests on.

    days = Σ tables · anchor(score) · ratio

The anchor of one table is published: 1, 2, 5, 8, 15 days for very simple to
very complex mappings, and 10 to 20 days from source to integration (CCI ETL
Estimate Guidelines 1.1). Extractions take the former, feeds the latter. What
is likely stands at the score as far as it is known; the low end takes the
unknown criteria at their best and the high end at their worst, both widened by
the error that estimates of that stage have (`crmaudit.strategy.anchors`).
`ratio` says by how much past projects of the workspace differed
(`crmaudit.strategy.calibration`). Sums add low ends to low ends and high to
high: errors of one audit lean the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from statistics import median

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.strategy.anchors import FIRM, MEDIUM, ROUGH, integration_days, spread, table_days
from crmaudit.strategy.calibration import calibration
from crmaudit.strategy.extraction import Extraction, cell_extractions, extraction, held
from crmaudit.strategy.extraction_part import Part
from crmaudit.strategy.once import once
from crmaudit.strategy.target_model import FeedTarget

USUAL = 2
"""Tables that an entity is taken to have where no entity of the workspace is mapped."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Working days of one extraction: low, likely, high.

    `tables` are those that count; `assumed` of them are not known but taken
    from what is usual. `ratio` is what past projects make of the anchors, 1
    without any. `basis` tells all that in a sentence.
    """

    low: float
    likely: float
    high: float
    tables: int
    assumed: int
    ratio: float
    basis: str

    @property
    def days(self) -> tuple[float, float]:
        return self.low, self.high


def effort(facts: Facts, found: Extraction) -> tuple[float, float]:
    """Working days of one extraction, low and high."""
    return estimate(facts, found).days


def estimate(facts: Facts, found: Extraction, done: Collection[str] = ()) -> Effort:
    """What one extraction takes. `done` are tables that are extracted already, as `tables` has
    them: they cost nothing any more.

    A system takes what its entities take, each table once. One that holds
    none takes what its tables take.
    """
    if found.entity:
        return _of(facts, [found], done)
    system = facts.workspace.system[found.system]
    mine = [c for c in cell_extractions(facts) if c.system == found.system]
    order = {e: i for i, e in enumerate(held(facts, system))}
    return _of(facts, sorted(mine, key=lambda c: order[c.entity]) or [found], done)


def tables(facts: Facts, system: str, entity: str) -> tuple[str, ...]:
    """Tables of an entity in a system, as `system:table`; empty where nobody said which."""
    part = Part(facts, facts.workspace.system[system], entity)
    names = [t.qualified for t in part.tables] or [r.table for r in part.mapped]
    return tuple(dict.fromkeys(f"{system}:{name}" for name in names))


def feed_effort(facts: Facts, feed: FeedTarget) -> tuple[float, float]:
    """Working days to build a feed, low and high: for each entity the anchor of one table from
    source to integration, by how hard its source is."""
    system = facts.workspace.system[feed.source]
    ratio = calibration(facts, "integration").used
    low = high = 0.0
    for entity in feed.entities or ("",):
        found = extraction(facts, system, entity)
        ends = _days(found, integration_days, bool(tables(facts, feed.source, entity)))
        low, high = low + ends[0] * ratio, high + ends[2] * ratio
    return low, high


def _of(facts: Facts, cells: Collection[Extraction], done: Collection[str]) -> Effort:
    ratio = calibration(facts, "extraction").used
    seen = set(done)
    sums = [0.0, 0.0, 0.0]
    n = assumed = 0
    for cell in cells:
        known = tables(facts, cell.system, cell.entity)
        new = [t for t in known if t not in seen]
        seen.update(new)
        guess = 0 if known else usual(facts)
        for i, days in enumerate(_days(cell, table_days, bool(known))):
            sums[i] += (len(new) + guess) * days * ratio
        n, assumed = n + len(new) + guess, assumed + guess
    low, likely, high = sums
    return Effort(low, likely, high, n, assumed, ratio, _basis(n, assumed, ratio))


def _days(
    found: Extraction, anchor: Callable[[float], float], firm: bool
) -> tuple[float, float, float]:
    """Low, likely and high days for one table; `firm`: its tables are known."""
    best, worst = found.range
    likely = anchor(MEDIUM if found.score is None else found.score)
    low, high = spread(likely, (anchor(best), anchor(worst)), FIRM if firm else ROUGH)
    return low, likely, high


def _basis(n: int, assumed: int, ratio: float) -> str:
    if not n:
        return msg("its tables are extracted with another entity")
    said = counted(n, "table")
    if assumed == n:
        said = msg("{tables} taken as usual: nobody mapped it", tables=said)
    elif assumed:
        said = msg("{tables}, {n} of them taken as usual", tables=said, n=assumed)
    if ratio != 1:
        return msg("{tables}, {ratio:.1f}× the anchors", tables=said, ratio=ratio)
    return said


@once
def usual(facts: Facts) -> int:
    """Tables that an entity usually has: the median of those that are mapped."""
    found = [
        n
        for s in facts.workspace.in_scope
        for e in held(facts, s)
        if (n := len(tables(facts, s.id, e)))
    ]
    return max(1, round(median(found))) if found else USUAL
