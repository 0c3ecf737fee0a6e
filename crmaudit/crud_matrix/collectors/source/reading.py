"""One entry of `traces: {code: …}` read to its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crmaudit.crud_matrix.collectors.source import mapper, python, trees
from crmaudit.crud_matrix.collectors.source.account import Account, InFile
from crmaudit.crud_matrix.collectors.source.evaluate import evaluate
from crmaudit.crud_matrix.collectors.source.frameworks import STEPS
from crmaudit.crud_matrix.collectors.source.tree import Node
from crmaudit.crud_matrix.collectors.source.walk import File, Walk
from crmaudit.crud_matrix.collectors.source.words import Template, render
from crmaudit.crud_matrix.sql import split

_SQL = rb"\b(?:select|insert|update|delete|replace|merge|truncate|with|call|exec)\b"
_STEP = "|".join(sorted(re.escape(s.lstrip(">")) for s in STEPS))
_WORTH = re.compile(
    _SQL
    + rb"|(?:->|\.|::)\s*(?:"
    + _STEP.encode()
    + rb"|ToTable|getTableName|\w+By[A-Z]\w*)\s*[({\n;]?",
    re.IGNORECASE,
)
_IMPORTS = re.compile(rb"illuminate|django|\bORM\b|sequelize|sqlalchemy|eloquent", re.IGNORECASE)
_SEQUELIZE = re.compile(rb"""['"]sequelize(?:-typescript)?['"]""")
_ASSIGNED = re.compile(r"\b(\w+)(?:\[[^\]\n]*\])?\s*(?:\.|\+|<<|\|\||\?\?)?=(?![=>~])")


@dataclass
class Read:
    """A folder gone through: what was found, and how much of it was read."""

    account: Account
    walk: Walk = field(default_factory=Walk)
    files: int = 0
    lines: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    """Files that could not be parsed."""

    def entry(self, entry: str) -> Read:
        """Go through it. Raises CrmauditError where there is nothing to read."""
        for file in self.walk.files(entry):
            data = self.walk.read(file)
            if data is None or (file.language == "XML" and not mapper.is_mapper(data)):
                continue
            self.files += 1
            self.lines += data.count(b"\n") + (not data.endswith(b"\n"))
            shown = {"TSX": "TypeScript"}.get(file.language, file.language)
            self.languages[shown] += 1
            try:
                self._file(file, data)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self.failed.append(file.place)
        return self

    def _file(self, file: File, data: bytes) -> None:
        if file.language == "SQL":
            self._script(file, data)
        elif file.language == "Prisma":
            self.account.classes.add_prisma(data.decode("utf-8", "replace"))
        elif file.language == "XML":
            found = InFile(self.account, file.place, file.language, "", file.setup)
            for template in mapper.statements(data):
                found.texts([template])
        else:
            imports = " ".join(sorted({m.decode().lower() for m in _IMPORTS.findall(data)}))
            if "sequelize" in imports and not file.setup and (m := _SEQUELIZE.search(data)):
                line = data.count(b"\n", 0, m.start()) + 1
                self.account.unreadable("models of Sequelize", f"{file.place}:{line}")
            into = InFile(self.account, file.place, file.language, imports, file.setup)
            evaluate(self._tree(file, data), into, _set_once(data))

    def _tree(self, file: File, data: bytes) -> list[Node]:
        if file.language == "Python":
            return python.parse(data)
        return trees.parse(data, file.language, lambda text: _WORTH.search(text) is not None)

    def _script(self, file: File, data: bytes) -> None:
        dialect = self.account.dialect
        found = list(split(data.decode("utf-8", "replace"), dialect))
        setup = file.setup or (not file.named and _loads(sql for _, sql in found))
        for line, sql in found:
            rendered = render(Template((sql,), line))
            if rendered is not None:
                self.account.statements([(rendered, f"{file.place}:{line}")], "SQL", setup)


_LOADING = re.compile(
    r"\s*(?:(?:CREATE|ALTER|DROP)\s+(?:UNLOGGED\s+)?(?:TABLE|INDEX|UNIQUE|SCHEMA|DATABASE|SEQUENCE"
    r"|TYPE|EXTENSION)\b|COPY\b.*\bFROM\s+STDIN\b"
    r"|(?:INSERT|REPLACE)\b[^;']*?\bVALUES\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = re.compile(r"'(?:[^'\\]|''|\\.)*+(?:'|\\?\Z)|\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)", re.DOTALL)
_FILLED_LATER = re.compile(r"\?|%s|\$\d|(?<![:\w]):[A-Za-z_]")
_HEAD = 2_000
# What a query puts into variables of the session is for the rows that follow.
_WORKING = re.compile(
    r"\s*(?!SELECT\s+@\w+\s*:=)(?:SELECT|INSERT|REPLACE|UPDATE|DELETE|MERGE|WITH|CALL|EXEC|TRUNCATE)\b",
    re.IGNORECASE,
)


def _loads(statements: Iterable[str]) -> bool:
    """Whether a script mostly makes tables and fills them with rows that stand in it."""
    loading = working = 0
    for sql in statements:
        later = _FILLED_LATER.search(_TEXT.sub("", sql[:_HEAD]))
        if later is None and _LOADING.match(sql):
            loading += 1
        elif _WORKING.match(sql):
            working += 1
    return loading > working


def _set_once(data: bytes) -> Callable[[str], bool]:
    """Whether a name is assigned just once in the file; counted when first asked."""
    counts: Counter[str] | None = None

    def once(name: str) -> bool:
        nonlocal counts
        if counts is None:
            counts = Counter(_ASSIGNED.findall(data.decode("utf-8", "replace")))
        return counts[name.rpartition(".")[2]] <= 1

    return once
