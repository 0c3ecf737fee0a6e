"""`export inventory.csv`: the single facts of all dossiers, to be filled in and imported again."""

from __future__ import annotations

from datetime import date

from crmaudit.exchange import inventory_book
from crmaudit.exchange.book_sheets import MARK, layouts
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.sheets import Value, csv_text
from crmaudit.workspace.matching import Names


def render(export: Export) -> Rendered:
    """One row a system, a column a fact, headed by its path in the dossier."""
    workspace = export.facts.workspace
    layout = layouts()[0]
    rows = inventory_book.rows(layout, workspace, Names(workspace))
    header = ["id", *(f.name for f in layout.facts), f"{MARK}:{layout.key}"]
    content = csv_text.written([header, *([_text(v) for v in row] for row in rows.cells)])
    lists = sum(1 for f in layout.facts if f.item is not None) + 1
    what = f"{lists} kinds of lists, like costs: a row holds single facts only"
    n = len(workspace.systems)
    holds = f"{n:,} {'system' if n == 1 else 'systems'}"
    return Rendered(content, holds, (what, *inventory_book.losses(rows.cut)))


def _text(value: Value) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
