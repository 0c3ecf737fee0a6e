"""The entity map of an unknown CRM, from its catalog, profiles and keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crmaudit.evidence import Catalog, Keys, TableProfile
from crmaudit.evidence.entity_map import ContactPoint, MappedTable, Role
from crmaudit.quality.entities.conditions import Dialect, occurs
from crmaudit.quality.entities.contact_points import contact_points
from crmaudit.quality.entities.judging import Verdict, is_detail, judge
from crmaudit.quality.entities.record_names import record_name
from crmaudit.quality.entities.seen import SeenTable, see
from crmaudit.quality.entities.splitting import (
    Kinds,
    Part,
    Question,
    kind_columns,
    names_kinds,
    second_entities,
    shown,
    split,
    told_by,
)
from crmaudit.quality.entities.vocabulary import FAMILIES, PARTIES

_KEEPS_ROWS = ("primary", "secondary")


@dataclass(frozen=True)
class Inference:
    """What was inferred; a table in no row is not explained by any entity.

    `rows` counts those of a table and condition, where they are known.
    """

    tables: tuple[MappedTable, ...]
    contact_points: tuple[ContactPoint, ...] = ()
    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Inferring:
    """Inference in two steps, so that the values of few columns can be asked in between.

    Profiles and keys may be absent: names and types then have to do. `asked`
    names the columns whose `Kinds` would help; `infer` goes without them too.
    """

    def __init__(
        self,
        catalog: Catalog,
        profiles: Mapping[str, TableProfile] | None = None,
        keys: Keys | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self._tables = see(catalog, profiles or {}, keys)
        self._verdicts = judge(self._tables)
        self._dialect = dialect or Dialect(catalog.provenance.engine)

    def asked(self) -> Iterator[Question]:
        """What would help to tell the entities of one table apart, where its profile cannot."""
        for _, table in sorted(self._tables.items()):
            verdict = self._verdicts.get(table.name)
            entity = verdict.entity if verdict else ""
            if not self._may_split(table, verdict) or not table.rows or not table.table.readable:
                continue
            for column in kind_columns(table, entity):
                if not names_kinds(column) and (entity in PARTIES or not shown(column)):
                    yield Question(table.table, column, tuple(told_by(table)))

    def _may_split(self, table: SeenTable, verdict: Verdict | None) -> bool:
        if verdict is None:
            # What nothing explains may still say itself what its rows are.
            return len(table.columns) > 4 and bool(table.key)
        return verdict.role in _KEEPS_ROWS and any(verdict.entity in f for f in FAMILIES)

    def infer(self, kinds: Kinds | None = None) -> Inference:
        counts: dict[tuple[str, str], int] = {}
        rows = tuple(
            row
            for _, table in sorted(self._tables.items())
            for row in self._rows(table, kinds or {}, counts)
        )
        points = tuple(contact_points(self._tables, rows, self._dialect))
        return Inference(rows, points, counts)

    def _rows(
        self, table: SeenTable, kinds: Kinds, counts: dict[tuple[str, str], int]
    ) -> Iterator[MappedTable]:
        verdict = self._verdicts.get(table.name)
        if self._may_split(table, verdict):
            entity = verdict.entity if verdict else ""
            sure = verdict.confidence if verdict else 0.0
            parts = split(table, entity, sure, kinds, self._dialect)
            if parts:
                for part in parts:
                    row = self._row(table, self._of_part(part, verdict), part.where)
                    if part.rows is not None and row.where == part.where:
                        counts[table.name, row.where] = part.rows
                    yield row
                return
        if verdict is None:
            return
        details = verdict.role == "secondary" and is_detail(table)
        by_type = tuple(self._by_type(table, verdict)) if details else ()
        yield from by_type
        if not by_type:
            yield self._row(table, verdict, "")
        for entity in second_entities(table, verdict.entity):
            role: Role = "secondary" if self._has_primary(entity) else "primary"
            reasons = (f"each row names a {entity}",)
            second = replace(verdict, entity=entity, role=role, reasons=reasons)
            yield self._row(table, second, "")

    def _has_primary(self, entity: str) -> bool:
        return any(v.entity == entity and v.role == "primary" for v in self._verdicts.values())

    def _of_part(self, part: Part, verdict: Verdict | None) -> Verdict:
        """The verdict on a part: as sure as the table's and the condition's together allow."""
        role = verdict.role if verdict else "primary"
        # A column whose values name kinds says of the table too what it holds.
        sure = max(verdict.confidence if verdict else 0.0, part.confidence - 0.1)
        sure = round(min(sure, part.confidence), 2)
        before = verdict.reasons if verdict else ()
        return Verdict(role, part.entity, sure, (part.reason, *before))

    def _by_type(self, table: SeenTable, verdict: Verdict) -> Iterator[MappedTable]:
        """Details of several entities, told apart by the type beside the reference."""
        seen = set()
        for link in table.links:
            parent = self._verdicts.get(link.to)
            column = table.column(link.when[0]) if link.when else None
            if not (link.when and column and parent and parent.entity):
                continue
            where = self._dialect.equals(column, link.when[1])
            if where and where not in seen:
                seen.add(where)
                reasons = (*verdict.reasons, f"{column.name} says whose they are")
                part = replace(verdict, entity=parent.entity, reasons=reasons)
                yield self._row(table, part, where)

    def _row(self, table: SeenTable, verdict: Verdict, where: str) -> MappedTable:
        stamps = table.stamps
        holds = verdict.role in _KEEPS_ROWS
        if holds:
            template = self._not(table, "template")
            where = " AND ".join(c for c in (where, template) if c)
        return MappedTable(
            table=table.name,
            entity=verdict.entity,
            role=verdict.role,
            where=where,
            key=table.key,
            name=record_name(table, verdict.entity) if holds or verdict.role == "lookup" else (),
            created_at=stamps.get("created_at"),
            created_by=stamps.get("created_by"),
            modified_at=stamps.get("modified_at"),
            modified_by=stamps.get("modified_by"),
            owner=stamps.get("owner") if holds else "",
            soft_delete=self._true(table, "deleted"),
            archived=(self._true(table, "archived") or self._not(table, "active")) if holds else "",
            test_rows=self._true(table, "test") if holds else "",
            automatic=self._true(table, "automatic") if holds else "",
            last_login=stamps.get("last_login") if verdict.entity == "user" and holds else "",
            confidence=verdict.confidence,
            basis="inferred",
            reasons=verdict.reasons,
        )

    def _true(self, table: SeenTable, stamp: str) -> str:
        column = table.column(table.stamps.get(stamp))
        return self._dialect.true(column) if column and not column.empty else ""

    def _not(self, table: SeenTable, stamp: str) -> str:
        """The rows without the flag; empty where no row has it (or, of `active`, all have)."""
        column = table.column(table.stamps.get(stamp))
        if column is None or column.empty:
            return ""
        if stamp == "template" and occurs(column, True) is False:
            return ""
        return self._dialect.false(column)
