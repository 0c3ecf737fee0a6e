"""Showing a column map, and what of a sheet was taken and what was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.terminal import count, out, printable, put_note, say
from crmaudit.cli.view import Column, View
from crmaudit.errors import CrmauditError, Problem

if TYPE_CHECKING:
    from crmaudit.exchange.column_map import ColumnMap, ColumnRule
    from crmaudit.exchange.mapped_rows import Tally

_STYLES = {"certain": "good", "likely": "none", "doubtful": "medium"}
_SHOWN = 12
"""Problems told one by one; the rest is counted."""
_ROWS = {
    "systems": "a system",
    "opinions": "an opinion on a system",
    "costs": "a cost of a system",
    "skills": "a skill that a system needs",
    "licences": "licences of a system",
    "interfaces": "an interface of a system",
    "feeds": "a feed between systems",
    "crud": "what systems do with entities",
    "people": "a person",
    "entities": "an entity",
    "units": "a department",
}
_NOUNS = {
    "system": ("system", "systems"),
    "person": ("person", "people"),
    "entity": ("entity", "entities"),
    "unit": ("unit", "units"),
}


def map_view(found: ColumnMap, file: str, hint: str = "") -> View:
    """The map as a table: each column, where it goes, how sure that is, and why."""
    sheet = f", sheet {found.sheet!r}" if found.sheet else ""
    taken, all_ = (len({(c.column, c.at) for c in rules}) for rules in (found.taken, found.columns))
    first = found.first or found.header + 1
    where = f"headers in row {found.header}, data from row {first}"
    where += f" to {found.last}" if found.last else ""
    notes = [f"{found.sure}: {found.because}"] if found.sure and found.because else []
    return View(
        kind="column map",
        headline=f"{file}{sheet}: each row is {_ROWS[found.rows]}; {taken} of "
        f"{count(all_, 'column')} taken; {where}",
        columns=[
            Column("column", "Column", flex=True, least=16),
            Column("to", "Goes to", _goes, flex=True, least=16, whole=True),
            Column("sure", "", _sure),
            Column("because", "How and why", flex=True, least=26),
        ],
        rows=[_row(rule) for rule in found.columns],
        notes=notes,
        hint=hint,
    )


def _row(rule: ColumnRule) -> dict[str, Any]:
    return {
        "column": rule.column or f"column {rule.at}",
        "to": rule.to,
        "sure": rule.sure,
        "because": rule.ignore or "; ".join(_how(rule)),
    }


def _how(rule: ColumnRule) -> Iterable[str]:
    if rule.because:
        yield rule.because
    if rule.with_:
        yield ", ".join(f"{fact.rpartition('.')[2]} {value}" for fact, value in rule.with_.items())
    if rule.values:
        yield ", ".join(f"{text} = {meaning}" for text, meaning in rule.values.items())
    if rule.split:
        yield f"divided at {rule.split!r}"


def _goes(row: Mapping[str, Any]) -> Text:
    return Text(row["to"]) if row["to"] else Text("not taken", style="quiet")


def _sure(sure: str | None) -> Text:
    return Text(sure or "", style=_STYLES.get(sure or "", "none"))


def show_numbers(tally: Tally) -> None:
    """How many rows, cells and columns were taken and how many were not."""
    rows = tally.rows - tally.rows_left_out
    cells = tally.cells - tally.cells_left_out
    parts = [
        f"{rows:,} of {count(tally.rows, 'row')}",
        f"{tally.columns_taken} of {count(tally.columns, 'column')}",
        f"{cells:,} of their {count(tally.cells, 'cell')}",
    ]
    put_note(out(), "taken: " + "; ".join(parts), "none")
    if tally.untaken:
        shown = ", ".join(printable(text) for text in tally.untaken[:_SHOWN])
        more = len(tally.untaken) - _SHOWN
        told = f"{len(tally.untaken)} of {count(tally.columns, 'column')} "
        told += f"{'was' if len(tally.untaken) == 1 else 'were'} not taken: {shown}"
        put_note(out(), told + (f" and {more} more" if more > 0 else ""), "medium")


def say_doubtful(column_map: ColumnMap) -> None:
    """Names on stderr the columns that are taken although it is doubtful what they hold."""
    doubtful = [rule for rule in column_map.taken if rule.sure == "doubtful"]
    names = [rule.column or f"column {rule.at}" for rule in doubtful]
    if names:
        listed = ", ".join(dict.fromkeys(map(printable, names)))
        told = f"{count(len(names), 'doubtful column')} taken unasked: {listed}"
        say(f"{told}; look at them in the map", "medium")


def show_left_out(problems: Sequence[Problem], whole: bool = True) -> None:
    """What was left out: the first ones with place and remedy, the others in number.

    `whole` is False where other things were not taken, told elsewhere: columns of a sheet.
    """
    console = out()
    if not problems:
        if whole:
            put_note(console, "nothing was left out", "good")
        return
    put_note(console, f"left out: {count(len(problems), 'thing')}", "medium")
    for problem in problems[:_SHOWN]:
        hint = f"; {problem.hint}" if problem.hint else ""
        put_note(console, printable(f"  {problem.where}: {problem.message}{hint}"))
    if len(problems) > _SHOWN:
        put_note(console, f"  … and {len(problems) - _SHOWN:,} more")


def things(counts: Mapping[str, int]) -> str:
    """`211 systems, 3 people`."""
    return ", ".join(count(n, *_NOUNS.get(kind, (kind, kind))) for kind, n in counts.items())


def map_file(file: Path) -> str:
    """Where a workspace keeps the map of a file, relative to it."""
    from crmaudit.exchange.foreign_sheet import FOLDER
    from crmaudit.workspace.naming import Words, slug

    return f"{FOLDER}/{slug(Words.of(file.stem).words) or 'sheet'}.yaml"


def about_map(file: str, correcting: str) -> str:
    """What stands at the top of a saved map; `correcting` says what a corrected one is good for."""
    return (
        f"How columns of {file} become facts: guessed from headers and cells, to be confirmed.\n"
        f"{correcting}\n"
        "Each column goes `to:` a fact or is left out (`ignore:` with the reason). Further keys:\n"
        "with, values, scale, times, decimal, dates, split, names."
    )


def day_said(as_of: str) -> date | None:
    """The day of `--as-of`. Raises CrmauditError for what is none."""
    if not as_of:
        return None
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        what = f"--as-of: {as_of!r} is not a date"
        raise CrmauditError(what, "write it like 2026-03-31") from None
