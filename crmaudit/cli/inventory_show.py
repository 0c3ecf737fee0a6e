"""`inventory show`: the whole dossier of one system on a screen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli import dossier, dossier_around
from crmaudit.cli.findings import finding_row, put_findings
from crmaudit.cli.inventory_rows import Rows
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.panels import put_blocks
from crmaudit.cli.terminal import count, out, put_note
from crmaudit.cli.view import Format, View, show

if TYPE_CHECKING:
    from rich.console import Console

    from crmaudit.audit import Audit
    from crmaudit.inventory import InventoryRow

System = Annotated[str, typer.Argument(help="The system's id, earlier id or name.")]


def show_system(
    system: System,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The whole dossier of a system, and its findings."""
    found = audit(workspace)
    row = found.inventory.row(found.workspace.find_system(system).id)
    if format_ is not Format.table or output is not None:
        view = View("system", row.system.name, [], [plain(found, row)])
        show(view, Format.json if format_ is Format.table else format_, output)
        return
    _put(out(), found, row)


def plain(found: Audit, row: InventoryRow) -> dict[str, Any]:
    """All that is known of a system, as plain values."""
    from crmaudit.workspace import without_secret

    facts, system = found.facts, row.system
    written = system.model_dump(mode="json", exclude_none=True)
    if "url" in written.get("database", {}):
        written["database"]["url"] = without_secret(written["database"]["url"], system.id)
    fit = facts.fits.get(system.id)
    contract = next((c for c in found.inventory.contracts() if c.system == system.id), None)
    described = facts.descriptions.get(system.id)
    crud = facts.whole_crud
    return {
        **Rows(found).row(row),
        "dossier": written,
        "facts": [
            {"name": f.name, "state": f.state, "weight": f.weight, "credit": f.credit}
            | ({"reason": f.reason} if f.reason else {})
            for f in row.completeness.facts
        ],
        "asks": [
            {"what": lack.what, "key": lack.key, "ask": lack.contact.name, "as": lack.contact.role}
            for lack in row.completeness.lacks
        ],
        "costs": [
            {
                "year": y.year,
                "by_kind": dict(y.by_kind),
                "total": y.total,
                "at_least": y.at_least,
                "one_off": y.one_off,
                "not_declared": list(y.missing),
                "currency": y.currency,
            }
            for y in found.inventory.costs(system.id)
        ],
        "cost_changes": [
            {**asdict(c), "share": c.share} for c in found.inventory.cost_changes(system.id)
        ],
        "licence_use": [asdict(x) for x in row.licences],
        "contract": asdict(contract) if contract else None,
        "life": asdict(row.life),
        "documents": [asdict(d) for d in row.documents],
        "described": {**asdict(described), "share": described.share} if described else None,
        "skill_states": [
            {
                "skill": s.skill,
                "needed": s.needed,
                "held": dict(s.held),
                "state": s.state,
                "leaving": dict(s.leaving),
                "contractors": list(s.contractors),
                "stand_ins": [
                    {"person": x.person, "level": x.level, "how": x.how} for x in s.stand_ins
                ],
            }
            for s in row.skills
        ],
        "crud": {
            e: {
                "letters": letters,
                "others": {s: crud.cell(s, e).text for s in crud.holders(e) if s != system.id},
            }
            for e, letters in system.crud.items()
        },
        "feeds": [asdict(f) for f in crud.feeds if system.id in (f.source, f.target)],
        "opinions": [
            {
                "entity": g.entity or None,
                "perceived": g.perceived.score,
                "low": g.perceived.low,
                "high": g.perceived.high,
                "voices": len(g.perceived.voices),
                "measured": g.measured_score,
                "difference": g.difference,
            }
            for g in facts.opinions
            if g.system == system.id
        ],
        "fit_details": asdict(fit) if fit else None,
        "processes": [
            {"process": p.id, "step": s.name}
            for p in found.workspace.processes
            for s in p.steps
            if system.id in s.systems
        ],
        "needs": [n.id for n in found.workspace.needs if system.id in n.sources],
        "not_said": dossier.unsaid(row),
        "about": [finding_row(f) for f in found.findings.about(f"system:{system.id}")],
    }


def _put(console: Console, found: Audit, row: InventoryRow) -> None:
    system = row.system
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    head = f"{system.name} · {system.id} · {system.kind or 'kind not given'}{day}"
    put_note(console, head + ("" if system.in_scope else " · out of scope"), "head")
    if system.description:
        put_note(console, system.description, "none")
    put_blocks(console, [*dossier.blocks(found, row), *dossier_around.blocks(found, row)])
    console.print()
    for who, what in dossier_around.missing(row):
        put_note(console, f"ask {who}: {what}", "medium")
    for fact in row.completeness.facts:
        if fact.reason:
            put_note(console, f"left blank on purpose: {fact.name}, {fact.reason}")
    if unsaid := dossier.unsaid(row):
        put_note(console, f"not said: {', '.join(unsaid)}")
    about = found.findings.about(f"system:{system.id}")
    if about:
        console.print(Text(count(len(about), "finding"), style="head"))
        # One of a kind stands for all of them: the worst, which comes first.
        kinds = {f.code: f for f in reversed(about)}
        put_findings(console, [f for f in about if kinds[f.code] is f], about)
        hint = f"crmaudit check --about system:{system.id}"
        console.print(Text(hint, style="accent"), soft_wrap=True)
    hint = f"crmaudit inventory retire {system.id}"
    console.print(Text(hint, style="accent"), soft_wrap=True)
