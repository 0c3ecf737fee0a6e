"""`export` and `import`: evidence bundles, workbooks, and other tools' files."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from crmaudit.cli.changing import agreed, can_ask
from crmaudit.cli.column_maps import (
    about_map,
    day_said,
    map_file,
    map_view,
    say_doubtful,
    show_left_out,
    show_numbers,
)
from crmaudit.cli.merge_view import put_merge
from crmaudit.cli.options import HERE, Workspace, audit
from crmaudit.cli.terminal import count, out, printable, put_note, say
from crmaudit.cli.view import show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.exchange.formats import Export, Exporter, Rendered
    from crmaudit.workspace.incoming import Incoming

EVERYBODY = "all"
_FIRST = "Correct it, then: crmaudit import"
_LATER = (
    "Correct it before the next import of such a file. What was imported by it stays: a cost of "
    "another kind or year would come beside it, so take it out first, by hand or with git."
)


@dataclass(frozen=True)
class _Wishes:
    """How an import is to be done: each is an option of the command."""

    yes: bool
    dry_run: bool
    theirs: bool
    whole: bool


def register(app: typer.Typer) -> None:
    app.command()(export)
    app.command("import")(import_)


def export(
    file: Annotated[
        Path,
        typer.Argument(
            help="The file to write; its name says what: inventory.xlsx, inventory.csv, "
            "requests.xlsx, landscape.xml, catalog-info.yaml, crm.odcs.yaml, landscape.mmd, "
            "evidence.zip…"
        ),
    ],
    what: Annotated[str, typer.Option(help="What to write, where the name does not say it.")] = "",
    owner: Annotated[
        str,
        typer.Option(
            help="With requests: whom to ask, by id or name; `all` writes one workbook a person."
        ),
    ] = "",
    system: Annotated[
        str, typer.Option(help="With a data contract: of which system; else of the CRM.")
    ] = "",
    workspace: Workspace = HERE,
) -> None:
    """Write the inventory as a workbook to fill in, or for another tool; or the evidence."""
    from crmaudit.exchange.formats import Export, exporter

    found = audit(workspace)
    if what == "evidence" or (not what and file.suffix.lower() == ".zip"):
        _export_evidence(found, file)
        return
    name, module = exporter(file, what)
    if owner and name != "requests":
        raise CrmauditError(f"--owner means nothing for {name}", "it is for requests.xlsx")
    if system and name != "odcs":
        raise CrmauditError(f"--system means nothing for {name}", "it is for data contracts")
    outgoing = Export(found.facts, lambda: found.findings, owner, system)
    if owner.casefold() == EVERYBODY:
        _export_to_all(module, outgoing, file)
        return
    rendered = module.render(outgoing)
    _write(file, rendered)
    for loss in rendered.losses:
        put_note(out(), f"not carried: {loss}")


def _export_evidence(found: Audit, file: Path) -> None:
    from crmaudit.exchange import write_bundle

    n = write_bundle(found.facts.evidence.documents, file)
    out().print(Text(f"{n} pieces of evidence in {file}"), soft_wrap=True)


def _export_to_all(module: Exporter, outgoing: Export, file: Path) -> None:
    from crmaudit.exchange.requests_book import asked

    people = asked(outgoing)
    if not people:
        put_note(out(), "nobody is asked anything", "good")
    used: Counter[str] = Counter()
    for person in people:
        used[person.slug] += 1
        again = f"-{used[person.slug]}" if used[person.slug] > 1 else ""
        name = f"{file.stem}-{person.slug}{again}{file.suffix}"
        _write(file.with_name(name), module.render(outgoing.to(person.id)))


def _write(file: Path, rendered: Rendered) -> None:
    """Atomically: a stopped export leaves the old file.

    Raises CrmauditError where that would be a file of the workspace itself.
    """
    from crmaudit.workspace.file_names import refuse_own

    refuse_own(file)
    partial = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(rendered.content)
        os.replace(partial, file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CrmauditError(f"{file} cannot be written: {error.strerror}") from None
    out().print(Text(f"{file}: {rendered.holds}", style="good"), soft_wrap=True)


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A workbook or CSV from `export`, filled in; any spreadsheet; an interview's form "
            ".docx; ArchiMate .xml, Backstage .yaml, data contract .odcs.yaml, code.gov .json; or "
            "evidence (.zip)."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the changes; write nothing, ask nothing.")
    ] = False,
    theirs: Annotated[
        bool, typer.Option("--theirs", help="In conflicts take the file's value, not ours.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="Show every change.")] = False,
    map_: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="With any spreadsheet: the column map to read it by. One that is not there yet "
            "is guessed and written, to be corrected.",
        ),
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="With any spreadsheet: the day it speaks of, like 2026-03-31.")
    ] = "",
    sheet: Annotated[str, typer.Option(help="With any workbook: only this sheet.")] = "",
    workspace: Workspace = HERE,
) -> None:
    """Take in a filled workbook, another tool's file or evidence; shows its changes first."""
    wishes = _Wishes(yes, dry_run, theirs, all_)
    if file.suffix.lower() == ".zip":
        _import_evidence(audit(workspace), file, wishes)
        return
    from crmaudit.exchange.formats import importer
    from crmaudit.exchange.review_book import is_review

    if is_review(file):
        from crmaudit.cli.matches_import import import_answers

        import_answers(audit(workspace), file, yes=yes, dry_run=dry_run, whole=all_)
        return
    name, module = importer(file)
    foreign = name == "spreadsheet"
    if (map_ or as_of or sheet) and not foreign:
        raise CrmauditError(
            f"--map, --as-of and --sheet mean nothing for {file.name}",
            "they are for spreadsheets of other tools",
        )
    found = audit(workspace)
    if foreign:
        _import_sheet(found, file, map_, as_of, sheet, wishes)
        return
    _merge(found, module.read(file, found.workspace), wishes)


def _merge(
    found: Audit, incoming: Incoming, wishes: _Wishes, more: dict[str, str] | None = None
) -> None:
    """Shows what would change, asks, writes.

    `more` are further files to write with the changes, by their names.
    """
    from crmaudit.workspace.changes import FileChange
    from crmaudit.workspace.merging import merge

    merged = merge(found.workspace, incoming, theirs=wishes.theirs)
    console = out()
    put_merge(console, merged, found.workspace, incoming.name, whole=wishes.whole)
    for note in incoming.notes:
        put_note(console, printable(f"{note.where}: {note.message}"), "medium")
    if merged.left_out:
        show_left_out(merged.left_out)
    conflicts = sum(d.what == "conflict" for d in merged.differences)
    if conflicts:
        kept = f"{count(conflicts, 'conflict')}: what is here stays; --theirs takes the other"
        put_note(console, kept, "medium")
    changes = merged.changes
    if not changes.files:
        put_note(console, "nothing to do" if not conflicts else "nothing else to do", "good")
        return
    edits = len(merged.differences) - conflicts
    files = count(len(changes.files), "file")
    if wishes.dry_run:
        put_note(console, f"would write {count(edits, 'change')} to {files}; nothing was written")
        return
    if not agreed(f"write {count(edits, 'change')} to {files}?", wishes.yes):
        return
    extra = tuple(FileChange(name, None, text) for name, text in (more or {}).items())
    replace(changes, files=(*changes.files, *extra)).write()
    console.print(Text(f"{count(edits, 'change')} written to {files}", style="good"))
    console.print(Text("crmaudit check", style="accent"))


def _import_sheet(
    found: Audit, file: Path, map_: Path | None, as_of: str, sheet: str, wishes: _Wishes
) -> None:
    """A spreadsheet of any make, by a column map that is guessed, or said, and shown."""
    from crmaudit.exchange.foreign_sheet import guess, load_map, map_text, reading, said

    root = found.workspace.root
    saved_as = map_file(file)
    is_saved = False
    if map_ is None and (root / saved_as).is_file():
        map_, is_saved = root / saved_as, True
        say(f"read by the column map {saved_as}; by another: --map FILE", "quiet")
    known = map_ is not None and map_.is_file()
    if known and not is_saved and (as_of or sheet):
        raise CrmauditError("--map says the sheet and the day itself", "write them into the map")
    column_map = (
        load_map(map_)
        if map_ is not None and known
        else guess(file, found.workspace, as_of=day_said(as_of), sheet=sheet)
    )
    if is_saved:
        column_map = said(column_map, day_said(as_of), sheet)
    correct = f"to correct it first: crmaudit import {file} --map {root / saved_as}"
    show(map_view(column_map, file.name, "" if known or map_ else correct))
    result = reading(file, found.workspace, column_map)
    show_numbers(result.tally)
    if map_ is not None and not known and not wishes.dry_run:
        _save_map(map_, map_text(column_map, about_map(file.name, f"{_FIRST} {file} --map {map_}")))
        return
    if wishes.yes and not known:
        say_doubtful(column_map)
    text = "" if known else map_text(column_map, about_map(file.name, _LATER))
    more = {saved_as: text} if text and not (root / saved_as).exists() else {}
    _merge(found, result.incoming, wishes, more)


def _save_map(path: Path, text: str) -> None:
    """Raises CrmauditError where it cannot be written, or its name is one of the workspace's."""
    from crmaudit.workspace.file_names import refuse_own

    refuse_own(path, maps=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CrmauditError(f"{path} cannot be written: {error.strerror}") from None
    put_note(out(), f"written: {path}; correct it, then import again with it", "good")


def _import_evidence(found: Audit, file: Path, wishes: _Wishes) -> None:
    from crmaudit.exchange import read_bundle
    from crmaudit.key import find_key

    bundle = read_bundle(file)
    key = find_key(found.root)
    bundle.check_key(key.id if key else "")
    formerly = found.workspace.formerly
    unknown = [s for s in bundle.systems if s not in found.workspace.system and s not in formerly]
    if unknown:
        raise CrmauditError(
            f"the bundle speaks of {', '.join(unknown)}, which no dossier describes",
            f"add systems/{unknown[0]}.yaml with `id: {unknown[0]}`, or collect again with --as ID",
        )
    known = {d.id for d in found.facts.evidence.documents}
    fresh = [d for d in bundle.documents if d.id not in known]
    console = out()
    for system in bundle.systems:
        mine = [d for d in bundle.documents if d.provenance.system == system]
        times = sorted(d.provenance.taken_at for d in mine)
        new = sum(d.id not in known for d in mine)
        called = f"{system} (now {formerly[system]})" if system in formerly else system
        console.print(
            Text(
                f"{called}: {len(mine)} pieces of evidence, {new} new, read "
                f"{times[0]:%Y-%m-%d %H:%M} UTC with crmaudit {bundle.tool}"
            )
        )
    if not fresh:
        console.print(Text("nothing to do: all of it is here already"))
        return
    if wishes.dry_run:
        put_note(console, f"would keep {count(len(fresh), 'new piece')}; nothing was written")
        return
    if not wishes.yes and not can_ask():
        raise CrmauditError("nobody can answer here", "say --yes to keep the new pieces")
    if not agreed(f"keep {len(fresh)} new pieces?", wishes.yes):
        return
    found.store.put(*fresh)
    console.print(Text(f"{len(fresh)} pieces kept", style="good"))
    console.print(Text("crmaudit check", style="accent"))
