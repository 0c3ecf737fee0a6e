"""`governance`: user types, access, dysfunctions, interviews, maintenance, KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmaudit.cli import see_access, see_adoption, see_interviews, see_maintenance, see_users
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, dash, show

app = group("governance", "People: who uses it, who may what, what they say.", bare="users")


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


see_users.register(app)
see_access.register(app)
see_maintenance.register(app)
see_adoption.register(app)
see_interviews.register(app)
