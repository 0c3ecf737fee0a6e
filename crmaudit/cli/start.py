"""`init`, `demo`, `validate`, `schema`."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace
from crmaudit.cli.terminal import count, out, print_warnings, put_note, say
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError, InvalidInput


def register(app: typer.Typer) -> None:
    for command in (init, demo, validate, schema):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make the workspace.")],
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="A database URL, a file or a folder of exports to propose a dossier, entities "
            "and a map from.",
        ),
    ] = "",
    as_: Annotated[str, typer.Option("--as", help="With --from: the system's id.")] = "crm",
    schema_: Annotated[str, typer.Option("--schema", help="With --from: only this schema.")] = "",
    organisation: Annotated[str, typer.Option(help="The organisation's name.")] = "",
) -> None:
    """Make a commented workspace, empty or from a database."""
    from crmaudit.workspace import init as scaffold
    from crmaudit.workspace import kind_columns, propose, without_secret
    from crmaudit.workspace.proposal import MOST_KINDS
    from crmaudit.workspace.scaffold import password_variable

    proposal = None
    url = _seen_from(folder, from_) if from_ else ""
    if from_:
        from crmaudit.sources import open_source
        from crmaudit.sources.values import value_counts

        with open_source(from_, schema=schema_ or None) as source:
            catalog = source.catalog(as_)
            kinds = {
                (table.qualified, column.name): value_counts(source, table, column, MOST_KINDS)
                for table, column in kind_columns(catalog)
            }
            proposal = propose(catalog, as_, url, kinds)
    written = scaffold(folder, organisation=organisation, proposal=proposal)
    console = out()
    files = [path for path in written if path.suffix in (".yaml", ".md")]
    put_note(
        console,
        f"{count(len(files), 'file')} to fill in, "
        f"{count(len(written) - len(files), 'schema')} for editors in {folder}",
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
    files = run_audit(found, formats=("html", "pdf"))
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
