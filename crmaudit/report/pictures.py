"""Figures and the matrix of the report, made from facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import specs as s
from crmaudit.report.numbers import money, number
from crmaudit.rules.base import ROOMS, SEVERITIES
from crmaudit.strategy import Plan


def crud_matrix(facts: Facts, judgement: Judgement) -> b.Matrix:
    """The declared matrix, with the mapping's findings at its rows and columns."""
    crud, workspace = facts.crud, facts.workspace

    def issues(subject: str) -> tuple[b.MatrixIssue, ...]:
        return tuple(
            b.MatrixIssue(f.code, f.message, f.severity)
            for f in judgement.findings
            if f.subject == subject and f.code.startswith("CRD")
        )

    rows = tuple(
        b.MatrixLabel(
            e, workspace.entity[e].label, workspace.entity[e].class_ or "", issues(f"entity:{e}")
        )
        for e in crud.entities
    )
    columns = tuple(
        b.MatrixLabel(
            x, workspace.system[x].name, workspace.system[x].kind or "", issues(f"system:{x}")
        )
        for x in crud.systems
    )
    cells = []
    for r, entity in enumerate(crud.entities):
        for c, system in enumerate(crud.systems):
            cell = crud.cell(system, entity)
            if cell.letters is None:
                cells.append(b.MatrixCell(r, c, (b.Letter("?", "unknown"),)))
            elif cell.letters:
                letters = tuple(b.Letter(x, "declared") for x in cell.letters)
                cells.append(b.MatrixCell(r, c, letters))
    return b.Matrix(
        "crud", "Who creates, reads, updates and deletes what", rows, columns, tuple(cells)
    )


def cost_bars(facts: Facts) -> s.Bars | None:
    """Yearly cost by system in scope, the dearest first, at most twenty."""
    rows = [r for r in facts.inventory.rows if r.system.in_scope and r.cost is not None]
    if not rows:
        return None
    currency = facts.inventory.currency
    costs = sorted(
        ((r.cost.total, r.system.name, r.cost.year) for r in rows if r.cost), reverse=True
    )
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


def network(facts: Facts) -> s.Network | None:
    """Systems and their declared feeds (solid), and feeds that are missing (dashed)."""
    crud, workspace = facts.crud, facts.workspace
    if not crud.feeds:
        return None
    nodes = tuple(
        s.Node(x, workspace.system[x].name, workspace.system[x].kind or "", x in crud.silos())
        for x in crud.systems
        if workspace.system[x].crud or crud.flow.degree(x)
    )
    edges = [
        s.Edge(a, z, ", ".join(workspace.entity[e].label for e in data["entities"]))
        for a, z, data in sorted(crud.flow.edges(data=True), key=lambda x: (x[0], x[1]))
    ]
    return s.Network(nodes, tuple(edges))


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
    return s.Stacked(SEVERITIES, tuple(items), label_name="Room") if items else None


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
            detail=f"{i.effort[0]:.0f}–{i.effort[1]:.0f} days",
            mark=i.worst == "critical",
        )
        for i in plan.initiatives
        if i.start and i.end
    )
    return s.Timeline(tasks, day, "as of") if tasks else None


def value_map(plan: Plan) -> s.Bubbles | None:
    """Value of each initiative against its effort, both relative to the largest."""
    todo = [i for i in plan.initiatives if i.findings and i.status != "done"]
    if len(todo) < 2:
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
                f"{len(i.findings)} findings, {i.effort[0]:.0f}–{i.effort[1]:.0f} days",
            )
            for i in todo
        ),
        x_name="Effort",
        y_name="Value",
        quadrants=("do first", "plan well", "when convenient", "question"),
        size_name="Findings",
    )


def extraction_bars(facts: Facts, plan: Plan) -> s.Bars | None:
    """Extraction complexity, the hardest first."""
    scored = [e for e in plan.extractions if e.score is not None]
    if not scored:
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
