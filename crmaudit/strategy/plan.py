"""Findings grouped into initiatives, sequenced by dependency.

Among the initiatives whose prerequisites are done, the one with the most
value for its effort comes next. Value is the sum of its findings' severities
(critical 8, high 4, medium 2, low 1), effort the middle of its range.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from crmaudit.engine import Finding, Judgement
from crmaudit.errors import InvalidInput, Problem
from crmaudit.facts import Facts
from crmaudit.rules import all_rules
from crmaudit.rules.base import SEVERITIES, Severity
from crmaudit.strategy.extraction import Extraction, extractions
from crmaudit.strategy.initiatives import OTHER, TEMPLATES, Template
from crmaudit.workspace.answers import InitiativeOverride, OwnInitiative

VALUE: Mapping[Severity, int] = {"critical": 8, "high": 4, "medium": 2, "low": 1}
Status = Literal["proposed", "approved", "running", "done", "dropped"]
_DAYS_PER_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Initiative:
    """One piece of work.

    `effort` is in working days, low and high. `phase` counts from 1; an
    initiative stands in a later phase than all its prerequisites. `start` and
    `end` are known only where the workspace says when the plan begins and how
    many days a month there are. `gains` are what it brings, in numbers that its
    findings have measured. `overridden` names what plan.yaml decided.
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
    cost: float | None = None
    note: str = ""
    overridden: tuple[str, ...] = ()
    gains: tuple[tuple[str, int], ...] = ()

    @property
    def value(self) -> int:
        return sum(VALUE[f.severity] for f in self.findings)

    @property
    def worst(self) -> Severity | None:
        return min((f.severity for f in self.findings), key=SEVERITIES.index, default=None)


@dataclass(frozen=True)
class Plan:
    """Initiatives in the order of work, and how hard each extraction will be."""

    initiatives: tuple[Initiative, ...]
    extractions: tuple[Extraction, ...] = ()
    dropped: tuple[Initiative, ...] = field(default=())

    @property
    def effort(self) -> tuple[float, float]:
        """Working days of everything that is not done yet."""
        left = [i for i in self.initiatives if i.status != "done"]
        return sum(i.effort[0] for i in left), sum(i.effort[1] for i in left)

    @property
    def phases(self) -> Mapping[int, tuple[Initiative, ...]]:
        found: dict[int, list[Initiative]] = {}
        for initiative in self.initiatives:
            found.setdefault(initiative.phase, []).append(initiative)
        return {p: tuple(i) for p, i in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class _Draft:
    """An initiative before it has its place in the sequence."""

    id: str
    template: Template
    findings: tuple[Finding, ...]
    override: InitiativeOverride
    after: tuple[str, ...]

    @property
    def effort(self) -> tuple[float, float]:
        if self.override.effort_days is not None:
            return self.override.effort_days, self.override.effort_days
        low, high, each_low, each_high = self.template.days
        n = len(self.findings)
        return low + n * each_low, high + n * each_high

    @property
    def urgency(self) -> float:
        value = sum(VALUE[f.severity] for f in self.findings)
        return value / max(sum(self.effort) / 2, 0.5)


def plan(facts: Facts, judgement: Judgement) -> Plan:
    """The plan that follows from the findings that count.

    Raises InvalidInput where plan.yaml names initiatives that do not exist or
    prerequisites that go round in a circle.
    """
    drafts = _drafts(facts, judgement)
    order, phase = _sequence(facts, drafts)
    placed = _dates(facts, [_initiative(drafts[i], phase[i], facts) for i in order])
    return Plan(
        tuple(i for i in placed if i.status != "dropped"),
        extractions(facts),
        tuple(i for i in placed if i.status == "dropped"),
    )


def _drafts(facts: Facts, judgement: Judgement) -> dict[str, _Draft]:
    file = facts.workspace.plan
    own = {o.id: o for o in file.own}
    known = {*TEMPLATES, "other", *own}
    codes = {r.code for r in all_rules()}
    problems = []

    def check(name: str, *path: str | int) -> None:
        if name not in known:
            place = facts.workspace.place("plan.yaml", *path)
            problems.append(Problem(f"there is no initiative {name!r}", place, _choices(known)))

    for name, override in file.initiatives.items():
        check(name, "initiatives", name)
        for i, before in enumerate(override.after):
            check(before, "initiatives", name, "after", i)
    for k, initiative in enumerate(file.own):
        for i, before in enumerate(initiative.after):
            check(before, "own", k, "after", i)
        for i, key in enumerate(initiative.findings):
            if key.split(" ", 1)[0] not in codes:
                place = facts.workspace.place("plan.yaml", "own", k, "findings", i)
                hint = "write a code, or a code and a subject: `INV101 system:crm`"
                problems.append(Problem(f"{key!r} names no rule", place, hint))
    if problems:
        raise InvalidInput(problems)
    # A finding that people gave to an initiative of their own is answered there, and once only.
    claimed: dict[str, list[Finding]] = {o: [] for o in own}
    groups: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        keys = {finding.code, f"{finding.code} {finding.subject}"}
        owner = next((o.id for o in file.own if keys & set(o.findings)), None)
        if owner is not None:
            claimed[owner].append(finding)
        else:
            slug = finding.initiative if finding.initiative in TEMPLATES else "other"
            groups.setdefault(slug, []).append(finding)
    drafts: dict[str, _Draft] = {}
    for slug, findings in groups.items():
        template = TEMPLATES.get(slug, OTHER)
        override = file.initiatives.get(slug, InitiativeOverride())
        drafts[slug] = _Draft(
            slug, template, tuple(findings), override, (*template.after, *override.after)
        )
    for o in own.values():
        template = Template(o.title, o.note, (1, 5, 0, 0), "to be named")
        drafts[o.id] = _Draft(o.id, template, tuple(claimed[o.id]), o, o.after)
    return drafts


def _sequence(facts: Facts, drafts: Mapping[str, _Draft]) -> tuple[list[str], dict[str, int]]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(drafts)
    for draft in drafts.values():
        # A prerequisite without findings is done already; its own still bind.
        for before in _present(draft.after, drafts, set()):
            graph.add_edge(before, draft.id)
    try:
        circle = nx.find_cycle(graph)
    except nx.NetworkXNoCycle:
        pass
    else:
        names = " → ".join(str(e[0]) for e in circle)
        raise InvalidInput(
            [
                Problem(
                    f"initiatives wait for each other: {names}",
                    facts.workspace.place("plan.yaml", "initiatives"),
                    "take one `after:` out",
                )
            ]
        )
    waiting = {n: graph.in_degree(n) for n in graph}
    ready = [(-drafts[n].urgency, n) for n, k in waiting.items() if k == 0]
    heapq.heapify(ready)
    order: list[str] = []
    phase: dict[str, int] = {}
    while ready:
        _, name = heapq.heappop(ready)
        order.append(name)
        earliest = max((phase[b] + 1 for b in graph.predecessors(name)), default=1)
        phase[name] = max(drafts[name].override.phase or earliest, earliest)
        for successor in graph.successors(name):
            waiting[successor] -= 1
            if waiting[successor] == 0:
                heapq.heappush(ready, (-drafts[successor].urgency, successor))
    order.sort(key=phase.__getitem__)  # stable: within a phase the order stays
    return order, phase


def _present(after: tuple[str, ...], drafts: Mapping[str, _Draft], seen: set[str]) -> list[str]:
    found = []
    for name in after:
        if name in drafts:
            found.append(name)
        elif name not in seen and name in TEMPLATES:
            seen.add(name)
            found += _present(TEMPLATES[name].after, drafts, seen)
    return list(dict.fromkeys(found))


def _initiative(draft: _Draft, phase: int, facts: Facts) -> Initiative:
    override = draft.override
    people = Counter(f.who for f in draft.findings if f.who)
    owner = override.owner or (people.most_common(1)[0][0] if people else None)
    own = isinstance(override, OwnInitiative)
    decided = tuple(
        k for k in override.model_fields_set if k not in ("id", "title", "findings") or not own
    )
    return Initiative(
        id=draft.id,
        title=override.title or draft.template.title,
        goal=override.description or draft.template.goal,
        findings=draft.findings,
        effort=draft.effort,
        after=draft.after,
        role=draft.template.role,
        owner=owner,
        skills=override.skills or draft.template.skills,
        phase=phase,
        status=override.status or "proposed",
        start=override.start,
        end=override.end,
        cost=_cost(draft, facts),
        note=override.note,
        overridden=tuple(sorted(decided)),
        gains=_gains(draft),
    )


def _gains(draft: _Draft) -> tuple[tuple[str, int], ...]:
    """What its findings have counted of what it would better, each with what that is."""
    sums: Counter[str] = Counter()
    for finding in draft.findings:
        for m in finding.measurements:
            words = draft.template.gains.get(m.label)
            if words and m.part:
                sums[words] += m.part
    return tuple(sums.items())


def _cost(draft: _Draft, facts: Facts) -> float | None:
    """Given in plan.yaml, else the middle of the effort at the internal rate, 8 hours a day."""
    if draft.override.cost is not None:
        return draft.override.cost
    rate = facts.workspace.audit.hourly_rate
    return None if rate is None else rate * 8 * sum(draft.effort) / 2


def _dates(facts: Facts, initiatives: list[Initiative]) -> list[Initiative]:
    """Start and end by capacity, one after the other, where the workspace gives both."""
    from dataclasses import replace

    workspace = facts.workspace
    begin = workspace.plan.start or workspace.brief.resources.start
    capacity = workspace.plan.capacity_days_per_month or workspace.brief.resources.days_per_month
    if begin is None or not capacity:
        return initiatives
    clock, placed = begin, []
    for initiative in initiatives:
        if initiative.status in ("done", "dropped"):
            placed.append(initiative)
            continue
        start = initiative.start or clock
        span = sum(initiative.effort) / 2 / capacity * _DAYS_PER_MONTH
        end = initiative.end or start + timedelta(days=round(span))
        clock = max(clock, end)
        placed.append(replace(initiative, start=start, end=end))
    return placed


def _choices(known: set[str]) -> str:
    return "known: " + ", ".join(sorted(known))
