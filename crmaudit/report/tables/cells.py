"""Cells that tables of several kinds share."""

from __future__ import annotations

from crmaudit.inventory import InventoryRow
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import Given, gap


def cost_cell(given: Given, row: InventoryRow) -> b.Cell:
    """The newest yearly cost; `≥` where more may come to it, and why where there is none."""
    if row.cost is None:
        return gap("no cost declared")
    if row.cost.total is None:
        return gap("no rate" if row.cost.without_rate else "no yearly amount")
    sign = "≥\u202f" if row.cost.at_least else ""
    return b.Cell(sign + given.number(row.cost.total, 0), row.cost.total)
