"""Rights as statements: `SHOW GRANTS`, scripts, the rights at the end of a dump.

Of a statement only names and kinds of rights are kept, never a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.crud_matrix.sql import Name
from crmaudit.crud_matrix.sql.lexer import Token, tokens, unquoted

Scope = Literal[
    "table", "schema", "everywhere", "role", "owner", "default", "superuser", "login", "sequence"
]

LETTER = {
    "SELECT": "R",
    "INSERT": "C",
    "UPDATE": "U",
    "DELETE": "D",
    "TRUNCATE": "D",
    "DROP": "D",  # what TRUNCATE needs in MySQL
    "ALL": "CRUD",
    "ALL PRIVILEGES": "CRUD",
    "CONTROL": "CRUD",
    "SELECT ANY TABLE": "R",
    "INSERT ANY TABLE": "C",
    "UPDATE ANY TABLE": "U",
    "DELETE ANY TABLE": "D",
}
"""Right → letters; all others bear on no row."""
_OTHER_KINDS = {
    "SEQUENCE", "DATABASE", "FUNCTION", "PROCEDURE", "ROUTINE", "ROUTINES", "FUNCTIONS", "LANGUAGE",
    "TYPE", "DOMAIN", "TABLESPACE", "SERVER", "FOREIGN", "LARGE", "PARAMETER", "SEQUENCES",
    "PROCEDURES", "PACKAGE", "LOGIN", "USER", "ENDPOINT", "CERTIFICATE", "ASSEMBLY",
}  # fmt: skip
_PREFIX = re.compile(
    r"^\s*(?:\|\s*|Grants for [^\n:]*: )?(?=(?:GRANT|REVOKE|DENY)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Given:
    """One right in a listing, as it was written.

    `names` are tables, or with the scope `schema` what stands for a schema's
    tables; with `sequence` what is no table, whatever is said of it.
    `taken`: it is taken away.
    """

    scope: Scope
    principals: tuple[str, ...]
    letters: str = ""
    names: tuple[Name, ...] = ()
    columns: tuple[str, ...] = ()
    taken: bool = False
    roles: tuple[str, ...] = ()


def in_statement(sql: str, dialect: str) -> Iterator[Given]:
    """The rights that a statement gives, takes or presupposes; nothing for other statements."""
    head = sql[:40].lstrip(" \t\r\n|").upper()
    if not head.startswith(("GRANT", "REVOKE", "DENY", "ALTER", "CREATE")):
        return
    sql = _PREFIX.sub("", sql).rstrip(" |\t\r\n;")
    words = tokens(sql, dialect)
    upper = [t.upper for t in words]
    if upper[:2] == ["ALTER", "DEFAULT"]:
        yield Given("default", ())
    elif upper[:1] in (["GRANT"], ["REVOKE"], ["DENY"]):
        yield from _Grant(words, upper).read()
    elif upper[:1] == ["ALTER"] and "OWNER" in upper:
        yield from _owner(words, upper)
    elif upper[:2] == ["CREATE", "SEQUENCE"]:
        name = _name([t for t in words[2:] if t.upper not in ("IF", "NOT", "EXISTS")][:3])
        end = [t.text for t in words[3:4]] != ["."]
        if name is not None:
            yield Given("sequence", (), names=(Name(name.parts[:1]) if end else name,))
    elif upper[:2] in (
        ["CREATE", "ROLE"],
        ["ALTER", "ROLE"],
        ["CREATE", "USER"],
        ["ALTER", "USER"],
    ):
        yield from _role(words, upper)


def _owner(words: Sequence[Token], upper: Sequence[str]) -> Iterator[Given]:
    at = upper.index("OWNER")
    kinds = ("TABLE", "VIEW", "MATERIALIZED", "FOREIGN")
    if upper[1] not in kinds or at + 2 >= len(words):
        return
    skipped = {"TABLE", "VIEW", "MATERIALIZED", "FOREIGN", "ONLY", "IF", "EXISTS"}
    begin = next((i for i in range(1, at) if upper[i] not in skipped), at)
    name = _name(words[begin:at])
    if name is not None:
        yield Given("owner", (unquoted(words[at + 2]),), "CRUD", (name,))


def _role(words: Sequence[Token], upper: Sequence[str]) -> Iterator[Given]:
    if len(words) < 3:
        return
    begin = 5 if upper[2:5] == ["IF", "NOT", "EXISTS"] else 2
    found, _ = _principal(words, begin)
    if not found:
        return
    yield Given("login" if upper[1] == "USER" or "LOGIN" in upper else "role", (found,))
    if "SUPERUSER" in upper:
        yield Given("superuser", (found,))


@dataclass
class _Grant:
    words: Sequence[Token]
    upper: Sequence[str]
    rights: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def read(self) -> Iterator[Given]:
        upper = self.upper
        taken = upper[0] != "GRANT"
        begin = 4 if taken and upper[1:4] == ["GRANT", "OPTION", "FOR"] else 1
        if begin == 4:
            return  # the right itself stays
        joint = self._find(("FROM",) if upper[0] == "REVOKE" else ("TO",), begin)
        if joint < 0:
            return
        on = self._find(("ON",), begin, joint)
        holders = tuple(self._holders(joint + 1))
        if on < 0:
            yield from self._without_object(begin, joint, holders, taken)
            return
        self._rights(begin, on)
        scope, names = self._object(on + 1, joint)
        if scope is None:
            return
        grouped: dict[tuple[str, ...], set[str]] = {}
        for right, columns in self.rights:
            grouped.setdefault(columns, set()).update(LETTER.get(right, ""))
        for columns, letters in grouped.items():
            if letters:
                told = "".join(x for x in "CRUD" if x in letters)
                yield Given(scope, holders, told, names, columns, taken)

    def _without_object(
        self, begin: int, joint: int, holders: tuple[str, ...], taken: bool
    ) -> Iterator[Given]:
        """`GRANT role TO user`, or a right that needs no object."""
        self._rights(begin, joint)
        letters = {x for right, _ in self.rights for x in LETTER.get(right, "")}
        if letters:
            told = "".join(x for x in "CRUD" if x in letters)
            yield Given("everywhere", holders, told, taken=taken)
            return
        if self.upper[begin] == "PROXY":
            return
        roles: list[str] = []
        at = begin
        while at < joint:
            name, at = _principal(self.words, at)
            if name:
                roles.append(name)
            at += 1
        yield Given("role", holders, roles=tuple(roles), taken=taken)

    def _rights(self, begin: int, end: int) -> None:
        """Rights, each with its columns."""
        kind: list[str] = []
        columns: list[str] = []
        depth = 0
        for token in self.words[begin:end]:
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif token.text == "," and not depth:
                self.rights.append((" ".join(kind), tuple(sorted(columns))))
                kind, columns = [], []
            elif depth and token.text != ",":
                columns.append(unquoted(token))
            elif not depth:
                kind.append(token.upper)
        self.rights.append((" ".join(kind), tuple(sorted(columns))))

    def _object(self, begin: int, end: int) -> tuple[Scope | None, tuple[Name, ...]]:
        upper = self.upper
        if upper[begin] in _OTHER_KINDS:
            return None, ()
        if upper[begin : begin + 4] == ["ALL", "TABLES", "IN", "SCHEMA"]:
            return "schema", tuple(self._names(begin + 4, end))
        if upper[begin] == "ALL":
            return None, ()
        if upper[begin] == "SCHEMA":
            # In SQL Server the schema's tables; in PostgreSQL no right on rows.
            if self.words[begin + 1].text == "::":
                return "schema", tuple(self._names(begin + 2, end))
            return None, ()
        if upper[begin] == "OBJECT":
            begin += 2
        elif upper[begin] == "TABLE":
            begin += 1
        names = tuple(self._names(begin, end))
        if all(n.parts == ("*", "*") for n in names):
            return "everywhere", ()
        if all(n.parts[-1] == "*" for n in names):
            return "schema", tuple(Name(n.parts[:-1]) for n in names)
        return "table", names

    def _names(self, begin: int, end: int) -> Iterator[Name]:
        piece: list[Token] = []
        for token in (*self.words[begin:end], Token("op", ",", -1)):
            if token.text == "," and token.kind == "op":
                name = _name(piece)
                if name is not None:
                    yield name
                piece = []
            else:
                piece.append(token)

    def _holders(self, begin: int) -> Iterator[str]:
        at = begin
        while at < len(self.words):
            if self.upper[at] in ("WITH", "GRANTED", "IDENTIFIED", "REQUIRE", "CASCADE", "AS"):
                return
            if self.upper[at] in ("GROUP", "ROLE", "USER") and at + 1 < len(self.words):
                at += 1
            name, at = _principal(self.words, at)
            if name:
                yield name
            at += 1
            if at < len(self.words) and self.words[at].text != ",":
                return
            at += 1

    def _find(self, wanted: Iterable[str], begin: int, end: int | None = None) -> int:
        depth = 0
        for i in range(begin, len(self.words) if end is None else end):
            depth += {"(": 1, ")": -1}.get(self.words[i].text, 0)
            if not depth and self.upper[i] in wanted:
                return i
        return -1


def _name(piece: Sequence[Token]) -> Name | None:
    parts = [_text(t) for t in piece if t.text != "."]
    return Name(tuple(parts)) if parts else None


def _principal(words: Sequence[Token], at: int) -> tuple[str, int]:
    """The account that begins there, and where it ends: `user`, `'user'@'host'`."""
    user = _text(words[at])
    after = words[at + 1] if at + 1 < len(words) else None
    if after is not None and after.text == "@" and at + 2 < len(words):
        end = at + 2
        host = _text(words[end])
        # A bare host may have dots: it is one word only for us.
        while end + 2 < len(words) and words[end + 1].text == ".":
            host += "." + words[end + 2].text
            end += 2
        return f"{user}@{host}" if host else user, end
    if after is not None and after.text.startswith("@") and after.kind == "param":
        return f"{user}{after.text}", at + 1
    return user, at


def _text(token: Token) -> str:
    if token.kind == "string":
        return token.text.strip("'\"`")
    return unquoted(token)
