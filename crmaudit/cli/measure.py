"""`collect` and `profile`: the only commands that open databases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from crmaudit.cli.options import HERE, Workspace, audit
from crmaudit.cli.terminal import err, out, print_error, printable
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.collect import DryRun, Outcome, Target
    from crmaudit.evidence import Document, TableProfile


def register(app: typer.Typer) -> None:
    app.command()(collect)
    app.command()(profile)


Only = Annotated[str, typer.Option(help="Only these collectors, separated by commas.")]


def collect(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems to read; all in scope without it.")
    ] = None,
    only: Only = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read catalogs only; print every statement.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew, do not continue an interrupted run.")
    ] = False,
    url: Annotated[str, typer.Option(help="Read this source; needs no workspace.")] = "",
    as_: Annotated[str, typer.Option("--as", help="The system's id in the bundle.")] = "",
    schema: Annotated[str, typer.Option(help="With --url: only this schema.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="With --url: the bundle to write.")
    ] = None,
    workspace: Workspace = HERE,
) -> int:
    """Read the systems' databases, read-only, and keep the evidence."""
    from crmaudit.collect import Target, targets
    from crmaudit.collect import dry_run as plan_run

    names = tuple(n.strip() for n in only.split(",") if n.strip())
    if url:
        chosen: tuple[Target, ...] = (Target(as_ or "system", url, schema or None),)
        if not dry_run and (not as_ or output is None):
            raise CrmauditError(
                "--url needs the system's id and a file",
                "crmaudit collect --url URL --as crm -o evidence.zip",
            )
        if dry_run:
            return _show_dry_runs(plan_run(chosen, names))
        assert output is not None
        return _bundle(chosen, names, output)
    found = audit(workspace)
    if dry_run:
        return _show_dry_runs(plan_run(targets(found.workspace, systems or ()), names))
    outcomes = collect_with_progress(found, systems or (), names, fresh)
    return 0 if all(o.whole for o in outcomes) else 2


def collect_with_progress(
    found: Audit, systems: Sequence[str] = (), only: Sequence[str] = (), fresh: bool = False
) -> tuple[Outcome, ...]:
    """Collect with one display on stderr, then one line a system."""
    from crmaudit.cli.deliver import say_outcomes

    with Display() as display:
        outcomes = found.collect(systems, only=only, fresh=fresh, progress=display)
    say_outcomes(outcomes)
    return outcomes


class Display:
    """One Rich progress display: the system, its tables, and the table being read."""

    def __init__(self) -> None:
        console = err()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("opening", total=None, detail="")

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def aside(self, print_: Callable[[TableProfile], None], found: TableProfile) -> None:
        """Print something to stdout without tearing the display."""
        self._progress.stop()
        print_(found)
        self._progress.start()

    def system(self, target: Target, tables: int, rows: int | None) -> None:
        about = f"about {rows:,} rows" if rows is not None else ""
        self._progress.update(
            self._task, description=target.system, total=tables, completed=0, detail=about
        )

    def rows(self, table: str, rows: int) -> None:
        self._progress.update(self._task, detail=f"{printable(table)}: {rows:,} rows")

    def done(self, document: Document) -> None:
        if document.kind != "catalog":
            self._progress.advance(self._task)


def _bundle(chosen: Sequence[Target], only: Sequence[str], output: Path) -> int:
    """Collect without a workspace, into a bundle."""
    from crmaudit.cli.deliver import say_outcomes
    from crmaudit.collect import collect as run
    from crmaudit.exchange import write_bundle
    from crmaudit.store import open_store

    with tempfile.TemporaryDirectory(prefix="crmaudit-") as folder:
        store = open_store(Path(folder))
        try:
            with Display() as display:
                outcomes = run(chosen, store, display, only=only)
            say_outcomes(outcomes)
            if all(o.error is not None for o in outcomes):
                return 2
            n = write_bundle(store.newest(), output)
        finally:
            store.close()
    console = out()
    console.print(Text(f"{n} pieces of evidence in {output}"), soft_wrap=True)
    console.print(
        Text(
            f"read it: unzip -p {output} | less · hand it over: crmaudit import {output}", "accent"
        ),
        soft_wrap=True,
    )
    return 0 if all(o.whole for o in outcomes) else 2


def _show_dry_runs(runs: Sequence[DryRun]) -> int:
    console = out()
    code = 0
    for run in runs:
        console.print(Text(f"{run.target.system}", style="head"))
        if run.error is not None:
            print_error(run.error)
            code = 2
            continue
        catalog = run.catalog
        assert catalog is not None
        readable = sum(t.readable for t in catalog.tables)
        size = f", {catalog.bytes / 1e6:,.1f} MB" if catalog.bytes else ""
        known = [t.rows for t in catalog.tables if t.rows is not None]
        console.print(Text(f"  reached: {run.source} ({run.engine} {catalog.version})"))
        console.print(
            Text(
                f"  rights: {readable} of {len(catalog.tables)} tables may be read; "
                f"{sum(known):,} rows in {len(known)} tables{size}"
            )
        )
        for table in catalog.tables:
            if not table.readable:
                console.print(Text(f"  no right to read {printable(table.qualified)}", "medium"))
        for note in catalog.notes:
            console.print(Text(f"  {printable(note)}", style="quiet"))
        for title, statements in (
            ("sent to open and to read the catalog", run.sent),
            ("would be sent", run.would_send),
        ):
            console.print(Text(f"  {len(statements)} statements {title}:", style="head"))
            for s in statements:
                by = " (by the driver)" if s.by == "driver" else ""
                console.print(Text(f"  -- {s.purpose}{by}", style="quiet"), soft_wrap=True)
                console.print(Text(f"  {printable(s.sql)};"), soft_wrap=True)
    return code


def profile(
    source: Annotated[str, typer.Argument(help="A database URL, a file or a folder of exports.")],
    table: Annotated[list[str] | None, typer.Option(help="Only these tables.")] = None,
    schema: Annotated[str, typer.Option(help="Only this schema.")] = "",
    format_: Annotated[str, typer.Option("--format", help="table or json")] = "table",
) -> int:
    """A quick look at any source, without a workspace."""
    from crmaudit.cli.profile_view import show_profiles

    return show_profiles(source, table or [], schema or None, format_)
