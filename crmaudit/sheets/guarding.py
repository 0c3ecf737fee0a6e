"""Whether a workbook may be read at all, and which cells do not hold a plain value.

The reader proper (calamine) allots memory for the whole rectangle up to the
last cell and ends the process where there is too little, and it reads `#N/A`
as an empty cell. So each sheet's XML is looked over first.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from crmaudit.errors import CrmauditError

MAX_BYTES = 256 * 1024 * 1024
"""Of the file."""
MAX_UNPACKED = 768 * 1024 * 1024
"""Of all files in its archive."""
MAX_PART = 384 * 1024 * 1024
"""Of one of them: a sheet of `MAX_CELLS` numbers is smaller."""
MAX_TEXT = 1024 * 1024
"""Of what stands between two tags of a sheet; spreadsheet programs end at 32,767 letters."""
MAX_CELLS = 8_000_000
"""Of the rectangle from A1 to the last cell of a sheet."""

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods", ".xls")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 1024
"""Packed bytes that are unpacked at a time: to 1 MB at most, which is no more than `MAX_TEXT`."""
_WITH_TEXTS = ("xl/worksheets/", "xl/sharedStrings")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_Index = tuple[int, int]


@dataclass(frozen=True)
class Oddities:
    """Cells of a sheet, by row and column from 0: errors, and formulas without a result."""

    errors: Mapping[_Index, str] = field(default_factory=dict)
    empty_formulas: frozenset[_Index] = frozenset()


def is_workbook(path: Path) -> bool:
    """Whether the file is meant as a workbook, by its name or its first bytes."""
    if path.suffix.lower() in SUFFIXES:
        return True
    with path.open("rb") as file:
        return file.read(8).startswith((b"PK\x03\x04", OLE))


def holds_text(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether an XLSX or ODS file has a cell whose whole text matches; False for other files.

    Nothing is unpacked but the archive: the quick way to tell whose book it is.
    """
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK\x03\x04"):
            return False
    whole = re.compile(rb">(?:" + pattern.pattern + rb")</")
    return any(whole.search(data) for _, data in _members(path, path.name))


def looked_over(path: Path, name: str) -> list[Oddities] | None:
    """The oddities of each sheet in the workbook's order; None for the old binary format.

    Raises CrmauditError for what is no workbook, locked, or would burst the memory.
    """
    with path.open("rb") as file:
        head = file.read(8)
        if head == OLE:
            # XLSX behind a password is an OLE file too; its folder names the package.
            if _ENCRYPTED in head + file.read():
                raise locked(name)
            return None
    members = dict(_members(path, name))
    if "content.xml" in members:
        return _ods(members, name)
    if "xl/workbook.xml" in members:
        return _xlsx(members, name)
    if "xl/workbook.bin" in members:
        raise broken(name, "the binary format .xlsb is not read")
    raise broken(name, "it holds no sheets")


def locked(name: str) -> CrmauditError:
    return CrmauditError(
        f"{name} is protected by a password", "open it, remove the password and save it again"
    )


def broken(name: str, why: str) -> CrmauditError:
    return CrmauditError(
        f"{name} is no workbook that can be read: {why}",
        "open it in a spreadsheet program and save it as .xlsx",
    )


def too_large(name: str) -> CrmauditError:
    return CrmauditError(
        f"{name} is too large: at most {MAX_BYTES >> 20} MB, unpacked {MAX_UNPACKED >> 20} MB, "
        f"each sheet {MAX_PART >> 20} MB",
        "divide it",
    )


def _members(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """The archive's files, unpacked by hand: sizes that the archive declares may be lies.

    What it declares too large is refused before anything is unpacked, and
    none may be larger than it declares.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = archive.infolist()
            sizes = [info.file_size for info in parts]
            if sum(sizes) > MAX_UNPACKED or max(sizes, default=0) > MAX_PART:
                raise too_large(name)
            for info in parts:
                if info.flag_bits & 1:
                    raise locked(name)
                file.seek(info.header_offset)
                header = file.read(30)
                file.seek(int.from_bytes(header[26:28], "little"), 1)
                file.seek(int.from_bytes(header[28:30], "little"), 1)
                if info.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
                    raise broken(name, "it is packed in an unusual way")
                yield info.filename, b"".join(_pieces(file, info, name))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise broken(name, str(error) or "the archive is damaged") from None


def _pieces(file: BinaryIO, info: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """One file of the archive, unpacked piece by piece, so that a bomb never goes off whole."""
    inflater = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    is_sheet = info.filename == "content.xml" or info.filename.startswith(_WITH_TEXTS)
    packed, size, since = info.compress_size, 0, 0
    while packed > 0 and (piece := file.read(min(packed, _PIECE))):
        packed -= len(piece)
        if inflater is not None:
            piece = inflater.decompress(piece)
        size += len(piece)
        if size > info.file_size:
            raise too_large(name)
        first, last = piece.find(b"<"), piece.rfind(b"<")
        since += len(piece) if first < 0 else first
        if is_sheet and since > MAX_TEXT:
            raise CrmauditError(
                f"{name} holds a text of more than {MAX_TEXT:,} letters",
                "shorten it: a spreadsheet's cell holds 32,767 letters at most",
            )
        since = since if last < 0 else len(piece) - last
        yield piece


# XLSX ---------------------------------------------------------------------------------------

# Any prefix and either kind of quotes: not every program writes what Excel writes. A cell that
# is closed at once only has a format.
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])[^>]*(?<!/)>")
_REF = re.compile(
    rb"""<(?:\w+:)?c(?=\s)[^>]*?\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["'][^>]*(?<!/)>"""
)
_ROW = re.compile(rb"""<(?:\w+:)?row(?=\s)[^>]*?\sr\s*=\s*["'](\d{1,9})["']""")
_ODD = re.compile(
    rb"<(?:\w+:)?c\b([^>]*[^/])>\s*(?:<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>.*?</(?:\w+:)?f>)\s*)?"
    rb"(?:<(?:\w+:)?v\b[^>]*>([^<]*)</(?:\w+:)?v>)?",
    re.DOTALL,
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_AT = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")


def _xlsx(members: Mapping[str, bytes], name: str) -> list[Oddities]:
    for data in members.values():
        _check_extent(data, name)
    return [_odd_cells(members.get(part, b"")) for part in _sheet_parts(members, name)]


def _check_extent(xml: bytes, name: str) -> None:
    refs = _REF.findall(xml)
    columns = max((_column(letters) for letters in {c for c, _ in refs}), default=0)
    rows = max((int(n) for _, n in refs), default=0)
    if len(_CELL.findall(xml)) > len(refs):
        # Cells without an address stand one beside the other.
        parts = re.split(rb"<(?:\w+:)?row[\s>]", xml)
        columns = max(columns, *(len(_CELL.findall(part)) for part in parts))
        rows = max(rows, len(parts), *(int(n) for n in _ROW.findall(xml)))
    if rows * columns > MAX_CELLS:
        raise _too_wide(name, rows, columns)


def _too_wide(name: str, rows: int, columns: int) -> CrmauditError:
    return CrmauditError(
        f"{name} reaches to row {rows:,} and column {columns:,}; "
        f"at most {MAX_CELLS:,} cells are read",
        "delete the rows and columns far outside the table",
    )


def _odd_cells(xml: bytes) -> Oddities:
    if not (_IS_ERROR.search(xml) or _FORMULA.search(xml)):
        return Oddities()
    errors: dict[_Index, str] = {}
    empty: set[_Index] = set()
    for match in _ODD.finditer(xml):
        attributes, value = match.groups()
        at = _AT.search(attributes)
        if at is None:
            continue
        index = int(at.group(2)) - 1, _column(at.group(1)) - 1
        if _IS_ERROR.search(attributes):
            errors[index] = (value or b"").decode("utf-8", "replace") or "an error"
        # A formula whose result is an empty text says so by its type.
        elif not value and b't="str"' not in attributes and _FORMULA.search(match.group()):
            empty.add(index)
    return Oddities(errors, frozenset(empty))


def _sheet_parts(members: Mapping[str, bytes], name: str) -> list[str]:
    """The archive's file of each sheet, in the workbook's order."""
    try:
        book = ElementTree.fromstring(members["xl/workbook.xml"])
        links = ElementTree.fromstring(members["xl/_rels/workbook.xml.rels"])
    except (ElementTree.ParseError, KeyError):
        raise broken(name, "its list of sheets is damaged") from None
    target = {link.get("Id"): link.get("Target") or "" for link in links}
    parts = []
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            ids = [v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"]
            part = target.get(ids[0] if ids else "", "")
            parts.append(part.lstrip("/") if part.startswith("/") else f"xl/{part}")
    return parts


def _column(letters: bytes) -> int:
    """The number of a column from 1, by its letters."""
    n = 0
    for letter in letters.upper():
        n = 26 * n + letter - 64
    return n


# ODS ----------------------------------------------------------------------------------------

_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated\s*=\s*["\'](\d{1,12})["\']')
_ODS_ERROR = re.compile(rb'calcext:value-type="error"[^>]*>\s*<text:p>([^<]*)')


def _ods(members: Mapping[str, bytes], name: str) -> list[Oddities]:
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise locked(name)
    xml = members["content.xml"]
    sheets: list[Oddities] = []
    row = column = next_row = widest = last = 0
    errors: dict[_Index, str] = {}
    for match in _TAG.finditer(xml):
        kind, attributes = match.groups()
        if kind == b"table":
            errors = {}
            sheets.append(Oddities(errors))
            row = column = next_row = widest = last = 0
            continue
        found = _REPEATED.search(attributes) if b"-repeated" in attributes else None
        times = int(found.group(1)) if found else 1
        if kind == b"table-row":
            row, column = next_row, 0
            next_row += times
            continue
        if not attributes.endswith(b"/"):
            widest = max(widest, column + times)
            last = max(last, next_row)
            if widest * last > MAX_CELLS:
                raise _too_wide(name, last, widest)
            if b'"error"' in attributes:
                text = _ODS_ERROR.search(xml, match.start())
                errors[row, column] = (text.group(1) if text else b"").decode("utf-8", "replace")
        column += times
    return sheets
