"""`quality`: measured scores by entity, table and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import bar, count
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.quality.scores import Score, Scorecard

app = group("quality", "Measured data quality: scores with their counts.", bare="scores")
_DIMENSIONS = ("completeness", "uniqueness", "validity", "timeliness")


@app.command()
def scores(
    by: Annotated[str, typer.Option(help="entity, table or system")] = "entity",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Scorecards by entity, table or system, the worst first."""
    found = audit(workspace)
    cards = _cards(found, by)
    rows = [_row(name, card, rows) for name, (card, rows) in cards.items()]
    rows.sort(key=lambda r: (r["overall"] is None, r["overall"] or 0, r["name"]))
    lacking = [] if rows else ["╱ not assessed: no database was read"]
    if rows and by == "entity":
        held = len(found.workspace.entity)
        if len(rows) < held:
            lacking = [
                f"╱ not assessed: {held - len(rows)} of {held} entities have no mapped table "
                "that was read",
                "  (a ╱ in the table: no value it could be judged by)",
            ]
        mixed = [e.label for e in found.workspace.entity.values() if found.quality.shared(e.id)]
        if mixed:
            lacking.append(
                f"not measured apart from the rest of their tables' rows: {', '.join(mixed)}"
            )
    if rows:
        lacking.append("overall: checks passed of all checks; read the worst dimension beside it")
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    show(
        View(
            kind="scores",
            headline=f"measured quality of {count(len(rows), by, _plural(by))}{day}",
            columns=[
                Column("name", by.capitalize(), flex=True),
                Column("rows", "Rows", _rows, right=True, rank=5),
                Column("overall", "Overall", _overall),
                *(
                    Column(d, d.capitalize(), _share, right=True, rank=i)
                    for i, d in enumerate(_DIMENSIONS)
                ),
            ],
            rows=rows,
            notes=lacking,
            hint="crmaudit quality show SYSTEM.TABLE[.COLUMN]" if rows else "crmaudit collect",
        ),
        format_,
        output,
    )


def _rows(rows: int | None) -> str:
    return "–" if rows is None else f"{rows:,}"


def _plural(by: str) -> str:
    return "entities" if by == "entity" else f"{by}s"


def _cards(found: Audit, by: str) -> dict[str, tuple[Scorecard, int | None]]:
    """Scorecards with the rows, None where they were not counted apart."""
    quality = found.quality
    cards: dict[str, tuple[Scorecard, int | None]] = {}
    if by == "entity":
        for entity in found.workspace.entity.values():
            card = quality.entity_card(entity.id)
            if card is not None:
                primary = [h for h in quality.holdings(entity.id) if h.mapped.role == "primary"]
                whole = primary and all(h.whole for h in primary)
                cards[entity.label] = card, sum(h.profile.rows for h in primary) if whole else None
    elif by == "table":
        for system, profile in quality.tables():
            card = quality.table_card(system, profile.table)
            cards[f"{system}.{profile.table}"] = card, profile.rows
    elif by == "system":
        for system, tables in quality.profiles.items():
            card = quality.system_card(system)
            if card is not None:
                cards[found.workspace.system[system].name] = (
                    card,
                    sum(p.rows for p in tables.values()),
                )
    else:
        raise CrmauditError(f"{by!r} is no level", "choose entity, table or system")
    return cards


def _row(name: str, card: Scorecard, rows: int | None) -> dict[str, Any]:
    from crmaudit.quality.quality import overall

    whole = overall(card)
    return {
        "name": name,
        "rows": rows,
        "overall": whole.share,
        "passed": round(whole.passed),
        "applicable": round(whole.applicable),
        **{d: card.scores[d].share for d in _DIMENSIONS},
        "evidence": list(whole.evidence),
    }


def _overall(share: float | None) -> str:
    return f"{bar(share, 8)} {_share(share)}"


def _share(share: float | None) -> str:
    return "╱" if share is None else f"{_percent(share)}"


def _percent(share: float) -> str:
    """Whole per cents; what is not quite all or nothing never reads so."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{100 * share:.0f} %"


@app.command("show")
def show_thing(
    path: Annotated[str, typer.Argument(help="SYSTEM.TABLE or SYSTEM.TABLE.COLUMN")],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """A table or a column: profile, scores, evidence."""
    from crmaudit.cli.profile_view import catalog_notes, column_view, table_view

    found = audit(workspace)
    system, profile, column = _find(found, path)
    if column is None:
        card = found.quality.table_card(system, profile.table)
        hint = f"crmaudit quality show {system}.{profile.table}.COLUMN"
        noted = catalog_notes(found.facts.evidence.catalogs.get(system), profile.table)
        show(table_view(profile, [*noted, *_explained(card)], hint), format_, output)
        return
    card = found.quality.column_card(system, profile.table, column)
    hint = f"crmaudit quality show {system}.{profile.table}"
    show(column_view(profile, profile.column(column), _explained(card), hint), format_, output)


def _find(found: Audit, path: str) -> tuple[str, Any, str | None]:
    """The table, and the column where one is named; names may contain dots."""
    for system, tables in found.quality.profiles.items():
        if path != system and not path.startswith(f"{system}."):
            continue
        rest = path[len(system) + 1 :]
        if rest in tables:
            return system, tables[rest], None
        for name, profile in tables.items():
            column = rest[len(name) + 1 :]
            if rest.startswith(f"{name}.") and any(c.name == column for c in profile.columns):
                return system, profile, column
    import difflib

    known = [f"{s}.{t}" for s, tables in found.quality.profiles.items() for t in tables]
    close = difflib.get_close_matches(path, known, n=3, cutoff=0.4)
    raise CrmauditError(
        f"nothing that was read is called {path!r}",
        f"did you mean {', '.join(close)}?"
        if close
        else "`crmaudit quality scores --by table` lists all",
    )


def _explained(card: Scorecard) -> list[str]:
    evidence = dict.fromkeys(e for s in card.scores.values() for e in s.evidence)
    return [*map(_line, card.scores.values()), *(f"evidence {e}" for e in evidence)]


def _line(score: Score) -> str:
    if score.share is None:
        return f"{bar(None, 8)} {score.dimension}: not assessed, {score.reason}"
    counts = f"{round(score.passed):,} of {round(score.applicable):,}"
    return f"{bar(score.share, 8)} {score.dimension}: {_percent(score.share)} ({counts})"
