"""What matching says of the quality of tables, as counts of their scores.

uniqueness    records that stand for one thing each ÷ records compared: the
              entity's records less those that could go, as estimated
consistency   values that another system says the same of ÷ values compared,
              by attribute, over the pairs of records matched
accuracy      the same beside the system that is trusted more, of the others
              only: `trusted:` of entities.yaml in its order, else the system
              of record

A count belongs to one place: the table that holds the entity's records, or the
table that holds the attribute's column where that is the entity's too. Where
an estimate has an interval, `slack` says how far the counts may be off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crmaudit.evidence import Agreement, Estimate, MappedTable, Method
from crmaudit.quality.counts import Count
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap
from crmaudit.workspace.landscape import Entity

_OF_THE_ENTITY = ("primary", "secondary", "extension")


@dataclass(frozen=True, slots=True)
class Placed:
    """A count and the rows it is of: a table, and the condition of a part where there is one."""

    entity: str
    system: str
    table: str
    where: str
    count: Count


def trust(entity: Entity | None) -> tuple[str, ...]:
    """Systems in the order in which they are believed; empty where nobody said."""
    if entity is None:
        return ()
    record = (entity.system_of_record,) if entity.system_of_record else ()
    return entity.trusted or record


def placed(
    duplicates: Iterable[JudgedDuplicates],
    overlap: Iterable[JudgedOverlap],
    maps: Mapping[str, EffectiveMap],
    entities: Mapping[str, Entity],
) -> tuple[Placed, ...]:
    """All counts that matching gives; of what could not be compared, none."""
    found = list[Placed]()
    for d in duplicates:
        home = _home(maps, d.system, d.entity, d.document.tables)
        if home is not None and not d.cannot and d.records:
            found.append(Placed(d.entity, d.system, home.table, home.where, _unique(d)))
    for o in overlap:
        if not o.cannot:
            found += _agreeing(o, maps, trust(entities.get(o.entity)))
    return tuple(found)


def _unique(d: JudgedDuplicates) -> Count:
    likely, method = d.likely, d.document.matching.method
    passed = d.records - round(likely.value)
    more = max(0, round(likely.value) - d.surplus)
    failed = (
        ("duplicates found", min(d.surplus, round(likely.value))),
        ("estimated besides", more),
    )
    least, most = d.records - likely.high, d.records - likely.low
    between = (
        f", {least:,.0f} to {most:,.0f} with 95 % confidence" if likely.low < likely.high else ""
    )
    return Count(
        "uniqueness",
        f"records that stand for one thing each{between}",
        passed,
        d.records,
        method=Method("model", n=method.n, total=method.total),
        evidence=d.document.id,
        failed=tuple(f for f in failed if f[1]),
        slack=(max(0.0, passed - least), max(0.0, most - passed)),
        meaning="identifier",
    )


def _agreeing(
    o: JudgedOverlap, maps: Mapping[str, EffectiveMap], trusted: Sequence[str]
) -> Iterator[Placed]:
    columns = {a.attribute: a.columns for a in o.document.matching.attributes}
    for b in o.between:
        for own, other in ((b.left, b.right), (b.right, b.left)):
            for a in b.agreement:
                if not a.compared:
                    continue
                spot = _spot(maps, own, o, columns.get(a.attribute, ()))
                if spot is None:
                    continue
                (table, where), column = spot
                count = replace(_same(o, a, other), column=column)
                yield Placed(o.entity, own, table, where, count)
                if o.reference_of(own, trusted) == other:
                    judged = replace(
                        count,
                        dimension="accuracy",
                        what=f"{count.what}, which is trusted more",
                    )
                    yield Placed(o.entity, own, table, where, judged)


def _same(o: JudgedOverlap, a: Agreement, other: str) -> Count:
    agreeing, share = a.same + a.equivalent, o.agreed(a)
    by_identifier = o.document.by == "identifier"
    return Count(
        "consistency",
        f"{a.attribute} of {o.entity} as {other} has it",
        agreeing,
        a.compared,
        method=Method() if by_identifier else Method("model"),
        evidence=o.document.id,
        failed=((f"{other} says otherwise", a.conflicting),) if a.conflicting else (),
        slack=_apart(share, a.compared),
        meaning=a.attribute,
    )


def _apart(share: Estimate, whole: int) -> tuple[float, float]:
    return (share.value - share.low) * whole, (share.high - share.value) * whole


def _home(
    maps: Mapping[str, EffectiveMap], system: str, entity: str, tables: Sequence[str]
) -> MappedTable | None:
    """The row of the map whose table holds the entity's records: of several, the first compared."""
    known = maps.get(system)
    rows = [r for r in (known.of(entity) if known else ()) if r.role == "primary"]
    order = {table: i for i, table in enumerate(tables)}
    compared = [r for r in rows if r.table in order] or rows
    return min(compared, key=lambda r: order.get(r.table, 0), default=None)


def _spot(
    maps: Mapping[str, EffectiveMap], system: str, o: JudgedOverlap, columns: Iterable[str]
) -> tuple[tuple[str, str], str] | None:
    """Table, condition and column where a system has an attribute.

    A column beside the entity's own tables (`emails.address`) counts with its
    records. None where no map says where these are.
    """
    home = _home(maps, system, o.entity, o.holder(system).tables)
    if home is None:
        return None
    rows = {r.table: r for r in maps[system].of(o.entity) if r.role in _OF_THE_ENTITY}
    rows[home.table] = home
    mine = (c.partition(":")[2] for c in columns if c.partition(":")[0] == system)
    for table, _, column in (c.rpartition(".") for c in mine):
        if table in rows:
            return (table, rows[table].where), column
    return (home.table, home.where), ""
