"""Charts of the report, made from facts."""

from __future__ import annotations

from datetime import date

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.governance.dysfunctions import places, where
from crmaudit.report import specs as s
from crmaudit.report.numbers import number, percent, share
from crmaudit.report.wording import counted, span
from crmaudit.rules.base import ROOMS, SEVERITIES
from crmaudit.strategy import Plan


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
    line = facts.governance.lines.dysfunctions
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
            bars.append(s.Bar(process.name, 100 * rate, share(part, whole), rate > line))
    if not struck:
        return None
    bars.sort(key=lambda x: -(x.value or 0))
    return s.Bars(
        tuple(bars),
        top=100,
        label_name="Process",
        value_name="Places that do not work",
        target=100 * line,
        target_text=f"at most {percent(line)}",
    )
