"""The data model that is really in the tables, beside the one that was declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from crmaudit.evidence import Reference
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.quality.counts import SURE
from crmaudit.quality.references.cardinality import Contradiction, contradictions, multiplicity
from crmaudit.report import specs as s
from crmaudit.report.numbers import number

_ENTITY_ROLES = ("primary", "secondary", "extension", "line", "link")


@dataclass
class _Pair:
    """Two entities: what the tables show of them, and what was declared."""

    found: set[tuple[str, str]] = field(default_factory=set)
    declared: set[tuple[str, str]] = field(default_factory=set)
    how: list[str] = field(default_factory=list)
    possible: list[str] = field(default_factory=list)
    """References between tables that hold these entities among others, or within one of them."""
    tested: bool = False


@dataclass(frozen=True, slots=True)
class FoundModel:
    """The model in the tables beside the one of entities.yaml."""

    diagram: s.Diagram
    both: int
    """Pairs of entities declared and found."""
    missing: tuple[str, ...]
    """Declared, and no reference between the tables was found."""
    extra: tuple[str, ...]
    """Found, and not declared."""
    contradicting: tuple[str, ...]
    """Declared otherwise than found, in words."""
    unmapped: tuple[str, ...]
    """Names of declared entities that no table that was read holds."""


def found_model(facts: Facts) -> FoundModel | None:
    """Entities with their records and the ties found between them; None where no key was tested."""
    if not facts.evidence.keys:
        return None
    known = facts.workspace.entity
    records = _records(facts)
    held = {h.mapped.entity for h in facts.quality.holdings() if h.mapped.entity}
    pairs: dict[tuple[str, str], _Pair] = defaultdict(_Pair)
    for one, many, ends, how, tested in _found(facts):
        first, second = sorted((one, many))
        pair = pairs[first, second]
        if ends is None:
            pair.possible.append(how)
            continue
        pair.found.add(ends if (first, second) == (one, many) else (ends[1], ends[0]))
        pair.how.append(how)
        pair.tested |= tested
    for entity in known.values():
        for relation in entity.relationships:
            first, second = sorted((entity.id, relation.to))
            left, _, right = (relation.cardinality or "?:?").partition(":")
            ends = (left, right) if first == entity.id else (right, left)
            pairs[first, second].declared.add(ends)
    label = {e: known[e].label if e in known else e for e in {*records, *known}}
    declared_at_all = any(p.declared for p in pairs.values())
    denied = _contradictions(facts)
    ties, missing, extra, against = [], [], [], []
    both = 0
    for (a, z), pair in sorted(pairs.items()):
        if a not in label or z not in label or not (pair.found or pair.declared):
            continue
        name = f"{label[a]} – {label[z]}"
        words = joined("; ", dict.fromkeys(denied.get((a, z), ())))
        one, many = _oriented(a, z, pair)
        ends = _ends(pair, (one, many) == (a, z))
        if (pair.found or pair.possible) and pair.declared:
            both += 1
            if words:
                against.append(f"{name}: {words}")
            ties.append(_tie(one, many, "solid", ends, pair, bool(words), words))
        elif pair.found and not pair.tested:
            continue  # The tables have room for it, and no row makes use of that.
        elif pair.found:
            extra.append(name)
            kind: s.TieKind = "dashed" if declared_at_all else "solid"
            ties.append(_tie(one, many, kind, ends, pair, False, ""))
        elif a in records and z in records:
            missing.append(name)
            ties.append(_tie(one, many, "dotted", ends, pair, False, msg("no reference was found")))
    if not ties:
        return None
    tied = {t.source for t in ties} | {t.target for t in ties}
    boxes = tuple(
        s.Box(
            e,
            label[e],
            records.get(e) or (msg("no table of its own") if e in held else msg("no table found")),
            e not in held,
        )
        for e in label
        if e in tied or e in records
    )
    return FoundModel(
        s.Diagram(
            tuple(sorted(boxes, key=lambda b: b.label)),
            tuple(ties),
            solid_text="declared and found" if declared_at_all else "found",
            dashed_text="found, not declared",
            dotted_text="declared, not found",
            mark_text="declared otherwise than found",
            apart_text="no tie declared, and none found to them alone",
        ),
        both,
        tuple(missing),
        tuple(extra),
        tuple(against),
        tuple(known[e].label for e in known if e not in held),
    )


def _records(facts: Facts) -> dict[str, str]:
    """Entity → its records in words, over the systems that hold it."""
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    for h in facts.quality.holdings():
        if h.mapped.role == "primary" and h.mapped.entity:
            held = found[h.mapped.entity]
            before = held.get(h.system, 0)
            # Rows that were not counted apart from others' are not this entity's number.
            known = h.whole and before is not None
            held[h.system] = (before or 0) + h.profile.rows if known else None
    words = {}
    for entity, systems in found.items():
        counts = list(systems.values())
        if any(c is None for c in counts):
            words[entity] = msg("not counted apart")
        else:
            told = number(sum(c or 0 for c in counts))
            words[entity] = (
                msg("{told} in {counts} systems", told=told, counts=len(counts))
                if len(counts) > 1
                else told
            )
    return words


def _found(facts: Facts) -> Iterator[tuple[str, str, tuple[str, str] | None, str, bool]]:
    """One, many, how many at either end, how it is known, whether values confirm it.

    Without ends: a reference that may be between these entities, as their tables hold others too.
    """
    for system, keys in facts.evidence.keys.items():
        entities: dict[str, set[str]] = defaultdict(set)
        links = set()
        for h in facts.quality.holdings():
            if h.system == system and h.mapped.role in _ENTITY_ROLES:
                if h.mapped.role == "link":
                    links.add(h.profile.table)
                elif h.mapped.entity:
                    entities[h.profile.table].add(h.mapped.entity)
        for row in facts.maps[system].tables if system in facts.maps else ():
            if row.role == "link":
                links.add(row.table)
        linked: dict[str, list[Reference]] = defaultdict(list)
        for r in keys.references:
            # What was only inferred and has no value to test it is no more than a guess.
            if r.verdict == "cannot tell" and r.basis == "inferred":
                continue
            if r.table in links and entities.get(r.to):
                linked[r.table].append(r)
                continue
            how = f"{system}: {r.table}.{', '.join(r.columns)}"
            ones, manies = entities.get(r.to, set()), entities.get(r.table, set())
            if len(ones) == 1 and len(manies) == 1 and ones != manies:
                (one,), (many,) = ones, manies
                at_one, at_many = "?", "n"
                if r.verdict != "cannot tell":
                    at_one = "1" if r.filled == r.cases else "0..1"
                    at_many = "n" if (r.most or 0) > 1 else "1"
                yield one, many, (at_one, at_many), how, r.verdict != "cannot tell"
                continue
            # A table of several entities does not say which of them is meant.
            for one, many in product(sorted(ones), sorted(manies)):
                if one != many or r.table == r.to:
                    yield one, many, None, how, False
        for table, references in sorted(linked.items()):
            for n, a in enumerate(references):
                for z in references[n + 1 :]:
                    left, right = entities[a.to], entities[z.to]
                    how = msg("{system}: through {table}", system=system, table=table)
                    if len(left) == 1 and len(right) == 1 and left != right:
                        tested = "cannot tell" not in (a.verdict, z.verdict)
                        yield min(left), min(right), ("n", "n"), how, tested
                        continue
                    for one, many in product(sorted(left), sorted(right)):
                        yield one, many, None, how, False


def _contradictions(facts: Facts) -> dict[tuple[str, str], list[str]]:
    """Pair of entities → in words, what was declared and the rows deny."""
    known = facts.workspace.entity
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, keys in facts.evidence.keys.items():
        mapped = facts.maps.get(system)
        if mapped is None:
            continue
        links = [t for t in mapped.tables if t.role == "link"]
        for entity in known.values():
            for relation in entity.relationships:
                if relation.cardinality is None or relation.to == entity.id:
                    continue
                here, there = mapped.of(entity.id), mapped.of(relation.to)
                counted = multiplicity(keys, here, there, links, SURE)
                if counted is None:
                    continue
                labels = {"here": entity.label, "there": known[relation.to].label}
                first, second = sorted((entity.id, relation.to))
                for wrong in contradictions(relation.cardinality, counted):
                    words = _words(wrong, labels[wrong.one], labels[wrong.other], facts)
                    told[first, second].append(
                        msg(
                            "declared {cardinality}, but {words}",
                            cardinality=relation.cardinality,
                            words=words,
                        )
                    )
    return told


def _words(wrong: Contradiction, one: str, other: str, facts: Facts) -> str:
    if wrong.kind == "more":
        return msg(
            "one {one} has up to {most} × {other}",
            one=one,
            most=number(wrong.most),
            other=other,
        )
    if wrong.kind == "no room":
        return msg("the tables have room for one {other} with each {one}", other=other, one=one)
    without, of = (number(n) for n in (wrong.without, wrong.of))
    return msg(
        "{without} of {of} × {one} have no {other}", without=without, of=of, one=one, other=other
    )


def _oriented(a: str, z: str, pair: _Pair) -> tuple[str, str]:
    """The one and the many."""
    for left, right in sorted(pair.found or pair.declared):
        if left == "n" and right != "n":
            return z, a
    return a, z


def _ends(pair: _Pair, straight: bool) -> tuple[str, str]:
    """What stands at the ends: the most that was found, else what was declared."""
    left, right = max(pair.found or pair.declared, key=lambda e: (e.count("n"), e.count("0..1"), e))
    left, right = (left if left != "?" else "", right if right != "?" else "")
    return (left, right) if straight else (right, left)


def _tie(
    one: str,
    many: str,
    kind: s.TieKind,
    ends: tuple[str, str],
    pair: _Pair,
    mark: bool,
    words: str,
) -> s.Tie:
    known = dict.fromkeys(pair.how or (pair.declared and pair.possible) or ())
    told = joined("; ", [words, *known] if words else known)
    return s.Tie(one, many, kind, "", told, *ends, mark=mark)
