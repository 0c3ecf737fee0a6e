"""`plan`: the initiatives in the order of work, one of them, or scenarios compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.findings import finding_row, put_findings
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.panels import Block, put_blocks
from crmaudit.cli.terminal import count, mark, out, print_warnings, put_note
from crmaudit.cli.view import Column, Format, View, dash, show

if TYPE_CHECKING:
    from rich.console import Console

    from crmaudit.audit import Audit
    from crmaudit.strategy import Initiative, Plan
    from crmaudit.strategy.scenarios import Outcome

_MOST = 10
_MARKS = {"done": "✓", "running": "▶", "approved": "+", "dropped": "×"}


def register(app: typer.Typer) -> None:
    app.command()(plan)


def plan(
    initiative: Annotated[
        str, typer.Argument(help="An initiative's id; without it, all of them.")
    ] = "",
    scenarios: Annotated[
        bool, typer.Option("--scenarios", help="Compare the scenarios of brief.yaml.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Findings as initiatives in the order of work: benefit, effort, cost, risk, days."""
    found = audit(workspace)
    if initiative:
        _show_one(found, _named(found.plan, initiative), format_, output)
    elif scenarios:
        show(_scenarios(found), format_, output)
    else:
        show(_list(found), format_, output)
    print_warnings(found.plan.orphans)


def _named(plan_: Plan, name: str) -> Initiative:
    from crmaudit.errors import CrmauditError
    from crmaudit.workspace.spelling import suggestion

    everything = (*plan_.initiatives, *plan_.dropped)
    for i in everything:
        if name == i.id:
            return i
    alike = [i for i in everything if i.template == name]
    if len(alike) == 1:
        return alike[0]
    ids = [i.id for i in alike or everything]
    hint = ", ".join(ids) if alike else suggestion(name, ids) or "`crmaudit plan` lists them"
    raise CrmauditError(f"there is no initiative {name!r}", hint)


def row(found: Audit, i: Initiative) -> dict[str, Any]:
    """An initiative as plain values."""
    return {
        "id": i.id,
        "phase": i.phase,
        "title": str(i.title),
        "status": i.status,
        "goal": str(i.goal),
        "findings": [f"{f.code} {f.subject}" for f in i.findings],
        "worst": i.worst,
        "value": i.value,
        "effort_low": i.effort[0],
        "effort_high": i.effort[1],
        "cost_low": i.cost_range[0] if i.cost_range else None,
        "cost_high": i.cost_range[1] if i.cost_range else None,
        "cost_at_least": i.cost_least,
        "hours_low": i.hours[0] if i.hours else None,
        "hours_high": i.hours[1] if i.hours else None,
        "money_low": i.money[0] if i.money else None,
        "money_high": i.money[1] if i.money else None,
        "benefits": [
            {
                "kind": b.kind,
                "low": b.low,
                "high": b.high,
                "unit": str(b.unit),
                "basis": b.basis,
                "how": str(b.how),
                "at_least": b.at_least,
                "codes": list(b.codes),
                "evidence": list(b.evidence),
            }
            for b in i.benefits
        ],
        "gains": [f"{n:,} {words}" for words, n in i.gains],
        "risk": i.risk.level,
        "risk_reasons": [str(r) for r in i.risk.reasons],
        "who": found.workspace.person_name(i.owner) or i.role,
        "skills": list(i.skills),
        "needs": list(i.needs),
        "after": list(i.after),
        "start": i.start,
        "end": i.end,
        "due": i.due.day if i.due else None,
        "due_why": str(i.due.why) if i.due else None,
        "late": i.late,
        "overdue": i.overdue.day if i.overdue else None,
        "overdue_why": str(i.overdue.why) if i.overdue else None,
        "slack_days": i.slack,
        "critical": i.critical,
        "beyond_budget": i.beyond,
        "overridden": list(i.overridden),
        "against": [str(text) for text in i.against],
    }


def _list(found: Audit) -> View:
    from crmaudit.strategy.schedule import CHAIN

    plan_ = found.plan
    money = found.workspace.audit.currency
    told = [
        f"{count(len(plan_.initiatives), 'initiative')} in {count(len(plan_.phases), 'phase')}",
        f"{_span(plan_.effort)} working days",
    ]
    if plan_.cost:
        told.append(f"{_span(plan_.cost)} {money}")
    ends = [i.end for i in plan_.initiatives if i.end]
    if ends:
        told.append(f"until {_month(max(ends))}")
    notes = ["Efforts are proposals by template; plan.yaml decides, by the ids."]
    brings = [f"{_span(plan_.hours)} hours a year lost today" if plan_.hours else ""]
    brings.append(f"{_span(plan_.money)} {money} a year" if plan_.money else "")
    if any(brings):
        notes.append(f"At stake: {' and '.join(b for b in brings if b)}.")
    if plan_.begin and plan_.capacity and ends:
        notes.append(
            f"◀ {CHAIN}: {plan_.critical_days:,} working days, each at half of the capacity. "
            f"Capacity: {plan_.capacity:g} days a month from {plan_.begin}."
        )
    elif not ends:
        give = (
            ""
            if plan_.begin and plan_.capacity is not None
            else (" resources: start: and days_per_month: in brief.yaml give them.")
        )
        notes.append(f"No dates: {plan_.undated}.{give}")
    notes += _budget(plan_)
    if plan_.closed:
        names = ", ".join(f"{c.id} ({c.status})" for c in plan_.closed[:3])
        more = " …" if len(plan_.closed) > 3 else ""
        notes.append(f"Closed, and asked for by nothing any more: {names}{more}")
    notes += [f"! {i.id}: {text}" for i in plan_.initiatives for text in i.against][:_MOST]
    late = [i for i in plan_.initiatives if i.late]
    if late:
        names = ", ".join(i.id for i in late[:3]) + (" …" if len(late) > 3 else "")
        notes.append(f"! {count(len(late), 'initiative')} would miss the day to keep: {names}")
    return View(
        kind="plan",
        headline=" · ".join(told),
        columns=[
            Column("phase", "Phase", right=True),
            Column("title", "Initiative", _titled, flex=True, least=30, whole=True),
            Column("id", "Id", rank=5),
            Column("findings", "Findings", lambda v: str(len(v)), right=True, rank=6),
            Column("worst", "Worst", lambda v: mark(v) if v else Text("–"), rank=7),
            Column("effort_low", "Days", _days, right=True, whole=True),
            Column("money_low", "Brings a year", _brings(money), right=True, whole=True, rank=2),
            Column("risk", "Risk", rank=3),
            Column("who", "Who", rank=4, flex=True, least=16),
            Column("start", "When", _months, whole=True, rank=1),
        ],
        rows=[row(found, i) for i in plan_.initiatives],
        notes=notes,
        hint="crmaudit plan ID · crmaudit plan --scenarios",
        extra={
            "effort": list(plan_.effort),
            "cost": list(plan_.cost) if plan_.cost else None,
            "critical_days": plan_.critical_days or None,
            "undated": str(plan_.undated) or None,
            "dropped": [i.id for i in plan_.dropped],
            "closed": [
                {"id": c.id, "title": str(c.title), "status": c.status} for c in plan_.closed
            ],
            "orphans": [str(p.message) for p in plan_.orphans],
            "scenarios": [_scenario(plan_, s) for s in plan_.scenarios],
        },
    )


def _budget(plan_: Plan) -> Iterable[str]:
    """What the brief's budget says of all these initiatives."""
    base = plan_.scenarios[0] if plan_.scenarios else None
    if base is None:
        return
    whole = len(base.taken) + len(base.left)
    if base.why_unjudged:
        yield f"! The budget bounds nothing: {base.why_unjudged}."
    elif base.left:
        until = f", until {_month(base.ends)}" if base.ends else ""
        yield (
            f"○ beyond the budget: it covers {len(base.taken)} of {whole}{until}; what is beyond "
            "takes what they leave of the capacity."
        )
    if base.exceeded:
        yield f"! What runs or is approved exceeds the budget by {base.exceeded:,.0f}."


def _titled(values: Mapping[str, Any]) -> Text:
    sign = _MARKS.get(values["status"], "")
    text = Text(f"{sign} " if sign else "")
    text.append(values["title"])
    if values["critical"]:
        text.append(" ◀", style="accent")
    if values["beyond_budget"]:
        text.append(" ○", style="none")
    if values["late"]:
        text.append(" ! late", style="high")
    return text


def _days(values: Mapping[str, Any]) -> str:
    return _span((values["effort_low"], values["effort_high"]))


def _brings(money: str) -> Any:
    def told(values: Mapping[str, Any]) -> str:
        parts = []
        if values["money_low"] is not None:
            parts.append(f"{_span((values['money_low'], values['money_high']))} {money}")
        if values["hours_low"] is not None:
            parts.append(f"{_span((values['hours_low'], values['hours_high']))} h")
        return ", ".join(parts) or "–"

    return told


def _span(ends: tuple[float, float]) -> str:
    low, high = (f"{x:,.0f}" for x in ends)
    return low if low == high else f"{low}–{high}"


def _months(values: Mapping[str, Any]) -> str:
    if not values["start"]:
        return "–"
    first, last = (_month(values[end]) for end in ("start", "end"))
    return first if first == last else f"{first} – {last}"


def _month(day: date) -> str:
    return f"{day:%b %Y}"


def _show_one(found: Audit, i: Initiative, format_: Format, output: Any) -> None:
    if format_ is Format.table and output is None:
        _put(out(), found, i)
        return
    view = View(
        kind="initiative",
        headline=str(i.title),
        columns=[],
        rows=[finding_row(f) for f in i.findings],
        extra={"initiative": row(found, i)},
    )
    show(view, Format.json if format_ is Format.table else format_, output)


def _put(console: Console, found: Audit, i: Initiative) -> None:
    from crmaudit.strategy.schedule import CHAIN

    name, plan_ = found.workspace.person_name, found.plan
    titles = {x.id: str(x.title) for x in plan_.initiatives}
    put_note(console, f"{i.title} · {i.status} · phase {i.phase}", "head")
    put_note(console, i.goal, "none")
    what = Block("What it takes")
    what.add("effort", Text(f"{_span(i.effort)} working days"))
    money = found.workspace.audit.currency
    what.say("cost", _cost(i, money))
    if i.beyond:
        what.say("budget", "that of the brief does not reach it")
    what.say("led by", name(i.owner) or f"{i.role} (to be named)")
    for skill, holders in _skills(found, i):
        what.say(skill, holders)
    time = Block("When")
    if i.start and i.end:
        time.say("planned", f"{i.start} to {i.end}")
    if i.due:
        left = " – would be missed" if i.late else ""
        time.say("to be kept", f"{i.due.day}: {i.due.why}{left}")
    for text in i.against:
        time.say("but", text)
    if i.critical:
        time.say("path", CHAIN)
    if i.slack is not None and i.slack >= 0:
        time.say("slack", f"{count(i.slack, 'working day')}")
    time.say("after", "; ".join(titles.get(a, a) for a in i.after))
    later = [x.id for x in plan_.initiatives if i.id in x.after]
    time.say("needed by", "; ".join(titles[x] for x in later[:_MOST]))
    brings = Block("What it brings")
    for b in i.benefits:
        least = "at least " if b.at_least else ""
        year = " a year" if b.kind in ("hours", "money") else ""
        brings.say(
            f"{least}{_span((b.low, b.high))} {b.unit}{year}"
            if b.kind not in ("records", "questions")
            else f"{b.low:,.0f}",
            f"{b.how} ({b.basis}{': ' if b.codes else ''}{', '.join(b.codes)})",
        )
    risk = Block(f"Risk: {i.risk.level}{' (as plan.yaml says)' if i.risk.decided else ''}")
    for reason in i.risk.reasons:
        risk.say("", reason)
    put_blocks(console, [what, time, brings, risk])
    if i.findings:
        console.print(Text(f"\n{count(len(i.findings), 'finding')}", style="head"))
        put_findings(console, list(i.findings[:_MOST]), i.findings)
        if len(i.findings) > _MOST:
            put_note(console, f"and {len(i.findings) - _MOST:,} more (--format json)")
    if i.note:
        put_note(console, f"Note: {i.note}")
    if i.overridden:
        put_note(console, f"plan.yaml decided: {', '.join(i.overridden)}")
    console.print(Text(f"plan.yaml: initiatives: {{{i.id}: {{…}}}}", style="accent"))


def _cost(i: Initiative, money: str) -> str:
    if i.cost_range:
        return f"{_span(i.cost_range)} {money}, once"
    least = f"{i.cost_least:,.0f} {money} at least; " if i.cost_least is not None else ""
    return f"{least}no hourly rate"


def _skills(found: Audit, i: Initiative) -> Iterable[tuple[str, str]]:
    from crmaudit.strategy.staffing import Holders

    holders = Holders(found.facts)
    for skill in i.skills:
        people = [found.workspace.person_name(p) or p for p in holders.of(skill)]
        yield f"skill: {skill}", ", ".join(people) or "nobody is known to hold it"


def _scenario(plan_: Plan, s: Outcome) -> dict[str, Any]:
    between = s.between or (None, None)
    return {
        "id": s.means.id or "brief",
        "name": str(s.means.name),
        "start": s.means.start,
        "days_per_month": s.means.capacity,
        "budget": s.means.budget,
        "initiatives": len(s.taken),
        "left_out": list(s.left),
        "effort_low": s.effort[0],
        "effort_high": s.effort[1],
        "cost_low": s.cost[0] if s.cost else None,
        "cost_high": s.cost[1] if s.cost else None,
        "ends": s.ends,
        "ends_soonest": between[0],
        "ends_latest": between[1],
        "recommended": s is plan_.chosen,
        "critical_left": plan_.unanswered(s),
        "undated": s.why_undated or None,
        "budget_unjudged": s.why_unjudged or None,
        "budget_exceeded": s.exceeded or None,
        "late": list(s.late),
        "early": list(s.early),
        "deadlines": [
            {"text": str(k.text), "day": k.day, "done": k.done, "of": k.of} for k in s.deadlines
        ],
        "hours_low": s.hours[0] if s.hours else None,
        "hours_high": s.hours[1] if s.hours else None,
        "money_low": s.money[0] if s.money else None,
        "money_high": s.money[1] if s.money else None,
        "payback_months_low": s.payback[0] if s.payback else None,
        "payback_months_high": s.payback[1] if s.payback else None,
    }


def _scenarios(found: Audit) -> View:
    plan_, money = found.plan, found.workspace.audit.currency
    rows = [_scenario(plan_, s) for s in plan_.scenarios]
    todo = sum(i.open for i in plan_.initiatives)
    notes = []
    if plan_.choice and plan_.chosen:
        left = next(r["critical_left"] for r in rows if r["recommended"])
        why = plan_.choice.why or (
            f"{count(left, 'critical finding')} left without an answer, "
            f"{count(len(plan_.chosen.late), 'day')} to keep missed; of those alike in that it "
            "asks for least"
        )
        notes.append(f"→ Recommended: {plan_.chosen.means.name}: {why}")
    for s in plan_.scenarios:
        if s.why_unjudged:
            notes.append(f"{s.means.name}: its budget bounds nothing: {s.why_unjudged}")
        if s.exceeded:
            over = f"{s.exceeded:,.0f} {money}"
            notes.append(f"{s.means.name}: what runs or is approved exceeds its budget by {over}")
        if s.left:
            names = ", ".join(s.left[:4]) + (f" and {len(s.left) - 4} more" if s.left[4:] else "")
            notes.append(f"{s.means.name} leaves out: {names}")
        if s.why_undated:
            notes.append(f"{s.means.name} has no dates: {s.why_undated}")
    notes.append("A budget covers the days at the internal rate; how: docs/method.md, Scenarios.")
    return View(
        kind="scenarios",
        headline=f"{count(len(rows), 'set')} of resources compared · {todo} initiatives to do",
        columns=[
            Column("name", "Resources", flex=True, least=20),
            Column("days_per_month", "Days/month", dash, right=True, rank=3),
            Column("budget", "Budget", _amount, right=True, rank=4),
            Column("initiatives", "Within", _within(todo), right=True, whole=True),
            Column("effort_low", "Days", _days, right=True, whole=True, rank=2),
            Column("cost_low", f"Cost, {money}", _ends("cost"), right=True, whole=True, rank=1),
            Column("ends", "Until", lambda v: _month(v) if v else "╱"),
            Column("ends_soonest", "As efforts go", _between, whole=True, rank=5),
            Column("late", "Late", lambda v: str(len(v)), right=True, rank=5),
            Column("money_low", f"{money} a year", _ends("money"), right=True, whole=True, rank=6),
            Column("hours_low", "Hours a year", _ends("hours"), right=True, whole=True, rank=7),
            Column(
                "payback_months_low", "Payback, years", _payback, right=True, whole=True, rank=8
            ),
        ],
        rows=rows,
        notes=notes,
        hint="crmaudit plan" if rows else "write resources: and scenarios: into brief.yaml",
    )


def _between(values: Mapping[str, Any]) -> str:
    low, high = values["ends_soonest"], values["ends_latest"]
    return f"{_month(low)} to {_month(high) if high else 'unknown'}" if low else "╱"


def _within(todo: int) -> Any:
    def told(values: Mapping[str, Any]) -> str:
        return "not known" if values["budget_unjudged"] else f"{values['initiatives']} of {todo}"

    return told


def _amount(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _ends(name: str) -> Any:
    def told(values: Mapping[str, Any]) -> str:
        low, high = values[f"{name}_low"], values[f"{name}_high"]
        return "–" if low is None else _span((low, high))

    return told


def _payback(values: Mapping[str, Any]) -> str:
    low, high = values["payback_months_low"], values["payback_months_high"]
    if low is None:
        return "–"
    return f"{low / 12:,.0f}–{high / 12:,.0f}" if high is not None else f"{low / 12:,.0f} or more"
