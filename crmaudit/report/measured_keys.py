"""How the tables of a system hang together: the diagram of its keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Keys, Reference
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import number
from crmaudit.report.wording import counted

MOST = 40
"""More tables than this are drawn by entity."""


@dataclass(frozen=True, slots=True)
class KeyDrawing:
    """The key diagram of one system, with what was left out of it."""

    system: str
    diagram: s.Diagram
    declared: int
    found: int
    orphans: int
    faulty: int
    untested: int
    left_out: tuple[str, ...]


def key_diagrams(facts: Facts) -> tuple[KeyDrawing, ...]:
    """One for each system whose references were tested."""
    found = (_keys(facts, system, keys) for system, keys in facts.evidence.keys.items())
    return tuple(d for d in found if d is not None)


def _keys(facts: Facts, system: str, keys: Keys) -> KeyDrawing | None:
    known = [r for r in keys.references if r.table != r.to or r.orphans]
    if not known:
        return None
    accounts = _accounts(facts, system, known)
    rows = {t: p.rows for t, p in facts.quality.profiles.get(system, {}).items()}
    left_out = []
    drawn = [r for r in known if r.orphans or r.to not in accounts]
    if len(drawn) < len(known):
        told = counted(len(known) - len(drawn), "reference")
        left_out.append(
            msg("{told} to the table of accounts (who created, changed or owns)", told=told)
        )
    tables = _named(drawn)
    if len(tables) > MOST:
        filled = [r for r in drawn if r.orphans or (rows.get(r.table) and rows.get(r.to))]
        if len(filled) < len(drawn):
            told = counted(len(drawn) - len(filled), "reference")
            left_out.append(msg("{told} from or to tables without rows", told=told))
        drawn, tables = filled, _named(filled)
    labels = {t: t for t in tables}
    if len(tables) > MOST:
        # What is faulty is drawn, whatever it holds.
        labels = {t: t for r in drawn if r.orphans for t in (r.table, r.to)}
        labels |= _by_entity(facts, system)
        kept = [r for r in drawn if r.table in labels and r.to in labels]
        if len(kept) < len(drawn):
            told = counted(len(drawn) - len(kept), "reference")
            left_out.append(msg("{told} of tables that hold no entity", told=told))
        drawn = kept
    if len({(labels[r.to], labels[r.table]) for r in drawn}) > MOST_TIES:
        tested = [r for r in drawn if r.verdict != "cannot tell"]
        if len(tested) < len(drawn):
            left_out.append(
                msg(
                    "{references} without a value",
                    references=counted(len(drawn) - len(tested), "reference"),
                )
            )
        drawn = tested
    if not drawn:
        return None
    names = list(dict.fromkeys(labels[t] for t in _named(drawn)))
    members: dict[str, list[str]] = defaultdict(list)
    for table in _named(drawn):
        members[labels[table]].append(table)
    boxes = tuple(s.Box(n, n, _row_words([rows.get(t, 0) for t in members[n]])) for n in names)
    ties = tuple(_key_ties(drawn, labels))
    untested = sum(r.verdict == "cannot tell" for r in keys.references)
    return KeyDrawing(
        facts.workspace.system[system].name,
        s.Diagram(
            boxes,
            ties,
            solid_text="declared in the database",
            dashed_text="found, not declared",
            dotted_text="no value to test",
            mark_text="values that lead nowhere",
        ),
        sum(r.basis == "declared" for r in keys.references),
        sum(r.basis != "declared" for r in keys.references),
        sum(r.orphans or 0 for r in keys.references),
        sum(bool(r.orphans) for r in keys.references),
        untested,
        tuple(left_out),
    )


def _key_ties(references: Iterable[Reference], labels: Mapping[str, str]) -> Iterator[s.Tie]:
    """One line for all references between two things: the surest of them decides its kind."""
    between: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for r in references:
        if labels[r.to] != labels[r.table] or r.orphans:
            between[labels[r.to], labels[r.table]].append(r)
    for (parent, child), found in sorted(between.items()):
        orphans = sum(r.orphans or 0 for r in found)
        declared = any(r.basis == "declared" for r in found)
        tested = any(r.verdict != "cannot tell" for r in found)
        words = joined("; ", sorted(_column_words(r) for r in found))
        yield s.Tie(
            parent,
            child,
            "solid" if declared else "dashed" if tested else "dotted",
            number(orphans) if orphans else "",
            words,
            mark=bool(orphans),
        )


def _column_words(r: Reference) -> str:
    when = msg(" where {column} is {value}", column=r.when[0], value=r.when[1]) if r.when else ""
    told = msg("{table}.{columns}{when}", table=r.table, columns=", ".join(r.columns), when=when)
    if r.filled is None or r.verdict == "cannot tell":
        return msg("{told}: cannot tell", told=told)
    of = msg(
        "{orphans} of {filled}",
        orphans=number(r.orphans or 0),
        filled=number(r.filled),
    )
    return (
        msg("{told}: {of} lead nowhere", told=told, of=of)
        if r.orphans
        else msg("{told}: all found", told=told)
    )


def _named(references: Iterable[Reference]) -> list[str]:
    return sorted({t for r in references for t in (r.table, r.to)})


MOST_TIES = 45
"""Where there are more pairs of tables, references without a value are left out."""

_AUTHORS = frozenset({"owner", "created by", "modified by"})


def _accounts(facts: Facts, system: str, references: Iterable[Reference]) -> set[str]:
    """Tables of accounts: mapped so, or what authors and owners refer to and no entity is in."""
    mapped = facts.maps.get(system)
    rows = mapped.tables if mapped else ()
    users = {t.table for t in rows if t.entity and _kind(facts, system, t.entity) == "user"}
    held = {t.table for t in rows if t.entity and t.role != "system"}
    profiles = facts.quality.profiles.get(system, {})
    for r in references:
        if r.to in held or r.table not in profiles:
            continue
        for column in profiles[r.table].columns:
            meant = column.semantic.type if column.semantic else ""
            if column.name in r.columns and meant in _AUTHORS:
                users.add(r.to)
    return users


def _kind(facts: Facts, system: str, entity: str) -> str:
    return facts.maps[system].kinds.get(entity, entity)


def _by_entity(facts: Facts, system: str) -> dict[str, str]:
    """Table → the entity that it stands for; of several, the first of the map."""
    known = facts.workspace.entity
    found: dict[str, str] = {}
    for h in facts.quality.holdings():
        if h.system == system and h.mapped.entity:
            entity = known.get(h.mapped.entity)
            found.setdefault(h.profile.table, entity.label if entity else h.mapped.entity)
    return found


def _row_words(rows: Sequence[int]) -> str:
    """The rows of a box, and of how many tables, so that an entity is not taken for a table."""
    total = sum(rows)
    told = msg("{total} row{it}", total=number(total), it="" if total == 1 else "s")
    return msg("{told}, {rows} tables", told=told, rows=len(rows)) if len(rows) > 1 else told
