"""`init`, `demo`, `validate`, `schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Workspace
from crmaudit.cli.terminal import MARKS, out, print_warnings, say


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
    """Make a commented workspace, from nothing or proposed from a database."""
    from crmaudit.workspace import init as scaffold
    from crmaudit.workspace import propose

    proposal = None
    if from_:
        from crmaudit.sources import open_source

        with open_source(from_, schema=schema_ or None) as source:
            url = from_ if "://" in from_ else str(Path(from_).resolve())
            proposal = propose(source.catalog(as_), as_, url)
    written = scaffold(folder, organisation=organisation, proposal=proposal)
    console = out()
    console.print(Text(f"{len(written)} files in {folder}", style="head"), soft_wrap=True)
    for path in written:
        if path.suffix == ".yaml":
            console.print(Text(f"  {path}", style="quiet"), soft_wrap=True)
    if proposal is not None:
        console.print(
            Text(
                f"proposed from {len(proposal.tables)} tables: "
                f"{len(proposal.entities)} entities; all of it is to be confirmed"
            )
        )
    console.print(
        Text(f"fill in systems/{as_}.yaml, then: crmaudit validate -w {folder}", style="accent"),
        soft_wrap=True,
    )


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the demo.")] = Path("demo"),
    contacts: Annotated[int, typer.Option(help="How many contacts to generate.", min=50)] = 20_000,
) -> None:
    """A fictional charity with three databases, audited from end to end."""
    import shutil

    from crmaudit.audit import Audit
    from crmaudit.cli.deliver import run_audit
    from crmaudit.demo import generate
    from crmaudit.errors import CrmauditError
    from crmaudit.resources import examples_root

    source = examples_root() / "harbourlight"
    if folder.exists() and any(folder.iterdir()) and not (folder / "audit.yaml").exists():
        raise CrmauditError(f"{folder} holds other files", "name a new folder: crmaudit demo DIR")
    if not (folder / "audit.yaml").exists():
        shutil.copytree(
            source,
            folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(".crmaudit", "reports", "*.sqlite"),
        )
    say(f"generating {contacts:,} contacts in three databases", "quiet")
    generate(folder / "data", contacts=contacts)
    found = Audit(folder)
    files = run_audit(found, formats=("html", "pdf"))
    console = out()
    console.print(Text("\nThe five findings that matter most", style="head"))
    for finding in found.worst(5):
        line = Text.assemble(
            (f"{MARKS[finding.severity]} ", finding.severity), f"{finding.code}  {finding.message}"
        )
        console.print(line)
    for path in files:
        console.print(Text.assemble("report: ", (str(path), "accent")), soft_wrap=True)


def validate(workspace: Workspace = HERE) -> None:
    """Read every file of the workspace; all mistakes at once."""
    from crmaudit.workspace import find_root, load

    root = find_root(workspace)
    found = load(root)
    print_warnings(found.warnings)
    console = out()
    told = f"{len(found.files)} files are sound"
    if found.warnings:
        told += f", {len(found.warnings)} warnings"
    console.print(Text(told, style="good"))
    console.print(
        Text(
            f"{len(found.systems)} systems, {len(found.entity)} entities, "
            f"{len(found.people.people)} people, {len(found.processes)} processes, "
            f"{len(found.interviews)} interviews"
        )
    )
    console.print(Text("crmaudit audit", style="accent"))


def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.")] = Path(
        "schema"
    ),
) -> None:
    """Write JSON Schemas of every file, for editors that complete and check."""
    from crmaudit.workspace import write_schemas

    written = write_schemas(folder)
    out().print(Text(f"{len(written)} schemas in {folder}"), soft_wrap=True)
