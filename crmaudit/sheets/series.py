"""A series of dates and numbers, read from a spreadsheet of anybody's habit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from crmaudit.errors import CrmauditError, Place
from crmaudit.evidence.privacy import shape
from crmaudit.sheets import days
from crmaudit.sheets.reading import Sheet, read_sheet


def read_series(
    path: Path, date_column: str, value_column: str, name: str = "", sheet: str = ""
) -> tuple[tuple[date, float], ...]:
    """A series of dates and numbers, the oldest first; rows without a value are passed over.

    Dates may be months, weeks, quarters or years: each stands for its last
    day. Raises CrmauditError with the cell's address where a cell is no date or
    number, or may be read in two ways.
    """
    found = read_sheet(path, name, sheet)
    when, what = (column_of(found, wanted) for wanted in (date_column, value_column))
    told = [i for i, row in enumerate(found.rows) if row[what]]
    spelt = [found.rows[i][when] for i in told]
    written = [found.rows[i][what] for i in told]
    points = []
    for i, day, value in zip(told, days.days(spelt), days.numbers(written), strict=True):
        if day is None:
            doubtful = days.ambiguous(spelt)
            raise CrmauditError(
                # By its shape: whoever names the wrong column may have names in it.
                f"a cell like {shape(found.rows[i][when])!r} is not a date"
                + (" that can be read in one way only" if doubtful else ""),
                "write 2026-03-31",
                Place(found.address(i, when)),
            )
        if value is None:
            raise CrmauditError(
                f"a cell like {shape(found.rows[i][what])!r} is not a number"
                + (
                    ""
                    if days.numbers([found.rows[i][what].replace(",", ".")])[0] is None
                    else " that can be read in one way only"
                ),
                "write 1234.5, without thousands separators",
                Place(found.address(i, what)),
            )
        points.append((day, value))
    return tuple(sorted(points))


def column_of(sheet: Sheet, wanted: str) -> int:
    """The place of a column by its heading; case and blanks do not matter.

    A code or the beginning of a long question will do where only one column
    has it. Raises CrmauditError that names the columns there are.
    """
    heads = [_plain(head) for head in sheet.header]
    name = _plain(wanted)
    for fits in (
        [i for i, head in enumerate(sheet.header) if head == wanted],
        [i for i, head in enumerate(heads) if head == name],
        [i for i, head in enumerate(heads) if name and head.startswith(name)],
        [i for i, head in enumerate(heads) if name and name in head],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise CrmauditError(
                f"{sheet.name} has {len(fits)} columns for {wanted!r}",
                "give them different headings, and name the one that is meant",
            )
    shown = [head if len(head) < 40 else f"{head[:39]}…" for head in sheet.header if head]
    raise CrmauditError(
        f"{sheet.name} has no column {wanted!r}", f"its columns are: {', '.join(shown)}"
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
