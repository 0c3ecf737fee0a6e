"""`collect` and `profile`: the only commands that open databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from crmaudit.cli.terminal import count, err, out, print_error, printable, say
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.collect import DryRun, Outcome, Target
    from crmaudit.evidence import Catalog, Document, TableProfile
    from crmaudit.sources.task import Known


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
    maps: Annotated[
        Path | None, typer.Option(help="With --url: a folder of entity maps, as a workspace's.")
    ] = None,
    hashed: Annotated[
        bool, typer.Option("--hashed", help="With --url: write keyed hashes of its records.")
    ] = False,
    workspace: Workspace = HERE,
) -> int:
    """Read the systems' databases, read-only, and keep the evidence."""
    from crmaudit.collect import Target, targets
    from crmaudit.collect import dry_run as plan_run

    names = tuple(n.strip() for n in only.split(",") if n.strip())
    if hashed:
        names = _to_hash(url, names, dry_run)
    if url and dry_run:
        target = Target(as_ or "system", url, schema or None, _known(maps, as_, hashed))
        return _show_dry_runs(plan_run([target], names))
    if url:
        if systems or not as_ or output is None:
            raise CrmauditError(
                "--url needs the system's id and a file, and nothing else",
                "crmaudit collect --url URL --as crm -o evidence.zip",
            )
        target = Target(_checked(as_), url, schema or None, _known(maps, as_, hashed))
        return _hashes(target, fresh, output) if hashed else _bundle(target, names, fresh, output)
    if as_ or schema or output is not None or maps is not None:
        raise CrmauditError(
            "--as, --schema, --maps and --output go with --url",
            "in a workspace: crmaudit collect [SYSTEM…]; a bundle of it: crmaudit export FILE",
        )
    found = audit(workspace)
    if dry_run:
        return _show_dry_runs(plan_run(targets(found.workspace, systems or ()), names))
    outcomes = collect_with_progress(found, systems or (), names, fresh)
    return 0 if all(o.whole for o in outcomes) else 2


def collect_with_progress(
    found: Audit, systems: Sequence[str] = (), only: Sequence[str] = (), fresh: bool = False
) -> tuple[Outcome, ...]:
    """Collect with one display on stderr, then one line a system."""
    from crmaudit.collect.collect import readable

    if not systems and not any(readable(s) for s in found.workspace.in_scope):
        say("no system in scope has a database: write `database: {url: …}` into a dossier", "quiet")
        return ()
    with _interruptible(), Display() as display:
        outcomes = found.collect(systems, only=only, fresh=fresh, progress=display)
    _say_outcomes(outcomes)
    return outcomes


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C tells what becomes of the work so far."""
    try:
        yield
    except KeyboardInterrupt:
        say("finished tables are kept, and the same command goes on with the rest", "accent")
        raise


def _say_outcomes(outcomes: Sequence[Outcome]) -> None:
    """One line a system, then what failed."""
    console = out()
    for o in outcomes:
        read = f"{count(o.tables, 'table')}, {count(o.rows, 'row')} read"
        if o.joint:
            read = f"{count(o.kept, 'entity', 'entities')} of {', '.join(o.joint)} compared"
        elif not o.target.url:
            read = f"{count(o.kept, 'piece')} of evidence from files"
        told = f"{o.target.system}: {read}"
        if o.resumed:
            told += f"; {count(o.resumed, 'table')} had been read before an interruption"
        if o.joint and o.error is None and not o.kept:
            # Nothing to be compared is no news; what was left as it was is.
            if o.remarks:
                console.print(Text(f"{o.target.system}: left as it was"), soft_wrap=True)
        elif o.error is None:
            console.print(Text(told), soft_wrap=True)
        elif o.kept:
            say(f"{told}; not read to the end", "alarm")
        else:
            say(f"{o.target.system}: not read", "alarm")
        for remark in o.remarks:
            say(f"    {printable(remark)}", "quiet")
        for failure in o.failures:
            say(f"    {printable(str(failure))}", "medium")
        if o.error is not None:
            print_error(o.error)


def _known(maps: Path | None, system: str, hashed: bool = False) -> Known:
    """What the maps of a folder say of the system; CrmauditError where that is nothing.

    Hashes need to know what the entities are: of the `entities.yaml` beside
    the folder, where the maps come out of a workspace.
    """
    from crmaudit.sources.task import Known
    from crmaudit.workspace import load_maps

    if maps is None:
        return Known()
    found = load_maps(maps)
    # Without an id there is one system only, so one map can mean nothing else.
    wanted = system or (next(iter(found)) if len(found) == 1 else "system")
    if wanted not in found:
        told = ", ".join(sorted(found)) or "no system at all"
        raise CrmauditError(
            f"no map in {maps} speaks of {wanted!r}", f"they speak of: {told}; name it by --as"
        )
    if not hashed:
        return Known(map=found[wanted])
    from crmaudit.workspace import load_entities

    return Known(found[wanted], load_entities(maps.resolve().parent / "entities.yaml"))


def _checked(system: str) -> str:
    """The id, if a dossier could have it; a bundle could not be imported otherwise."""
    from crmaudit.workspace.file_names import check_id

    check_id(system, "system")
    return system


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

    def step(self, name: str) -> None:
        self._progress.update(self._task, detail=name)

    def done(self, document: Document) -> None:
        if document.kind == "profile":
            self._progress.advance(self._task)


def _bundle(target: Target, only: Sequence[str], fresh: bool, output: Path) -> int:
    """Collect without a workspace, into a bundle, which is written when all is read.

    Until then the evidence lies beside it, and the same command goes on.
    """
    from crmaudit.collect import collect as run
    from crmaudit.exchange import write_bundle
    from crmaudit.key import environment_key
    from crmaudit.store import open_store

    key = environment_key()
    unfinished = output.with_name(f".{output.name}.unfinished")
    store = open_store(unfinished)
    try:
        with _interruptible(), Display() as display:
            outcomes = run([target], store, display, only=only, fresh=fresh, key=key)
        _say_outcomes(outcomes)
        (outcome,) = outcomes
        # An unfinished run of another source may have left evidence, too.
        mine = (target.system, outcome.source)
        newest = [d for d in store.newest() if (d.provenance.system, d.provenance.source) == mine]
        if outcome.error is None:
            write_bundle(newest, output)
    finally:
        store.close()
    if outcome.error is not None and newest:
        say(f"{output} is not written yet: the same command goes on", "accent")
        return 2
    shutil.rmtree(unfinished, ignore_errors=True)
    if outcome.error is not None:
        return 2
    console = out()
    console.print(Text(f"{count(len(newest), 'piece')} of evidence in {output}"), soft_wrap=True)
    console.print(
        Text(
            f"read it: unzip -p {output} | less · whoever gets it: crmaudit import {output.name}",
            "accent",
        ),
        soft_wrap=True,
    )
    return 0 if outcome.whole else 2


def _to_hash(url: str, only: Sequence[str], dry_run: bool) -> tuple[str, ...]:
    """The collectors whose statements are sent to make hashes; CrmauditError where it cannot be."""
    from crmaudit.collect.hashed import STATEMENTS, agreed_key

    if not url or only:
        raise CrmauditError(
            "--hashed goes with --url, and measures what it needs: without --only",
            "crmaudit collect --url URL --as billing --hashed -o billing-hashed.zip",
        )
    if not dry_run:
        agreed_key()
    return STATEMENTS


def _hashes(target: Target, fresh: bool, output: Path) -> int:
    """Write the records of a system as keyed hashes.

    What is measured before lies beside the file until that is written.
    """
    from crmaudit.collect.hashed import agreed_key, write_hashes
    from crmaudit.store import open_store

    key = agreed_key()
    unfinished = output.with_name(f".{output.name}.unfinished")
    store = open_store(unfinished)
    try:
        with _interruptible(), Display() as display:
            made = write_hashes(target, store, display, key, output, fresh)
    finally:
        store.close()
    _say_outcomes([made.outcome])
    if made.outcome.error is not None and (made.outcome.kept or made.outcome.resumed):
        say(f"{output} is not written yet: the same command goes on", "accent")
        return 2
    shutil.rmtree(unfinished, ignore_errors=True)
    if made.outcome.error is not None:
        return 2
    for entity in made.unknown:
        hint = "say what it is in an entities.yaml beside the maps, or use one of our words"
        say(f"left out, as nobody here knows what it is: {printable(entity)} ({hint})", "quiet")
    console = out()
    for e in made.entities:
        told = f"{printable(e.entity)}: {count(e.records, 'record')} hashed, by "
        console.print(Text(told + ", ".join(e.attributes)), soft_wrap=True)
    console.print(
        Text(
            f"{output}, key {key.id} · what is in it: unzip -p {output} manifest.json · "
            "whoever compares it names it in a dossier: database: {hashed: FILE}",
            "accent",
        ),
        soft_wrap=True,
    )
    return 0 if made.outcome.whole else 2


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
        if run.engine == "files":
            console.print(Text("  no database: only files are read"))
        else:
            _show_reached(run, catalog)
        for table in catalog.tables:
            if not table.readable:
                told = f"  cannot be read: {table.qualified}"
                told += f" ({table.note})" if table.note else ""
                console.print(Text(printable(told), "medium"), soft_wrap=True)
        for note in catalog.notes:
            console.print(Text(f"  {printable(note)}", style="quiet"), soft_wrap=True)
        for title, statements in (
            ("sent to open and to read the catalog, now and again when collecting", run.sent),
            ("would be sent", run.would_send),
            ("would be sent after each that fails", run.on_failure),
        ):
            if statements:
                many = count(len(statements), "statement")
                console.print(Text(f"  {many} {title}:", style="head"), soft_wrap=True)
            for s in statements:
                about = f"  -- {s.purpose}" + (" (by the driver)" if s.by == "driver" else "")
                about += " (template: names depend on an earlier answer)" if s.template else ""
                console.print(Text(printable(about), style="quiet"), soft_wrap=True)
                console.print(Text(f"  {printable(s.sql)};"), soft_wrap=True)
        if not _show_files(run):
            code = 2
    return code


def _show_reached(run: DryRun, catalog: Catalog) -> None:
    readable = sum(t.readable for t in catalog.tables)
    size = f", {catalog.bytes / 1e6:,.1f} MB" if catalog.bytes else ""
    known = [t.rows for t in catalog.tables if t.rows is not None]
    console = out()
    console.print(Text(f"  reached: {run.source} ({catalog.version})"), soft_wrap=True)
    console.print(
        Text(
            f"  rights: {readable} of {len(catalog.tables)} tables may be read; "
            f"{sum(known):,} rows in {len(known)} tables{size}"
        )
    )


def _show_files(run: DryRun) -> bool:
    """The files that would be read; whether all are there."""
    console = out()
    if run.files:
        console.print(Text("  files that would be read:", style="head"))
    for one in run.files:
        told = f"  {one.kind}: {printable(one.entry)}"
        if one.files:
            many = count(one.files, "file")
            console.print(Text(f"{told} ({many}, {one.bytes / 1e6:,.1f} MB)"), soft_wrap=True)
        else:
            where = f", {one.where}" if one.where else ""
            console.print(Text(f"{told} (does not exist{where})", "medium"), soft_wrap=True)
    return all(one.files for one in run.files)


def profile(
    source: Annotated[str, typer.Argument(help="A database URL, a file or a folder of exports.")],
    table: Annotated[list[str] | None, typer.Option(help="Only these tables.")] = None,
    schema: Annotated[str, typer.Option(help="Only this schema.")] = "",
    format_: Annotated[str, typer.Option("--format", help="table or json")] = "table",
) -> int:
    """A quick look at any source, without a workspace."""
    from crmaudit.cli.profile_view import show_profiles

    return show_profiles(source, table or [], schema or None, format_)
