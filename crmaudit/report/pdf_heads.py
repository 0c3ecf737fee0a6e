"""Row heads in a tagged PDF: the cell that names a row becomes its head.

Typst tags heads of columns only. Somebody who hears a table needs the name of
the row with each cell too, so the structure tree is amended after setting: the
naming cell becomes a `TH` of scope `Row` (ISO 32000-1, 14.8.5.7), and the other
cells of its row list it among their `Headers`. What is drawn stays as it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name


class Shape(NamedTuple):
    """A table as it was given to the template."""

    columns: int
    rows: int
    """Of its body, with those that only name a group."""
    naming: int = 0
    """The column whose cells name the rows, from 0."""


def name_rows(made: bytes, shapes: Sequence[Shape]) -> bytes:
    """The PDF with row heads, its objects packed in streams; the same bytes for the same input.

    `shapes` are its tables in reading order. They are paired with those that are found by
    columns and rows, so that a user's template may add a table or leave one out: a table
    without partner stays as it is.
    """
    with pikepdf.open(io.BytesIO(made)) as pdf:
        root = pdf.Root.get("/StructTreeRoot")
        if root is not None:
            _amend(pdf, root, shapes)
        out = io.BytesIO()
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
        return out.getvalue()


def _amend(pdf: pikepdf.Pdf, root: Any, shapes: Sequence[Shape]) -> None:
    tables = list(_tables(root))
    bodies = [_body(table) for table in tables]
    found = [(_columns(table), len(rows)) for table, rows in zip(tables, bodies, strict=True)]
    wanted = [(shape.columns, shape.rows) for shape in shapes]
    if "/IDTree" not in root:
        root.IDTree = pdf.make_indirect(Dictionary(Names=Array()))
    names = pikepdf.NameTree(root.IDTree)
    for start, place, length in SequenceMatcher(
        None, wanted, found, autojunk=False
    ).get_matching_blocks():
        for n in range(length):
            _name(bodies[place + n], shapes[start + n], f"R{place + n}y", names)


def _name(rows: list[Any], shape: Shape, prefix: str, names: pikepdf.NameTree) -> None:
    for y, row in enumerate(rows):
        cells = list(row.K)
        if len(cells) != shape.columns or shape.columns < 2:
            continue  # The name of a group of rows, over all columns.
        ident = pikepdf.String(f"{prefix}{y}")
        for x, cell in enumerate(cells):
            own = _attributes(cell)
            if x == shape.naming:
                cell.S = Name.TH
                cell.ID = ident
                own.Scope = Name.Row
                names[str(ident)] = cell
            else:
                headers = own.get("/Headers")
                if headers is None:
                    own.Headers = Array([ident])
                else:
                    headers.append(ident)


def _attributes(cell: Any) -> Any:
    """Of its table attributes the one dictionary, which is made where there is none."""
    held = cell.get("/A")
    listed = list(held) if isinstance(held, Array) else [] if held is None else [held]
    for one in listed:
        if isinstance(one, Dictionary) and one.get("/O") == Name.Table:
            return one
    cell.A = Array([Dictionary(O=Name.Table), *listed])
    return cell.A[0]


def _tables(element: Any) -> Iterator[Any]:
    for kid in _kids(element):
        if Name.Table == kid.S:
            yield kid
        else:
            yield from _tables(kid)


def _kids(element: Any) -> Iterator[Any]:
    """The elements below; what is no element is content of a page."""
    held = element.get("/K")
    for kid in held if isinstance(held, Array) else () if held is None else (held,):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid


def _columns(table: Any) -> int:
    """Cells in the last row of the head, the one that names each column."""
    heads = [row for part in _kids(table) if Name.THead == part.S for row in _kids(part)]
    return len(heads[-1].K) if heads else 0


def _body(table: Any) -> list[Any]:
    return [row for part in _kids(table) if Name.TBody == part.S for row in _kids(part)]
