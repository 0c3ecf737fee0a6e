"""Wrong cells of a public table with known errors, found without any label.

The table is read from its CSV as any folder of exports is, and searched by the
same detectors as in a profile. Its errors are letters and digits replaced by
`x`. It writes `empty` where it has no value, in the clean version too: what is
found to be a placeholder is therefore left out here.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.truth import Case, Score, data
from crmaudit.quality.collectors.cells import cells
from crmaudit.sources import open_source


def rows(case: Case) -> Iterable[Score]:
    """Nothing: the table is no CRM."""
    return ()


def extra() -> Iterable[Score]:
    """Cells found against cells that differ from the clean version."""
    told = data() / "hospital" / "truth.json"
    if not told.exists():
        return
    errors = json.loads(told.read_text(encoding="utf-8"))["errors"]
    truth = {(error["row"], error["column"]) for error in errors}
    with tempfile.TemporaryDirectory(prefix="crmaudit-bench-") as folder:
        shutil.copy(told.parent / "dirty.csv", Path(folder) / "hospital.csv")
        with open_source(folder) as source:
            (table,) = source.catalog("hospital").tables
            found = list(cells(source, table))
    wrong = {(row, column) for row, column, kind in found if kind != "placeholder"}
    yield Score("hospital, wrong cells", len(wrong & truth), len(wrong), len(truth))
    by_rows = {row for row, _ in wrong}, {row for row, _ in truth}
    yield Score("hospital, rows with an error", len(by_rows[0] & by_rows[1]), *map(len, by_rows))
