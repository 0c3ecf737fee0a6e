"""Spreadsheets: the only room that reads and writes XLSX and CSV."""

from crmaudit.sheets.reading import Sheet, read_series, read_sheet

__all__ = ["Sheet", "read_series", "read_sheet"]
