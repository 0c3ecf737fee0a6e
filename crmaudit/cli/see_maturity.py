"""`governance maturity`: levels earned by facts, and what is missing for the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import bar, count
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.maturity import Judged, Level

_STYLES = {
    "not met": "medium",
    "not known": "unknown",
    "met": "good",
    "does not apply": "dim",
}


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("maturity")(maturity)


def maturity(
    dimension: Annotated[
        str,
        typer.Option("--dimension", help="One dimension: its criteria, and what is in the way."),
    ] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Eight dimensions, their levels earned by facts, and what is missing for the next."""
    found = audit(workspace)
    if dimension:
        show(_detail(found, _one(found, dimension)), format_, output)
        return
    show(_whole(found), format_, output)


def _one(found: Audit, dimension: str) -> Level:
    levels = {x.dimension: x for x in found.facts.maturity}
    one = next((x for name, x in levels.items() if name == dimension.strip().lower()), None)
    if one is None:
        raise CrmauditError(
            f"there is no dimension {dimension!r}", f"choose of: {', '.join(levels)}"
        )
    return one


def _whole(found: Audit) -> View:
    levels = found.facts.maturity
    rows = [
        {
            "dimension": x.dimension,
            "level": x.level,
            "at_best": x.at_best,
            "target": x.target,
            "lacks": [_lack(j) for j in x.next_lacks],
            "criteria": [_criterion(j) for j in x.criteria],
        }
        for x in levels
    ]
    short = sum(x.target is not None and (x.level or 0) < x.target for x in levels)
    aimed = sum(x.target is not None for x in levels)
    told = f" · {short} of {aimed} below the level aimed at" if aimed else ""
    worst = min(levels, key=lambda x: (x.level or 0) - (x.target or 0))
    return View(
        kind="maturity",
        headline=f"maturity of {count(len(levels), 'dimension')}, levels 1 to 5{told}",
        columns=[
            Column("dimension", "Dimension"),
            Column("level", "Level", _bar, whole=True),
            Column("target", "Aim", dash, right=True),
            Column("lacks", "Missing for the next level", _lacks, whole=True, flex=True, least=36),
        ],
        rows=rows,
        notes=[
            "A level is earned by facts, all of those below it too; ╱ what is not known earns "
            "nothing."
        ],
        hint=f"crmaudit governance maturity --dimension {worst.dimension}",
    )


def _bar(row: Mapping[str, Any]) -> str:
    if row["level"] is None:
        return f"{bar(None, 5)} not assessed"
    more = f" (up to {row['at_best']})" if row["at_best"] > row["level"] else ""
    return f"{bar(row['level'] / 5, 5)} {row['level']}{more}"


def _lacks(row: Mapping[str, Any]) -> str:
    from crmaudit.governance.maturity import TOP

    if row["level"] == TOP:
        return "nothing: this is the highest"
    return "; ".join(row["lacks"]) or "nothing more can be asked here"


def _lack(j: Judged) -> str:
    """`systems in scope with both owners: 2 of 7, at least 80 % wanted`."""
    told = f"{j.criterion.words}: {j.told}"
    if j.state == "not known" and not j.told.endswith("not known"):
        return f"╱ {told}"
    return f"{'╱ ' if j.state == 'not known' else ''}{told}, {j.criterion.line} wanted"


def _criterion(j: Judged) -> dict[str, Any]:
    return {
        "level": j.criterion.level,
        "criterion": j.criterion.words,
        "wanted": j.criterion.line,
        "told": j.told,
        "state": j.state,
        "evidence": list(j.evidence),
    }


def _detail(found: Audit, one: Level) -> View:
    codes = tuple({code for j in one.target_lacks for code in j.criterion.rules})
    between = [f for f in found.findings.findings if codes and f.code.startswith(codes)]
    rows = [_criterion(j) for j in one.criteria]
    level = "not assessed" if one.level is None else f"level {one.level} of 5"
    aim = f", {one.target} aimed at" if one.target else ""
    notes = [f"{f.code} {f.severity}: {f.message}" for f in between[:12]]
    if len(between) > 12:
        notes.append(f"and {len(between) - 12} more findings")
    told = f"the level {one.target}" if one.target else "the next level"
    head = [f"Findings between today and {told}:"] if notes else []
    return View(
        kind="maturity-dimension",
        headline=f"{one.dimension}: {level}{aim}",
        columns=[
            Column("level", "Level", right=True),
            Column("criterion", "Criterion", flex=True, least=30),
            Column("wanted", "Wanted"),
            Column("told", "Found", flex=True, least=18),
            Column("state", "State", lambda s: Text(s, style=_STYLES[s])),
        ],
        rows=rows,
        notes=[*head, *notes],
        hint=f"crmaudit check --code {','.join(sorted(codes))}" if codes else "crmaudit check",
        extra={
            "dimension": one.dimension,
            "level": one.level,
            "at_best": one.at_best,
            "target": one.target,
            "findings": [{"code": f.code, "subject": f.subject} for f in between],
        },
    )
