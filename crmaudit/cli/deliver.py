"""`report` and `audit`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from crmaudit.cli.findings import put_findings
from crmaudit.cli.history_views import since_line
from crmaudit.cli.options import HERE, Workspace, audit
from crmaudit.cli.terminal import (
    MARKS,
    count,
    out,
    percent,
    print_warnings,
    printable,
    put_note,
)
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.collect import Outcome
    from crmaudit.report.verify import Checked

As = Annotated[
    str,
    typer.Option(
        "--as",
        help="Formats, separated by commas: html, pdf, dashboard (one page for the management, "
        "with links into the html), docx, pptx, xlsx, md, json.",
    ),
]
Final = Annotated[
    bool, typer.Option("--final", help="Leave empty sections out and list them as limitations.")
]


def register(app: typer.Typer) -> None:
    app.command()(report)
    app.command("audit")(audit_)


def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="With --verify: these files or folders, not reports/."),
    ] = None,
    as_: As = "html,dashboard,pdf",
    final: Final = False,
    audience: Annotated[str, typer.Option(help="Sections for this audience only.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write into.")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Write nothing: make reports again and compare; exit with 1 where one differs.",
        ),
    ] = False,
    workspace: Workspace = HERE,
) -> int:
    """Write the information-management strategic plan into reports/."""
    found = audit(workspace)
    if verify:
        paths = files or ([output] if output else [])
        return say_verified(found.verify(paths), found.root)
    if files:
        raise CrmauditError(
            "files are named only to verify them", "add --verify, or name a folder with --output"
        )
    say_files(found.report(_formats(as_), folder=output, final=final, audience=audience))
    return 0


def say_verified(found: Sequence[Checked], root: Path) -> int:
    """What became of each report; 1 where one is not what would be written now."""
    console = out()
    for one in found:
        inside = one.path.resolve().is_relative_to(root)
        path = one.path.resolve().relative_to(root) if inside else one.path
        line = Text(f"{one.state:<8} ", style="good" if one.state == "same" else "alarm")
        console.print(line + Text(printable(str(path))), soft_wrap=True)
        for reason in one.reasons:
            put_note(console, f"         {reason}", "none")
    bad = sum(one.state != "same" for one in found)
    whole = count(len(found), "file")
    put_note(
        console,
        f"{bad} of {whole} not as written now" if bad else f"{whole}: every byte as written now",
        "head",
    )
    return 1 if bad else 0


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


def audit_(
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no database: use the last evidence.")
    ] = False,
    as_: As = "html,dashboard,pdf",
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
    print_warnings((*found.governance.unread.values(), *judgement.unanswered))
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
        *since_line(found),
    ):
        put_note(console, line, "none")
    files = found.report(formats, final=final)
    found.remember()
    return files
