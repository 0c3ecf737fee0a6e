"""Charts of the report, made from facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.governance.dysfunctions import places, where
from crmaudit.report import specs as s
from crmaudit.report.numbers import money, number, share
from crmaudit.report.wording import counted, span
from crmaudit.rules.base import ROOMS, SEVERITIES
from crmaudit.strategy import Plan


def cost_bars(facts: Facts) -> s.Bars | None:
    """Yearly cost by system in scope, the dearest first, at most twenty."""
    costs = sorted(
        (
            (r.cost.total, r.system.name, r.cost.year)
            for r in facts.inventory.in_scope
            if r.cost is not None and r.cost.total is not None
        ),
        reverse=True,
    )
    if not costs:
        return None
    currency = facts.inventory.currency
    return s.Bars(
        tuple(
            s.Bar(f"{name} ({year})", total, money(total, currency))
            for total, name, year in costs[:20]
        ),
        label_name="System",
        value_name=f"{currency} a year",
    )


def lifecycle(facts: Facts) -> s.Timeline | None:
    """Dates that come: ends of contracts, of vendors' support, of own use."""
    tasks: list[s.Task] = []
    for row in facts.inventory.rows:
        if not row.system.in_scope:
            continue
        life, contract = row.system.lifecycle, row.system.contract
        begin = life.since or (contract.start if contract else None)
        dates = (
            ("vendor support", life.vendor_support_ends, bool(row.out_of_support)),
            ("contract", contract.end if contract else None, False),
            ("own use", life.phase_out or life.retired, False),
        )
        for what, end, alarm in dates:
            if end is None:
                continue
            start = begin if begin is not None and begin < end else end
            if facts.day is not None:
                start = max(start, min(end, facts.day - timedelta(days=730)))
            tasks.append(
                s.Task(
                    f"{row.system.id}-{what}",
                    f"{row.system.name}: {what}",
                    start,
                    end,
                    group=what,
                    detail=f"ends {end}",
                    mark=alarm,
                )
            )
    if not tasks:
        return None
    tasks.sort(key=lambda t: (t.group, t.end, t.label))
    return s.Timeline(tuple(tasks[:40]), facts.day, "as of")


def rooms(judgement: Judgement) -> s.Stacked | None:
    """Findings by room and severity."""
    names = tuple(ROOMS.values())
    items = []
    for name in names:
        mine = [f for f in judgement.findings if f.room == name]
        counts = [sum(f.severity == x for f in mine) for x in SEVERITIES]
        if mine:
            items.append(
                s.Stack(name, tuple(float(c) for c in counts), tuple(str(c) for c in counts))
            )
    return s.Stacked(SEVERITIES, tuple(items), label_name="Area") if items else None


def gantt(plan: Plan, day: date | None) -> s.Timeline | None:
    """Initiatives in time, with what each waits for."""
    known = {i.id for i in plan.initiatives if i.start and i.end}
    tasks = tuple(
        s.Task(
            i.id,
            i.title,
            i.start,
            i.end,
            group=f"Phase {i.phase}",
            after=tuple(a for a in i.after if a in known),
            mark=i.worst == "critical",
        )
        for i in plan.initiatives
        if i.start and i.end
    )
    return s.Timeline(tasks, day, "as of") if tasks else None


def value_map(plan: Plan) -> s.Bubbles | None:
    """Value of each initiative against its effort, both relative to the largest."""
    todo = [i for i in plan.initiatives if i.findings and i.status != "done"]
    if len(todo) < 4:
        return None
    most_value = max(i.value for i in todo)
    most_days = max(sum(i.effort) for i in todo)
    return s.Bubbles(
        tuple(
            s.Bubble(
                i.title,
                sum(i.effort) / most_days,
                i.value / most_value,
                len(i.findings),
                i.worst == "critical",
                f"{counted(len(i.findings), 'finding')}, {span(i.effort)} days",
            )
            for i in todo
        ),
        x_name="Effort",
        y_name="Value",
        quadrants=("do first", "plan well", "when convenient", "question"),
        size_name="Findings",
    )


def extraction_bars(facts: Facts, plan: Plan) -> s.Bars | None:
    """Extraction complexity, the hardest first; None for many, which the table tells better."""
    scored = [e for e in plan.extractions if e.score is not None]
    if not 0 < len(scored) <= 12:
        return None
    names = facts.workspace.system
    return s.Bars(
        tuple(
            s.Bar(
                names[e.system].name,
                e.score,
                f"{number(e.score, 1)} ({number(e.range[0], 1)}–{number(e.range[1], 1)}), "
                f"{100 * e.coverage:.0f} % known",
                e.band in ("hard", "very hard"),
            )
            for e in scored
        ),
        top=10,
        label_name="System",
        value_name="Complexity 1–10 (range)",
    )


def extraction_heat(facts: Facts, plan: Plan) -> s.Heat | None:
    """Difficulty of each system by criterion; dark is hard."""
    scored = [e for e in plan.extractions if e.score is not None]
    if not scored:
        return None
    return s.Heat(
        tuple(f"{facts.workspace.system[e.system].name} {number(e.score, 1)}" for e in scored),
        tuple(x.name for x in scored[0].criteria),
        tuple(
            tuple(
                s.HeatCell(None)
                if x.difficulty is None
                else s.HeatCell((x.difficulty - 1) / 9, number(x.difficulty, 0))
                for x in e.criteria
            )
            for e in scored
        ),
        "System",
    )


def dysfunctions(facts: Facts) -> s.Bars | None:
    """Places that do not work by process, the worst first."""
    registers, processes = facts.workspace.registers, facts.workspace.processes
    everywhere = places(processes)
    struck = {
        place
        for d in registers.dysfunctions
        if d.status != "solved"
        for place in where(d, everywhere)
    }
    bars = []
    for process in processes:
        whole = sum(p[0] == process.id for p in everywhere)
        part = sum(p[0] == process.id for p in struck)
        if whole:
            rate = part / whole
            bars.append(s.Bar(process.name, 100 * rate, share(part, whole), rate > 0.1))
    if not struck:
        return None
    bars.sort(key=lambda x: -(x.value or 0))
    return s.Bars(
        tuple(bars),
        top=100,
        label_name="Process",
        value_name="Places that do not work",
        target=10,
        target_text="at most 10 %",
    )


def dumbbell(pairs: Iterable[tuple[str, float, float | None]]) -> s.Dumbbell | None:
    """Said against measured, the widest difference first."""
    items = sorted(pairs, key=lambda p: (p[2] is None, -abs(p[1] - (p[2] or 0))))
    if not items:
        return None
    return s.Dumbbell(
        tuple(
            s.Pair(
                name,
                said,
                measured,
                f"{said:.0f}",
                f"{measured:.0f}" if measured is not None else "",
            )
            for name, said, measured in items
        ),
        label_name="System",
    )


def kpi_lines(
    series: Iterable[tuple[str, tuple[tuple[date, float], ...], date | None, str]],
) -> s.Lines | None:
    """A small panel for each indicator with at least two points."""
    panels = tuple(
        s.Series(name, points, f"{points[-1][1]:g}", event, text)
        for name, points, event, text in series
        if len(points) > 1
    )
    return s.Lines(panels) if panels else None
