"""`quality keys`: how the tables of a system hang together, and where references lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import Keys, Polymorphic, Reference, TableKey

_ORDER = {"orphans": 0, "holds": 1, "cannot tell": 2}
_SHOWN = 12
_LINE = {"declared": "──"}
"""Declared references are drawn solid, all others dashed."""


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("keys")(keys)


def keys(
    system: Annotated[
        str, typer.Argument(help="The system; without one, all that were read.")
    ] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Keys and references, declared and found, tested on the rows; those with orphans first."""
    found = audit(workspace)
    show(_view(found, dict(_evidence(found, system)), bool(system)), format_, output)


def _evidence(found: Audit, name: str) -> Iterator[tuple[str, Keys]]:
    known = found.facts.evidence.keys
    wanted = [found.workspace.find_system(name).id] if name else list(known)
    for system in wanted:
        if system in known:
            yield system, known[system]


def _view(found: Audit, known: Mapping[str, Keys], one: bool) -> View:
    rows = [_row(system, r) for system, keys in known.items() for r in keys.references]
    rows.sort(key=_worst_first)
    untold = [row for row in rows if row["verdict"] == "cannot tell"]
    # What has no value to test is a long list that says nothing, where there is much of it.
    folded = len(untold) > _SHOWN
    drawn = rows[: -len(untold)] if folded else rows
    shown = [{**row, "system": "" if one or len(known) == 1 else row["system"]} for row in drawn]
    return View(
        kind="keys",
        headline=_headline(found, rows, known),
        columns=[
            Column("system", "System", rank=2)
            if len(known) > 1
            else Column("verdict", "", lambda v: _MARKS[v]),
            Column("reference", "Reference", _reference, flex=True, whole=True, least=36),
            Column("orphans", "Orphans", _orphans, right=True, whole=True),
            Column("filled", "Filled", _filled, right=True, whole=True, rank=1),
            Column("cardinality", "1:n", lambda c: c or "╱", rank=3),
            Column("confidence", "Sure", _sure, right=True, rank=4),
            Column("basis", "Basis", rank=5),
            Column("sentinels", "None is", _sentinels, rank=6),
        ],
        rows=rows,
        drawn=shown,
        notes=[*_notes(known), *(_untold(untold) if folded else ())],
        hint="crmaudit quality show SYSTEM.TABLE.COLUMN" if rows else "crmaudit collect",
        extra={
            "keys": [_key(s, k) for s, keys in known.items() for k in keys.keys],
            "pairs": [_pair(s, p) for s, keys in known.items() for p in keys.polymorphic],
            "evidence": [keys.id for keys in known.values()],
            "dictionaries": {s: list(k.dictionaries) for s, k in known.items() if k.dictionaries},
        },
    )


def _untold(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    tables = len({(r["system"], r["table"]) for r in rows})
    yield (
        f"? {count(len(rows), 'reference')} of {count(tables, 'table')} without a value to test: "
        "listed in --format json and csv"
    )


_MARKS = {"orphans": "!", "holds": "✓", "cannot tell": "?"}


def _headline(found: Audit, rows: Sequence[Mapping[str, Any]], known: Mapping[str, Keys]) -> str:
    if not known:
        return "no keys and references: none were looked for yet"
    of = Text(", ".join(found.workspace.system[s].name for s in known)).plain
    broken = sum(r["verdict"] == "orphans" for r in rows)
    declared = sum(r["basis"] == "declared" for r in rows)
    untold = sum(r["verdict"] == "cannot tell" for r in rows)
    return (
        f"{count(len(rows), 'reference')} of {of}: {declared:,} declared, "
        f"{len(rows) - declared:,} found · {broken:,} with orphans, {untold:,} cannot be told"
    )


def _row(system: str, reference: Reference) -> dict[str, Any]:
    return {
        "system": system,
        "table": reference.table,
        "columns": list(reference.columns),
        "to": reference.to,
        "to_columns": list(reference.to_columns),
        "when": list(reference.when) if reference.when else None,
        "basis": reference.basis,
        "confidence": reference.confidence,
        "verdict": reference.verdict,
        "cases": reference.cases,
        "filled": reference.filled,
        "orphans": reference.orphans,
        "sentinels": dict(reference.sentinels),
        "distinct": reference.distinct,
        "parents": reference.parents,
        "referred": reference.referred,
        "most": reference.most,
        "cardinality": reference.cardinality,
        "reasons": list(reference.reasons),
    }


def _key(system: str, key: TableKey) -> dict[str, Any]:
    return {
        "system": system,
        "table": key.table,
        "columns": list(key.columns),
        "basis": key.basis,
        "confidence": key.confidence,
        "rows": key.rows,
        "nulls": key.nulls,
        "repeated": key.repeated,
        "reasons": list(key.reasons),
    }


def _pair(system: str, pair: Polymorphic) -> dict[str, Any]:
    return {
        "system": system,
        "table": pair.table,
        "type_column": pair.type_column,
        "id_column": pair.id_column,
        "basis": pair.basis,
        "confidence": pair.confidence,
        "unknown": dict(pair.unknown),
    }


def _worst_first(row: Mapping[str, Any]) -> tuple[Any, ...]:
    share = (row["orphans"] or 0) / row["filled"] if row["filled"] else 0.0
    place = row["system"], row["table"], row["columns"], row["when"] or [], row["to"]
    return _ORDER[row["verdict"]], -share, -(row["orphans"] or 0), place


def _reference(row: Mapping[str, Any]) -> str:
    line = _LINE.get(row["basis"], "╌╌")
    child = f"{row['table']}.{_columns(row['columns'])}"
    parent = f"{row['to']}.{_columns(row['to_columns'])}" if row["to_columns"] else row["to"]
    when = f" if {row['when'][0]}={row['when'][1]}" if row["when"] else ""
    return f"{child} {line}> {parent}{when}"


def _columns(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def _orphans(row: Mapping[str, Any]) -> str | Text:
    if row["verdict"] == "cannot tell":
        return "╱"
    text = f"{row['orphans']:,}"
    return Text(text, style="bold") if row["orphans"] else text


def _filled(row: Mapping[str, Any]) -> str:
    if row["filled"] is None:
        return "╱"
    return f"{row['filled']:,} of {row['cases']:,}"


def _sure(confidence: float) -> str:
    return f"{100 * confidence:.0f} %"


def _sentinels(sentinels: Mapping[str, int]) -> str:
    return ", ".join(f"{value} × {n:,}" for value, n in sentinels.items()) or "–"


def _notes(known: Mapping[str, Keys]) -> Iterator[str]:
    if not known:
        return
    yield "── declared · ╌╌ found · ! orphans · ✓ holds · ? ╱ no value could tell"
    for system, keys in known.items():
        if keys.provenance.status.state != "done":
            yield f"{system}: partly measured, {keys.provenance.status.reason}"
        found = [k for k in keys.keys if k.basis != "declared" and k.rows]
        broken = [k for k in found if k.repeated or k.nulls]
        if found:
            yield (
                f"{system}: {count(len(found), 'key')} found that the database does not declare"
                + (f", {len(broken)} with repeated or missing values" if broken else "")
            )
        yield from _pair_notes(system, keys)
        if keys.dictionaries:
            yield f"{system}: relations read in {', '.join(keys.dictionaries)}"


def _pair_notes(system: str, keys: Keys) -> Iterator[str]:
    lost = [(p, sum(p.unknown.values())) for p in keys.polymorphic if p.unknown]
    for pair, rows in sorted(lost, key=lambda item: (-item[1], item[0].table))[:_SHOWN]:
        types = list(pair.unknown)
        more = f" and {len(types) - 3} more" if len(types) > 3 else ""
        yield (
            f"{system}: {pair.table}.{pair.type_column} names no table in "
            f"{count(rows, 'row')}: {', '.join(types[:3])}{more}"
        )
    if len(lost) > _SHOWN:
        yield f"{system}: {len(lost) - _SHOWN} more pairs with unknown types"
