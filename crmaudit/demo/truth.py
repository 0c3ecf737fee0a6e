"""What is true of the demo's data: written beside the databases, read by tests and benchmarks."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from crmaudit.demo.claims import Planted
from crmaudit.errors import CrmauditError

FORMAT = 1
FILE_NAME = "truth.json"


@dataclass(frozen=True, slots=True)
class EntityTable:
    """One table (or part of it) that holds an entity; columns are empty where there are none.

    `role` is primary, secondary, extension, link, line, lookup or log.
    """

    entity: str
    table: str
    role: str = "primary"
    row_filter: str = ""
    key: tuple[str, ...] = ("id",)
    name: tuple[str, ...] = ()
    created_at: str = ""
    created_by: str = ""
    modified_at: str = ""
    modified_by: str = ""
    owner: str = ""
    soft_delete: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference, declared or not; `sentinels` are values that mean "none"."""

    source: str
    target: str
    declared: bool = False
    sentinels: tuple[str, ...] = ()
    non_null: int = 0
    sentinel_rows: int = 0
    orphan_rows: int = 0


@dataclass(frozen=True, slots=True)
class Polymorphic:
    """A reference to one of several tables, told by a second column.

    `targets` maps type values to "table.column"; `orphan_rows` counts by type
    value, an unknown type value included.
    """

    table: str
    type_column: str
    id_column: str
    targets: dict[str, str]
    rows: dict[str, int]
    orphan_rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class SystemTruth:
    """What one database holds and how its tables hang together."""

    name: str
    product: str
    file: str
    tables: dict[str, int]
    system_tables: tuple[str, ...]
    entities: tuple[EntityTable, ...]
    foreign_keys: tuple[ForeignKey, ...]
    polymorphic: tuple[Polymorphic, ...]
    semantic_columns: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records of one table (or of two) and how they are related.

    `same` says whether the two are one real thing.  `kind` of a duplicate is
    exact, typo, nickname, moved or format; of others namesake, family,
    colleague.  Pairs named by no group are different things.
    """

    kind: str
    left: str
    right: str
    same: bool
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Which records of `right` stand in `left` too, and how the two agree.

    `pairs` are (left key, right key); `referenced` are the right keys that
    carry the left's number; `agreement` counts by attribute and outcome.
    """

    left: str
    right: str
    pairs: tuple[tuple[int, int], ...]
    referenced: tuple[int, ...]
    right_only: tuple[int, ...]
    agreement: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of the story: `sql` asks for it, the three databases attached by system name."""

    name: str
    value: float
    about: str
    sql: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted in one demo, and everything that detection can be scored against."""

    organisation: str
    seed: int
    contacts: int
    as_of: str
    systems: tuple[SystemTruth, ...]
    plants: tuple[Planted, ...]
    pairs: tuple[Pairs, ...]
    overlaps: tuple[Overlap, ...]
    facts: tuple[Fact, ...]

    def system(self, name: str) -> SystemTruth:
        """The system called `name`."""
        return next(system for system in self.systems if system.name == name)

    def plant(self, name: str) -> Planted:
        """The planted defect called `name`."""
        return next(plant for plant in self.plants if plant.name == name)

    def fact(self, name: str) -> float:
        """The value of the fact called `name`."""
        return next(fact.value for fact in self.facts if fact.name == name)

    def to_json(self) -> str:
        """One line for each part of a list, so that two truths can be compared line by line."""
        lines = ["{", f'"format": {FORMAT}']
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, tuple):
                parts = ",\n  ".join(_dump(part) for part in value)
                lines.append(f',"{item.name}": [\n  {parts}\n]')
            else:
                lines.append(f',"{item.name}": {_dump(value)}')
        return "\n".join([*lines, "}", ""])

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """The truth that `to_json` wrote."""
        data = json.loads(text)
        if data.pop("format", None) != FORMAT:
            raise CrmauditError(
                "this truth file was written by another version", hint="make the demo again"
            )
        systems = []
        for entry in data["systems"]:
            entry["entities"] = [EntityTable(**_tuples(part)) for part in entry["entities"]]
            entry["foreign_keys"] = [ForeignKey(**_tuples(part)) for part in entry["foreign_keys"]]
            entry["polymorphic"] = [Polymorphic(**part) for part in entry["polymorphic"]]
            entry["semantic_columns"] = _tuples(entry["semantic_columns"])
            systems.append(SystemTruth(**_tuples(entry)))
        return cls(
            **data
            | {
                "systems": tuple(systems),
                "plants": tuple(Planted(**_tuples(part)) for part in data["plants"]),
                "pairs": tuple(Pairs(**_tuples(part)) for part in data["pairs"]),
                "overlaps": tuple(Overlap(**_tuples(part)) for part in data["overlaps"]),
                "facts": tuple(Fact(**part) for part in data["facts"]),
            }
        )

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """The truth of the demo in `folder`."""
        path = folder / FILE_NAME
        try:
            return cls.from_json(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise CrmauditError(
                "no truth file here", hint="make the demo first", where=str(path)
            ) from error


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_fields)


def _fields(value: Any) -> dict[str, Any]:
    # asdict() would copy hundreds of thousands of keys one by one.
    if not is_dataclass(value):
        raise TypeError(f"no JSON form for {value!r}")
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in part.items()}


def _tuple(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuple(item) for item in value)
    return value
