"""`governance loss`: histories kept, and what was deleted, replaced or changed in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, dash, number, said_once, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.loss import EntityTrail, Losses

_MOST = 5
_KEPT = {True: ("kept", "good"), False: ("not kept", "high")}


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("loss")(loss)


def loss(
    every: Annotated[
        bool, typer.Option("--all", help="Kinds of record of which nothing can be told, too.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Whether changes and deletions are recorded, what was lost, and whether it can come back."""
    found = audit(workspace)
    rows = [
        row for losses in found.facts.governance.changes.values() for row in _rows(found, losses)
    ]
    rows.sort(key=lambda r: (r["system"], not r["master"], str(r["name"])))
    told = rows if every else [r for r in rows if _telling(r)]
    masters = [r for r in rows if r["master"]]
    known = [r for r in masters if r["history"] is not None]
    kept = sum(r["history"] for r in known)
    headline = "no history of changes was read"
    if rows:
        headline = "whether changes are recorded cannot be told"
        if known:
            kinds = count(len(known), "kind")
            headline = f"changes are recorded of {kept} of {kinds} of master record"
        headline += f" · {_sum(rows, 'gone', 'record')} gone for good"
        headline += f", {_sum(rows, 'replaced', 'value')} replaced by imports"
    show(
        View(
            kind="loss",
            headline=headline,
            columns=[
                Column("system", "System", flex=True, least=10),
                Column("name", "Kind of record", flex=True, least=12),
                Column("history", "History", _history, flex=True, least=14, whole=True),
                Column("old_values", "Old values", _yes, rank=3),
                Column("newest", "Newest", dash, rank=4),
                Column("gone", "Gone", number, right=True, rank=1),
                Column("put_away", "Put away", number, right=True, rank=5),
                Column("replaced", "Replaced", number, right=True, rank=2),
            ],
            rows=told,
            drawn=said_once(told, "system"),
            notes=list(_notes(found, len(rows) - len(told))),
            hint="crmaudit check --code GOV177,GOV179,GOV180,GOV181,GOV182"
            if rows
            else "crmaudit collect --only changes,recording",
            extra={"bulk": list(_bulk(found))},
        ),
        format_,
        output,
    )


def _rows(found: Audit, losses: Losses) -> Iterator[dict[str, Any]]:
    workspace = found.workspace
    for trail in losses.trails:
        entity = workspace.entity.get(trail.entity)
        yield {
            "system": workspace.system[losses.system].name,
            "id": losses.system,
            "entity": trail.entity,
            "name": entity.label if entity else trail.entity,
            "master": trail.master,
            "history": trail.on,
            "why": trail.why,
            "readable": not losses.cannot,
            "old_values": trail.keeps_old if trail.on else None,
            "entries": trail.rows,
            "newest": str(trail.last) if trail.last else None,
            "gone": trail.gone,
            "put_away": _put_away(losses, trail),
            "replaced": trail.replaced,
            "evidence": list(losses.evidence),
        }


def _sum(rows: list[dict[str, Any]], key: str, noun: str) -> str:
    """What is known of all kinds together; not told where nothing is known of any."""
    known = [r[key] for r in rows if r[key] is not None]
    return count(sum(known), noun) if known else f"╱ {noun}s"


def _telling(row: Mapping[str, Any]) -> bool:
    """Whether anything is known of the kind, or it matters that nothing is."""
    return row["history"] is not None or (row["master"] and row["readable"])


def _put_away(losses: Losses, trail: EntityTrail) -> int | None:
    """Records of the kind's tables that are marked as deleted; None where no mark is known."""
    soft = [r.soft for r in losses.removed if r.table in trail.tables and r.soft is not None]
    return sum(soft) if soft else None


def _bulk(found: Audit) -> Iterator[dict[str, Any]]:
    """Changes and deletions of many rows at once; the account by pseudonym, the month alone."""
    for system, losses in found.facts.governance.changes.items():
        for c in losses.bulk:
            if c.action != "created":
                yield {
                    "system": found.workspace.system[system].name,
                    "table": c.table,
                    "action": c.action,
                    "rows": c.rows,
                    "account": c.by or None,
                    "month": f"{c.day:%Y-%m}",
                }


def _notes(found: Audit, left: int) -> Iterator[str]:
    from crmaudit.governance.upkeep_server import recovery

    governance, systems = found.facts.governance, found.workspace.system
    changes = governance.changes
    if not changes:
        return
    bulk = sorted(_bulk(found), key=lambda c: (c["action"] != "deleted", -c["rows"]))
    for c in bulk[:_MOST]:
        by = f" by {c['account']}" if c["account"] else ""
        yield f"in bulk: {c['rows']:,} rows of {c['table']} {c['action']} in {c['month']}{by}"
    if len(bulk) > _MOST:
        yield f"and {count(len(bulk) - _MOST, 'bulk change')} more in --format json"
    ways: dict[str, list[str]] = {}
    for system, health in sorted(governance.testified.health.items()):
        if system in systems:
            way = recovery(health)
            word = {True: "yes", False: "no", None: "╱ not told"}[way.on]
            ways.setdefault(f"{word}, {way.why}", []).append(systems[system].name)
    for told, names in ways.items():
        yield f"back to any moment: {told}: {', '.join(names)}"
    for system, losses in changes.items():
        if losses.cannot:
            yield f"╱ {systems[system].name}: {losses.cannot}"
    if left:
        yield f"{count(left, 'kind')} of record of which nothing can be told left out: --all"
    yield (
        "gone: the history calls it deleted, and it is not there · put away: marked as deleted · "
        "replaced: values that imports or bulk changes wrote over"
    )


def _history(row: Mapping[str, Any]) -> Text:
    if row["history"] is None:
        return Text(f"╱ {row['why']}", style="quiet")
    word, style = _KEPT[row["history"]]
    return Text(word, style=style)


def _yes(value: bool | None) -> str:
    return "╱" if value is None else "yes" if value else "no"
