"""`governance`: user types, access, dysfunctions, interviews, maintenance, KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, dash, show

if TYPE_CHECKING:
    from crmaudit.governance.pains import Loss

app = group("governance", "People: who uses it, who may what, what they say.", bare="users")


@app.command()
def users(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """Units and their users by type; champion and CRM manager."""
    found = audit(workspace)
    w, g = found.workspace, found.governance
    rows = []
    for unit in w.audit.units:
        members = [p for p in w.people.people if p.unit == unit.id]
        supers = [p.name for p in members if p.user_type == "super user"]
        rows.append(
            {
                "unit": unit.name,
                "key": unit in g.key_units,
                "staff": unit.staff,
                "super_users": supers,
                "custodians": sum(p.user_type == "data custodian" for p in members),
                "everyday": sum(p.user_type == "everyday user" for p in members),
            }
        )
    champions = ", ".join(p.name for p in g.of_type("system champion")) or "none named"
    managers = ", ".join(w.person_name(p) or "" for p in w.people.crm_managers) or "none named"
    show(
        View(
            kind="users",
            headline=f"{count(len(w.people.people), 'person', 'people')} declared in "
            f"{count(len(rows), 'unit')}",
            columns=[
                Column("unit", "Unit", flex=True),
                Column("key", "Key", lambda v: "key" if v else "", rank=3),
                Column("staff", "Staff", dash, right=True, rank=2),
                Column("super_users", "Super users", lambda v: dash(", ".join(v)), flex=True),
                Column("custodians", "Custodians", right=True, rank=1),
                Column("everyday", "Everyday", right=True, rank=1),
            ],
            rows=rows,
            notes=[f"system champion: {champions}", f"CRM manager: {managers}"],
            hint="crmaudit governance access",
        ),
        format_,
        output,
    )


@app.command()
def access(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """Granted against recommended access, without names."""
    found = audit(workspace)
    checks = found.governance.access
    people = found.workspace.people.people
    pairs = sorted({(c.granted, c.recommended) for c in checks})
    rows = [
        {
            "granted": granted,
            "recommended": advised,
            "people": sum((c.granted, c.recommended) == (granted, advised) for c in checks),
            "verdict": next(
                "excess" if c.excess > 0 else "shortfall" if c.excess < 0 else "as recommended"
                for c in checks
                if (c.granted, c.recommended) == (granted, advised)
            ),
        }
        for granted, advised in pairs
    ]
    show(
        View(
            kind="access",
            headline=f"granted against recommended access of {len(checks)} of "
            f"{count(len(people), 'person', 'people')} declared",
            columns=[
                Column("granted", "Granted"),
                Column("recommended", "Recommended"),
                Column("people", "People", right=True),
                Column("verdict", "Verdict"),
            ],
            rows=rows,
            notes=["Levels: None < User < Business Unit < Parent: Child < Organizational"]
            if rows
            else ["╱ not assessed: nobody has both granted: and rank: in people.yaml"],
            hint="crmaudit check --code GOV108" if rows else "crmaudit explain GOV108",
        ),
        format_,
        output,
    )


@app.command()
def dysfunctions(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """The register of what does not work, and its rate."""
    found = audit(workspace)
    w = found.workspace
    rate = found.governance.dysfunction_rate
    told = (
        f"rate {100 * rate.share:.0f} % ({rate.part} of {rate.whole} step × system places)"
        if rate
        else "rate not assessed: no process step names a system"
    )
    rows: list[dict[str, Any]] = [
        {
            "id": d.id,
            "what": d.what,
            "cause": d.cause,
            "systems": list(d.systems),
            "owner": w.person_name(d.owner),
            "status": d.status,
            "since": str(d.since) if d.since else None,
        }
        for d in w.registers.dysfunctions
    ]
    show(
        View(
            kind="dysfunctions",
            headline=f"{count(len(rows), 'dysfunction')} · {told}",
            columns=[
                Column("what", "What", flex=True),
                Column("cause", "Cause", dash, rank=2),
                Column("systems", "Systems", lambda v: dash(", ".join(v)), rank=3, flex=True),
                Column("owner", "Owner", dash, rank=1, flex=True),
                Column("since", "Since", dash, rank=4),
                Column("status", "Status"),
            ],
            rows=rows,
            hint="crmaudit explain GOV117",
        ),
        format_,
        output,
    )


@app.command()
def interviews(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """Pains said in interviews, in hours a year."""
    found = audit(workspace)
    g = found.governance
    total = g.hours_lost
    rows = [
        {
            "interview": x.interview,
            "pain": x.pain.text,
            "systems": list(x.pain.systems),
            "hours_low": x.shown_hours[0] if x.shown_hours else None,
            "hours_high": x.shown_hours[1] if x.shown_hours else None,
            "reason": _not_shown(x),
        }
        for x in sorted(g.losses, key=lambda x: -(x.shown_hours or (0, 0))[1])
    ]
    told = f" · {total[0]:,.0f}–{total[1]:,.0f} hours a year" if total else ""
    show(
        View(
            kind="pains",
            headline=f"{count(len(found.workspace.interviews), 'interview')}, "
            f"{count(len(rows), 'pain')}{told}",
            columns=[
                Column("pain", "Pain", flex=True),
                Column("hours_low", "Hours a year", _hours, right=True, whole=True),
                Column("systems", "Systems", lambda v: dash(", ".join(v)), rank=1, flex=True),
                Column("interview", "Said in", rank=2),
            ],
            rows=rows,
            hint="crmaudit explain GOV122",
        ),
        format_,
        output,
    )


def _not_shown(loss: Loss) -> str:
    """Why a pain has no hours to show; empty where it has."""
    if loss.hours is None:
        return "not assessed"
    return "" if loss.shown_hours else "fewer than five people"


def _hours(row: Mapping[str, Any]) -> str:
    if row["hours_low"] is None:
        return str(row["reason"])
    return f"{row['hours_low']:,.0f}–{row['hours_high']:,.0f}"


@app.command()
def maintenance(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """Declared maintenance of every system in scope."""
    found = audit(workspace)
    rows = []
    for system in found.workspace.in_scope:
        care = system.maintenance
        duties = {
            name: getattr(care, name) if care else None
            for name in ("backup", "restore_test", "index_care")
        }
        rows.append(
            {
                "system": system.name,
                "provider": care.provider if care else None,
                **{
                    name: " · ".join(str(v) for v in (d.frequency, d.last) if v) if d else None
                    for name, d in duties.items()
                },
            }
        )
    show(
        View(
            kind="maintenance",
            headline=f"maintenance declared for {sum(bool(r['provider']) for r in rows)} of "
            f"{len(rows)} systems in scope",
            columns=[
                Column("system", "System", flex=True),
                Column("provider", "By", dash, rank=1),
                Column("backup", "Backup", dash),
                Column("restore_test", "Restore test", dash, rank=2),
                Column("index_care", "Index care", dash, rank=3),
            ],
            rows=rows,
            hint="crmaudit check --code GOV113",
        ),
        format_,
        output,
    )


@app.command()
def kpis(workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None) -> None:
    """Indicators, their targets and trends.

    Slopes are Theil–Sen's, p is of the Mann–Kendall test.
    """
    found = audit(workspace)
    w, g = found.workspace, found.governance
    rows = []
    for kpi in w.kpis.kpis:
        points, trend = g.points(kpi), g.trend(kpi)
        rows.append(
            {
                "kpi": kpi.name,
                "technique": kpi.technique,
                "owner": w.person_name(kpi.owner),
                "points": len(points),
                "newest": points[-1][1] if points else None,
                "target": kpi.target,
                "slope": trend.slope if trend else None,
                "p": trend.p if trend else None,
            }
        )
    show(
        View(
            kind="kpis",
            headline=f"{count(len(rows), 'indicator')} of "
            f"{count(len(w.kpis.techniques), 'technique')}",
            columns=[
                Column("kpi", "Indicator", flex=True),
                Column("newest", "Newest", _number, right=True),
                Column("target", "Target", _number, right=True, rank=1),
                Column("points", "Points", right=True, rank=3),
                Column("slope", "Trend", _trend, whole=True),
                Column("owner", "Owner", dash, rank=2, flex=True),
            ],
            rows=rows,
            hint="crmaudit check --code GOV14",
        ),
        format_,
        output,
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,g}"


def _trend(row: Mapping[str, Any]) -> str:
    if row["slope"] is None:
        return "too short to say"
    p = "< 0.001" if row["p"] < 0.001 else f"= {row['p']:.3f}"
    return f"{row['slope']:+.3g} a month (p {p})"
