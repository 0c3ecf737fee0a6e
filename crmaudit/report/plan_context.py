"""What section files are given of the plan: a part of `crmaudit.report.context`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crmaudit.engine import Finding
from crmaudit.report.blocks import Table
from crmaudit.report.specs import Bubbles, Curve, Gantt, Loads
from crmaudit.strategy import Extraction, Initiative
from crmaudit.strategy.overrides import Closed
from crmaudit.strategy.scenarios import Outcome


@dataclass(frozen=True, slots=True)
class PhasePart:
    """One phase of the plan."""

    number: int
    """From 1."""
    name: str
    """`Phase 1: begins in months 1 to 3`; without dates `Phase 1`."""
    initiatives: tuple[Initiative, ...]
    """In the order of work."""
    findings: int
    """Findings that it answers."""
    effort: tuple[float, float]
    """Working days, low and high."""
    cost: float | None
    """The middle of `cost_range`; None where a cost is not known."""
    cost_range: tuple[float, float] | None
    """Low and high."""
    starts: date | None
    """None where no start or capacity is declared."""
    ends: date | None
    """Last day of its last initiative."""
    table: Table
    """What to do, why, and who leads: `{{ block(phase.table) }}`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that the plan asks somebody to decide."""

    who: str
    """Who has to decide."""
    text: str
    """What."""
    by: date | None = None
    """By when; None where no day is known."""


@dataclass(frozen=True, slots=True)
class ChosenPart:
    """The resources that are recommended, of those laid beside each other."""

    name: str
    """Of the scenario."""
    outcome: Outcome
    """What they can do."""
    critical: int
    """Critical findings that they leave without an answer, those of dropped work included."""
    why: str
    """The reason that plan.yaml gives; empty where the rule decided."""
    ruled: bool
    """Whether the rule decides so by what this edition tells; it may tell a part of the plan."""
    waiting: tuple[str, ...]
    """Questions that wait for work which they leave out, most important first."""
    asked: int
    """Questions that some open work helps to answer."""


@dataclass(frozen=True, slots=True)
class InitiativePart:
    """One initiative, for a page of its own."""

    id: str
    """By which plan.yaml names it."""
    title: str
    """What is to be done."""
    goal: str
    """What is true when it is done."""
    status: str
    """proposed, approved, running or done."""
    worst: tuple[Finding, ...]
    """The first three of its findings, the worst first."""
    more: int
    """How many findings there are besides."""
    facts: tuple[tuple[str, str], ...]
    """Effort, benefit, risk, leader, skills, prerequisites, days: name and words."""
    note: str
    """What plan.yaml notes."""


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The initiatives in the order of work."""

    initiatives: tuple[Initiative, ...]
    """All of them but those dropped."""
    phases: tuple[PhasePart, ...]
    """The same by phase."""
    effort: tuple[float, float]
    """Working days of what is not done yet, low and high."""
    cost: float | None
    """At the internal hourly rate; None where no rate is declared."""
    starts: date | None
    """First day of the first initiative; None where no start or capacity is declared."""
    ends: date | None
    """Last day of the last."""
    gantt: Gantt | None
    """None where the workspace gives no start or capacity; of many initiatives an overview."""
    gantt_parts: tuple[Gantt, ...]
    """All initiatives in several drawings, where one would not hold them; else empty."""
    value_map: Bubbles | None
    """Value against effort; of many initiatives those of most value."""
    decisions: tuple[Decision, ...]
    """One of each kind, the most urgent first."""
    extractions: tuple[Extraction, ...]
    """Systems by how hard their data are to extract, the hardest first."""
    cost_range: tuple[float, float] | None
    """Low and high of `cost`."""
    hours: tuple[float, float] | None
    """Hours a year lost today that open initiatives take on; None where none is told."""
    hours_unled: tuple[float, float] | None
    """Of these hours, those at stake in initiatives that nobody is named to lead."""
    money: tuple[float, float] | None
    """Money a year that open initiatives bring; None where none is known."""
    hidden_pains: int
    """Pains whose hours are counted nowhere, as fewer than five people bear or told them."""
    pains_left: int
    """Pains with known hours that no initiative takes on."""
    late: tuple[Initiative, ...]
    """Initiatives that end after the day they have to keep."""
    critical: tuple[Initiative, ...]
    """The longest chain of prerequisites, one initiative after the other."""
    critical_days: int
    """Its length in working days, each initiative at half of the capacity; 0 without dates."""
    capacity: float | None
    """Days of work a month; None where none is declared."""
    curve: Curve | None
    """Cost and benefit added up over time; None without dates, a rate or any benefit."""
    leaders: Loads | None
    """Days by period and by who leads, against the capacity."""
    skills: Loads | None
    """Days by period and by the skill first needed."""
    scenarios: tuple[Outcome, ...]
    """What each set of resources can do, that of the brief first."""
    chosen: ChosenPart | None
    """Which of them is recommended; None where there is no choice."""
    paid: float
    """What of the cost is paid to others, as far as it was declared; the rest is staff time."""
    between: tuple[date, date | None] | None
    """When all may be done, with all efforts at their low and at their high end; None without
    dates, its last None where nobody can say any more."""
    details: tuple[InitiativePart, ...]
    """Each initiative for a page of its own, in the order of work."""
    begin: date | None
    """The plan's first day, from which phases count; None where it is not declared."""
    unpriced: int
    """Open initiatives that buy something whose price nobody declared."""
    unnamed: int
    """Open initiatives that nobody is named to lead."""
    risks: tuple[int, ...]
    """Open initiatives of high, medium and low risk."""
    overdue: tuple[Initiative, ...]
    """Open initiatives with a day that was set for them and is over."""
    closed: tuple[Closed, ...]
    """What plan.yaml calls done or dropped and no finding asks for any more."""
    undated: str
    """Why there are no dates; empty where there are."""
