"""Workbooks of 10,000 systems, against the plain libraries over the same files."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from benchmarks.measure import Figure, function, table
from benchmarks.workspace import ENTITIES, generate
from crmaudit.engine import Judgement
from crmaudit.exchange import inventory_book, inventory_csv, own_book
from crmaudit.exchange.formats import Export, Exporter
from crmaudit.facts import Facts
from crmaudit.sheets import Grid, read_book
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import merge

SYSTEMS = 10_000
ROUNDS = 3


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "audit"
        generate(root, SYSTEMS, ENTITIES)
        workspace = load(root)
        export = Export(Facts.of(workspace), Judgement((), (), (), (), (), None))
        for suffix, module, peers in (
            (".xlsx", inventory_book, {"calamine": _calamine, "openpyxl, read only": _openpyxl}),
            (".csv", inventory_csv, {"csv": _csv}),
        ):
            path = root.with_suffix(suffix)
            _measure(path, workspace, export, module, peers)


def _measure(
    path: Path,
    workspace: Workspace,
    export: Export,
    module: Exporter,
    peers: Mapping[str, Callable[[Path], object]],
) -> None:
    path.write_bytes(module.render(export).content)
    grids = read_book(path)
    cells = sum(v is not None for g in grids for row in g.rows for v in row)
    kind = path.suffix[1:].upper()

    def preview() -> None:
        incoming = own_book.read(path, workspace)
        assert not merge(workspace, incoming).differences

    plain = _plain_xlsx if kind == "XLSX" else _plain_csv
    table(
        f"Export of {SYSTEMS:,} systems as {kind} ({cells:,} cells), CPU seconds",
        [
            ("the plain writer, the same cells", function(lambda: plain(grids), ROUNDS)),
            ("crmaudit: export", function(lambda: module.render(export), ROUNDS)),
        ],
    )
    readers: list[tuple[str, Figure]] = [
        (name, function(lambda read=read: read(path), ROUNDS))  # type: ignore[misc]
        for name, read in peers.items()
    ]
    table(
        f"Import of that {kind}, CPU seconds",
        [
            *readers,
            ("crmaudit: cells, checked", function(lambda: read_book(path), ROUNDS)),
            ("crmaudit: import, nothing changed", function(preview, ROUNDS)),
            (
                f"crmaudit: import, {SYSTEMS:,} cells changed",
                function(lambda: _changed(path, workspace), 1),
            ),
        ],
    )


def _changed(path: Path, workspace: Workspace) -> None:
    """One cell of every system changed: compared and shown, not written."""
    grids = read_book(path)
    sheet = next(g for g in grids for row in g.rows[:3] if "crmaudit:systems" in row)
    top = next(i for i, row in enumerate(sheet.rows) if "crmaudit:systems" in row)
    keys = list(sheet.rows[top])
    for row in sheet.rows[top + 1 :]:
        if str(row[keys.index("id")]).startswith("system-"):
            row[keys.index("users")] = 7  # type: ignore[index]
    merged = merge(workspace, own_book.read_grids(grids, path.name, workspace))
    assert len(merged.differences) > 0.9 * SYSTEMS


def _calamine(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def _openpyxl(path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()


def _csv(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        list(csv.reader(file))


def _plain_csv(grids: tuple[Grid, ...]) -> None:
    writer = csv.writer(io.StringIO(newline=""))
    writer.writerows(grids[0].rows)


def _plain_xlsx(grids: tuple[Grid, ...]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for grid in grids:
        sheet = book.add_worksheet(grid.name)
        for r, row in enumerate(grid.rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif isinstance(value, date):
                    sheet.write_datetime(r, c, value, day)
                elif value is not None:
                    sheet.write_number(r, c, value)
    book.close()
