"""What section files are given of the time since the last audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crmaudit.report.blocks import KeyFigure
from crmaudit.report.specs import Lines


@dataclass(frozen=True, slots=True)
class SincePart:
    """What changed since the last audit: the newest remembered one of an earlier day."""

    last: date | None = None
    """The day that audit speaks of; None where none is remembered."""
    run: int = 0
    """Its number in `crmaudit history`."""
    audits: int = 0
    """How many earlier audits are remembered, each day once."""
    figures: tuple[KeyFigure, ...] = ()
    """What came, went, was promised: `{{ key_figures(since.figures) }}`."""
    lines: Lines | None = None
    """The first three main figures that changed, over all audits; None with fewer than three."""
    all_lines: Lines | None = None
    """All main figures that changed, over all audits; None where none did."""
    better: tuple[str, ...] = ()
    """Figures that are better, a sentence each, with both numbers."""
    worse: tuple[str, ...] = ()
    """Figures that are worse."""
    unlike: tuple[str, ...] = ()
    """Figures that cannot be compared, and why."""
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sentences for a section by topic: quality, duplicates, adoption, dysfunctions, maturity,
    mapping, inventory, cost, extraction, plan, findings."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Findings by what became of them: new, back, worse, `no longer found`, waived and more."""
    done: tuple[str, ...] = ()
    """Initiatives done since."""
    started: tuple[str, ...] = ()
    """Initiatives begun since."""
    kept: int = 0
    """Answers of the last audit with a due day whose finding is gone."""
    overdue: int = 0
    """Answers that are overdue now."""
    remarks: tuple[str, ...] = ()
    """What stands in the way of comparing, and what came and went."""
    changed: bool = False
    """Whether systems, entities, feeds or letters of the matrix changed."""
