"""`init`, `demo`, `validate`, `schema`."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from crmaudit.cli.founding import found_from_list, is_list
from crmaudit.cli.options import HERE, Output, Shape, Workspace
from crmaudit.cli.terminal import count, out, print_warnings, put_note, say
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError, InvalidInput

if TYPE_CHECKING:
    from crmaudit.workspace import Proposal


def register(app: typer.Typer) -> None:
    for command in (init, demo, validate, schema):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make the workspace.")],
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="A database (URL, file, or folder of exports) to propose a dossier, entities and "
            "a map from; or another tool's list of systems: a spreadsheet (.xlsx, .ods, .csv), "
            "ArchiMate .xml, Backstage .yaml or code.gov .json.",
        ),
    ] = "",
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help="The database's system, by its id; with it a .csv is a table of that system.",
            show_default="crm",
        ),
    ] = "",
    schema_: Annotated[str, typer.Option("--schema", help="With a database: only this.")] = "",
    map_: Annotated[
        Path | None, typer.Option("--map", help="With a spreadsheet: the column map to read it by.")
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(
            help="With a spreadsheet: the day it speaks of (2026-03-31), for costs without a year."
        ),
    ] = "",
    sheet: Annotated[str, typer.Option(help="With a workbook: only this sheet.")] = "",
    organisation: Annotated[str, typer.Option(help="The organisation's name.")] = "",
) -> None:
    """Make a commented workspace: empty, from a database or from a list of systems."""
    if from_ and is_list(from_) and not as_:
        found_from_list(folder, Path(from_), organisation, map_, as_of, sheet)
        return
    as_ = as_ or "crm"
    from crmaudit.workspace import init as scaffold
    from crmaudit.workspace import without_secret
    from crmaudit.workspace.scaffold import password_variable

    proposal = proposal_from(folder, from_, as_, schema_) if from_ else None
    url = proposal.system.url if proposal else ""
    written = scaffold(folder, organisation=organisation, proposal=proposal)
    console = out()
    files = [path for path in written if path.suffix == ".yaml"]
    schemas = [path for path in written if path.suffix == ".json"]
    put_note(
        console,
        f"{count(len(files), 'file')} to fill in, "
        f"{count(len(schemas), 'schema')} for editors in {folder}",
        "head",
    )
    for path in files:
        console.print(Text(f"  {path}", style="quiet"), soft_wrap=True)
    if proposal is not None:
        by_role = Counter(t.role for t in proposal.tables)
        roles = ", ".join(f"{n} {role}" for role, n in by_role.most_common())
        tables = count(len({t.table for t in proposal.tables}), "table")
        put_note(
            console,
            f"proposed from {tables} ({roles or 'none'}): "
            f"{count(len(proposal.entities), 'entity', 'entities')}; "
            "all of it is a guess by names and keys, marked to be confirmed",
            "none",
        )
        if (kept := without_secret(url, as_)) != url:
            variable = password_variable(as_)
            put_note(
                console,
                f"the password was left out: systems/{as_}.yaml reads it from the environment "
                f"variable {variable}; set that before you collect ({kept})",
                "medium",
            )
    system = proposal.system.id if proposal else "crm"
    hint = f"fill in systems/{system}.yaml, then: crmaudit validate -w {folder}"
    console.print(Text(hint, style="accent"), soft_wrap=True)


def proposal_from(folder: Path, source: str, system: str, schema: str = "") -> Proposal:
    """What a database suggests to a workspace in `folder`; the address may hold its password."""
    from crmaudit.quality.collectors.entities import understood
    from crmaudit.sources import open_source
    from crmaudit.workspace import propose

    with open_source(source, schema=schema or None) as opened:
        catalog = opened.catalog(system)
        found = understood(opened, catalog, {})
    return propose(catalog, system, _seen_from(folder, source), found.tables, found.rows)


def _seen_from(folder: Path, source: str) -> str:
    """The address as a workspace in `folder` has to write it.

    A workspace's paths start at the workspace: so does this one, unless there
    is no way from one to the other but the root of the disk.
    """
    from crmaudit.sources.address import FILE_ENGINES

    scheme, slashes, text = source.rpartition(":///")
    if "$" in source or (slashes and scheme not in FILE_ENGINES) or (not slashes and "://" in text):
        return source
    path, home = Path(text).expanduser().resolve(), folder.resolve()
    near = path.anchor == home.anchor and os.path.commonpath([path, home]) != path.anchor
    shown = Path(os.path.relpath(path, home)) if near else path
    return f"{scheme}{slashes}{shown.as_posix()}"


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the demo.")] = Path("demo"),
    contacts: Annotated[int, typer.Option(help="How many contacts to generate.", min=100)] = 20_000,
) -> None:
    """Audit a fictional charity and its three databases.

    Run again on its folder, it makes the databases anew and leaves every file as it was edited.
    """
    from crmaudit.audit import Audit
    from crmaudit.cli.deliver import run_audit, say_files, say_worst
    from crmaudit.demo import generate

    if (folder / "audit.yaml").exists():
        say(f"{folder} is there already: its files stay as they are, its databases are new")
    else:
        _copy_example(folder)
    say(f"generating {contacts:,} contacts in three databases", "quiet")
    generate(folder / "data", contacts=contacts)
    found = Audit(folder)
    files = run_audit(found, formats=("html", "dashboard", "pdf"))
    say_worst(found)
    say_files(files)
    out().print(Text(f"crmaudit check -w {folder}", style="accent"), soft_wrap=True)


def _copy_example(folder: Path) -> None:
    """The example workspace, complete with the schemas for editors."""
    from crmaudit.resources import examples_root
    from crmaudit.workspace import write_schemas

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CrmauditError(f"{folder} holds other files", "name a new folder: crmaudit demo DIR")
    shutil.copytree(
        examples_root() / "harbourlight",
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns(".crmaudit", "reports", "*.sqlite", "truth.json"),
    )
    write_schemas(folder / ".schema")


def validate(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> int:
    """Read every file of the workspace; all mistakes at once."""
    from crmaudit.audit import Audit

    audit = Audit(workspace)
    try:
        found = audit.validate()
        problems = [(p, "warning") for p in (*found.warnings, *audit.findings.unanswered)]
        told = f"{count(len(found.files), 'file')} are sound: " + ", ".join(
            (
                count(len(found.systems), "system"),
                count(len(found.entity), "entity", "entities"),
                count(len(found.people.people), "person", "people"),
                count(len(found.processes), "process", "processes"),
                count(len(found.interviews), "interview"),
            )
        )
        hint = "crmaudit audit"
    except InvalidInput as invalid:
        if format_ is Format.table and output is None:
            raise
        problems = [(p, "error") for p in invalid.problems]
        told, hint = count(len(problems), "mistake"), "crmaudit validate"
    if format_ is Format.table and output is None:
        print_warnings(p for p, _ in problems)
        problems = []
    view = View(
        kind="problems",
        headline=told,
        columns=[
            Column("severity", ""),
            Column("place", "Where"),
            Column("message", "What", flex=True),
        ],
        rows=[
            {
                "severity": severity,
                "place": str(p.where) if p.where else "",
                "file": p.where.file if p.where else None,
                "line": p.where.line if p.where else None,
                "column": p.where.column if p.where else None,
                "message": p.message,
                "hint": p.hint,
            }
            for p, severity in problems
        ],
        hint=hint,
    )
    show(view, format_, output)
    return 2 if any(severity == "error" for _, severity in problems) else 0


def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.")] = Path(
        ".schema"
    ),
) -> None:
    """Write JSON Schemas of every file, for editors."""
    from crmaudit.workspace import write_schemas

    try:
        written = write_schemas(folder)
    except OSError as error:
        raise CrmauditError(f"{folder} cannot be written: {error.strerror}") from None
    console = out()
    console.print(Text(f"{len(written)} schemas in {folder}", style="head"), soft_wrap=True)
    put_note(
        console,
        "A file's first line tells the editor which is its own: "
        f"# yaml-language-server: $schema={folder.name}/audit.json",
    )
    console.print(Text("crmaudit validate", style="accent"))
