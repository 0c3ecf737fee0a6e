"""The tables of a DOCX file as texts: nothing of the file is run, fetched or trusted.

Only the main document's XML is unpacked, and only so far as a form can be
long. What was deleted with changes tracked does not count, what was inserted
does.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 32 * 1024 * 1024
"""Of the file."""
MAX_TEXT = 16 * 1024 * 1024
"""Of its text as XML, unpacked: a form with thousands of rows is smaller."""
MAX_PARTS = 5000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSED_OVER = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "txbxContent"})
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Page:
    """What stands in a document: its tables as rows of texts, and the paragraphs between them."""

    tables: tuple[tuple[tuple[str, ...], ...], ...]
    paragraphs: tuple[str, ...]


def read_page(path: Path) -> Page:
    """The document's tables and paragraphs.

    Raises CrmauditError for what is no DOCX, is locked, holds macros or a
    document type, or is larger than a form can be.
    """
    root = _parsed(_main_part(path), path.name)
    body = next((child for child in root if _local(child) == "body"), None)
    if body is None:
        raise _broken(path.name, "it has no text")
    tables: list[tuple[tuple[str, ...], ...]] = []
    paragraphs: list[str] = []
    for element in _blocks(body):
        if _local(element) == "tbl":
            tables.append(tuple(tuple(_cells(row)) for row in _within(element, "tr")))
        elif text := _text(element).strip():
            paragraphs.append(text)
    return Page(tuple(tables), tuple(paragraphs))


def _main_part(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path.name)
        with path.open("rb") as file:
            head = file.read(8)
        if head == _OLE:
            raise CrmauditError(
                f"{path.name} is locked by a password or in Word's old format",
                "remove the password, and save it as .docx",
            )
        with zipfile.ZipFile(path) as archive:
            return _unpacked(archive, path.name)
    except OSError as error:
        why = error.strerror or "the file ends too early"
        raise CrmauditError(f"{path} cannot be read: {why}") from None
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError) as error:
        raise _broken(path.name, str(error) or "the archive is damaged") from None


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise _too_large(name)
    if any(info.filename.lower().endswith("vbaproject.bin") for info in parts):
        raise CrmauditError(
            f"{name} holds macros, which a form has not",
            "save it as .docx without macros",
        )
    main = next((info for info in parts if info.filename == "word/document.xml"), None)
    if main is None:
        raise _broken(name, "it holds no word/document.xml")
    if main.flag_bits & 1:
        raise CrmauditError(f"{name} is protected by a password", "remove it and save it again")
    # What the archive says of a size may be a lie: no more than this is ever unpacked.
    with archive.open(main) as file:
        raw = file.read(MAX_TEXT + 1)
    if len(raw) > MAX_TEXT:
        raise _too_large(name)
    return raw


def _parsed(raw: bytes, name: str) -> _Element:
    from lxml import etree

    # UTF-16 would hide it from this look; the parser's own comes below.
    if b"<!DOCTYPE" in raw.replace(b"\0", b""):
        raise _with_type(name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(name, f"its text is no XML: {error.msg}") from None
    about: Any = root.getroottree().docinfo
    if about.doctype:
        raise _with_type(name)
    return root


def _blocks(parent: _Element) -> Iterator[_Element]:
    """Tables and paragraphs in their order, those within content controls too."""
    for child in parent:
        name = _local(child)
        if name in ("tbl", "p"):
            yield child
        elif name in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _blocks(child)


def _within(parent: _Element, wanted: str) -> Iterator[_Element]:
    """The rows of a table, the cells of a row, which content controls may wrap."""
    for child in parent:
        name = _local(child)
        if name == wanted:
            if not (wanted == "tr" and _deleted(child)):
                yield child
        elif name in ("sdt", "sdtContent", "customXml"):
            yield from _within(child, wanted)


def _deleted(row: _Element) -> bool:
    """Whether a row was deleted with changes tracked."""
    return any(_local(mark) == "del" for child in row if _local(child) == "trPr" for mark in child)


def _cells(row: _Element) -> Iterator[str]:
    for cell in _within(row, "tc"):
        yield "\n".join(filter(None, (_text(block).strip() for block in _blocks(cell))))
        for _ in range(_span(cell) - 1):
            yield ""


def _span(cell: _Element) -> int:
    """How many columns a cell takes up; not more than a form has."""
    for found in cell.iter("{*}gridSpan"):
        value = next((v for k, v in found.attrib.items() if str(k).endswith("val")), "1")
        return min(int(value), 20) if str(value).isdigit() else 1
    return 1


def _text(element: _Element) -> str:
    return "".join(_pieces(element))


def _pieces(element: _Element) -> Iterator[str]:
    for child in element:
        name = _local(child)
        if name in _PASSED_OVER:
            continue
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        else:
            yield from _pieces(child)


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _broken(name: str, why: str) -> CrmauditError:
    return CrmauditError(
        f"{name} is no document that can be read: {why}",
        "open it in a word processor and save it as .docx",
    )


def _with_type(name: str) -> CrmauditError:
    return CrmauditError(
        f"{name} has a document type in its XML, which no word processor writes",
        "open it in a word processor and save it as .docx",
    )


def _too_large(name: str) -> CrmauditError:
    return CrmauditError(
        f"{name} is larger than a form can be: at most {MAX_BYTES >> 20} MB, its text "
        f"{MAX_TEXT >> 20} MB",
        "take pictures and other contents out",
    )
