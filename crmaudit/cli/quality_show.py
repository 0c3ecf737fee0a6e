"""`quality show`: one system, entity, table or column on a screen, down to its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crmaudit.cli import quality_column
from crmaudit.cli.panels import put_blocks
from crmaudit.cli.quality_blocks import (
    MOST,
    counts_block,
    entities_block,
    evidence_notes,
    holds_block,
    keys_block,
    missing_block,
    opinions,
    orphans_block,
    perceived_block,
    places_block,
    product_block,
    reach_block,
    read_block,
    scores_block,
    steps_block,
    tables_block,
    tested_block,
)
from crmaudit.cli.quality_column import fault_block
from crmaudit.cli.quality_find import OfColumn, OfEntity, OfSystem, OfTable, Thing
from crmaudit.cli.quality_scores import DIMENSIONS, entity, label, plain, shell
from crmaudit.cli.quality_scores import row as score_row
from crmaudit.cli.terminal import count
from crmaudit.cli.view import View

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.cli.panels import Block
    from crmaudit.evidence import ColumnProfile, Fault, TableProfile
    from crmaudit.quality.counts import Count
    from crmaudit.quality.one_place import OnePlace
    from crmaudit.quality.quality import Holding
    from crmaudit.quality.scores import Scorecard


def view(found: Audit, thing: Thing) -> View:
    """The thing as a view."""
    match thing:
        case OfColumn():
            return _column(found, thing)
        case OfTable():
            return _table(found, thing)
        case OfEntity():
            return _entity(found, thing)
        case OfSystem():
            return _system(found, thing)


# A column


def _column(found: Audit, thing: OfColumn) -> View:
    system, profile, column = thing.system, thing.profile, thing.column
    card = found.quality.column_card(system, profile.table, column.name, profile.where)
    keys = found.facts.evidence.keys.get(system)
    faults = faults_of(profile, column)
    counts = _counts(found, profile, column)
    drawn = [
        *quality_column.blocks(column, faults, keys, profile.table),
        scores_block(card),
        counts_block(counts),
    ]
    return View(
        kind="column-profile",
        headline=_head(
            found, f"{system}.{profile.subject}.{column.name}", count(column.rows, "row")
        ),
        columns=[],
        rows=_values(column),
        body=lambda console: put_blocks(console, drawn),
        notes=evidence_notes([*_ids(card), keys.id if keys else ""]),
        hint=f"crmaudit quality show {shell(f'{system}.{profile.table}')}",
        extra={
            "system": system,
            "table": profile.table,
            "column": column.name,
            "scores": {d: plain(card.scores[d]) for d in DIMENSIONS},
            "evidence": _ids(card),
            "checks": dict(column.checks),
            "counts": [asdict(c) for c in counts],
            **quality_column.plain(column, faults, keys, profile.table),
        },
    )


def _counts(found: Audit, profile: TableProfile, column: ColumnProfile) -> list[Count]:
    """All that the scores of the column are made of."""
    from crmaudit.quality.counts import column_counts, table_counts

    about = found.quality.about(profile)
    between = [c for c in table_counts(profile, about) if c.column == column.name]
    return [*column_counts(profile, column, about)[0], *between]


def _values(c: ColumnProfile) -> list[dict[str, Any]]:
    """Values and shapes with their rows."""
    filled = max(c.filled, 1)
    told = [
        ("shape" if v.masked and c.masking != "pseudonym" else "value", v.value, v.count)
        for v in c.top
    ]
    told += [("shape", s.shape, s.count) for s in c.shapes]
    once = dict.fromkeys(told)
    return [{"what": w, "value": v, "count": n, "share": n / filled} for w, v, n in once] or [
        {"what": "nothing", "value": "", "count": 0, "share": 0.0}
    ]


def faults_of(profile: TableProfile, column: ColumnProfile) -> list[Fault]:
    """Faults within the column, and those between columns that it takes part in."""
    return [*column.faults, *(f for f in profile.faults if column.name in f.columns)]


# A table


def _table(found: Audit, thing: OfTable) -> View:
    from crmaudit.cli.profile_view import catalog_notes, table_view

    system, profile = thing.system, thing.profile
    card = found.quality.table_card(system, profile.table)
    keys = found.facts.evidence.keys.get(system)
    noted = catalog_notes(found.facts.evidence.catalogs.get(system), profile.table)
    made = table_view(profile, noted)
    path = f"{system}.{profile.table}"
    entities = [
        f"{label(found, h.mapped.entity)} ({h.mapped.role}{_where(h)})"
        for h in found.quality.holdings()
        if h.system == system and h.profile.table == profile.table and h.mapped.entity
    ]
    drawn = [
        holds_block(entities),
        scores_block(card),
        *_matched(found, [profile]),
        fault_block(list(_all_faults(profile)), most=MOST),
        keys_block(keys, profile.table),
        missing_block(profile),
    ]
    # The worst column is what is looked at next.
    worst = max(made.rows, key=lambda r: r["faults"], default=None)
    first = worst["column"] if worst else "COLUMN"
    return View(
        kind=made.kind,
        headline=_head(
            found, path, count(profile.rows, "row"), count(len(profile.columns), "column")
        ),
        columns=made.columns,
        rows=made.rows,
        notes=[*made.notes, *evidence_notes([*_ids(card), keys.id if keys else ""])],
        after=lambda console: put_blocks(console, drawn),
        hint=f"crmaudit quality show {shell(f'{path}.{first}')}",
        extra={
            "system": system,
            "table": profile.table,
            "entities": entities,
            "scores": {d: plain(card.scores[d]) for d in DIMENSIONS},
            "clean": asdict(card.clean) if card.clean else None,
            "faults": [asdict(f) for f in profile.faults],
            "missing": [asdict(m) for m in profile.missing],
            "dependencies": [asdict(d) for d in profile.dependencies],
            "references": [
                {**asdict(r), "verdict": r.verdict}
                for r in (keys.references if keys else ())
                if profile.table in (r.table, r.to)
            ],
            "evidence": _ids(card),
        },
    )


def _matched(found: Audit, profiles: Iterable[TableProfile]) -> list[Block]:
    """What matching records with each other gave their scores."""
    counts = [c for p in profiles for c in found.quality.about(p).matched]
    return [counts_block(counts, "What matching found")] if counts else []


def _where(holding: Holding) -> str:
    return f", rows where {holding.mapped.where}" if holding.mapped.where else ""


# An entity


def _entity(found: Audit, thing: OfEntity) -> View:
    name, system = thing.entity, thing.system
    scored = entity(found, name, system)
    holdings = [h for h in found.quality.holdings(name) if system in (None, h.system)]
    faults = [(h, f) for h in holdings for f in _all_faults(h.profile)]
    places = _places(found, name, system)
    rows = [_holding_row(found, h) for h in holdings]
    drawn = [
        perceived_block(found, name, system),
        *([scores_block(scored.card)] if scored else []),
        *_matched(found, found.quality.entity_profiles(name, system)),
        tables_block(holdings),
        places_block(faults),
        reach_block(places, _names(found)),
        orphans_block(found, holdings),
    ]
    apart = scored.rows if scored else None
    where = f" in {system}" if system else ""
    first = holdings[0] if holdings else None
    lacking = (
        []
        if scored
        else ["╱ not assessed: no table that was read is mapped to it; `crmaudit quality map` maps"]
    )
    return View(
        kind="entity-quality",
        headline=_head(
            found, label(found, name) + where, count(apart, "record") if apart is not None else ""
        ),
        columns=[],
        rows=rows,
        body=lambda console: put_blocks(console, drawn),
        notes=[*lacking, *evidence_notes(_ids(scored.card) if scored else ())],
        hint=f"crmaudit quality show {shell(f'{first.system}.{first.profile.table}')}"
        if first
        else "crmaudit collect",
        extra={
            "entity": name,
            "scores": score_row(scored) if scored else None,
            "perceived": opinions(found, name, system),
            "faults": [
                {"system": h.system, "table": h.profile.table, **asdict(f)} for h, f in faults
            ],
            "reach": [{**asdict(x), "share": x.share} for x in places],
        },
    )


def _all_faults(profile: TableProfile) -> Iterator[Fault]:
    yield from profile.faults
    for column in profile.columns:
        yield from column.faults


def _holding_row(found: Audit, h: Holding) -> dict[str, Any]:
    mapped = h.mapped
    return {
        "system": h.system,
        "table": h.profile.table,
        "role": mapped.role,
        "where": mapped.where,
        "apart": h.whole or bool(h.profile.where),
        "rows": h.profile.rows,
        "key": list(mapped.key),
    }


def _places(found: Audit, name: str | None, system: str | None) -> list[OnePlace]:
    return [
        x for x in found.facts.one_place if name in (None, x.entity) and system in (None, x.system)
    ]


def _names(found: Audit) -> dict[str, str]:
    return {s.id: s.name for s in found.workspace.systems}


# A system


def _system(found: Audit, thing: OfSystem) -> View:
    from crmaudit.cli.quality_scores import entities

    system = thing.system
    card = found.quality.system_card(system)
    profiles = found.quality.profiles[system]
    held = [s for e in entities(found) if (s := entity(found, e, system)) is not None]
    measured = found.facts.evidence.entity_maps.get(system)
    keys = found.facts.evidence.keys.get(system)
    rows = [score_row(s) for s in held]
    drawn = [
        read_block(found, system, profiles.values()),
        product_block(measured),
        *([scores_block(card)] if card else []),
        entities_block(held),
        tested_block(keys),
        reach_block(_places(found, None, system), _names(found)),
        steps_block([x for x in found.facts.purposes if x.system == system], found),
    ]
    name = found.workspace.system[system].name
    total = sum(p.rows for p in profiles.values())
    return View(
        kind="system-quality",
        headline=_head(found, name, system, count(len(profiles), "table"), count(total, "row")),
        columns=[],
        rows=rows,
        body=lambda console: put_blocks(console, drawn),
        notes=evidence_notes(_ids(card) if card else ()),
        hint=f"crmaudit quality show {shell(f'{system}.{held[0].id}')}"
        if held
        else "crmaudit quality map",
        extra={
            "system": system,
            "product": asdict(measured.product) if measured and measured.product else None,
            "scores": {d: plain(card.scores[d]) for d in DIMENSIONS} if card else None,
        },
    )


def _ids(card: Scorecard) -> list[str]:
    return list(dict.fromkeys(e for s in card.scores.values() for e in s.evidence))


def _head(found: Audit, *parts: str) -> str:
    """What is shown and of what, on which day."""
    day = f"as of {found.facts.day}" if found.facts.day else ""
    return " · ".join(p for p in (*parts, day) if p)
