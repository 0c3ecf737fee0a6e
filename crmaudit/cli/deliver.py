"""`report`, `export`, `import`, `audit`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from crmaudit.cli.findings import put_findings
from crmaudit.cli.options import HERE, Workspace, audit
from crmaudit.cli.terminal import (
    MARKS,
    count,
    out,
    percent,
    print_warnings,
    put_note,
    say,
)

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.collect import Outcome

As = Annotated[str, typer.Option("--as", help="Formats, separated by commas: html, pdf, md, json.")]
Final = Annotated[
    bool, typer.Option("--final", help="Leave empty sections out and list them as limitations.")
]


def register(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(export)
    app.command("import")(import_)
    app.command("audit")(audit_)


def report(
    as_: As = "html,pdf",
    final: Final = False,
    audience: Annotated[str, typer.Option(help="Sections for this audience only.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write into.")
    ] = None,
    workspace: Workspace = HERE,
) -> None:
    """Write the information-management strategic plan into reports/."""
    found = audit(workspace)
    say_files(found.report(_formats(as_), folder=output, final=final, audience=audience))


def _formats(text: str) -> tuple[str, ...]:
    return tuple(f.strip().lower() for f in text.split(",") if f.strip())


def say_files(files: Sequence[Path]) -> None:
    """The files of a report, each with its size."""
    console = out()
    for path in files:
        size = path.stat().st_size / 1024
        console.print(Text(f"{path}  ({size:,.0f} kB)"), soft_wrap=True)


def say_worst(found: Audit) -> None:
    """The five findings that matter most, each with how many there are of its kind."""
    console = out()
    worst = found.worst(5)
    if worst:
        among = count(len(found.findings.findings), "finding")
        console.print(Text(f"\nThe {len(worst)} that matter most of {among}", style="head"))
        put_findings(console, worst, found.findings.findings)
    console.print()


def export(
    file: Annotated[Path, typer.Argument(help="The bundle to write, like evidence.zip.")],
    workspace: Workspace = HERE,
) -> None:
    """Write the newest evidence into a bundle to import."""
    from crmaudit.exchange import write_bundle

    found = audit(workspace)
    documents = found.facts.evidence.documents
    n = write_bundle(documents, file)
    out().print(Text(f"{n} pieces of evidence in {file}"), soft_wrap=True)


def import_(
    file: Annotated[Path, typer.Argument(help="A bundle made by `collect -o` or `export`.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: Workspace = HERE,
) -> None:
    """Take evidence from elsewhere; shows its changes first."""
    from crmaudit.errors import CrmauditError
    from crmaudit.exchange import read_bundle
    from crmaudit.key import find_key

    found = audit(workspace)
    bundle = read_bundle(file)
    key = find_key(found.root)
    bundle.check_key(key.id if key else "")
    unknown = [s for s in bundle.systems if s not in found.workspace.system]
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
        console.print(
            Text(
                f"{system}: {len(mine)} pieces of evidence, {new} new, read "
                f"{times[0]:%Y-%m-%d %H:%M} UTC with crmaudit {bundle.tool}"
            )
        )
    if not fresh:
        console.print(Text("nothing to do: all of it is here already"))
        return
    if not yes and not sys.stdin.isatty():
        raise CrmauditError("nobody can answer here", "say --yes to keep the new pieces")
    if not yes and not typer.confirm(f"keep {len(fresh)} new pieces?", err=True):
        say("nothing was changed", "quiet")
        return
    found.store.put(*fresh)
    console.print(Text(f"{len(fresh)} pieces kept", style="good"))
    console.print(Text("crmaudit check", style="accent"))


def audit_(
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no database: use the last evidence.")
    ] = False,
    as_: As = "html,pdf",
    final: Final = False,
    fail_on: Annotated[
        str,
        typer.Option(help="Exit with 1 from this severity on: critical, high, medium, low, never."),
    ] = "never",
    workspace: Workspace = HERE,
) -> int:
    """Everything: collect, check, plan, report, remember."""
    from crmaudit.engine import parse_severity

    limit = None if fail_on == "never" else parse_severity(fail_on)
    found = audit(workspace)
    outcomes: list[Outcome] = []
    files = run_audit(found, formats=_formats(as_), offline=offline, final=final, outcomes=outcomes)
    say_worst(found)
    say_files(files)
    out().print(Text("crmaudit check", style="accent"))
    if any(not o.whole for o in outcomes):
        return 2
    return 1 if limit and found.findings.at_least(limit) else 0


def run_audit(
    found: Audit,
    *,
    formats: Sequence[str],
    offline: bool = False,
    final: bool = False,
    outcomes: list[Outcome] | None = None,
) -> tuple[Path, ...]:
    """The pipeline with its display; answers the report's files."""
    from crmaudit.cli.measure import collect_with_progress

    if not offline:
        for outcome in collect_with_progress(found):
            if outcomes is not None:
                outcomes.append(outcome)
    judgement = found.findings
    print_warnings(judgement.unanswered)
    given, wanted = found.inventory.completeness
    counts = ", ".join(f"{MARKS[s]} {n} {s}" for s, n in judgement.counts.items() if n)
    console = out()
    put_note(console, found.workspace.organisation.name, "head")
    for line in (
        f"{count(len(found.workspace.in_scope), 'system')} in scope, facts given "
        f"{percent(given, wanted)}",
        f"{count(len(judgement.findings), 'finding')}: {counts or 'none'}; "
        f"{count(len(judgement.not_assessed), 'question')} not assessed",
        f"{count(len(found.plan.initiatives), 'initiative')} in "
        f"{count(len(found.plan.phases), 'phase')}",
    ):
        put_note(console, line, "none")
    files = found.report(formats, final=final)
    found.remember()
    return files
