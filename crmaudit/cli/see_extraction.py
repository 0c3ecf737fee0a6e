"""`inventory extraction`: how hard each system's data are to get out; in what order; from what.

It stands with the inventory, for it judges the dossier of a system as a whole.
The target picture stands with the matrix: `crud target`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.see_structure import namer
from crmaudit.cli.terminal import count, rate
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.strategy import Extraction
    from crmaudit.strategy.order import Order


class By(StrEnum):
    system = "system"
    entity = "entity"
    question = "question"


_BANDS = {"easy": "good", "moderate": "quiet", "hard": "medium", "very hard": "high"}
_MOST = 100
"""Rows of the table; JSON and CSV have all."""


def extraction(
    system: Annotated[
        str, typer.Argument(help="Only this system, by id or name: what makes up its score.")
    ] = "",
    entity: Annotated[str, typer.Argument(help="Only this entity in the system.")] = "",
    by: Annotated[
        By,
        typer.Option(
            "--by", help="Systems, entities in systems, or the order that questions ask for."
        ),
    ] = By.system,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """How hard it is to get data out, how sure that is, what it takes, and in what order."""
    found = audit(workspace)
    if system:
        view = _one(found, system, entity)
    elif by is By.question:
        view = _in_order(found)
    else:
        view = _all(found, by)
    show(view, format_, output)


def _all(found: Audit, by: By) -> View:
    from crmaudit.strategy import cell_extractions, extractions
    from crmaudit.strategy.calibration import calibration
    from crmaudit.strategy.sensitivity import standings

    facts = found.facts
    judged = extractions(facts) if by is By.system else cell_extractions(facts)
    ranks = {(r.system, r.entity): r for r in standings(judged)} if by is By.system else {}
    rows = []
    for e in judged:
        rank = ranks.get((e.system, e.entity))
        ends = {
            "rank": rank.rank if rank else None,
            "rank_one_weight": list(rank.single) if rank else None,
            "rank_all_weights": list(rank.together) if rank and rank.together else None,
            "rank_unknown": list(rank.unknown) if rank else None,
        }
        rows.append({**_row(found, e), **(ends if by is By.system else {})})
    hard = sum(e.band in ("hard", "very hard") for e in judged)
    bare = sum(e.score is None for e in judged)
    what = "entity in a system" if by is By.entity else "system"
    notes = [calibration(facts, "extraction").words]
    if ranks:
        steady = sum(r.robust for r in ranks.values())
        notes.insert(
            0,
            f"{rate(steady / len(ranks))} of the ranks ({steady} of {len(ranks)}) hold whichever "
            "one weight changes by a quarter",
        )
    drawn = rows[:_MOST]
    if len(drawn) < len(rows):
        notes.insert(0, f"and {len(rows) - len(drawn):,} more: --format csv")
    own = [Column("system", "System", namer(found), flex=True, least=14)]
    if by is By.entity:
        own.insert(0, Column("entity", "Entity", namer(found), flex=True, least=14))
    return View(
        kind="extraction",
        headline=f"{count(len(rows), what, 'entities in systems' if by is By.entity else '')}, "
        f"{hard} hard or very hard to extract from, as far as known"
        + (f", {bare} not assessed" if bare else ""),
        columns=[
            *own,
            Column("score", "Score", _score, right=True, whole=True),
            Column("low", "Range", _range, right=True, whole=True, rank=1),
            Column("coverage", "Known", rate, right=True),
            Column("band", "", _band, whole=True, rank=2),
            *([Column("rank", "Rank", _rank, right=True, whole=True, rank=3)] if ranks else []),
            Column("days", "Days", _days, right=True),
            Column(
                "heaviest",
                "What makes it hard",
                lambda v: dash("; ".join(v)),
                flex=True,
                least=26,
                rank=4,
            ),
        ],
        rows=rows,
        drawn=drawn,
        notes=notes,
        hint="crmaudit inventory extraction --by question",
    )


def _row(found: Audit, e: Extraction) -> dict[str, Any]:
    from crmaudit.strategy import estimate

    spent = estimate(found.facts, e)
    return {
        "system": e.system,
        **({"entity": e.entity} if e.entity else {}),
        "score": None if e.score is None else round(e.score, 2),
        "low": round(e.range[0], 2),
        "high": round(e.range[1], 2),
        "coverage": round(e.coverage, 3),
        "band": e.band,
        "best": e.best,
        "worst": e.worst,
        "days": {
            "low": round(spent.low, 1),
            "likely": round(spent.likely, 1),
            "high": round(spent.high, 1),
        },
        "tables": spent.tables,
        "tables_assumed": spent.assumed,
        "heaviest": [str(c.basis) for c in e.hardest[:3]],
    }


def _one(found: Audit, system: str, entity: str) -> View:
    from crmaudit.strategy import estimate
    from crmaudit.strategy.extraction import extraction as judged
    from crmaudit.strategy.extraction import held

    dossier = _system(found, system)
    if entity and entity not in found.workspace.entity:
        raise CrmauditError(f"there is no entity {entity!r}", "crmaudit crud")
    e, name = judged(found.facts, dossier, entity), namer(found)
    adds = e.contributions
    rows = [
        {
            "criterion": c.name,
            "difficulty": None if c.difficulty is None else round(c.difficulty, 2),
            "weight": c.weight,
            "adds": round(adds[c.name], 2) if c.name in adds else None,
            "fact": str(c.basis),
            "evidence": list(c.evidence),
        }
        for c in e.criteria
    ]
    spent = estimate(found.facts, e)
    low, high = e.range
    whose = f"{name(entity)} in {dossier.name}" if entity else dossier.name
    score = "not assessed: no criterion is known" if e.score is None else f"{e.score:.1f} of 10"
    notes = [
        "all criteria are known"
        if e.coverage == 1
        else f"between {low:.1f} and {high:.1f}, as {rate(e.coverage)} of the weight is known",
        f"{_span(spent.low, spent.high)} working days, likely {spent.likely:.0f}: {spent.basis}",
    ]
    mine = held(found.facts, dossier)
    if mine and not entity:
        notes.append(f"it holds {', '.join(map(name, mine[:12]))}")
    return View(
        kind="extraction",
        headline=f"{whose}: {score}" + (f", {e.band}" if e.band else ""),
        columns=[
            Column("criterion", "Criterion"),
            Column("difficulty", "1–10", lambda v: "╱" if v is None else f"{v:.1f}", right=True),
            Column("weight", "Weight", lambda v: f"{v:g}", right=True, rank=2),
            Column("adds", "Adds", lambda v: dash(v if v is None else f"{v:.2f}"), right=True),
            Column("fact", "Fact", flex=True, least=30),
            Column("evidence", "Evidence", _evidence, flex=True, least=20, rank=3),
        ],
        rows=rows,
        notes=notes,
        extra={"extraction": {**_row(found, e), "basis": str(spent.basis)}},
        hint=f"crmaudit inventory extraction {dossier.id} {mine[0]}" if mine and not entity else "",
    )


def _in_order(found: Audit) -> View:
    from crmaudit.strategy import order

    sequence, name = order(found.facts), namer(found)
    text = {n.id: n.text for n in found.workspace.needs}
    rows = [
        {
            "number": x.number,
            "entity": x.entity,
            "system": x.system,
            "score": None if x.score is None else round(x.score, 2),
            "low": round(x.effort.low, 1),
            "likely": round(x.effort.likely, 1),
            "high": round(x.effort.high, 1),
            "total_low": round(x.total[0], 1),
            "total_likely": round(x.total[1], 1),
            "total_high": round(x.total[2], 1),
            "answers": list(x.answers),
            "serves": list(x.serves),
            "hindrance": str(x.hindrance),
        }
        for x in sequence.steps
    ]
    return View(
        kind="extraction-order",
        headline=_order_told(sequence),
        columns=[
            Column("number", "No", right=True),
            Column("entity", "Entity", name, flex=True, least=14),
            Column("system", "From", name, flex=True, least=12),
            Column("score", "Score", _plain, right=True, rank=2),
            Column("low", "Days", lambda r: _span(r["low"], r["high"]), right=True, whole=True,
                   rank=1),
            Column("total_likely", "So far", _total, right=True, whole=True),
            Column("answers", "Answerable then", lambda v: dash("; ".join(text[n] for n in v)),
                   flex=True, least=24),
            Column("hindrance", "First open", dash, flex=True, least=18, rank=3),
        ],
        rows=rows,
        drawn=rows[:_MOST],
        notes=_order_notes(sequence, text, rows),
        extra={
            "by": sequence.by,
            "questions": [
                {"need": a.need, "value": a.value, "cells": [list(c) for c in a.cells]}
                for a in sequence.asked
            ],
            "unserved": [{"need": u.need, "reason": str(u.reason)} for u in sequence.unserved],
            "answered": list(sequence.answered),
            "not_asked_for": [list(c) for c in sequence.rest],
        },
        hint="crmaudit inventory extraction --by entity",
    )  # fmt: skip


def _order_told(sequence: Order) -> str:
    steps = count(len(sequence.steps), "extraction")
    if not sequence.steps:
        return "nothing to extract: no system says which entities it holds, or nobody asks for any"
    if sequence.by == "score":
        return f"{steps}, the easiest first: needs.yaml asks no question"
    low, likely, high = sequence.days
    return (
        f"{steps} answer {count(len(sequence.asked), 'open question')}, in about {likely:.0f} "
        f"working days ({_span(low, high)})"
    )


def _order_notes(
    sequence: Order, text: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    barred: dict[str, list[str]] = {}
    for u in sequence.unserved:
        barred.setdefault(u.reason, []).append(text[u.need])
    notes = [f"cannot be answered, as {why}: {' · '.join(which)}" for why, which in barred.items()]
    if sequence.answered:
        notes.append(f"{count(len(sequence.answered), 'question')} can be answered today")
    assumed = sum(x.effort.assumed for x in sequence.steps)
    if assumed:
        tables = sum(x.effort.tables for x in sequence.steps)
        notes.append(f"{assumed} of {count(tables, 'table')} taken as usual: map them to be surer")
    if len(rows) > _MOST:
        notes.append(f"and {len(rows) - _MOST:,} more: --format csv")
    return notes


def _system(found: Audit, asked: str) -> Any:
    known = found.workspace
    now = known.formerly.get(asked, asked)
    by_name = next((s for s in known.systems if s.name.casefold() == asked.casefold()), None)
    dossier = known.system.get(now) or by_name
    if dossier is None:
        raise CrmauditError(f"there is no system {asked!r}", "crmaudit inventory")
    return dossier


def _score(row: Mapping[str, Any]) -> str:
    return _plain(row["score"])


def _plain(score: float | None) -> str:
    return "╱" if score is None else f"{score:.1f}"


def _range(row: Mapping[str, Any]) -> str:
    return f"{row['low']:.1f}–{row['high']:.1f}"


def _band(row: Mapping[str, Any]) -> Text:
    band, best, worst = row["band"], row["best"], row["worst"]
    told = "–" if not band else best if best == worst else f"{best} to {worst}"
    return Text(told, style=_BANDS.get(band or "", "quiet"))


def _rank(row: Mapping[str, Any]) -> str:
    if row["rank"] is None:
        return "╱"
    low, high = row["rank_one_weight"]
    return str(row["rank"]) if low == high else f"{row['rank']} ({low}–{high})"


def _days(days: Mapping[str, float]) -> str:
    return _span(days["low"], days["high"])


def _span(low: float, high: float) -> str:
    ends = f"{low:.0f}", f"{high:.0f}"
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _total(row: Mapping[str, Any]) -> str:
    return f"{row['total_likely']:.0f} ({_span(row['total_low'], row['total_high'])})"


def _evidence(ids: Sequence[str]) -> str:
    return dash(", ".join(ids[:2]) + (f" +{len(ids) - 2}" if len(ids) > 2 else ""))
