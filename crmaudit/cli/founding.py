"""`init --from` a list of systems: a spreadsheet or another tool's export."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from crmaudit.cli.column_maps import (
    about_map,
    day_said,
    map_file,
    map_view,
    say_doubtful,
    show_left_out,
    show_numbers,
    things,
)
from crmaudit.cli.terminal import count, out, put_note
from crmaudit.cli.view import show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.exchange.founding import Founded

_LISTS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".xml", ".yaml", ".yml", ".json")
_SHEETS = _LISTS[:6]


def is_list(source: str) -> bool:
    """Whether `--from` names a file or folder that lists systems, and no database.

    A folder with one file of a database's tables is a database.
    """
    path = Path(source)
    if "://" in source or not path.is_dir():
        return "://" not in source and path.suffix.lower() in _LISTS
    from crmaudit.exchange.formats import is_known_folder
    from crmaudit.sources.folder import holds_exports

    return not holds_exports(path) and is_known_folder(path)


def found_from_list(
    folder: Path, file: Path, organisation: str, map_: Path | None, as_of: str, sheet: str
) -> None:
    """Writes the workspace; shows the map, the numbers and what was left out."""
    if not file.exists():
        raise CrmauditError(f"there is no file {file}", "check its name")
    from crmaudit.exchange.formats import importer
    from crmaudit.exchange.founding import found

    name, reader = importer(file)
    if name == "spreadsheet":
        _from_sheet(folder, file, organisation, map_, day_said(as_of), sheet)
        return
    if name == "workbook":
        raise CrmauditError(
            f"{file.name} was exported by crmaudit and belongs to the workspace it came from",
            f"crmaudit import {file} -w WORKSPACE",
        )
    if map_ or as_of or sheet:
        raise CrmauditError(
            f"--map, --as-of and --sheet mean nothing for {file.name}",
            "they are for spreadsheets of other tools",
        )
    founded = found(folder, lambda w: reader.read(file, w), organisation=organisation)
    _told(folder, founded, f"{file.name} ({name})")


def _from_sheet(
    folder: Path,
    file: Path,
    organisation: str,
    map_: Path | None,
    as_of: date | None,
    sheet: str,
) -> None:
    from crmaudit.exchange.foreign_sheet import guess, load_map, map_text, reading
    from crmaudit.exchange.founding import found

    if map_ is not None and (as_of or sheet):
        raise CrmauditError("--map says the sheet and the day itself", "write them into the map")
    column_map = load_map(map_) if map_ else guess(file, None, as_of=as_of, sheet=sheet)
    result = reading(file, None, column_map)
    saved_as = map_file(file)
    again = f"crmaudit init NEW-FOLDER --from {file} --map {folder / saved_as}"
    text = (
        map_.read_text(encoding="utf-8")
        if map_
        else map_text(column_map, about_map(file.name, f"Correct it, then begin again: {again}"))
    )
    founded = found(
        folder, lambda _: result.incoming, organisation=organisation, more={saved_as: text}
    )
    show(map_view(column_map, file.name))
    show_numbers(result.tally)
    if map_ is None:
        say_doubtful(column_map)
    _told(folder, founded, file.name, whole=not result.tally.untaken)
    out().print(
        Text(f"if the map is wrong, correct it and begin again: {again}", style="accent"),
        soft_wrap=True,
    )


def _told(folder: Path, founded: Founded, source: str, whole: bool = True) -> None:
    console = out()
    kinds = Counter({k: n for k, n in founded.counts.items() if n})
    put_note(console, f"{things(kinds) or 'nothing'} from {source}", "head")
    show_left_out(founded.left_out, whole)
    from crmaudit.exchange.foreign_sheet import FOLDER

    maps = folder / FOLDER
    files = [p for p in founded.files if p.suffix == ".yaml" and p.parent != maps]
    put_note(console, f"{count(len(files), 'file')} in {folder}", "none")
    hint = f"crmaudit validate -w {folder}; crmaudit inventory -w {folder}"
    console.print(Text(hint, style="accent"), soft_wrap=True)
