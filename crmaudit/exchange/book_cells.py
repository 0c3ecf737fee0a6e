"""Facts as cells that people fill in, and back: `yes`, `Ana Lind: 3; Tom Reed: 2`, `blank: why`."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from crmaudit.exchange.book_sheets import title
from crmaudit.sheets import Value
from crmaudit.sheets.writing import MAX_TEXT
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, fields, lists
from crmaudit.workspace.incoming import blank_reason, digest
from crmaudit.workspace.matching import Names

NONE = "none"
"""An empty list or no letter at all, where that says more than an empty cell."""
BLANK = "blank: "

_PIECE = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^;\n]*?))\s*(?:[;\n]|$)')
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DIGITS = 12
"""So many digits a text may have that comes back as a number."""
_UNFIT = re.compile("[\ufffe\uffff\ud800-\udfff]")


def to_cell(fact: Field, value: Any, names: Names) -> Value:
    """What a cell shows of a plain value; things that are named go by their names."""
    if value is None and (isinstance(fact.default, bool) or fact.choices):
        value = fact.default
    if value is None or value == ():
        return None
    if isinstance(value, dict) and value.keys() == {"blank"}:
        return BLANK + str(value["blank"])
    if fact.several:
        return "; ".join(_piece(fact, item, names) for item in value) or NONE
    if fact.kind == "crud":
        return value or NONE
    return _single(fact, value, names)


def from_cell(fact: Field, value: Value) -> Any:
    """What a cell says, as a file would hold it; the model has yet to check it.

    Raises ValueError, with what to write, for a text that cannot be taken apart.
    """
    if isinstance(value, datetime):
        raise ValueError(f"{value} has a time of day; write the date alone")
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    if blank_reason(value) is not None:
        return value
    if fact.several:
        if str(value).casefold() == NONE:
            return []
        if fact in lists(System):
            raise ValueError(f"fill in the sheet {title(fact.path[-1:])}, one line each")
        pieces = _pieces(str(value))
        return [_pair(fact, piece) for piece in pieces] if fact.item else pieces
    if fact.kind == "crud" and str(value).casefold() == NONE:
        return ""
    if fact.kind == "date" and isinstance(value, str):
        return _day(value)
    return value


def days(text: str) -> tuple[date, ...]:
    """The days that a text like `01/06/2015` may mean; with dots the day stands first."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return ()
    first, sign, second, year = match.groups()
    orders = [(first, second)] if sign == "." else [(first, second), (second, first)]
    found = []
    for day, month in orders:
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def came_back(fact: Field, value: Value, base: str, *, plain_text: bool) -> bool:
    """Whether a cell still says what it said, whatever a spreadsheet program made of it.

    A text like `7.0` or `007` becomes a number, a date is spelled as the
    program's country does. `base` is the digest of the value at the export;
    `plain_text` says that cells have no kinds (CSV): there numbers are texts.
    """
    if fact.kind == "date" and isinstance(value, str):
        return any(digest(day) == base for day in days(value))
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value).strip()
    if fact.kind != "text" or fact.several or not (number or plain_text):
        return False
    if not _NUMBER.fullmatch(text) or len(text) > _DIGITS:
        return False
    longer = {text.zfill(n) for n in range(len(text), _DIGITS + 1)}
    point = "" if "." in text else "."
    longer |= {text + point + "0" * n for n in range(1, 4)}
    return any(digest(spelled) == base for spelled in longer)


def names_anything(fact: Field) -> bool:
    """Whether the cell shows things by their names, which may change."""
    return fact.names_things or speaks(fact)


def _day(text: str) -> date | str:
    """A day with dots is one; with other signs it may be another in another country."""
    found = days(text)
    if not found or "." in text:
        return found[0] if found else text
    raise ValueError(f"{text!r} may be read in two ways; write {' or '.join(map(str, found))}")


def speaks(fact: Field) -> bool:
    """Whether the fact says whose words something is: a person's id, or any group's name."""
    return fact.path[-1] == "who" and not fact.refers


def carried(cell: Value, value: Any) -> bool:
    """Whether the cell, which shows that value, comes back as it goes out."""
    if not isinstance(cell, str):
        return True
    fits = len(cell) <= MAX_TEXT and not _UNFIT.search(cell) and cell == cell.strip()
    return fits and (isinstance(value, dict) or blank_reason(cell) is None)


def _single(fact: Field, value: Any, names: Names) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if fact.refers and isinstance(value, str):
        return names.label(fact.refers, value)
    if speaks(fact) and isinstance(value, str):
        return names.label("person", value)
    plain: Value = value
    return plain


def _piece(fact: Field, item: Any, names: Names) -> str:
    if fact.item is None:
        text = str(_single(fact, item, names))
    else:
        first, second = fields(fact.item)
        name = _single(first, item.get(first.path[0]), names)
        text = f"{name}: {item.get(second.path[0], '')}"
    if re.search(r'[;"\n]', text) or text.casefold() == NONE or blank_reason(text) is not None:
        return '"' + text.replace('"', '""') + '"'
    return text


def _pieces(text: str) -> list[str]:
    pieces, at = [], 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None or match.end() == at:
            raise ValueError("the quotes do not match; write the parts with ; between them")
        quoted, bare = match.groups()
        piece = quoted.replace('""', '"') if quoted is not None else bare
        if piece.strip():
            pieces.append(piece.strip())
        at = match.end()
    return pieces


def _pair(fact: Field, piece: str) -> dict[str, Any]:
    assert fact.item is not None
    first, second = (f.path[0] for f in fields(fact.item))
    name, colon, level = piece.rpartition(":")
    if not colon or not name.strip():
        raise ValueError(f"{piece!r} has no {second}; write it like Ana Lind: 3")
    return {str(first): name.strip(), str(second): level.strip()}
