"""`inventory list`: all systems, or those that an expression chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.inventory_columns import FIELDS, chosen, standard
from crmaudit.cli.inventory_rows import Rows
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.query import arranged, choose, columns, order
from crmaudit.cli.query_parser import parse
from crmaudit.cli.terminal import MARKS, count
from crmaudit.cli.view import Column, Format, View, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit

Where = Annotated[
    str,
    typer.Option(
        "--where",
        metavar="expression",
        help="Only systems like: 'lifecycle=phase-out and cost>10000', 'it_owner missing', "
        "'vendor ~ soft', 'kind in (crm, erp)'.",
        show_default=False,
    ),
]
Sort = Annotated[
    str,
    typer.Option(
        "--sort", metavar="columns", help="In this order, like -cost,name.", show_default=False
    ),
]
Chosen = Annotated[
    str,
    typer.Option(
        "--columns",
        metavar="columns",
        help="Show these columns, like name,cost,contract_end; `help` lists all.",
        show_default=False,
    ),
]
OPTIONS = {"where": Where, "sort": Sort, "columns_": Chosen}
_SUMMARY = 10
"""From so many systems on they are counted by phase, kind and fit."""
_MOST_KINDS = 8


def list_(
    where: Where = "",
    sort: Sort = "",
    columns_: Chosen = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """All systems, those with the worst findings first."""
    if columns_.strip().casefold() == "help":
        show(_columns_view(), format_, output)
        return
    wanted = columns(columns_, FIELDS)
    by = order(sort, FIELDS)
    condition = parse(where, FIELDS) if where.strip() else None
    found = audit(workspace)
    rows: Sequence[Mapping[str, Any]] = Rows(found).all()
    notes: list[str] = []
    whole = count(len(rows), "system")
    if condition is not None:
        rows, unknown = choose(condition, rows)
        whole = f"{len(rows):,} of {whole}"
        notes += [
            f"╱ {count(n, 'system has', 'systems have')} no {_noun(key)}: left out"
            for key, n in unknown.items()
        ]
    rows = arranged(rows, by) if by else sorted(rows, key=_worst_first)
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    incomplete = sum(r["facts_given"] < r["facts_wanted"] for r in rows)
    currency = found.inventory.currency
    show(
        View(
            kind="inventory",
            headline=f"{whole} · {incomplete:,} incomplete{day}",
            columns=chosen(wanted, currency) if wanted else standard(currency),
            rows=[_only(row, [f.key for f in wanted]) for row in rows] if wanted else rows,
            drawn=rows,
            notes=[*_summary(found, rows), *notes],
            hint=f"crmaudit inventory show {rows[0]['id']}" if rows else "crmaudit inventory",
        ),
        format_,
        output,
    )


def _only(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The row with the columns asked for; one made of several stands as those."""
    found: dict[str, Any] = {}
    for key in keys:
        field = FIELDS.find(key)
        found |= {k: row[k] for k in (field.keys if field and field.keys else (key,))}
    return found


def _noun(key: str) -> str:
    field = FIELDS.find(key)
    return (field.noun if field else "") or key.replace("_", " ")


def _worst_first(row: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    worst = list(MARKS).index(row["worst"]) if row["worst"] else len(MARKS)
    return not row["in_scope"], worst, -row["finding_count"], row["name"]


def _summary(found: Audit, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The systems shown, added up."""
    scope = [r for r in rows if r["in_scope"]]
    if not scope:
        return
    known = [r["cost"] for r in scope if r["cost"] is not None]
    least = any(r["cost_at_least"] for r in scope)
    given, wanted = (sum(r[k] for r in scope) for k in ("facts_given", "facts_wanted"))
    yield (
        f"{given:,} of {wanted:,} facts given; "
        + (
            f"cost {'at least ' if least else ''}{sum(known):,.0f} {found.inventory.currency} "
            f"a year from {len(known):,} of {count(len(scope), 'system')} in scope"
            if known
            else f"cost not assessed: none is declared for {count(len(scope), 'system')} in scope"
        )
    )
    if len(rows) >= _SUMMARY:
        for key in ("phase", "kind"):
            yield f"{key}: {_counted(rows, key)}"
        yield f"TIME: {_classified(found, rows)}"


def _counted(rows: Sequence[Mapping[str, Any]], key: str) -> str:
    """`24 active · 3 phase-out · 2 not given`, the most frequent first."""
    counts = Counter(r[key] for r in rows)
    unknown = counts.pop(None, 0)
    most = sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    told = [f"{n:,} {value}" for value, n in most[:_MOST_KINDS]]
    if rest := sum(n for _, n in most[_MOST_KINDS:]):
        told.append(f"{rest:,} of {len(most) - _MOST_KINDS} more kinds")
    if unknown:
        told.append(f"{unknown:,} not given")
    return " · ".join(told)


def _classified(found: Audit, rows: Sequence[Mapping[str, Any]]) -> str:
    """`16 invest · 4 withheld · 1 retired`: the quadrants, then why the others have none."""
    quadrants = Counter(r["fit"] for r in rows if r["fit"])
    others = Counter(_unplaced(found, r) for r in rows if not r["fit"])
    told = [*sorted(quadrants.items(), key=lambda c: (-c[1], c[0])), *sorted(others.items())]
    return " · ".join(f"{n:,} {word}" for word, n in told)


def _unplaced(found: Audit, row: Mapping[str, Any]) -> str:
    """Why a system has no quadrant: to withhold a word is a judgement, to know too little none."""
    fit = found.facts.fits.get(row["id"])
    if fit is not None and fit.withheld:
        return "withheld"
    if row["phase"] in ("retired", "plan"):
        return "retired" if row["phase"] == "retired" else "planned"
    return "not classified" if fit is not None else "out of scope"


def _columns_view() -> View:
    return View(
        kind="columns",
        headline="Columns for --where, --sort and --columns",
        columns=[
            Column("column", "Column"),
            Column("holds", "Holds", flex=True),
            Column("kind", "Kind"),
            Column("aliases", "Also called", ", ".join, rank=1),
        ],
        rows=[
            {
                "column": f.key,
                "holds": f.about + (f" ({', '.join(f.choices)})" if f.choices else ""),
                "kind": f.kind,
                "aliases": list(f.aliases),
            }
            for f in FIELDS.all
        ],
        hint="crmaudit inventory --where 'lifecycle=phase-out and cost>10000' --sort -cost",
    )
