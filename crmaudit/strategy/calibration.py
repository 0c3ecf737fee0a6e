"""By how much the workspace's own past projects differ from the published anchors.

    ln r = n · mean ln(days ÷ anchor) ÷ (n + 1)

over the n past projects of a kind. The mean is drawn towards 1, the anchors'
own word, as much as one more project would: a few projects move the estimate
a little, many decide it. This is credibility weighting, Z = n ÷ (n + K)
(Bühlmann 1967), with K = 1 by own choice. Ratios are averaged as logarithms,
so that twice and half cancel out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.strategy.anchors import MEDIUM, integration_days, table_days
from crmaudit.strategy.extraction import extraction
from crmaudit.strategy.extraction_part import Part
from crmaudit.strategy.once import once
from crmaudit.workspace.audit_file import PastProject

Kind = Literal["extraction", "integration"]
KINDS: Mapping[str, Kind] = {
    "extraction": "extraction",
    "integration": "integration",
    "migration": "integration",
}
"""Kinds of past projects → the kind whose published anchor they are compared with. A migration
brings tables into another system, as an integration does, and counts as one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A past project beside its anchor, both in working days.

    `anchor` is None where it cannot be compared; `why` says why, or what the
    anchor rests on.
    """

    name: str
    kind: str
    days: float
    anchor: float | None
    why: str

    @property
    def ratio(self) -> float | None:
        """What it took ÷ what the anchor says; None without an anchor, or without days."""
        return self.days / self.anchor if self.anchor and self.days else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What past projects make of the anchors of one kind.

    `ratio` is the mean of the `n` ones that could be compared, None without
    any; `used` is what estimates are multiplied by. `words` tell it.
    """

    kind: Kind
    n: int
    ratio: float | None
    used: float
    words: str


def compared(facts: Facts) -> tuple[Compared, ...]:
    """The past projects of brief.yaml, each beside its anchor, in the order of the file."""
    return _compared(facts)


def calibration(facts: Facts, kind: Kind) -> Calibration:
    """What is used for estimates of that kind."""
    return _calibrations(facts)[kind]


@once
def _compared(facts: Facts) -> tuple[Compared, ...]:
    return tuple(_beside(facts, p) for p in facts.workspace.brief.past_projects)


@once
def _calibrations(facts: Facts) -> Mapping[str, Calibration]:
    known = [(KINDS[c.kind], r) for c in compared(facts) if (r := c.ratio) is not None]
    return {kind: calibrated(kind, [r for k, r in known if k == kind]) for kind in KINDS.values()}


_TOLD: Mapping[Kind, str] = {
    "extraction": msg("extraction"),
    "integration": msg("integration or migration"),
}


def calibrated(kind: Kind, ratios: Sequence[float]) -> Calibration:
    """The ratio to use, from the ratios of past projects of that kind."""
    if not ratios:
        text = "uncalibrated: no past {kind} project can be compared with the published anchors"
        return Calibration(kind, 0, None, 1.0, msg(text, kind=_TOLD[kind]))
    total, n = sum(map(log, ratios)), len(ratios)
    ratio, used = exp(total / n), exp(total / (n + 1))
    values = {"kind": _TOLD[kind], "ratio": ratio, "used": used}
    if n == 1:
        text = (
            "your one past {kind} project took {ratio:.1f}× what the anchors say; used {used:.1f}×"
        )
        return Calibration(kind, n, ratio, used, msg(text, **values))
    text = "your {n} past {kind} projects took {ratio:.1f}× what the anchors say; used {used:.1f}×"
    return Calibration(kind, n, ratio, used, msg(text, n=n, **values))


def _beside(facts: Facts, project: PastProject) -> Compared:
    name, kind, days = project.name, project.kind, project.days
    if kind not in KINDS:
        why = msg("no anchor is published for the kind {kind}", kind=msg(kind))
        return Compared(name, kind, days, None, why)
    n = project.tables or _tables(facts, project)
    if not n:
        return Compared(name, kind, days, None, msg("its number of tables is not known"))
    scores = _scores(facts, project)
    score = sum(scores) / len(scores) if scores else MEDIUM
    each = table_days(score) if KINDS[kind] == "extraction" else integration_days(score)
    text = "{n} tables at {each:.1f} days" if n != 1 else "{n} table at {each:.1f} days"
    why = msg(text, n=n, each=each)
    if not scores:
        why = msg("{said}, taken as medium", said=why)
    return Compared(name, kind, days, n * each, why)


def _tables(facts: Facts, project: PastProject) -> int:
    system = facts.workspace.system.get(project.system or "")
    if system is None:
        return 0
    named: set[str] = set()
    for entity in project.entities or ("",):
        named.update(r.table for r in Part(facts, system, entity).mapped)
    return len(named)


def _scores(facts: Facts, project: PastProject) -> list[float]:
    """Scores of its entities in its system as they are now, else of the system."""
    system = facts.workspace.system.get(project.system or "")
    if system is None:
        return []
    found = [extraction(facts, system, e).score for e in project.entities]
    return [s for s in found or [extraction(facts, system).score] if s is not None]
