"""Statements with their labels, and the files that hold them.

A file of `tests/crud_matrix/sql_truth/` has a head (`dialect`, `engine` with
its version) and `cases`. A case has

- `sql`: the statement as an application or a log has it;
- `does`: table → letters, what the statement does to tables by itself. Views
  stand for themselves; triggers, routines and rules of the database are not
  followed. `calls`: routines that it calls;
- `run`: the same in a form that can be executed, or `with`: literals for its
  placeholders, in order. `setup`: statements before it in the same session;
- `temporary`: tables of the session alone, which belong to neither side;
- `opaque`: why its text alone cannot tell; then *unknown* is the right answer;
- `by`: absent where the engine's rights decide, `data` where rows before and
  after do, `hand` where people do. `reason` says why, `asked` what the
  engine's rights said. `outside`: not run at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from crmaudit.evidence import Catalog, Column, Provenance, Table

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "crud_matrix" / "sql_truth"
SCHEMAS = Path(__file__).parent / "schema"
ENGINES = ("postgresql", "mariadb", "sqlite")
HAND = ("tsql", "oracle")
PARTS = ("open", "held", "fresh", "final")
"""`open` is worked on. `held` was split off before anybody looked; `fresh` and `final` came later,
each written and labelled before the engine saw it. What `final` showed has been mended since."""
HOME = {
    "postgresql": "public", "mariadb": "beacon", "sqlite": "main", "tsql": "dbo", "oracle": "CRM",
}  # fmt: skip
"""The default schema; tables in it are named without it."""

_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|%\(\w+\)s|%s|\$\w+|\?\d*|:\w+|@\w+|::")


@dataclass(frozen=True)
class Case:
    """A statement and its label; the module's docstring says what each part is."""

    sql: str
    does: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    run: str = ""
    literals: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()
    opaque: str = ""
    by: str = ""
    reason: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    outside: bool = False
    dialect: str = ""
    part: str = ""

    @property
    def executable(self) -> str:
        """The statement with literals in place of its placeholders."""
        if self.run or not self.literals:
            return self.run or self.sql
        rest = iter(self.literals)

        def literal(match: re.Match[str]) -> str:
            found = match.group()
            return found if found[0] == "'" or found == "::" else next(rest)

        return _PLACEHOLDER.sub(literal, self.sql)


_WRITTEN = [(f.name, {"literals": "with"}.get(f.name, f.name)) for f in fields(Case)][:-2]


def read(dialect: str, part: str) -> tuple[Case, ...]:
    """The cases of one dialect, part by part; those labelled by hand are all open."""
    told = yaml.safe_load(_path(dialect, part).read_text(encoding="utf-8"))
    cases = []
    for row in told["cases"]:
        known: dict[str, Any] = {name: row[key] for name, key in _WRITTEN if key in row}
        for name in ("calls", "literals", "setup", "temporary"):
            known[name] = tuple(known.get(name, ()))
        cases.append(Case(**known, dialect=dialect, part=part))
    return tuple(cases)


def write(dialect: str, part: str, engine: str, cases: Iterable[Case]) -> None:
    """Replace a file; the order stays that of `cases`."""
    rows = []
    for case in cases:
        row: dict[str, Any] = {"sql": case.sql, "does": dict(sorted(case.does.items()))}
        for name, key in _WRITTEN[2:]:
            if value := getattr(case, name):
                row[key] = list(value) if isinstance(value, tuple) else value
        rows.append(row)
    head = yaml.safe_dump({"dialect": dialect, "engine": engine}, sort_keys=False)
    body = "".join(
        yaml.safe_dump([row], sort_keys=False, allow_unicode=True, width=96) for row in rows
    )
    _path(dialect, part).write_text(f"{head}cases:\n{body}", encoding="utf-8")


def catalog(dialect: str) -> Catalog:
    """The catalog of the schema, as the engine told it when the labels were made."""
    told = yaml.safe_load((FOLDER / "catalogs.yaml").read_text(encoding="utf-8"))
    tables = []
    listed = told.get(dialect) or told["postgresql"]
    for name, columns in listed.items():
        if dialect in HAND and name.lower() in set(listed) - {name}:
            continue  # these do not tell names apart by case
        schema, _, bare = name.rpartition(".")
        kind: Literal["view", "table"] = "view" if bare in told["views"] else "table"
        tables.append(Table(bare, schema, kind, tuple(Column(c, "") for c in columns)))
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    return Catalog(Provenance("crm", "truth", dialect, "s", seen, "truth"), tables=tuple(tables))


def write_catalogs(found: Mapping[str, Catalog]) -> None:
    """Keep names of tables and columns of these catalogs."""
    views = {t.name for c in found.values() for t in c.tables if t.kind == "view"}
    told: dict[str, Any] = {"views": sorted(views)}
    for dialect, one in found.items():
        told[dialect] = {t.qualified: [c.name for c in t.columns] for t in one.tables}
    text = yaml.safe_dump(
        told, sort_keys=False, allow_unicode=True, width=96, default_flow_style=None
    )
    (FOLDER / "catalogs.yaml").write_text(text, encoding="utf-8")


def _path(dialect: str, part: str) -> Path:
    return FOLDER / f"{dialect}_{part}.yaml"
