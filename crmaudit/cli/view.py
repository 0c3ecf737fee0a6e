"""A view: rows of one kind, shown as a table, JSON or CSV.

A command gathers plain values once; the table drops its least important
columns until it fits the terminal, and says so.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.terminal import out, paper, printable, put_note, say
from crmaudit.errors import CrmauditError

SCHEMA = 1


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `show` draws a value for the terminal; `rank` 0 is never dropped.

    `flex` columns wrap, at `least` that wide; others keep their width. With
    `whole`, `show` is given the row, for what is drawn from several values.
    """

    key: str
    title: str
    show: Callable[[Any], str | Text] = str
    right: bool = False
    rank: int = 0
    flex: bool = False
    least: int = 24
    whole: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """`headline` says what is shown and of what; `hint` what to do next.

    `rows` hold plain values: they are the JSON and the CSV. `drawn` are the
    rows of the table, where it shows fewer.
    """

    kind: str
    headline: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    hint: str = ""
    notes: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further values for JSON."""
    drawn: Sequence[Mapping[str, Any]] | None = None
    body: Callable[[Console], None] | None = None
    """Draws what stands between headline and notes, in place of the table."""
    after: Callable[[Console], None] | None = None
    """Draws what stands below the notes."""


def show(view: View, format_: Format = Format.table, output: Path | None = None) -> None:
    """Show a view on stdout, or write it to a file atomically."""
    if format_ is Format.json:
        deliver(json_text(view.kind, {**view.extra, "rows": list(view.rows)}), output)
    elif format_ is Format.csv:
        deliver(_csv_text(view), output)
    elif output is not None:
        with io.StringIO() as buffer:
            draw_view(view, paper(buffer))
            deliver(buffer.getvalue(), output)
    else:
        draw_view(view, out())


def json_text(kind: str, body: Mapping[str, Any]) -> str:
    """A JSON document with its schema version; of several rows each stands in one line."""
    document = {"schema": SCHEMA, "kind": kind, **body}
    rows = document.get("rows", ())
    if len(rows) < 2:
        return json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n"
    # Python sets out an indented document ten times slower than lines without.
    line = json.JSONEncoder(ensure_ascii=False, default=str).encode
    lines = ",\n".join(f"    {line(row)}" for row in rows)
    rest = {k: v for k, v in document.items() if k != "rows"}
    head = json.dumps({**rest, "rows": []}, ensure_ascii=False, indent=2, default=str)
    before, _, after = head.rpartition('"rows": []')
    return f'{before}"rows": [\n{lines}\n  ]{after}\n'


def deliver(text: str, output: Path | None) -> None:
    """A text to stdout, or into a file atomically."""
    if output is None:
        print(text, end="")
        return
    from crmaudit.workspace.file_names import refuse_own

    refuse_own(output)
    partial = output.with_name(f".{output.name}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="")
        os.replace(partial, output)
    except OSError as error:
        raise CrmauditError(f"{output} cannot be written: {error.strerror}") from None
    say(f"written: {output}", "quiet")


def _csv_text(view: View) -> str:
    with io.StringIO(newline="") as buffer:
        writer = csv.writer(buffer, lineterminator="\r\n")
        rows = [_flat(row) for row in view.rows]
        keys = list(dict.fromkeys(k for row in rows for k in row)) or [c.key for c in view.columns]
        writer.writerow([_csv_cell(k) for k in keys])
        for row in rows:
            writer.writerow([_csv_cell(row.get(k)) for k in keys])
        return buffer.getvalue()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with mappings in it spread into columns of their own."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{k}": v for k, v in _flat(value).items()}
        else:
            flat[key] = value
    return flat


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        if any(isinstance(v, Mapping) for v in value):
            value = json.dumps(value, ensure_ascii=False, default=str)
        else:
            value = "; ".join(str(v) for v in value)
    text = str(value)
    # A spreadsheet would run such a text as a formula.
    if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + text
    return text


def draw_view(view: View, console: Console) -> None:
    """The view as a table on a console."""
    put_note(console, _line(view.headline), "head")
    if view.body is not None:
        view.body(console)
    rows = view.rows if view.drawn is None else view.drawn
    if rows and view.body is None:
        cells = [[_cell(c, row) for c in view.columns] for row in rows]
        kept, dropped = _fit(view.columns, cells, console.width)
        slots = [Slot(c.title, c.right, c.flex) for c in (view.columns[i] for i in kept)]
        draw(console, slots, [[row_cells[i] for i in kept] for row_cells in cells])
        if dropped:
            names = ", ".join(view.columns[i].title or view.columns[i].key for i in dropped)
            put_note(console, f"not shown for want of width: {names}")
    for note in view.notes:
        put_note(console, note)
    if view.after is not None:
        view.after(console)
    if view.hint:
        console.print(Text(view.hint, style="accent"), soft_wrap=True)


def _cell(column: Column, row: Mapping[str, Any]) -> Text:
    drawn = column.show(row if column.whole else row.get(column.key))
    if not isinstance(drawn, Text):
        return Text(_line(drawn))
    # What comes from outside may stand in a styled cell as well; its lines are our own.
    safe = "\n".join(map(_line, drawn.plain.split("\n")))
    if safe != drawn.plain:
        drawn.plain = safe
    return drawn


def _line(text: str) -> str:
    return printable(text.replace("\n", " "))


def _fit(
    columns: Sequence[Column], cells: Sequence[Sequence[Text]], width: int
) -> tuple[list[int], list[int]]:
    """Columns that fit, and those dropped: the highest rank first."""
    widths = []
    for i, column in enumerate(columns):
        longest = max([cell_len(column.title), *(row[i].cell_len for row in cells)])
        widths.append(min(longest, column.least) if column.flex else longest)
    kept = list(range(len(columns)))
    dropped: list[int] = []
    while len(kept) > 1 and sum(widths[i] + 2 for i in kept) > width:
        victim = max(kept, key=lambda i: (columns[i].rank, i))
        if columns[victim].rank == 0:
            break
        kept.remove(victim)
        dropped.append(victim)
    return kept, sorted(dropped)


def dash(value: Any) -> str:
    """Empty values as a dash."""
    return "–" if value in (None, "", (), []) else str(value)


def number(value: int | None) -> str:
    """`2,000`; what is not known as `╱`."""
    return "╱" if value is None else f"{value:,}"


def said_once(rows: Iterable[Mapping[str, Any]], key: str, *more: str) -> list[dict[str, Any]]:
    """Rows for drawing: of those that follow each other with one `key`, only the first says it.

    What stands under `more` goes with it.
    """
    drawn: list[dict[str, Any]] = []
    last: object = None
    for row in rows:
        again = bool(drawn) and row[key] == last
        last = row[key]
        drawn.append({**row, **dict.fromkeys((key, *more), "")} if again else dict(row))
    return drawn
