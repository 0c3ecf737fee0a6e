"""Rights as a list: `\\dp` of psql, a table of the information schema, a sheet of one's own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from crmaudit.crud_matrix.collectors.grants_script import LETTER, Given
from crmaudit.crud_matrix.sql import Name

Grid = list[list[str]]

_PSQL = {"r": "R", "a": "C", "w": "U", "d": "D", "D": "D"}
_ITEM = re.compile(
    r'(?P<who>"(?:[^"]|"")+"|[^\s=",{}]*)=(?P<rights>[a-zA-Z*]*)/(?P<by>"(?:[^"]|"")+"|[^\s,{}"]+)'
)
_NAMES_TEXT = {
    "who": "grantee principal account user user_name username role role_name login grantee_name",
    "schema": "table_schema schema schema_name owner table_owner database db table_schem",
    "table": "table_name table object object_name relation relname name entity",
    "right": """privilege_type privilege privileges permission permissions permission_name right
        rights access""",
    "column": "column_name column",
    "role": "granted_role granted_role_name",
    "state": "state_desc grant_state",
}
_NAMES = {role: tuple(text.split()) for role, text in _NAMES_TEXT.items()}
_RULE = re.compile(r"[\s+|:-]*")
_DELIMITERS = ",;\t|"
_LETTERS = re.compile(r"[CRUD]+", re.IGNORECASE)


def in_list(text: str) -> list[Given] | None:
    """The rights in a list; None where it is none that is known."""
    for grid in _grids(text):
        for i, header in enumerate(grid[:5]):
            names = [re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_") for cell in header]
            if "access_privileges" in names and "name" in names:
                return list(_psql(names, grid[i + 1 :]))
            places = {
                role: next((names.index(n) for n in known if n in names), -1)
                for role, known in _NAMES.items()
            }
            if places["who"] >= 0 and (places["right"] >= 0 or places["role"] >= 0):
                return list(_rows(places, grid[i + 1 :]))
    return None


def _grids(text: str) -> Iterator[Grid]:
    lines = text.splitlines()
    if any("|" in line for line in lines):
        yield _framed(lines)
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            yield list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _framed(lines: Sequence[str]) -> Grid:
    """A table as a client draws it; psql's `+` at the end of a cell goes on in the next line."""
    rows: Grid = []
    goes_on = False
    for line in lines:
        if "|" not in line or _RULE.fullmatch(line):
            goes_on = goes_on and "|" in line
            continue
        # A box begins each line with its edge; without one a line begins with a cell.
        body = line.rstrip()
        boxed = len(body) > 1 and body.startswith("|") and body.endswith("|")
        cells = [c.strip() for c in (body[1:-1] if boxed else line).split("|")]
        more = [c.endswith("+") for c in cells]
        cells = [c.removesuffix("+").rstrip() for c in cells]
        if goes_on and rows and len(cells) == len(rows[-1]):
            rows[-1] = [
                "\n".join(p for p in pair if p) for pair in zip(rows[-1], cells, strict=True)
            ]
        else:
            rows.append(cells)
        goes_on = any(more)
    return rows


def _psql(names: Sequence[str], rows: Grid) -> Iterator[Given]:
    schema, table, access = (
        names.index(n) if n in names else -1 for n in ("schema", "name", "access_privileges")
    )
    columns = names.index("column_privileges") if "column_privileges" in names else -1
    kind = names.index("type") if "type" in names else -1
    for row in rows:
        if len(row) <= max(table, access) or (kind >= 0 and row[kind].lower() in ("sequence", "")):
            continue
        name = Name((row[schema], row[table]) if schema >= 0 and row[schema] else (row[table],))
        for match in _ITEM.finditer(row[access]):
            letters = _acl(match["rights"])
            who = _unquoted(match["who"]) or "PUBLIC"
            own = who == _unquoted(match["by"]) and letters == "CRUD"
            if letters:
                yield Given("owner" if own else "table", (who,), letters, (name,))
        if 0 <= columns < len(row):
            column = ""
            for line in row[columns].splitlines():
                if line.rstrip().endswith(":") and "=" not in line:
                    column = line.strip().rstrip(":")
                for match in _ITEM.finditer(line):
                    letters = _acl(match["rights"])
                    if letters and column:
                        who = _unquoted(match["who"]) or "PUBLIC"
                        yield Given("table", (who,), letters, (name,), (column,))


def _rows(places: Mapping[str, int], rows: Grid) -> Iterator[Given]:
    for row in rows:
        cell = {r: row[i].strip() if 0 <= i < len(row) else "" for r, i in places.items()}
        who = _account(cell["who"])
        if not who:
            continue
        if cell["role"]:
            yield Given("role", (who,), roles=(_account(cell["role"]),))
            continue
        letters = _letters(cell["right"])
        if not letters:
            continue
        taken = cell["state"].upper() == "DENY"
        columns = (cell["column"],) if cell["column"] and cell["column"] != "*" else ()
        parts = [p for p in (cell["schema"], *cell["table"].split(".")) if p]
        if places["table"] >= 0 and cell["table"] not in ("", "*"):
            yield Given("table", (who,), letters, (Name(tuple(parts)),), columns, taken)
        elif cell["schema"] not in ("", "*", "NULL"):
            yield Given("schema", (who,), letters, (Name((cell["schema"],)),), (), taken)
        else:
            yield Given("everywhere", (who,), letters, taken=taken)


def _letters(text: str) -> str:
    """The letters of one right by name, of several divided by commas, or as letters."""
    if _LETTERS.fullmatch(text) and text.upper() not in LETTER:
        found = set(text.upper())
    else:
        named = (re.sub(r"\s+", " ", p.strip().upper()) for p in re.split(r"[,;/|\n]", text))
        found = {x for name in named for x in LETTER.get(name, "")}
    return "".join(x for x in "CRUD" if x in found)


def _acl(rights: str) -> str:
    found = {_PSQL[r] for r in rights if r in _PSQL}
    return "".join(x for x in "CRUD" if x in found)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _account(text: str) -> str:
    """`'user'@'host'` as the information schema of MySQL has it, without quotes."""
    return re.sub(r"^'(.*)'@'(.*)'$", r"\1@\2", text) if text.startswith("'") else text
