"""What drawings of the plan show: work in time, cost against benefit, days by who does them.

They belong to `crmaudit.report.specs`, which names them among the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.report import numbers
from crmaudit.report.specs_graph import Say
from crmaudit.strategy.schedule import CHAIN

TextTable = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
WorkStatus = Literal["proposed", "approved", "running", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Work:
    """An initiative's bar. `slack_to`: the day by which it may end and move nothing.

    `due` is a day that it has to keep; `late`: it does not. `stands_for` are the
    initiatives that the bar sums up, 0 for one of its own.
    """

    id: str
    label: str
    start: date
    end: date
    group: str = ""
    after: tuple[str, ...] = ()
    status: WorkStatus = "proposed"
    critical: bool = False
    slack_to: date | None = None
    due: date | None = None
    late: bool = False
    stands_for: int = 0


@dataclass(frozen=True, slots=True)
class Gantt:
    """Work from left to right; `deadlines` are days of the brief with their words."""

    works: tuple[Work, ...]
    present: date | None = None
    present_text: str = ""
    deadlines: tuple[tuple[date, str], ...] = ()
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        names = {w.id: w.label for w in self.works}
        rows = tuple(
            (
                w.group,
                w.label,
                numbers.month(w.start, self.language),
                numbers.month(w.end, self.language),
                ", ".join(names[a] for a in w.after if a in names),
                numbers.day(w.due, self.language) if w.due else "",
                say(CHAIN) if w.critical else "",
                "" if w.stands_for else say(w.status),
            )
            for w in self.works
        )
        heads = ("Phase", "Initiative", "Start", "End", "After", "To be kept", "Path", "Status")
        return tuple(map(say, heads)), rows


@dataclass(frozen=True, slots=True)
class Curve:
    """Cost and benefit added up, at the end of each month, low and high.

    `even` is the month in which the middle of the benefit reaches that of the
    cost. `ends` is the last month of work.
    """

    months: tuple[date, ...]
    cost: tuple[tuple[float, float], ...]
    benefit: tuple[tuple[float, float], ...]
    currency: str
    even: date | None = None
    ends: date | None = None
    cost_name: str = "Cost"
    benefit_name: str = "Benefit"
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        heads = (say("Month"), *(f"{say(n)}, {self.currency}" for n in self._names))
        return heads, tuple(
            (
                numbers.month(month, self.language),
                *(
                    f"{numbers.number(low, 0, self.language)}–"
                    f"{numbers.number(high, 0, self.language)}"
                    for low, high in (self.cost[n], self.benefit[n])
                ),
            )
            for n, month in enumerate(self.months)
        )

    @property
    def _names(self) -> tuple[str, str]:
        return self.cost_name, self.benefit_name


@dataclass(frozen=True, slots=True)
class Loads:
    """Days of work by period, by part (at most five); `capacity` is what there is a period."""

    parts: tuple[str, ...]
    periods: tuple[str, ...]
    days: tuple[tuple[float, ...], ...]
    """By period, one number a part."""
    capacity: tuple[float, ...] = ()
    """By period; empty where none is declared."""
    capacity_text: str = ""
    period_name: str = "Month"
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        more = (self.capacity_text or say("Capacity"),) if self.capacity else ()
        return (self.period_name, *self.parts, *more), tuple(
            (
                name,
                *(numbers.written(x, ".1f", self.language) for x in self.days[n]),
                *(numbers.written(self.capacity[n], ".1f", self.language) for _ in more),
            )
            for n, name in enumerate(self.periods)
        )
