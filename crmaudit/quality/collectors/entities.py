"""What the tables of a system mean: the product map of its CRM, else inference."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Document, EntityMap, Keys, TableProfile
from crmaudit.evidence.privacy import MINIMUM_COUNT, may_show
from crmaudit.quality.entities.conditions import Dialect, nature
from crmaudit.quality.entities.mapping import Said, Understood, corrected, understand
from crmaudit.quality.entities.names import is_vocabulary
from crmaudit.quality.entities.seen import SeenColumn
from crmaudit.quality.entities.splitting import MOST_KINDS, Kind, Kinds, Question
from crmaudit.quality.products import recognise, resolve, version_statements
from crmaudit.sources.base import ConnectionLostError, Source, Statement
from crmaudit.sources.task import Known, Task

_PURPOSE = "how many rows are of which kind"
_LETTERS = 2
"""A value no longer than this names nobody."""


class _Entities:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        recognised = recognise(task.catalog)
        for sql, purpose in version_statements(recognised) if recognised else ():
            yield Statement(sql, purpose)
        yield Statement(
            "SELECT kind, COUNT(*), COUNT(…) FROM … GROUP BY kind", _PURPOSE, template=True
        )

    def collect(self, task: Task) -> Iterator[Document]:
        yield entity_map(task)


def entity_map(task: Task, products: bool = True) -> EntityMap:
    """The entity map of the task's system; without `products` all of it is inferred.

    At most a few statements are sent: for the product's version, and one for
    each column that may tell entities of one table apart and whose profile
    does not. One that fails leaves its table to what is known without it.
    """
    began = time.monotonic()
    source, catalog = task.source, task.catalog
    profiles = {p.table: p for p in task.found(TableProfile) if not p.where}
    keys = next(task.found(Keys), None)
    found = understood(source, catalog, profiles, keys, products)
    return EntityMap(
        provenance=task.provenance(),
        tables=found.tables,
        product=found.product,
        contact_points=corrected(found.contact_points, _declared(task.known)),
        seconds=round(time.monotonic() - began, 3),
    )


def understood(
    source: Source,
    catalog: Catalog,
    profiles: Mapping[str, TableProfile],
    keys: Keys | None = None,
    products: bool = True,
) -> Understood:
    """What is known of the tables of an open source; profiles and keys may be absent."""
    return understand(
        catalog,
        profiles,
        keys,
        dialect=Dialect(source.engine, source.quote),
        said=_said(catalog, source) if products else None,
        ask=lambda questions: _asked(source, questions),
    )


def _said(catalog: Catalog, source: Source) -> Said | None:
    recognised = recognise(catalog, source.query)
    if recognised is None:
        return None
    resolved = resolve(recognised, catalog)
    return Said(resolved.product, resolved.tables, resolved.contact_points)


def _declared(known: Known) -> Mapping[str, tuple[str, ...]]:
    """The entities that people say a table holds."""
    found: dict[str, tuple[str, ...]] = {}
    for row in known.map.tables if known.map else ():
        if row.role == "primary" and row.entity:
            found[row.table] = (*found.get(row.table, ()), row.entity)
    return found


def _asked(source: Source, questions: Iterable[Question]) -> Kinds:
    found: dict[tuple[str, str], Mapping[str, Kind]] = {}
    for question in questions:
        try:
            rows = source.query(_statement(source, question), _PURPOSE)
        except ConnectionLostError:
            raise
        except CrmauditError:
            continue
        names = [c.name for c in question.filled]
        kinds = {
            str(value): Kind(_count(rows_), dict(zip(names, map(_count, filled), strict=True)))
            for value, rows_, *filled in rows
            if value not in (None, "")
        }
        if len(kinds) <= MOST_KINDS:
            place = question.table.qualified, question.column.name
            found[place] = _that_may_be_told(question.column, kinds)
    return found


def _that_may_be_told(column: SeenColumn, kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Only the values that may stand in a condition, which is seen everywhere.

    A column of kinds holds what somebody typed, too: `Firma …` with a name. Such
    rows count as of another kind.
    """
    logical = column.profile.logical if column.profile else "text"
    rows = sum(kind.rows for kind in kinds.values())
    return {
        value: kind
        for value, kind in kinds.items()
        if is_vocabulary(value)
        or (len(value.strip()) <= _LETTERS and kind.rows >= MINIMUM_COUNT)
        or may_show(column.name, logical, len(kinds), rows, value, kind.rows)
    }


def _statement(source: Source, question: Question) -> str:
    quote = source.quote
    kind = quote(question.column.name)
    counted = [
        f"COUNT(NULLIF({quote(c.name)}, ''))"
        if nature(c, source.engine) == "text"
        else f"COUNT({quote(c.name)})"
        for c in question.filled
    ]
    table = ".".join(quote(p) for p in (question.table.schema, question.table.name) if p)
    what = ", ".join([kind, "COUNT(*)", *counted])
    # A column of many values is none of kinds: no more of them are fetched than tell that.
    return f"SELECT {what} FROM {table} GROUP BY {kind} LIMIT {2 * MOST_KINDS}"


def _count(value: object) -> int:
    return int(str(value))


collector = _Entities()
