"""What the ArchiMate exporter and importer agree on: words, schema, careful reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from crmaudit.errors import CrmauditError, Place

if TYPE_CHECKING:
    from lxml.etree import XMLSchema, _Element, _ElementTree

NAMESPACE = "http://www.opengroup.org/xsd/archimate/3.0/"
OLD_NAMESPACE = "http://www.opengroup.org/xsd/archimate"
ARCHI_NAMESPACE = "http://www.archimatetool.com/archimate"
"""Of Archi's own files, which are no exchange files."""
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
SCHEMA_LOCATION = f"{NAMESPACE} {NAMESPACE}archimate3_Diagram.xsd"
TYPE = f"{{{XSI}}}type"

ROLE = "role"
"""Property of a relationship that says which of our facts it is, like `owners.it`."""

MAX_BYTES = 64 << 20
_XSD = Path(__file__).parent / "xsd"
_DRIVER = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="{NAMESPACE}" schemaLocation="archimate3_Diagram.xsd"/>
<xs:import namespace="{DUBLIN_CORE}" schemaLocation="dc.xsd"/>
</xs:schema>"""


@cache
def schema() -> XMLSchema:
    """The Open Group's schema 3.1, which describes files of 3.0 too. Nothing is fetched."""
    from lxml import etree

    class Beside(etree.Resolver):
        """Every schema is the copy that travels with the program, whatever its address."""

        def resolve(self: Any, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
            return self.resolve_filename(str(_XSD / system_url.rpartition("/")[2]), context)

    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(BytesIO(_DRIVER.encode()), parser))


def parsed(raw: bytes, name: str) -> _ElementTree:
    """The file as a tree. Raises CrmauditError, with the line, for what is no plain XML.

    A document type is refused before anything in it is read: exchange files
    have none, and entities are how XML files blow up or reach for others.
    """
    from lxml import etree

    if len(raw) > MAX_BYTES:
        raise CrmauditError(
            f"{name} has {len(raw):,} bytes; at most {MAX_BYTES:,} are read",
            "export a part of the model",
        )
    if at := _document_type(raw):
        raise _has_document_type(name, at)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        tree = etree.parse(BytesIO(raw), parser)
    except etree.XMLSyntaxError as error:
        row, column = error.position
        raise CrmauditError(
            f"not XML: {error.msg}",
            "export the model again from the tool that made it",
            Place(name, row or 0, column or 0),
        ) from None
    # In an encoding that the first look does not know, it comes out only now.
    about: Any = tree.docinfo
    if about.doctype:
        raise _has_document_type(name, 1)
    return tree


def _has_document_type(name: str, at: int) -> CrmauditError:
    return CrmauditError(
        "the file has a document type (<!DOCTYPE), which is not read",
        "remove it; ArchiMate exchange files need none",
        Place(name, at),
    )


def _document_type(raw: bytes) -> int:
    """The line of the document type, 0 without one."""

    class Found(Exception):  # noqa: N818 - a way out of the parser
        pass

    found = 0
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        nonlocal found
        found = parser.CurrentLineNumber
        raise Found

    def element(*_: object) -> None:
        raise Found

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    # What is wrong with the file, or in an encoding not known here, the real parser tells.
    with suppress(Found, expat.ExpatError, ValueError, LookupError):
        parser.Parse(raw, True)
    return found


def faults(root: _Element) -> list[Any]:
    """What the schema does not allow: errors with `line`, `column`, `message`, one a line."""
    judge: Any = schema()
    if judge.validate(root):
        return []
    # What follows from the first fault of an element only repeats it.
    return list({error.line: error for error in reversed(list(judge.error_log))}.values())[::-1]


def line(element: Any) -> int:
    """The line in the file, 0 where it is not known."""
    return int(element.sourceline or 0)


def local(element: _Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(parent: _Element | None, *path: str) -> Iterator[_Element]:
    """Elements of the exchange format below `parent`, like `elements`, `element`."""
    if parent is not None:
        yield from parent.iterfind("/".join(f"{{{NAMESPACE}}}{step}" for step in path))
