"""`inventory`: the systems, and the whole dossier of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.findings import put_findings
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import MARKS, bar, count, out, printable, put, put_note
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.inventory import InventoryRow

app = group("inventory", "Systems: dossiers, owners, cost, lifecycle, skills.", bare="list")
_RISK = {"gap": "▲ gap", "single": "● one person", "unknown": "╱ unknown", "covered": "covered"}


@app.command("list")
def list_(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """All systems, those with the worst findings first."""
    found = audit(workspace)
    rows = [_row(found, r) for r in found.inventory.rows]
    rows.sort(key=_worst_first)
    given, wanted = found.inventory.completeness
    total, known, of = found.inventory.total_cost
    currency = found.inventory.currency
    incomplete = sum(r["facts_given"] < r["facts_wanted"] for r in rows)
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    show(
        View(
            kind="inventory",
            headline=f"{count(len(rows), 'system')} · {incomplete} incomplete{day}",
            columns=[
                Column("name", "System", _name, flex=True, least=18, whole=True),
                Column("facts_given", "Facts", _facts, whole=True),
                Column("business_owner", "Business owner", dash, flex=True, least=14),
                Column("it_owner", "IT owner", dash, rank=1, flex=True, least=14),
                Column("phase", "Phase", dash, rank=4),
                Column("cost", f"{currency}/year", _money, right=True, rank=2),
                Column("skill_risk", "Skills", _RISK.__getitem__, rank=6),
                Column("quality", "Said | measured", _quality, rank=3, whole=True),
                Column("findings", "Findings", _findings, whole=True),
            ],
            rows=rows,
            notes=[
                f"{given} of {wanted} facts given; "
                + (
                    f"cost {total:,.0f} {currency} a year from {known} of {of} systems in scope"
                    if known
                    else f"cost not assessed: none is declared for {of} systems in scope"
                ),
            ],
            hint=f"crmaudit inventory show {rows[0]['id']}" if rows else "",
        ),
        format_,
        output,
    )


def _row(found: Audit, row: InventoryRow) -> dict[str, Any]:
    system, name = row.system, found.workspace.person_name
    about = found.findings.about(f"system:{system.id}")
    score = found.quality.system_score(system.id)
    share = score.share if score else None
    return {
        "id": system.id,
        "name": system.name,
        "in_scope": system.in_scope,
        "vendor": system.vendor,
        "kind": system.kind,
        "facts_given": row.completeness.given,
        "facts_wanted": row.completeness.wanted,
        "missing": [f.name for f in row.completeness.missing],
        "business_owner": name(system.owners.business),
        "it_owner": name(system.owners.it),
        "phase": system.lifecycle.phase,
        "cost": row.cost.total if row.cost else None,
        "cost_year": row.cost.year if row.cost else None,
        "skill_risk": row.skill_risk,
        "perceived": row.perceived.score if row.perceived else None,
        "measured": 100 * share if share is not None else None,
        "worst": about[0].severity if about else None,
        "findings": [f.code for f in about],
    }


def _worst_first(row: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    worst = list(MARKS).index(row["worst"]) if row["worst"] else len(MARKS)
    return not row["in_scope"], worst, -len(row["findings"]), row["name"]


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['name']}" + ("" if row["in_scope"] else " (out of scope)")


def _facts(row: Mapping[str, Any]) -> str:
    given, wanted = row["facts_given"], row["facts_wanted"]
    return f"{bar(given / wanted if wanted else None, 5)} {given}/{wanted}"


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _quality(row: Mapping[str, Any]) -> str:
    said, measured = row["perceived"], row["measured"]
    left = "╱" if said is None else f"○ {said:.0f}"
    right = "╱" if measured is None else f"● {measured:.0f}"
    return f"{left} | {right}"


def _findings(row: Mapping[str, Any]) -> Text:
    worst = row["worst"]
    if worst is None:
        return Text("–")
    return Text(f"{MARKS[worst]} {len(row['findings'])}", style=worst)


@app.command("show")
def show_system(
    system: Annotated[str, typer.Argument(help="The system's id.")],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The whole dossier of a system, and its findings."""
    found = audit(workspace)
    row = _find(found, system)
    if format_ is not Format.table or output is not None:
        dossier = row.system.model_dump(mode="json", exclude_none=True)
        view = View("system", row.system.name, [], [{**_row(found, row), "dossier": dossier}])
        show(view, Format.json if format_ is Format.table else format_, output)
        return
    _dossier(found, row)


def _find(found: Audit, system: str) -> InventoryRow:
    try:
        return found.inventory.row(system)
    except KeyError:
        import difflib

        close = difflib.get_close_matches(system, found.workspace.system, n=1)
        raise CrmauditError(
            f"there is no system {system!r}",
            f"did you mean {close[0]!r}?" if close else "`crmaudit inventory` lists all",
        ) from None


def _dossier(found: Audit, row: InventoryRow) -> None:
    from rich.table import Table

    console, system, name = out(), row.system, found.workspace.person_name
    head = f"{system.name} · {system.id} · {system.kind or 'kind not given'}"
    put_note(console, head + ("" if system.in_scope else " · out of scope"), "head")
    if system.description:
        put_note(console, system.description, "none")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="quiet", no_wrap=True)
    table.add_column(overflow="fold")

    def line(label: str, value: str | None) -> None:
        table.add_row(label, Text(printable(value)) if value else Text("not given", "unknown"))

    line(
        "facts",
        f"{bar(row.completeness.share)} {row.completeness.given} of {row.completeness.wanted}",
    )
    line("vendor", system.vendor)
    line("business owner", name(system.owners.business))
    line("IT owner", name(system.owners.it))
    for part in ("system", "database"):
        document = getattr(system.documentation, part)
        told = None
        if document is not None and document.exists is not None:
            told = " · ".join(
                str(v) for v in (document.status, document.location, document.updated) if v
            )
        line(f"{part} documentation", told)
    voices = "; ".join(
        f"{v.score:g} of 5 by {name(v.who)}" + (f" on {v.entity}" if v.entity else "")
        for v in system.perceived_quality or ()
    )
    line("perceived quality", voices)
    line(
        "cost",
        f"{row.cost.total:,.0f} {row.cost.currency} in {row.cost.year}"
        if row.cost and row.cost.total is not None
        else None,
    )
    line(
        "skills",
        "; ".join(
            f"{s.skill}: level {s.needed} needed, held by "
            + (", ".join(f"{name(p)} ({level})" for p, level in s.held) or "nobody named")
            for s in row.skills
        ),
    )
    life = system.lifecycle
    line(
        "lifecycle",
        " · ".join(
            f"{label} {value}"
            for label, value in (
                ("", life.phase),
                ("since", life.since),
                ("version", life.version),
                ("vendor support ends", life.vendor_support_ends),
                ("phase-out", life.phase_out),
                ("successor", life.successor),
            )
            if value
        ).strip(),
    )
    if system.contract:
        line("contract", f"ends {system.contract.end or '?'} · notice by {row.notice_by or '?'}")
    line("database", system.database.url if system.database else None)
    line(
        "interfaces",
        "; ".join(f"{i.kind} ({i.direction})" for i in system.interfaces or ()),
    )
    line("crud", "  ".join(f"{e} {'?' if c is None else c or '–'}" for e, c in system.crud.items()))
    feeds = "; ".join(
        f"{'to ' + f.to if f.to else 'from ' + (f.from_ or '')} ({', '.join(f.entities) or 'all'})"
        for f in system.feeds or ()
    )
    line("feeds", feeds)
    put(console, table)
    if row.completeness.missing:
        asks = "; ".join(f"{f.name} (ask the {f.ask})" for f in row.completeness.missing)
        put_note(console, f"missing: {asks}", "medium")
    for fact in row.completeness.facts:
        if fact.state == "blank":
            put_note(console, f"left blank: {fact.name}, {fact.reason}")
    about = found.findings.about(f"system:{system.id}")
    if about:
        console.print(Text(f"\n{count(len(about), 'finding')}", style="head"))
        put_findings(console, about)
    hint = f"crmaudit explain {about[0].code}" if about else "crmaudit inventory"
    console.print(Text(hint, style="accent"))
