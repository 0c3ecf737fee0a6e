"""How profiles look: a table's columns, or one column with its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmaudit.cli.terminal import bar, count, out, put_note, rate, say
from crmaudit.cli.view import Column, View, json_text, number, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.evidence import Catalog, ColumnProfile, Fault, TableProfile


def show_profiles(source: str, tables: Sequence[str], schema: str | None, format_: str) -> int:
    """Profile a source and show each table as soon as it is done; answers the exit code."""
    import json

    from crmaudit.cli.measure import Display
    from crmaudit.collect import Target
    from crmaudit.evidence import to_json
    from crmaudit.quality.collectors.profile import profile
    from crmaudit.quality.plan import Plan
    from crmaudit.sources import open_source

    if format_ not in ("table", "json"):
        raise CrmauditError(f"{format_!r} is no format", "choose table or json")
    kept: list[Any] = []
    failed = 0
    with open_source(source, schema=schema) as opened:
        catalog = opened.catalog("source")
        chosen = [t for t in catalog.tables if not tables or t.qualified in tables]
        missing = [t for t in tables if t not in {c.qualified for c in chosen}]
        if missing:
            raise CrmauditError(
                f"there is no table {missing[0]!r}",
                f"the tables are: {', '.join(t.qualified for t in catalog.tables[:20])}",
            )
        console = out()
        if format_ == "table":
            told = f"{opened.address} · {catalog.version or catalog.provenance.engine} · "
            told += count(len(chosen), "table")
            put_note(console, told, "head")
            for note in catalog.notes:
                put_note(console, note)
            if not chosen:
                say("there is nothing to profile", "quiet")
        try:
            with Display() as display:
                display.system(Target("profile", source), len(chosen), None)
                plan = Plan(system="source")
                for found in profile(
                    opened, chosen, plan, lambda t, n: display.rows(t.qualified, n)
                ):
                    display.done(found)
                    failed += found.provenance.status.state == "failed"
                    if format_ == "json":
                        kept.append(json.loads(to_json(found))["body"])
                    else:
                        display.aside(lambda p: _print(p, catalog), found)
        finally:
            # A lost connection takes nothing of what is done.
            if format_ == "json":
                body = {"source": catalog.provenance.source, "tables": kept}
                print(json_text("profile", body), end="")
    if format_ == "table":
        out().print()
        put_note(out(), "crmaudit init DIR --from SOURCE", "accent")
    return 2 if failed else 0


def _print(found: TableProfile, catalog: Catalog) -> None:
    console = out()
    console.print()
    show(table_view(found, catalog_notes(catalog, found.table)))


def catalog_notes(catalog: Catalog | None, table: str) -> list[str]:
    """The catalog's note of a table; of an unreadable one its profile's status says it."""
    tables = catalog.tables if catalog else ()
    return [f"note: {t.note}" for t in tables if t.qualified == table and t.readable and t.note]


def table_view(profile: TableProfile, notes: Sequence[str] = (), hint: str = "") -> View:
    """The columns of a table, one a row."""
    status = profile.provenance.status
    lines = list(notes)
    if status.state != "done":
        lines.insert(0, f"{status.state}: {status.reason}")
    inexact = {str(m) for c in profile.columns for m in c.methods.values()}
    lines += [f"method: {m}" for m in sorted(inexact)]
    return View(
        kind="table-profile",
        headline=f"{profile.table} · {count(profile.rows, 'row')} · "
        f"{count(len(profile.columns), 'column')} · {profile.seconds:.1f} s",
        columns=[
            Column("column", "Column", flex=True, least=20),
            Column("type", "Type", rank=5),
            Column("meaning", "Meaning", _meaning, rank=1, whole=True),
            Column("filled", "Filled", _filled, whole=True),
            Column("distinct", "Distinct", number, right=True, rank=4),
            Column("minimum", "From – to", _range, rank=6, flex=True, whole=True),
            Column("example", "Most frequent", rank=3, flex=True),
            Column("faults", "Faulty", lambda v: f"{v:,}" if v else "", right=True),
            Column("fault", "Worst fault", _fault, rank=2, whole=True, flex=True, least=14),
        ],
        rows=[_column_row(c, profile.faults) for c in profile.columns],
        notes=lines,
        hint=hint,
    )


def _column_row(c: ColumnProfile, between: Sequence[Fault]) -> dict[str, Any]:
    passed, applicable = c.checks.get("valid", (0, 0))
    faults = [*c.faults, *(f for f in between if f.columns[:1] == (c.name,))]
    worst = max(faults, key=lambda f: f.rows * f.confidence, default=None)
    return {
        "column": c.name,
        "type": c.logical,
        "meaning": c.semantic.type if c.semantic else None,
        "confidence": c.semantic.confidence if c.semantic else None,
        "rows": c.rows,
        "filled": c.filled,
        "nulls": c.nulls,
        "blanks": c.blanks,
        "distinct": c.distinct,
        "uniques": c.uniques,
        "minimum": c.minimum,
        "maximum": c.maximum,
        "example": _example(c),
        # Checks and faults may find the same rows: the larger count is a safe lower bound.
        "faults": max([applicable - passed, *(f.rows for f in faults)]),
        "fault": worst.kind if worst else None,
        "fault_rows": worst.rows if worst else None,
        "fault_confidence": worst.confidence if worst else None,
        "status": c.status.state,
    }


def _meaning(row: Mapping[str, Any]) -> str:
    """What is less sure than two in three is asked."""
    if row["meaning"] is None:
        return ""
    return f"{row['meaning']}{'' if row['confidence'] >= 2 / 3 else ' ?'}"


def _fault(row: Mapping[str, Any]) -> str:
    return f"{row['fault']}: {row['fault_rows']:,}" if row["fault"] else ""


def _filled(row: Mapping[str, Any]) -> str:
    if not row["rows"]:
        return "no rows"
    share = row["filled"] / row["rows"]
    return f"{bar(share, 6)} {rate(share)}"


def _range(row: Mapping[str, Any]) -> str:
    low, high = _cut(row["minimum"]), _cut(row["maximum"])
    return low if low == high else f"{low} – {high}"


def _example(c: ColumnProfile) -> str:
    if c.status.state == "failed":
        return c.status.reason
    if c.top:
        first = c.top[0]
        return f"{_cut(first.value, 18)} × {first.count:,}"
    if c.shapes:
        return f"{_cut(c.shapes[0].shape, 18)} × {c.shapes[0].count:,}"
    return ""


def _cut(text: str | None, most: int = 14) -> str:
    if text is None:
        return ""
    return text if len(text) <= most else text[: most - 1] + "…"
