"""A column map: which column of a spreadsheet goes to which fact, and how its cells are read.

A YAML file that people read and correct. Everything a reading depends on
stands in it, so the same map and sheet always bring the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from crmaudit.errors import CrmauditError, InvalidInput, Problem
from crmaudit.exchange.cell_days import is_form
from crmaudit.exchange.converting import Conversion
from crmaudit.exchange.targets import SHAPES, Rows, Target, targets
from crmaudit.workspace.base import Day, Exact, Model, Number, Scalar, Text
from crmaudit.workspace.complaints import complaints
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.yaml_reader import YamlFile, read
from crmaudit.workspace.yaml_text import WIDTH, comment, hung, inline, scalar

Sureness = Literal["certain", "likely", "doubtful"]

RowNumber = Annotated[int, Field(ge=1)]


class ColumnRule(Model):
    """What becomes of one column: it goes to a fact, or is ignored for a reason."""

    column: str = ""
    """The header as it stands in the sheet."""
    at: Annotated[str, Field(pattern=r"^[A-Z]{0,3}$")] = ""
    """The column's letters; needed where headers are blank or equal."""
    to: Text | None = None
    """The fact, like `owners.business`; where a row is one cost or opinion, like `amount`."""
    ignore: Text | None = None
    """Why the column is not taken."""
    with_: Annotated[dict[str, Scalar], Field(alias="with")] = {}
    """Facts that hold for every cell of the column, like `{year: 2025, kind: licence}`."""
    values: dict[Exact, Scalar] = {}
    """What stands in the cell → what it means."""
    scale: tuple[Number, Number] | None = None
    """The worst and the best there can be; mapped linearly to the fact's own range, rounded."""
    times: Number | None = None
    """A factor, like 1000 where amounts stand in thousands."""
    decimal: Literal["point", "comma"] = "point"
    """What stands before decimals; the other one groups thousands."""
    dates: Text | None = None
    """Like `%d.%m.%Y`; `ago` for lengths of time before `as_of`."""
    split: Annotated[Exact, Field(min_length=1)] | None = None
    """What stands between several values in a cell."""
    names: Literal["people", "units"] = "people"
    """`units`: the owners are departments, kept as they are written as long as no person is
    listed in people.yaml."""
    because: str = ""
    """Why it was guessed so; written as a comment."""
    sure: Sureness | None = None

    def conversion(self, as_of: Day | None) -> Conversion:
        return Conversion(
            values=self.values,
            scale=self.scale,
            times=self.times,
            decimal=self.decimal,
            dates=self.dates or "",
            split=self.split or "",
            units=self.names == "units",
            as_of=as_of,
        )


class ColumnMap(Model):
    """How one sheet is read. Rows are numbered as in the spreadsheet, from 1."""

    sheet: str = ""
    """Its name; blank for CSV and for a workbook's only sheet."""
    header: RowNumber = 1
    """The row of the headers."""
    first: RowNumber | None = None
    """The first row of data; without it, the one below the headers."""
    last: RowNumber | None = None
    """The last row of data, where totals or remarks stand below it."""
    rows: Rows
    """What a row is."""
    as_of: Day | None = None
    """The day that the sheet speaks of."""
    bad_cells: Literal["leave out", "refuse"] = "leave out"
    """`refuse`: nothing is imported as long as one cell cannot be read."""
    columns: Annotated[tuple[ColumnRule, ...], Field(min_length=1)]
    because: str = ""
    sure: Sureness | None = None

    @property
    def taken(self) -> tuple[ColumnRule, ...]:
        return tuple(c for c in self.columns if c.to)

    def target(self, path: str) -> Target:
        return targets(self.rows)[path]


def load_map(path: Path) -> ColumnMap:
    """The map in a file.

    Raises InvalidInput with every mistake, each with file and line.
    """
    if not path.is_file():
        raise CrmauditError(
            f"there is no column map {path}",
            "leave --map out: a map is guessed, shown and saved",
        )
    file = read(path, path.as_posix())
    problems = list(file.problems)
    found = None
    try:
        found = ColumnMap.model_validate(file.data or {})
    except ValidationError as error:
        problems += complaints(error, file, ColumnMap)
    if found is not None:
        problems += _between(found, file)
    if problems or found is None:
        raise InvalidInput(problems)
    return found


def _between(found: ColumnMap, file: YamlFile) -> Iterator[Problem]:
    """Mistakes that show only when rows and columns are looked at together."""
    known = targets(found.rows)
    for i, rule in enumerate(found.columns):
        place = file.place(("columns", i))
        if not rule.column and not rule.at:
            yield Problem("no column is named", place, "write its header: `column: Vendor`")
        if (rule.to is None) == (rule.ignore is None):
            hint = "write `to:` with a fact, or `ignore:` with the reason"
            yield Problem(f"the column {rule.column!r} goes nowhere or both ways", place, hint)
        for key, fact in (("to", rule.to), *(("with", f) for f in rule.with_)):
            if fact is not None and fact not in known:
                where = file.place(("columns", i, key, *((fact,) if key == "with" else ())))
                what = f"{fact!r} is no fact where rows are {found.rows}"
                yield Problem(what, where, suggestion(fact, known))
        if rule.to and rule.to in known:
            yield from _unfit(rule, known[rule.to], i, file)
    if found.last is not None and found.last < (found.first or found.header + 1):
        yield Problem("the last row stands above the first", file.place(("last",)))
    taken = {c.to for c in found.taken} | {fact for c in found.taken for fact in c.with_}
    shape = SHAPES[found.rows]
    missing = [fact for fact in shape.needs if fact not in taken]
    if shape.either and not taken.intersection(shape.either):
        missing.append(" or ".join(shape.either))
    for fact in missing:
        what = f"no column goes to {fact}, which rows that are {found.rows} need"
        yield Problem(what, file.place(("columns",), key=True))


def _unfit(rule: ColumnRule, target: Target, i: int, file: YamlFile) -> Iterator[Problem]:
    """Conversions that the column's target has no use for, or that make no sense."""
    numeric = target.kind in ("number", "whole")
    bounded = target.scale is not None
    unfit = {
        "scale": rule.scale is not None and not (numeric and bounded),
        "times": rule.times is not None and not numeric,
        "dates": rule.dates is not None and target.kind != "date",
        "split": rule.split is not None and not target.field.several,
        "names": rule.names == "units" and target.refers != "person",
    }
    for key, wrong in unfit.items():
        if wrong:
            where = file.place(("columns", i, key), key=True)
            yield Problem(f"`{key}:` means nothing for {target.path}", where, "leave it out")
    for text, meaning in rule.values.items():
        choices = target.field.choices
        if choices and meaning not in choices:
            place = file.place(("columns", i, "values", text))
            yield Problem(
                f"{meaning!r} is no choice of {target.path}",
                place,
                suggestion(str(meaning), choices),
            )
    if rule.scale is not None and rule.scale[0] == rule.scale[1]:
        yield Problem("a scale needs two different ends", file.place(("columns", i, "scale")))
    if rule.dates is not None and not is_form(rule.dates):
        hint = "%d day, %m month, %b its name, %Y or %y year, %q quarter; or `ago`"
        place = file.place(("columns", i, "dates"))
        yield Problem(f"{rule.dates!r} is no form of a date", place, hint)


def save_map(column_map: ColumnMap, path: Path, about: str = "") -> None:
    """Writes the map with the reasons of its guess as comments. Raises CrmauditError."""
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(map_text(column_map, about), encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise CrmauditError(f"{path} cannot be written: {error.strerror}") from None


def map_text(column_map: ColumnMap, about: str = "") -> str:
    """The map as the text of its file; `about` are lines of comment at its top."""
    return "\n".join(_lines(column_map, about)) + "\n"


def _lines(found: ColumnMap, about: str) -> Iterator[str]:
    for line in about.splitlines():
        yield f"# {comment(line)}"
    if about:
        yield ""
    if found.sheet:
        yield f"sheet: {scalar(found.sheet)}"
    yield f"header: {found.header}"
    for key in ("first", "last"):
        if (row := getattr(found, key)) is not None:
            yield f"{key}: {row}"
    yield from _reason(found.sure, found.because, "")
    yield f"rows: {found.rows}"
    if found.as_of:
        yield f"as_of: {found.as_of.isoformat()}"
    if found.bad_cells != "leave out":
        yield f"bad_cells: {found.bad_cells}"
    yield ""
    yield "columns:"
    for rule in found.columns:
        yield from _reason(rule.sure, "" if rule.ignore else rule.because, "  ")
        parts = rule.model_dump(exclude_defaults=True, exclude={"because", "sure"})
        dash = "- "
        for key, value in parts.items():
            line = f"  {dash}{key}: {inline(value)}"
            if len(line) <= WIDTH:
                yield line
            else:
                first, *rest = hung(f"{key}:", value, 4)
                yield f"  {dash}{first}"
                yield from (f"    {line}" for line in rest)
            dash = "  "


def _reason(sure: Sureness | None, because: str, indent: str) -> Iterator[str]:
    text = ": ".join(part for part in (sure or "", because) if part)
    for line in textwrap.wrap(comment(text), WIDTH - len(indent)):
        yield f"{indent}# {line}"
