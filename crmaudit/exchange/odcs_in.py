"""Data contracts in: quality rules become expectations, descriptions go where they belong.

Of the Open Data Contract Standard 3. What a contract says of tables, keys and
types is measured here, so that nothing of it is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crmaudit.errors import Place, Problem
from crmaudit.exchange import odcs
from crmaudit.exchange.yaml_documents import YamlDocument, documents
from crmaudit.workspace import Workspace
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.incoming import Cell, Incoming, Kind, Record
from crmaudit.workspace.matching import plain_name
from crmaudit.workspace.yaml_reader import Path_

_MARK = re.compile(rb"^kind:\s*[\"']?DataContract\b", re.MULTILINE)
_MEASURED = "types, keys and meanings of columns, which are measured here"
_FIELDS = ("system", "entity", "table", "column", "where", "owner")
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "m": 30, "month": 30,
         "months": 30, "y": 365, "yr": 365, "year": 365, "years": 365}  # fmt: skip


def recognises(path: Path, head: bytes) -> bool:
    return path.suffix.lower() in (".yaml", ".yml") and _MARK.search(head) is not None


def read(path: Path, workspace: Workspace) -> Incoming:
    """The expectations and descriptions of a contract, or of several in one file.

    Raises CrmauditError where none can be read.
    """
    found, problems = documents(path, path.name)
    gathered = _Gathered(workspace, path.name)
    gathered.mistakes += problems
    for document in found:
        _Contract(document, gathered).read()
    return gathered.incoming()


class _Gathered:
    """What the file's contracts bring, and what of them was not taken."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace, self.name = workspace, name
        self.values: dict[tuple[Kind, str], dict[Path_, Cell]] = {}
        self.places: dict[tuple[Kind, str], Place] = {}
        self.mistakes: list[Problem] = []
        self._left: Counter[str] = Counter()
        self._first: dict[str, Place] = {}

    def put(self, kind: Kind, id_: str, place: Place, values: Mapping[str, Any]) -> None:
        """Facts of a thing, by their paths in dots; what says nothing is left out."""
        self.places.setdefault((kind, id_), place)
        cells = self.values.setdefault((kind, id_), {})
        for key, value in values.items():
            if value not in (None, ""):
                cells[tuple(key.split("."))] = Cell(value, place)

    def leave(self, what: str, place: Place, times: int = 1) -> None:
        if times:
            self._left[what] += times
            self._first.setdefault(what, place)

    def incoming(self) -> Incoming:
        records = tuple(
            Record(kind, self.places[kind, id_], id_, values=values)
            for (kind, id_), values in self.values.items()
            if values
        )
        left = tuple(Problem(f"{w}: {n:,}", self._first[w]) for w, n in self._left.items())
        return Incoming(self.name, records, left, tuple(self.mistakes))


class _Contract:
    """One contract being read."""

    def __init__(self, document: YamlDocument, into: _Gathered) -> None:
        self._document, self._into = document, into
        self._aged: set[tuple[str, str]] = set()
        self._ids: Counter[str] = Counter()

    def read(self) -> None:
        data, into = self._document.data, self._into
        if not isinstance(data, dict) or data.get("kind") != odcs.KIND:
            into.leave("documents that are no data contracts", self._document.place())
            return
        version = str(data.get("apiVersion", ""))
        if not version.startswith("v3."):
            place = self._document.place("apiVersion")
            message = f"a contract of version {version or 'unknown'} cannot be read"
            into.mistakes.append(Problem(message, place, "bring it to apiVersion v3.1.0"))
            return
        system = self._system(data)
        if system is None:
            return
        self._dossier(system, data)
        for path, table in self._items("schema"):
            self._table(system, table, path)
        for path, level in self._items("slaProperties"):
            self._level(system, level, path)
        unused = ("servers", "support", "price", "roles", "authoritativeDefinitions")
        for key in unused:
            if data.get(key):
                into.leave(f"what a contract says under {key}", self._document.place(key))

    def _system(self, data: Mapping[str, Any]) -> str | None:
        """The system that the contract is about, by its id, name or data product."""
        workspace = self._into.workspace
        named = {plain_name(s.name): s.id for s in workspace.systems}
        for key in ("id", "name", "dataProduct"):
            text = str(data.get(key) or "")
            id_ = workspace.formerly.get(text, text)
            if id_ in workspace.system:
                return id_
            if text and plain_name(text) in named:
                return named[plain_name(text)]
        known = ", ".join(list(workspace.system)[:12])
        message = f"the contract {data.get('name') or data.get('id')!r} is about no known system"
        hint = f"give it the `id:` of one of: {known}"
        self._into.mistakes.append(Problem(message, self._document.place("id"), hint))
        return None

    def _dossier(self, system: str, data: Mapping[str, Any]) -> None:
        about = data.get("description")
        if isinstance(about, dict) and isinstance(about.get("purpose"), str):
            place = self._document.place("description", "purpose")
            self._into.put("system", system, place, {"description": about["purpose"]})
        team = data.get("team")
        path: tuple[str | int, ...] = ("team", "members") if isinstance(team, dict) else ("team",)
        roles = {name.lower(): role for role, name in odcs.ROLES.items()} | {"owner": "business"}
        for at, member in self._items(*path):
            role = roles.get(str(member.get("role", "")).strip().lower())
            who = member.get("username") or member.get("name")
            if role and isinstance(who, str) and not member.get("dateOut"):
                place = self._document.place(*at)
                known = who if who in self._into.workspace.person else member.get("name") or who
                self._into.put("system", system, place, {f"owners.{role}": known})
            else:
                self._into.leave("members of the team who are no owners", self._document.place(*at))

    def _table(self, system: str, table: Mapping[str, Any], path: Path_) -> None:
        name = table.get("physicalName") or table.get("name")
        if not isinstance(name, str) or not name.strip():
            place = self._document.place(*path)
            self._into.mistakes.append(Problem("a table without a name", place, "add name:"))
            return
        entity = _custom(table, odcs.ENTITY)
        if isinstance(entity, str) and isinstance(table.get("description"), str):
            place = self._document.place(*path, "description")
            self._into.put("entity", entity, place, {"definition": table["description"]})
        elif table.get("description"):
            place = self._document.place(*path, "description")
            self._into.leave("descriptions of tables that name no entity", place)
        for at, rule in self._items(*path, "quality"):
            self._rule(system, name, "", rule, at)
        self._columns(system, name, (*path, "properties"))

    def _columns(self, system: str, table: str, path: Path_) -> None:
        for at, column in self._items(*path):
            self._into.leave(_MEASURED, self._document.place(*at))
            name = column.get("physicalName") or column.get("name")
            if not isinstance(name, str) or not name.strip():
                place = self._document.place(*at)
                self._into.mistakes.append(Problem("a column without a name", place, "add name:"))
                continue
            for rule_at, rule in self._items(*at, "quality"):
                self._rule(system, table, name, rule, rule_at)
            if column.get("description"):
                place = self._document.place(*at, "description")
                self._into.leave("descriptions of columns, which no file holds", place)
            if column.get("properties"):
                place = self._document.place(*at, "properties")
                self._into.leave("columns within columns", place)

    def _rule(
        self, system: str, table: str, column: str, rule: Mapping[str, Any], path: Path_
    ) -> None:
        place = self._document.place(*path)
        try:
            checks = odcs.checks(rule, table, column)
        except odcs.NotCarriedError as error:
            self._into.leave(f"quality rules not taken, as they are {error}", place)
            return
        own = _custom(rule, odcs.PROPERTY)
        if isinstance(own, dict) and isinstance(own.get("id"), str):
            id_ = own["id"]
            about = {k: own.get(k) for k in _FIELDS}
            checks |= {"threshold": own["threshold"]} if "threshold" in own else {}
        else:
            id_ = self._new_id(rule, table, column, checks)
            about = {"system": system, "table": table, "column": column}
        if "max_age_days" in checks:
            self._aged.add((table, column))
        told = {
            "name": rule.get("name"),
            "why": rule.get("description"),
            "dimension": odcs.dimension(rule.get("dimension")),
            "severity": odcs.severity(rule.get("severity")),
        }
        self._into.put("expectation", id_, place, {**about, **told, **checks})

    def _level(self, system: str, level: Mapping[str, Any], path: Path_) -> None:
        """`latency` of a column, in days, is how old its newest value may be."""
        place = self._document.place(*path)
        element, unit = str(level.get("element") or ""), str(level.get("unit") or "").lower()
        table, _, column = element.rpartition(".")
        if level.get("property") not in ("latency", "freshness") or not table or unit not in _DAYS:
            self._into.leave("service levels other than the latency of a column in days", place)
            return
        if (table, column) in self._aged:
            return
        try:
            days = int(float(str(level.get("value"))) * _DAYS[unit])
        except ValueError:
            self._into.leave("service levels other than the latency of a column in days", place)
            return
        checks = {"max_age_days": days}
        about = {"system": system, "table": table, "column": column, "dimension": "timeliness"}
        id_ = self._new_id({}, table, column, checks)
        self._into.put("expectation", id_, place, {**about, **checks})

    def _new_id(
        self, rule: Mapping[str, Any], table: str, column: str, checks: Mapping[str, Any]
    ) -> str:
        """An id made of what the rule is about: the same at the next import."""
        first = next((k for k in checks if k in Expectation.model_fields), "rule")
        words = str(rule.get("id") or f"{table} {column} {first}")
        stem = "-".join(re.findall(r"[A-Za-z0-9_]+", words))[:76] or "rule"
        self._ids[stem] += 1
        return stem if self._ids[stem] == 1 else f"{stem}-{self._ids[stem]}"

    def _items(self, *path: str | int) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
        """The mappings of the list at a path, each with its own path."""
        value: Any = self._document.data
        for step in path:
            if isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, list):
            message = f"{'.'.join(map(str, path))} must be a list"
            self._into.mistakes.append(Problem(message, self._document.place(*path)))
            return
        for i, item in enumerate(value or ()):
            if isinstance(item, dict):
                yield (*path, i), item
            else:
                message = f"{'.'.join(map(str, path))} must hold keys with values"
                self._into.mistakes.append(Problem(message, self._document.place(*path, i)))


def _custom(part: Mapping[str, Any], name: str) -> Any:
    """The value of a custom property, None without one."""
    found = part.get("customProperties")
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict) and item.get("property") == name:
            return item.get("value")
    return None
