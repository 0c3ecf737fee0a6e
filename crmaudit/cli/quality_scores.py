"""`quality scores`: one scorecard a line, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmaudit.cli.terminal import bar, count, rate
from crmaudit.cli.view import Column, View
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.quality.scores import Score, Scorecard

DIMENSIONS = (
    "completeness",
    "uniqueness",
    "validity",
    "timeliness",
    "consistency",
    "accuracy",
)
LEVELS = ("entity", "table", "system")
_SOME = 12
"""Names told of what is empty; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A thing with its scores; `rows` None where they were not counted apart."""

    id: str
    name: str
    card: Scorecard
    rows: int | None
    systems: tuple[str, ...]


def scores_view(found: Audit, by: str) -> View:
    """Scorecards of every entity, table or system. Raises CrmauditError for another level."""
    if by not in LEVELS:
        raise CrmauditError(
            f"{by!r} is no level", f"choose {', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        )
    scored = list(_scored(found, by))
    rows = sorted(map(row, scored), key=_order)
    many = {"entity": "entities"}.get(by, f"{by}s")
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    # What is empty has one and the same line for each, and all of its reasons are one.
    empty = [r for r in rows if r["overall"] is None and _without_rows(r)]
    folded = {r["id"] for r in empty} if len(empty) < len(rows) else set()
    return View(
        kind="scores",
        headline=f"measured quality of {count(len(rows), by, many)}{day}",
        columns=_columns(by, rows),
        rows=rows,
        drawn=[r for r in rows if r["id"] not in folded],
        notes=[*_notes(found, by, many, scored, folded), *_empty(empty, by, many, folded)],
        hint=f"crmaudit quality show {shell(rows[0]['id'])}" if rows else "crmaudit collect",
    )


def _columns(by: str, rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    columns = [
        Column("name", by.capitalize(), flex=True, least=14),
        Column("rows", "Rows", lambda n: "–" if n is None else f"{n:,}", right=True, rank=4),
        Column("overall", "Overall", lambda s: f"{bar(s, 7)} {shown(s)}"),
        Column("worst", "Worst dimension", _worst, rank=1, whole=True),
    ]
    if any(r["looked_at"] for r in rows):
        columns.append(Column("clean_share", "No fault", shown, right=True, rank=2))
    # A dimension that nothing was assessed by is told below the table.
    for rank, dimension in enumerate(DIMENSIONS):
        if any(r[dimension] is not None for r in rows):
            title = dimension.capitalize()
            columns.append(Column(dimension, title, shown, right=True, rank=5 + rank))
    columns.append(Column("dimensions", "CUVTCA", _signs, rank=3))
    return columns


def _order(row: Mapping[str, Any]) -> tuple[bool, float, float, str]:
    """The worst first; what has no score last."""
    overall, worst = row["overall"], row["worst_share"]
    return overall is None, overall or 0.0, worst or 0.0, row["name"]


def row(scored: Scored) -> dict[str, Any]:
    """A scorecard as plain values."""
    from crmaudit.quality.scores import overall

    whole, worst = overall(scored.card), scored.card.worst
    clean = scored.card.clean
    return {
        "name": scored.name,
        "id": scored.id,
        "systems": list(scored.systems),
        "rows": scored.rows,
        "overall": whole.share,
        "passed": whole.checks[0],
        "applicable": whole.checks[1],
        "worst": worst.dimension if worst else None,
        "worst_share": worst.share if worst else None,
        "clean": clean.records if clean else None,
        "looked_at": clean.looked_at if clean else None,
        "clean_share": clean.share if clean else None,
        **{d: scored.card.scores[d].share for d in DIMENSIONS},
        "not_assessed": [d for d in DIMENSIONS if scored.card.scores[d].share is None],
        "dimensions": {d: plain(scored.card.scores[d]) for d in DIMENSIONS},
        "evidence": list(whole.evidence),
    }


def plain(score: Score) -> dict[str, Any]:
    """A score as plain values, with the reason where it was not assessed."""
    return {
        "share": score.share,
        "passed": score.checks[0],
        "applicable": score.checks[1],
        "interval": list(score.interval) if score.interval else None,
        "method": str(score.method),
        "reason": score.reason if score.share is None else "",
    }


def _scored(found: Audit, by: str) -> Iterator[Scored]:
    quality, systems = found.quality, found.workspace.system
    if by == "table":
        for system, profile in quality.tables():
            name = f"{system}.{profile.table}"
            card = quality.table_card(system, profile.table)
            yield Scored(name, name, card, profile.rows, (system,))
    elif by == "system":
        for system in quality.profiles:
            card_ = quality.system_card(system)
            if card_ is not None:
                rows = sum(p.rows for p in quality.scored_tables(system))
                yield Scored(system, systems[system].name, card_, rows, (system,))
    else:
        yield from (s for e in entities(found) if (s := entity(found, e)) is not None)


def entities(found: Audit) -> list[str]:
    """Entities of the workspace, then what else the maps speak of."""
    held = {h.mapped.entity for h in found.quality.holdings() if h.mapped.entity}
    known = found.workspace.entity
    return [*known, *sorted(e for e in held if e and e not in known)]


def entity(found: Audit, name: str, system: str | None = None) -> Scored | None:
    """An entity's scorecard over its tables, in one system or all; None where none was read."""
    card = found.quality.entity_card(name, system)
    if card is None:
        return None
    holdings = [h for h in found.quality.holdings(name) if system in (None, h.system)]
    primary = [h for h in holdings if h.mapped.role == "primary"]
    rows = sum(h.profile.rows for h in primary)
    apart = bool(primary) and not found.quality.shared(name, system)
    return Scored(
        name,
        label(found, name),
        card,
        rows if apart else None,
        tuple(dict.fromkeys(h.system for h in holdings)),
    )


def label(found: Audit, name: str) -> str:
    """The entity's name; a canonical kind that nobody declared is told as it is."""
    known = found.workspace.entity.get(name)
    return known.label if known else name


def _notes(
    found: Audit, by: str, many: str, scored: Sequence[Scored], folded: Collection[str]
) -> Iterator[str]:
    if not scored:
        yield "╱ not assessed: no database was read"
        return
    yield "CUVTCA: " + ", ".join(DIMENSIONS) + "; a full block is 100 %, ╱ not assessed"
    if by == "entity":
        declared = list(found.workspace.entity)
        lacking = [e for e in declared if e not in {s.id for s in scored}]
        if lacking:
            yield (
                f"╱ not assessed: {len(lacking)} of {len(declared)} declared entities have no "
                "mapped table that was read"
            )
    rest = [s for s in scored if s.id not in folded]
    for dimension in DIMENSIONS:
        lack = [s.card.scores[dimension] for s in rest]
        reasons = Counter(x.reason for x in lack if x.share is None)
        if reasons:
            told = "; ".join(_reason(r) for r, _ in reasons.most_common(1))
            more = f"; {count(len(reasons) - 1, 'other reason')}" if len(reasons) > 1 else ""
            of = f"{reasons.total()} of {count(len(rest), by, many)}"
            yield f"╱ {dimension} not assessed for {of}: {told}{more}"
    if by == "entity":
        mixed = [label(found, s.id) for s in rest if found.quality.shared(s.id)]
        if mixed:
            yield f"not measured apart from the rest of their tables' rows: {', '.join(mixed)}"
    if not any(s.card.clean for s in scored):
        yield "records without any fault: not counted in this evidence; `crmaudit collect` counts"


def _without_rows(row: Mapping[str, Any]) -> bool:
    reason: str = row["dimensions"]["completeness"]["reason"]
    return reason == "the table is empty"


def _empty(
    rows: Sequence[Mapping[str, Any]], by: str, many: str, folded: Collection[str]
) -> Iterator[str]:
    if not folded:
        return
    more = f" and {len(rows) - _SOME} more" if len(rows) > _SOME else ""
    names = ", ".join(r["name"] for r in rows[:_SOME])
    yield f"╱ {count(len(rows), by, many)} without a row, so not assessed: {names}{more}"


def _reason(reason: str, most: int = 2) -> str:
    """The first of the reasons that were joined."""
    parts = reason.split("; ")
    return "; ".join(parts[:most]) + ("; …" if len(parts) > most else "")


def shell(path: str) -> str:
    """The path as it is typed in a shell."""
    import shlex

    return shlex.quote(path)


def _signs(dimensions: Mapping[str, Mapping[str, Any]]) -> str:
    """Six signs, one a dimension: the higher the block the better, a stroke where unknown."""
    return "".join("╱" if d["share"] is None else level(d["share"]) for d in dimensions.values())


def level(share: float) -> str:
    """A block whose height is the share; only what is whole looks whole."""
    return "█" if share >= 1 else "▁▂▃▄▅▆▇"[min(int(share * 7), 6)]


def _worst(values: Mapping[str, Any]) -> str:
    if not values["worst"]:
        return "╱"
    return (
        "–" if values["worst_share"] >= 1 else f"{values['worst']} {shown(values['worst_share'])}"
    )


def shown(share: float | None) -> str:
    """Whole per cents; `╱` where it was not assessed."""
    return "╱" if share is None else rate(share)
