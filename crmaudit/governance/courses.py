"""All that can be said of one KPI's series: trend, change, technique, target, oddities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crmaudit.governance.change_point import Break, change_point
from crmaudit.governance.kpis import Effect, Outlook, confounders, effect, outlook, overdue
from crmaudit.governance.seasons import Points, Rhythm, by_day, rhythm
from crmaudit.governance.trend import Trend, trend
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.kpis import Kpi, Technique


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one KPI.

    `silent` says why it has no values. `beside` are techniques that began at
    nearly the same time as its own. `overdue` is for how many days a value is.
    `named_in` so many interviews is it a measure. `evidence` are the ids of
    the documents that its values come from, where a database was asked.
    """

    kpi: Kpi
    points: Points
    rhythm: Rhythm
    technique: Technique | None = None
    trend: Trend | None = None
    change: Break | None = None
    effect: Effect | None = None
    beside: tuple[Technique, ...] = ()
    outlook: Outlook | None = None
    overdue: int | None = None
    named_in: int = 0
    silent: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def newest(self) -> tuple[date, float] | None:
        """The newest value and its day; of several on one day their median, as it is tested."""
        days = by_day(self.points)
        return days[-1] if days else None

    @property
    def since(self) -> date | None:
        """Since when it is another; None where nothing notable changed.

        The day of a sudden change, else that of the first value: then it
        changed by and by.
        """
        if self.trend is None or not self.trend.notable():
            return self.change.since if self.sudden and self.change else None
        return self.change.since if self.sudden and self.change else self.trend.first

    @property
    def sudden(self) -> bool:
        """Whether a notable change came at once."""
        return self.change is not None and self.change.sudden and self.change.notable()


def course(
    kpi: Kpi,
    points: Points,
    techniques: Sequence[Technique],
    interviews: Iterable[Interview],
    day: date | None,
    silent: str = "",
    evidence: tuple[str, ...] = (),
) -> Course:
    """The course of a KPI, as far as its values tell."""
    own = next((t for t in techniques if t.id == kpi.technique), None)
    found, beat = trend(points), rhythm(points)
    return Course(
        kpi,
        points,
        beat,
        own,
        found,
        change_point(points),
        effect(points, own.start) if own and own.start else None,
        confounders(own, techniques) if own else (),
        outlook(kpi, points, found),
        overdue(points, beat, day),
        sum(any(m.kpi == kpi.id for m in i.measures) for i in interviews),
        silent,
        evidence,
    )
