"""`quality map`: what the tables of a system mean, and what nothing explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.changing import agreed, put_diff
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, out, put_note, say
from crmaudit.cli.view import Column, Format, View, dash, number, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.quality.map_rows import MapRow, MapView

_SHOWN = 12


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("map")(map_)


def map_(
    system: Annotated[
        str, typer.Argument(help="The system; without one, all that were read.")
    ] = "",
    save: Annotated[
        bool,
        typer.Option(
            "--save",
            help="Write what was found and nobody declared into maps/, to be corrected there.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --save: only show what would be written.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Which table holds which entity: declared, by product map, or inferred; and what is left."""
    found = audit(workspace)
    views = list(_views(found, system))
    if dry_run and not save:
        raise CrmauditError("--dry-run is said of --save", "crmaudit quality map SYSTEM --save")
    if save:
        _save(found, views, yes, dry_run)
        return
    show(_view(views), format_, output)


def _views(found: Audit, name: str) -> Iterator[MapView]:
    from crmaudit.quality.map_rows import map_view

    workspace, evidence = found.workspace, found.facts.evidence
    systems = [workspace.find_system(name)] if name else workspace.systems
    for system in systems:
        known = workspace.map_of.get(system.id), evidence.entity_maps.get(system.id)
        if name or any(known):
            yield map_view(
                system.id,
                *known,
                workspace.entity,
                evidence.catalogs.get(system.id),
                evidence.profiles.get(system.id, {}),
                evidence.parts.get(system.id, {}),
            )


def _view(views: Sequence[MapView]) -> View:
    several = len(views) > 1
    rows = [_row(v, r) for v in views for r in v.rows]
    left = [
        {"system": v.system, "table": u.table, "rows": u.rows} for v in views for u in v.unexplained
    ]
    drawn = [r for r in rows if r["role"] != "system"]
    tables = len({(r["system"], r["table"]) for r in (*rows, *left)})
    explained = f"{tables - len(left):,} of {count(tables, 'table')} explained" if tables else ""
    measured = any(v.found for v in views)
    columns = [
        *([Column("system", "System")] if several else []),
        Column("table", "Table", flex=True, least=28),
        Column("entity", "Entity", dash),
        Column("role", "Role"),
        Column("rows", "Rows", number, right=True, rank=2),
        Column("where", "Condition", flex=True, least=16),
        Column("confidence", "Sure", _sure, right=True, rank=1),
        Column("basis", "By", rank=4),
        Column("reasons", "Why", "; ".join, flex=True, rank=6),
    ]
    return View(
        kind="entity-map",
        headline=f"entity map · {explained}" if explained else "entity map: nothing is known yet",
        columns=columns,
        rows=rows,
        drawn=drawn,
        notes=list(_notes(views, several)),
        hint=_hint(views, measured),
        extra={"products": [_product(v) for v in views if _product(v)], "unexplained": left},
    )


def _row(view: MapView, row: MapRow) -> dict[str, Any]:
    m = row.mapped
    return {
        "system": view.system,
        "table": m.table,
        "entity": m.entity,
        "kind": view.map.kinds.get(m.entity, "") if view.map else "",
        "role": m.role,
        "rows": row.rows,
        "where": m.where,
        "confidence": m.confidence,
        "basis": m.basis,
        "reasons": list(m.reasons),
        "key": list(m.key),
        "name": list(m.name),
        **{
            name: getattr(m, name)
            for name in (
                "created_at",
                "created_by",
                "modified_at",
                "modified_by",
                "owner",
                "soft_delete",
                "archived",
                "test_rows",
                "automatic",
                "last_login",
            )
        },
        "join": dict(m.join),
    }


def _product(view: MapView) -> dict[str, Any]:
    product = view.found.product if view.found else None
    if product is None:
        return {}
    return {
        "system": view.system,
        "product": product.id,
        "name": product.name,
        "version": product.version,
        "edition": product.edition,
        "verified": product.verified,
        "trust": product.trust,
        "checked_against": list(product.checked_against),
        "reasons": list(product.reasons),
    }


def _notes(views: Sequence[MapView], several: bool) -> Iterator[str]:
    from crmaudit.quality.effective import UNCONFIRMED

    for view in views:
        head = f"{view.system}: " if several else ""
        product = view.found.product if view.found else None
        if product is not None:
            parts = (product.name, product.version, product.edition)
            named = " ".join(p for p in parts if p)
            against = f", its map was checked against {', '.join(product.checked_against)}"
            yield f"{head}product: {named}{against if product.checked_against else ''}; " + (
                product.trust
            )
        elif view.found is not None:
            yield f"{head}no product recognised: names, columns and references were judged"
        machinery = [r.mapped.table for r in view.rows if r.mapped.role == "system"]
        if machinery:
            yield f"{head}machinery, {count(len(machinery), 'table')}: {_some(machinery)}"
        if view.unexplained:
            shown = [f"{u.table} ({u.rows:,})" if u.rows else u.table for u in view.unexplained]
            yield f"{head}explained by no entity, {count(len(shown), 'table')}: {_some(shown)}"
        if any(r.rows is None for r in view.rows if r.mapped.role != "system"):
            yield f"{head}╱ rows: those with the condition were not counted"
        guessed = {r.mapped.table for r in view.rows if UNCONFIRMED in r.mapped.reasons}
        if guessed:
            yield (
                f"{head}{UNCONFIRMED}, {count(len(guessed), 'table')}: look at maps/, then delete "
                "`confirmed: false`"
            )
        if view.found is None:
            yield f"{head}not assessed: its tables were not looked at yet"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _hint(views: Sequence[MapView], measured: bool) -> str:
    if not measured:
        return "crmaudit collect"
    system = views[0].system if len(views) == 1 else "SYSTEM"
    return f"crmaudit quality map {system} --save"


def _sure(confidence: float) -> str:
    return f"{confidence:.0%}".replace("%", " %")


def _save(found: Audit, views: Sequence[MapView], yes: bool, dry_run: bool) -> None:
    from crmaudit.quality.map_saving import save

    measured = [v.found for v in views if v.found]
    if len(views) > 1:
        raise CrmauditError(
            "one system's map is saved at a time", "name it: quality map SYSTEM --save"
        )
    if not measured:
        raise CrmauditError(
            "no tables were looked at, so there is nothing to save",
            f"crmaudit collect {views[0].system}" if views else "crmaudit collect",
        )
    saving = save(found.workspace, measured[0])
    saving.changes.check()
    if not saving.changes.files:
        known = "declared or proposed" if saving.unconfirmed else "declared"
        say(f"every table that holds an entity is {known} already; nothing was changed", "quiet")
        return
    console = out()
    put_diff(console, saving.changes)
    put_note(console, f"{count(len(saving.rows), 'row')} to be added, to be confirmed in the map")
    if saving.replaced:
        tables = count(len(saving.replaced), "table")
        put_note(console, f"proposed before, and replaced by what was found: {tables}")
    for file in saving.unconfirmed:
        put_note(
            console,
            f"{file} still says `confirmed: false`: delete that line once somebody has looked, "
            "else what is measured outweighs it",
        )
    if saving.fresh:
        put_note(console, f"new in entities.yaml: {', '.join(saving.fresh)}")
    if saving.declared:
        tables = count(len(saving.declared), "table")
        put_note(console, f"declared already and left as they are: {tables}")
    if saving.left:
        put_note(
            console,
            f"not written, as only the evidence tells of them: {count(saving.left, 'row')} "
            "(machinery, lists of nothing in particular, stamps in other tables)",
        )
    if dry_run or not agreed(f"write {count(len(saving.changes.files), 'file')}?", yes):
        return
    written = saving.changes.write()
    console.print(Text(f"{count(len(written), 'file')} written", style="good"))
