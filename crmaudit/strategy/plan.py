"""Findings grouped into initiatives, valued, staffed and set in time.

The initiative that, with all that it waits for, has the most value for its
effort comes next. Value is the sum of its findings' severities
(critical 8, high 4, medium 2, low 1), effort the middle of its range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from crmaudit.engine import Finding, Judgement
from crmaudit.errors import Problem
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import SEVERITIES, Severity
from crmaudit.strategy.against import against
from crmaudit.strategy.benefit import (
    Benefit,
    Licences,
    Shared,
    benefits,
    gains,
    questions,
    share_pains,
)
from crmaudit.strategy.choice import Choice, choose, urgent
from crmaudit.strategy.due import Due, due, overdue
from crmaudit.strategy.effort import feed_effort
from crmaudit.strategy.extraction import Extraction, extractions
from crmaudit.strategy.initiatives import CLOSED, Template
from crmaudit.strategy.overrides import Closed, check, overrides
from crmaudit.strategy.pieces import VALUE, Piece, pieces, replaced_by
from crmaudit.strategy.risk import Risk, risk
from crmaudit.strategy.scenarios import Outcome, between, dated, evaluate, means, total, undated
from crmaudit.strategy.sequence import chained, unless_closed, waits
from crmaudit.strategy.staffing import Holders, on_duty
from crmaudit.workspace.answers import InitiativeOverride, OwnInitiative

__all__ = ["VALUE", "Initiative", "Plan", "plan"]

Status = Literal["proposed", "approved", "running", "done", "dropped"]
HOURS = 8
"""Hours of a working day."""
OWN = 4
"""Value of an initiative that people added and no finding asks for: that of a high finding."""
BUYS = ("renew-or-replace",)
"""Templates of work that buys something: its days are not all that it costs."""
POINT = 100
"""Hours a year worth one point of value: rule GOV122 finds 200, two points, from the start."""


@dataclass(frozen=True, slots=True)
class Initiative:
    """One piece of work.

    `effort` is in working days, low and high. `start` and `end` are known only
    where the workspace says when the plan begins and how many days a month
    there are; then `phase` says when it begins, else it counts from 1 and is
    later than that of all it waits for. `gains` are what it brings, in numbers
    that its findings have measured. `overridden` names what plan.yaml decided.
    """

    id: str
    title: str
    goal: str
    findings: tuple[Finding, ...]
    effort: tuple[float, float]
    after: tuple[str, ...]
    role: str
    owner: str | None
    skills: tuple[str, ...]
    phase: int
    status: Status = "proposed"
    start: date | None = None
    end: date | None = None
    soonest: date | None = None
    """When it ends if all efforts are at their low end."""
    latest: date | None = None
    """The same at the high end; None where nobody can say any more."""
    cost: float | None = None
    """The middle of `cost_range`."""
    note: str = ""
    overridden: tuple[str, ...] = ()
    gains: tuple[tuple[str, int], ...] = ()
    template: str = ""
    """Id of the template; empty for an initiative of the organisation's own."""
    systems: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    cost_range: tuple[float, float] | None = None
    """In the audit's currency, once; None where no hourly rate is declared."""
    benefits: tuple[Benefit, ...] = ()
    risk: Risk = field(default_factory=lambda: Risk("low"))
    needs: tuple[str, ...] = ()
    """Questions of needs.yaml that it helps to answer."""
    due: Due | None = None
    slack: int | None = None
    """Working days that it may end later without moving what waits for it or missing its day."""
    critical: bool = False
    """Whether it stands on the longest chain of prerequisites."""
    load: tuple[tuple[date, float], ...] = ()
    """Its days by month."""
    weight: int = 0
    """Value of what no finding asks for."""
    left: tuple[str, date] | None = None
    """Who would lead it but leaves before its end, and that last day; then it has no owner."""
    stake: float = 0.0
    """Points for its benefit: one for `POINT` hours a year, money at the internal rate."""
    cost_least: float | None = None
    """What it costs at least where `cost_range` is not known: what is paid to others."""
    not_before: int | None = None
    """The phase that plan.yaml sets: the earliest in which it may begin."""
    overdue: Due | None = None
    """The first day that was set for it and was over, with the work open, on the audit's day."""
    unpriced: bool = False
    """Whether something has to be bought of which no price is declared."""
    against: tuple[str, ...] = ()
    """What of plan.yaml could not be kept, or does not fit the rest."""
    beyond: bool = False
    """Whether the brief's budget does not reach it."""
    paid: float = 0.0
    """What of the cost is paid to others, as far as it was declared."""

    @property
    def value(self) -> int:
        return sum(VALUE[f.severity] for f in self.findings) or self.weight

    @property
    def worth(self) -> float:
        """Value and benefit, in points."""
        return self.value + self.stake

    @property
    def pace(self) -> float:
        """Days that its worth is set against: half a day at least."""
        return max(self.days, 0.5)

    @property
    def urgency(self) -> float:
        """Value and benefit for each day of effort."""
        return self.worth / self.pace

    @property
    def days(self) -> float:
        """The middle of the effort."""
        return sum(self.effort) / 2

    @property
    def worst(self) -> Severity | None:
        return min((f.severity for f in self.findings), key=SEVERITIES.index, default=None)

    @property
    def hours(self) -> tuple[float, float] | None:
        """Hours a year that its pains cost today; None where none is told."""
        return _sum(self.benefits, "hours")

    @property
    def money(self) -> tuple[float, float] | None:
        """Money a year; None where none is known."""
        return _sum(self.benefits, "money")

    @property
    def late(self) -> bool:
        """Whether it ends after the day that it has to keep."""
        return self.due is not None and self.end is not None and self.end > self.due.day

    @property
    def open(self) -> bool:
        return self.status not in CLOSED


def _sum(found: Iterable[Benefit], kind: str) -> tuple[float, float] | None:
    mine = [b for b in found if b.kind == kind]
    return (sum(b.low for b in mine), sum(b.high for b in mine)) if mine else None


@dataclass(frozen=True)
class Plan:
    """Initiatives in the order of work, and how hard each extraction will be."""

    initiatives: tuple[Initiative, ...]
    extractions: tuple[Extraction, ...] = ()
    dropped: tuple[Initiative, ...] = field(default=())
    orphans: tuple[Problem, ...] = ()
    """What plan.yaml names and nothing asks for any more."""
    pains: Shared = field(default_factory=lambda: Shared({}, (), 0))
    """Which pain is counted for which initiative, and which for none."""
    scenarios: tuple[Outcome, ...] = ()
    """What each set of resources can do, that of the brief first; empty where none is declared."""
    critical_days: int = 0
    """Length of the longest chain of prerequisites in working days, each initiative at half of the
    capacity."""
    begin: date | None = None
    capacity: float | None = None
    """Days a month."""
    closed: tuple[Closed, ...] = ()
    """What plan.yaml calls done or dropped and nothing asks for any more."""
    undated: str = ""
    """Why there are no dates; empty where there are."""
    choice: Choice | None = None
    """Which of the `scenarios` is recommended; None where there is no choice."""
    chain: tuple[str, ...] = ()
    """Ids of the longest chain of prerequisites; of several that are as long, of one."""

    @property
    def chosen(self) -> Outcome | None:
        """What the resources that are recommended can do."""
        id = self.choice.id if self.choice else None
        return next((x for x in self.scenarios if x.means.id == id), None)

    def unanswered(self, found: Outcome) -> int:
        """Critical findings that these means leave without an answer, or that nobody answers."""
        dropped = sum(f.urgent for i in self.dropped for f in i.findings)
        return urgent(found, self.initiatives) + dropped

    @property
    def effort(self) -> tuple[float, float]:
        """Working days of everything that is not done yet."""
        left = [i for i in self.initiatives if i.status != "done"]
        return sum(i.effort[0] for i in left), sum(i.effort[1] for i in left)

    @property
    def numbers(self) -> Mapping[str, int]:
        """Initiative → its number in the order of work, by which the report calls it."""
        return {i.id: n for n, i in enumerate(self.initiatives, 1)}

    @property
    def phases(self) -> Mapping[int, tuple[Initiative, ...]]:
        found: dict[int, list[Initiative]] = {}
        for initiative in self.initiatives:
            found.setdefault(initiative.phase, []).append(initiative)
        return {p: tuple(i) for p, i in sorted(found.items())}

    @property
    def cost(self) -> tuple[float, float] | None:
        """Of what is not done yet; None where one cost is not known."""
        return total(i.cost_range for i in self.initiatives if i.status != "done")

    @property
    def between(self) -> tuple[date, date | None] | None:
        """The first and the last day on which all may be done, as efforts go; see `Outcome`."""
        left = [i for i in self.initiatives if i.open and i.end]
        return between(
            {i.id: i.soonest for i in left if i.soonest},
            {i.id: i.end for i in left if i.end},
            {i.id: i.latest for i in left if i.latest},
        )

    @property
    def hours(self) -> tuple[float, float] | None:
        return _sum((b for i in self.initiatives if i.open for b in i.benefits), "hours")

    @property
    def money(self) -> tuple[float, float] | None:
        return _sum((b for i in self.initiatives if i.open for b in i.benefits), "money")


def _stake(facts: Facts, found: Iterable[Benefit]) -> float:
    hours = sum((b.low + b.high) / 2 for b in found if b.kind == "hours")
    money = sum((b.low + b.high) / 2 for b in found if b.kind == "money")
    rate = facts.workspace.audit.hourly_rate
    return (hours + (money / rate if rate else 0.0)) / POINT


def plan(facts: Facts, judgement: Judgement) -> Plan:
    """The plan that follows from the findings that count.

    Raises InvalidInput where plan.yaml names initiatives that do not exist or
    prerequisites that go round in a circle.
    """
    check(facts)
    claimed, free = _claimed(facts, judgement)
    found = pieces(facts, free)
    days = {p.id: _days(facts, p) for p in found}
    own = {o.id: _own(o, claimed[o.id]) for o in facts.workspace.plan.own}
    decided = overrides(facts, found, days, tuple(own.values()))
    pains = share_pains(facts, found)
    everything = (*found, *own.values())
    given: dict[str, InitiativeOverride] = {
        **decided.by_piece,
        **{o.id: o for o in facts.workspace.plan.own},
    }
    after = unless_closed(waits(facts, everything, given), given)
    holders, paid = Holders(facts), Licences(found)
    drafts = []
    for piece in everything:
        effort = days.get(piece.id, (1.0, 5.0))
        made = _initiative(facts, piece, given[piece.id], effort, after[piece.id], holders)
        brings = benefits(facts, piece, given[piece.id], pains.by_piece.get(piece.id, ()), paid)
        drafts.append(replace(made, benefits=brings, stake=_stake(facts, brings)))
    ordered = chained(drafts)
    base = means(facts)[0]
    placed, made_of = dated(facts, ordered, base, holders)
    about = {p.id: p for p in everything}
    placed = tuple(_led(facts, i, about[i.id], given[i.id], holders) for i in placed)
    told = against(placed, given, facts.day)
    kept = tuple(replace(i, against=told[i.id]) for i in placed if i.status != "dropped")
    outcomes = tuple(evaluate(facts, kept, m, base, holders) for m in means(facts))
    beyond = {*outcomes[0].left}
    kept = tuple(replace(i, beyond=i.id in beyond) for i in kept)
    return Plan(
        kept,
        extractions(facts),
        tuple(i for i in placed if i.status == "dropped"),
        decided.orphans,
        pains,
        outcomes if facts.workspace.brief.scenarios or base.known else (),
        made_of.critical_days,
        base.start,
        base.capacity,
        decided.closed,
        "" if any(i.load for i in kept) else undated(base),
        choose(facts, outcomes, kept),
        made_of.chain,
    )


def _led(
    facts: Facts, i: Initiative, piece: Piece, override: InitiativeOverride, holders: Holders
) -> Initiative:
    """Nobody leads what ends after their last day: who has the duty does, or has to be named."""
    last = i.end or facts.day
    gone = _leaves(facts, i.owner, last)
    if not i.open or gone is None:
        return i
    other = None if override.owner else on_duty(facts, piece)
    if other and _leaves(facts, other, last) is None:
        return replace(i, owner=other)
    level = risk(facts, piece, i.effort, i.skills, len(i.after), None, holders, override.risk)
    return replace(i, owner=None, left=(i.owner or "", gone), risk=level)


def _leaves(facts: Facts, person: str | None, last: date | None) -> date | None:
    """The last day of somebody who leaves before the work's."""
    known = facts.workspace.person.get(person or "")
    if known is None or known.leaves is None or last is None or known.leaves >= last:
        return None
    return known.leaves


def _claimed(
    facts: Facts, judgement: Judgement
) -> tuple[Mapping[str, list[Finding]], list[Finding]]:
    """A finding that people gave to an initiative of their own is answered there, and once only."""
    file = facts.workspace.plan
    claimed: dict[str, list[Finding]] = {o.id: [] for o in file.own}
    free: list[Finding] = []
    for finding in judgement.findings:
        keys = {finding.code, f"{finding.code} {finding.subject}"}
        owner = next((o.id for o in file.own if keys & set(o.findings)), None)
        owner = owner or replaced_by(facts, finding)
        (free if owner is None else claimed[owner]).append(finding)
    return claimed, free


def _own(own: OwnInitiative, findings: list[Finding]) -> Piece:
    template = Template(own.title, own.note, (1, 5, 0, 0), "to be named")
    return Piece(own.id, "", template, own.title, tuple(findings), own.replaces)


def _days(facts: Facts, piece: Piece) -> tuple[float, float]:
    low, high, each_low, each_high = piece.template.days
    low, high = low + piece.days[0], high + piece.days[1]
    if piece.feed is not None:
        built = feed_effort(facts, piece.feed)
        return low + built[0], high + built[1]
    others = [feed_effort(facts, f) for f in piece.others]
    low, high = low + sum(d[0] for d in others), high + sum(d[1] for d in others)
    return low + piece.units * each_low, high + piece.units * each_high


def _initiative(
    facts: Facts,
    piece: Piece,
    override: InitiativeOverride,
    effort: tuple[float, float],
    after: tuple[str, ...],
    holders: Holders,
) -> Initiative:
    if override.effort_days is not None:
        effort = (override.effort_days, override.effort_days)
    people = Counter(f.who for f in piece.findings if f.who)
    owner = override.owner or (people.most_common(1)[0][0] if people else None)
    if owner is None and piece.feed is not None:
        owner = facts.workspace.system[piece.feed.target].owners.it
    owner = owner or on_duty(facts, piece)
    own = isinstance(override, OwnInitiative)
    ignored = ("id", "title", "findings") if own else ("id",)
    cost, least = _cost(facts, override, effort)
    skills = override.skills or tuple(msg(s) for s in piece.template.skills)
    return Initiative(
        id=piece.id,
        title=override.title or piece.title,
        goal=override.description or (piece.template.goal if own else msg(piece.template.goal)),
        findings=piece.findings,
        effort=effort,
        after=after,
        role=msg(piece.template.role),
        owner=owner,
        skills=skills,
        phase=override.phase or 1,
        status=override.status or "proposed",
        start=override.start,
        end=override.end,
        cost=None if cost is None else sum(cost) / 2,
        note=override.note,
        overridden=tuple(sorted(k for k in override.model_fields_set if k not in ignored)),
        gains=tuple((words, n) for words, n, *_ in gains(piece)),
        template=piece.slug,
        systems=piece.systems,
        entities=piece.entities,
        cost_range=cost,
        risk=risk(facts, piece, effort, skills, len(after), owner, holders, override.risk),
        needs=questions(piece),
        due=due(facts, piece, override),
        weight=piece.value or (OWN if own else 0),
        cost_least=least,
        paid=_paid(facts, override, effort),
        not_before=override.phase,
        unpriced=piece.slug in BUYS and override.cost is None and override.external_cost is None,
        overdue=overdue(facts, piece, override),
    )


def _paid(facts: Facts, override: InitiativeOverride, effort: tuple[float, float]) -> float:
    """What plan.yaml says of it; of a cost as a whole what is above its days at the rate."""
    if override.cost is None:
        return override.external_cost or 0.0
    rate = facts.workspace.audit.hourly_rate
    return 0.0 if rate is None else max(0.0, override.cost - rate * HOURS * sum(effort) / 2)


def _cost(
    facts: Facts, override: InitiativeOverride, effort: tuple[float, float]
) -> tuple[tuple[float, float] | None, float | None]:
    """Given in plan.yaml, else the effort at the internal rate, and what is paid to others.

    Without a rate only the latter is known: the second value.
    """
    if override.cost is not None:
        return (override.cost, override.cost), None
    rate, more = facts.workspace.audit.hourly_rate, override.external_cost
    if rate is None:
        return None, more
    low, high = (rate * HOURS * days + (more or 0.0) for days in effort)
    return (low, high), None
