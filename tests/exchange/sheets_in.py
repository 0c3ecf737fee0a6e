"""Small spreadsheets for tests, as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crmaudit.exchange.foreign_sheet import Reading, guess, reading
from crmaudit.workspace import Workspace, load


def csv_file(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return path


def xlsx_file(
    folder: Path,
    sheets: dict[str, Sequence[Sequence[Any]]],
    merged: Sequence[str] = (),
    name: str = "book.xlsx",
) -> Path:
    """A workbook; `merged` are ranges of its first sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        book.worksheets[0].merge_cells(area)
    book.save(folder / name)
    return folder / name


def workspace(folder: Path, *names: str, more: str = "") -> Workspace:
    """A workspace with systems of these names, the ids `s1`, `s2`…"""
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: {name: Quillbrook Trust}\n" + more)
    for i, name in enumerate(names, 1):
        (folder / f"systems/s{i}.yaml").write_text(f"id: s{i}\nname: {name}\n")
    return load(folder)


def guessed(path: Path, there: Workspace | None = None, **options: Any) -> Reading:
    return reading(path, there, guess(path, there, **options))


def facts(found: Reading) -> dict[str, dict[str, Any]]:
    """Name or id of each record → its values and items, plain."""
    plain = {}
    for record in found.incoming.records:
        values: dict[str, Any] = {".".join(map(str, p)): c.value for p, c in record.values.items()}
        for path, items in record.lists.items():
            values[".".join(map(str, path))] = [
                {".".join(map(str, p)): c.value for p, c in item.values.items()}
                for item in items.items
            ]
        plain[record.name or record.id] = values
    return plain
