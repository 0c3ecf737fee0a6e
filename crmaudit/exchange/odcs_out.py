"""A system's tables, keys, expectations and owners as a data contract (ODCS 3.1, YAML)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Column, Table
from crmaudit.evidence.semantic import audience
from crmaudit.exchange import odcs
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.outgoing import Outgoing, Thing
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.dossier import System

Part = dict[str, Any]

_REFERENCE = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", re.ASCII)
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_CLASSES = {"customer": "confidential", "account": "confidential", "secret": "restricted"}


def render(export: Export) -> Rendered:
    """The contract of one system. Raises CrmauditError where it is not clear of which."""
    import yaml

    writer = _Writer(export, _system(export))
    contract = writer.contract()
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(
        writer.clean(contract), Dumper=dumper, sort_keys=False, allow_unicode=True, width=100
    )
    columns = sum(len(t["properties"]) for t in contract["schema"])
    tables = len(contract["schema"])
    holds = f"{tables:,} tables, {columns:,} columns, {writer.carried:,} expectations"
    return Rendered(text.encode(), f"{writer.system.name}: {holds}", writer.losses())


def _system(export: Export) -> System:
    workspace = export.facts.workspace
    if export.system:
        id_ = workspace.formerly.get(export.system, export.system)
        if id_ not in workspace.system:
            known = ", ".join(workspace.system)
            raise CrmauditError(
                f"there is no system {export.system!r}", f"the systems are: {known}"
            )
        return workspace.system[id_]
    if workspace.crm is not None:
        return workspace.crm
    if len(workspace.systems) == 1:
        return workspace.systems[0]
    raise CrmauditError("a data contract is about one system", "say which: --system ID")


class _Writer:
    def __init__(self, export: Export, system: System) -> None:
        self.system = system
        self.carried = 0
        self._facts = export.facts
        self._quality = export.facts.quality
        self._thing: Thing = next(t for t in Outgoing(export).systems if t.id == system.id)
        self._lost: Counter[str] = Counter()
        catalog = self._facts.evidence.catalogs.get(system.id)
        self._catalog = {t.qualified: t for t in catalog.tables} if catalog else self._named()
        mapped = self._facts.maps.get(system.id)
        self._mapped = tuple(mapped.tables if mapped else ())
        self._entity_of = {
            t.table: t.entity
            for t in self._mapped
            if t.role == "primary" and t.entity and not t.where
        }

    def _named(self) -> dict[str, Table]:
        """Of a database that nobody has read: the tables and columns that expectations name."""
        columns: dict[str, dict[str, Column]] = {}
        for e in self._facts.workspace.expectations.expectations:
            if e.system == self.system.id and e.table is not None:
                named = columns.setdefault(e.table, {})
                if e.column is not None:
                    named[e.column] = Column(e.column, "")
        return {name: Table(name, columns=tuple(c.values())) for name, c in columns.items()}

    def contract(self) -> Part:
        take = self._thing.take
        take("id")
        self._thing.mark("name")
        day = self._facts.day
        found: Part = {
            "version": f"{day.year}.{day.month}.{day.day}" if day else "0.0.0",
            "apiVersion": odcs.API_VERSION,
            "kind": odcs.KIND,
            "id": self.system.id,
            "name": self.system.name,
            "status": odcs.STATUS.get(take("lifecycle", "phase") or "", "draft"),
        }
        if purpose := take("description"):
            found["description"] = {"purpose": purpose}
        if tags := take("tags"):
            found["tags"] = list(tags)
        about = self._expectations()
        found["schema"] = [self._table(t, about.pop(t.qualified, [])) for t in self._tables()]
        for left in about.values():
            self._lost["expectations about tables that are not in the catalog"] += len(left)
        if team := list(self._team()):
            found["team"] = {"members": team}
        if levels := list(self._service_levels()):
            found["slaProperties"] = levels
        return found

    def losses(self) -> tuple[str, ...]:
        facts = len(list(self._thing.left()))
        if facts:
            self._lost["other facts of the dossier, which a contract has no place for"] += facts
        return tuple(f"{what}: {n:,}" for what, n in sorted(self._lost.items()))

    def clean(self, value: Any) -> Any:
        """The value without what no YAML file can hold."""
        if isinstance(value, dict):
            return {k: self.clean(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.clean(v) for v in value]
        if not isinstance(value, str):
            return value
        clean, times = _HALF_PAIR.subn("\ufffd", value)
        if times:
            self._lost["characters that YAML cannot hold, written as U+FFFD"] += times
        return clean

    # Tables ---------------------------------------------------------------------------------

    def _tables(self) -> Iterator[Table]:
        """Those of the catalog without the program's own machinery."""
        machinery = {t.table for t in self._mapped if t.role == "system"}
        for table in self._catalog.values():
            if table.qualified in machinery:
                self._lost["tables of the program's own machinery"] += 1
            else:
                yield table

    def _table(self, table: Table, about: list[Expectation]) -> Part:
        found: Part = {
            "name": table.qualified,
            "physicalName": table.qualified,
            "logicalType": "object",
            "physicalType": table.kind,
        }
        entity = self._facts.workspace.entity.get(self._entity_of.get(table.qualified, ""))
        if entity is not None:
            found["businessName"] = entity.label
            found["customProperties"] = [{"property": odcs.ENTITY, "value": entity.id}]
        description = (entity.definition if entity else None) or table.comment
        if description:
            found["description"] = description
        by_column: dict[str, list[Part]] = {}
        for expectation in about:
            here = expectation.column if expectation.column in _names(table) else ""
            by_column.setdefault(here or "", []).extend(odcs.rules(expectation))
        found["properties"] = [
            self._column(table, column, by_column.get(column.name, [])) for column in table.columns
        ]
        if rules := by_column.get(""):
            found["quality"] = rules
        return found

    def _column(self, table: Table, column: Column, rules: list[Part]) -> Part:
        found: Part = {"name": column.name, "physicalName": column.name}
        profile = self._quality.profiles.get(self.system.id, {}).get(table.qualified)
        seen = (
            next((c for c in profile.columns if c.name == column.name), None) if profile else None
        )
        if seen is not None and seen.logical in odcs.LOGICAL:
            found["logicalType"] = odcs.LOGICAL[seen.logical]
        if column.type:
            found["physicalType"] = column.type
        if not column.nullable:
            found["required"] = True
        if column.name in table.primary_key:
            found["primaryKey"] = True
            found["primaryKeyPosition"] = table.primary_key.index(column.name) + 1
        if any(i.unique and i.columns == (column.name,) for i in table.indexes):
            found["unique"] = True
        if column.comment:
            found["description"] = column.comment
        if seen is not None and seen.semantic is not None:
            kind = seen.semantic.type
            if whose := _CLASSES.get(audience(kind)):
                found["classification"] = whose
            found["customProperties"] = [{"property": odcs.MEANING, "value": kind}]
        if relations := list(self._relations(table, column)):
            found["relationships"] = relations
        if rules:
            found["quality"] = rules
        return found

    def _relations(self, table: Table, column: Column) -> Iterator[Part]:
        keys = self._facts.evidence.keys.get(self.system.id)
        declared = [
            f"{f'{k.ref_schema}.' if k.ref_schema else ''}{k.ref_table}.{k.ref_columns[0]}"
            for k in table.foreign_keys
            if k.columns == (column.name,) and k.ref_columns
        ]
        found = [
            f"{r.to}.{r.to_columns[0]}"
            for r in (keys.references if keys else ())
            if r.table == table.qualified
            and r.columns == (column.name,)
            and len(r.to_columns) == 1
            and r.when is None
            and (r.basis == "declared" or r.verdict == "holds")
        ]
        for to in dict.fromkeys((*declared, *found)):
            if _REFERENCE.fullmatch(to):
                yield {"type": "foreignKey", "to": to}
            else:
                self._lost["references whose names ODCS does not allow"] += 1

    # Expectations and people ----------------------------------------------------------------

    def _own(self) -> Iterator[Expectation]:
        for e in self._facts.workspace.expectations.expectations:
            if e.system == self.system.id or (e.system is None and self._place(e)):
                yield e

    def _place(self, e: Expectation) -> str:
        """The table under which an expectation is written; empty where none is known."""
        held = (t.table for t in self._mapped if t.role == "primary" and t.entity == e.entity)
        places = (e.table,) if e.table is not None else held if e.entity else ()
        return next((place for place in places if place in self._catalog), "")

    def _expectations(self) -> dict[str, list[Expectation]]:
        about: dict[str, list[Expectation]] = {}
        for e in self._own():
            if place := self._place(e):
                about.setdefault(place, []).append(e)
                self.carried += 1
            else:
                self._lost["expectations about no table that is known"] += 1
        return about

    def _service_levels(self) -> Iterator[Part]:
        """How fresh data are: `latency` in days, of a column."""
        for e in self._own():
            place = self._place(e)
            if e.max_age_days is None or not place:
                continue
            level: Part = {"property": "latency", "value": e.max_age_days, "unit": "d"}
            if e.column:
                level["element"] = f"{place}.{e.column}"
            yield level

    def _team(self) -> Iterator[Part]:
        roles = {role: self._thing.take("owners", role) for role in odcs.ROLES}
        for role, who in roles.items():
            if who:
                yield self._member(who, odcs.ROLES[role])
        stewards: dict[str, list[str]] = {}
        for entity in dict.fromkeys(self._entity_of.values()):
            known = self._facts.workspace.entity.get(entity)
            if known is not None and known.steward:
                stewards.setdefault(known.steward, []).append(known.label)
        for who, labels in stewards.items():
            yield {**self._member(who, "Data steward"), "description": ", ".join(labels)}

    def _member(self, who: str, role: str) -> Part:
        person = self._facts.workspace.person.get(who)
        return {"username": who, "name": person.name if person else who, "role": role}


def _names(table: Table) -> set[str]:
    return {c.name for c in table.columns}
