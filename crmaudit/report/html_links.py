"""What leads from one thing of a report to another: score to table, finding to rule to initiative.

Found in the block tree alone, by the ids of figures and tables and by what
stands in them, never by words that a translation changes. A link is made only
where there is something at its other end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from crmaudit.report import blocks as b
from crmaudit.report.specs import Heat
from crmaudit.report.text import slug

CODE = re.compile(r"\b[A-Z]{3}\d{3}\b")
"""A finding's code, as it stands in sentences."""

# A figure or table → the table with more on each of its rows. A row of the
# source leads to the rows that begin with its name and this separator.
FURTHER: Mapping[str, tuple[str, str]] = {
    "system-scorecards": ("scores", ": "),
    "entity-scorecards": ("scorecards", ""),
    "scores": ("faults", "."),
    "systems": ("nine-facts", ""),
    "extraction-heat": ("extraction-criteria", ""),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A table, the anchor of its first row that is meant, and the view that shows all of them.

    `view` is a query of `report.js`; empty where the table has no filters.
    """

    table: str
    row: str
    view: str = ""


class Links:
    """The links of one document."""

    def __init__(self, document: b.Document) -> None:
        blocks = [x for section in document.sections for x in section.blocks]
        # Of two with one id the first has the anchor.
        tables = [x for x in blocks if isinstance(x, b.Table) and x.id]
        self._tables = {x.id: x for x in reversed(tables)}
        heats = {x.id: x.spec for x in blocks if isinstance(x, b.Figure)}
        self._rows: dict[tuple[str, int], str] = {}
        self._further: dict[tuple[str, str], Target] = {}
        for source, (target, separator) in FURTHER.items():
            spec = heats.get(source)
            names = spec.rows if isinstance(spec, Heat) else self._names(source)
            self._lead(source, names, target, separator)
        self.codes = self._keyed("rules", self._code_column("rules"))
        self.findings = self._keyed("findings", self._code_column("findings"))
        self.initiatives = self._answered()

    def row(self, table: str, n: int) -> str | None:
        """The anchor of a row that something leads to."""
        return self._rows.get((table, n))

    def cell(self, table: b.Table, n: int, column: int) -> Target | None:
        """Where a cell leads."""
        text = table.rows[n][column].text
        if table.columns[column].kind == "id" and CODE.fullmatch(text):
            return (self.codes if table.id != "rules" else self.findings).get(text)
        if column == 0 and (table.id, text) in self._further:
            return self._further[table.id, text]
        return self.initiatives.get(text) if table.id != "findings" else self._planned.get(text)

    def score(self, figure: str, row: str, column: str) -> Target | None:
        """Where a cell of a heat map leads: to its rows, the worst of this column first."""
        found = self._further.get((figure, row))
        if found is None or not found.view:
            return found
        heads = [c.name.casefold() for c in self._tables[found.table].columns]
        if column.casefold() not in heads:
            return found
        sort = urlencode({"s": f"{heads.index(column.casefold())}u"})
        return Target(found.table, found.row, f"{found.view}&{sort}")

    def _lead(self, source: str, names: Iterable[str], target: str, by: str) -> None:
        table = self._tables.get(target)
        first: dict[str, int] = {}
        for n, text in enumerate(self._names(target)):
            head = text.rpartition(by)[0] if by == "." else text.partition(by)[0] if by else text
            first.setdefault(head, n)
        for name in names:
            # A name may be followed by its score.
            known = name if name in first else name.rpartition(" ")[0]
            if table is not None and known in first:
                view = urlencode({"q": f"{known}{by}"}) if table.filters else ""
                self._further[source, name] = self._target(table, first[known], view)

    def _target(self, table: b.Table, n: int, view: str) -> Target:
        anchor = self._rows.setdefault((table.id, n), f"{slug(table.id)}-r{n + 1}")
        return Target(slug(table.id), anchor, view)

    def _code_column(self, table: str) -> int | None:
        found = self._tables.get(table)
        kinds = [c.kind for c in found.columns] if found else []
        return kinds.index("id") if "id" in kinds else None

    def _keyed(self, name: str, column: int | None, filtered: bool = False) -> dict[str, Target]:
        """Text of that column → the rows that have it."""
        table = self._tables.get(name)
        found: dict[str, Target] = {}
        if table is None or column is None:
            return found
        for n, row in enumerate(table.rows):
            text = row[column].text
            if text and text not in found and row[column].state == "value":
                query = {f"c{column}" if filtered else "q": text}
                found[text] = self._target(table, n, urlencode(query) if table.filters else "")
        return found

    def _answered(self) -> dict[str, Target]:
        """Title of an initiative → the findings that it answers.

        The register's column of initiatives is the one that shares its words
        with the table of initiatives.
        """
        self._planned: dict[str, Target] = {}
        plan, register = self._tables.get("initiatives"), self._tables.get("findings")
        if plan is None or register is None:
            return {}
        for column, head in enumerate(plan.columns):
            titles = {row[column].text for row in plan.rows}
            for n, other in enumerate(register.columns):
                answers = {row[n].text for row in register.rows if row[n].state == "value"}
                if head.kind == "text" and other.filter and answers & titles:
                    self._planned = self._keyed("initiatives", column)
                    return self._keyed("findings", n, filtered=True)
        return {}

    def _names(self, table: str) -> list[str]:
        """What stands in the first column."""
        return [row[0].text for row in self._tables[table].rows] if table in self._tables else []
