"""Labels that engines give: rights taken away one at a time, SQLite's authorizer, rows compared.

A `Labeller` runs one statement and tells what it asked for and what it
changed. `labelled` makes the label of both:

- the letters are those whose right the statement needs (SELECT is R, INSERT
  C, UPDATE U, DELETE D; emptying a table D where rows are gone and the table
  is not), on PostgreSQL and MariaDB by taking each right from an account that
  has all, on SQLite by asking the authorizer which accesses stand in the
  statement itself and not in a view or trigger;
- rows in a table that the statement makes are C there: nobody has rights on a
  table before it is;
- where a case says `by: data`, C, U and D are those that the rows show, and R
  as the rights say; where it says `by: hand`, its own label stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from benchmarks.crud_truth.cases import HOME, Case

LETTERS = "CRUD"


@dataclass(frozen=True)
class Told:
    """What an engine told of one statement.

    `asked` and `data` are table → letters, `made` the tables that it made and
    that have rows, `calls` the routines that it may not run without a right.
    """

    asked: Mapping[str, str]
    data: Mapping[str, str]
    made: frozenset[str] = frozenset()
    calls: tuple[str, ...] = ()


class Labeller(Protocol):
    """A database of one engine with the schema of the labelled statements."""

    engine: str

    def told(self, case: Case) -> Told:
        """Run the statement and undo it; raises where it fails."""


@dataclass
class Letters:
    """Letters gathered table by table."""

    found: dict[str, set[str]] = field(default_factory=dict)

    def add(self, table: str, letters: str) -> None:
        self.found.setdefault(table, set()).update(letters)

    def told(self) -> dict[str, str]:
        return {t: ordered(letters) for t, letters in sorted(self.found.items()) if letters}


def ordered(letters: set[str]) -> str:
    return "".join(letter for letter in LETTERS if letter in letters)


def labelled(case: Case, engine: Labeller) -> Case:
    """The case with the label that the engine gives it; a fixed one stays as it is."""
    if case.outside:
        return case
    told = engine.told(case)
    asked = Letters()
    for table, letters in told.asked.items():
        asked.add(table, letters)
    for table in told.made:
        asked.add(table, "C")
    rights = {t: letters for t, letters in asked.told().items() if t not in case.temporary}
    if case.by == "data":
        does = Letters()
        for table, letters in rights.items():
            does.add(table, "R" if "R" in letters else "")
            does.add(table, told.data.get(table, ""))
        label = does.told()
    else:
        label = dict(case.does) if case.by == "hand" else rights
    return replace(case, does=label, calls=told.calls, asked={} if label == rights else rights)


def mentions(case: Case, name: str) -> bool:
    """Whether the text has the name as a word: only such tables are tried one by one."""
    text = " ".join((case.executable, *case.setup))
    bare = name.rpartition(".")[2]
    forms = {
        re.escape(bare),
        re.escape(bare.replace('"', '""')),
        re.escape(bare.replace("`", "``")),
    }
    return bool(re.search(rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?!\w)", text, re.IGNORECASE))


def named(schema: str, table: str, dialect: str) -> str:
    return table if schema == HOME[dialect] else f"{schema}.{table}"
