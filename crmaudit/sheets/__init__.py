"""Spreadsheets: the only room that reads and writes workbooks and CSV."""

from crmaudit.sheets.reading import Grid, Sheet, Value, read_book, read_sheet
from crmaudit.sheets.series import read_series
from crmaudit.sheets.writing import Column, Page, Table, workbook

__all__ = [
    "Column",
    "Grid",
    "Page",
    "Sheet",
    "Table",
    "Value",
    "read_book",
    "read_series",
    "read_sheet",
    "workbook",
]
