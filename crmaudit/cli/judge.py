"""`check`, `explain`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from crmaudit.cli.findings import findings_view, select
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.overdue import overdue_view
from crmaudit.cli.terminal import mark, out, print_warnings, put, put_note
from crmaudit.cli.view import Column, Format, View, show

if TYPE_CHECKING:
    from crmaudit.rules import Rule

FailOn = Annotated[
    str,
    typer.Option(help="Exit with 1 from this severity on: critical, high, medium, low, never."),
]


def register(app: typer.Typer) -> None:
    for command in (check, explain):
        app.command()(command)


def check(
    fail_on: FailOn = "high",
    about: Annotated[
        str, typer.Option(help="Only findings about this subject, like system:crm.")
    ] = "",
    code: Annotated[
        str, typer.Option(help="Only codes that begin like this: INV, or GOV112,GOV134.")
    ] = "",
    all_: Annotated[
        bool, typer.Option("--all", help="List every finding, however many there are.")
    ] = False,
    overdue: Annotated[
        bool,
        typer.Option("--overdue", help="Only what was promised for a day that is over, by owner."),
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> int:
    """Judge the workspace: findings, the worst first.

    What could not be assessed is said, too. Many findings are told by rule.
    The exit code speaks of those selected.
    """
    from crmaudit.engine import parse_severity

    limit = None if fail_on == "never" else parse_severity(fail_on)
    found = audit(workspace)
    selected = select(found, about, code)
    if overdue:
        view, late = overdue_view(found, selected)
        show(view, format_, output)
        return 1 if limit and any(f in late for f in selected.at_least(limit)) else 0
    show(findings_view(found, selected, all_=all_), format_, output)
    unread = () if about or code else found.governance.unread.values()
    print_warnings((*unread, *selected.unanswered))
    return 1 if limit and selected.at_least(limit) else 0


def explain(
    code: Annotated[str, typer.Argument(help="A rule's code; without it, all rules.")] = "",
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What a rule looks at, why it matters and how to mend it."""
    from crmaudit.rules import all_rules, rule

    if code and format_ is Format.table and output is None:
        _explain(rule(code))
        return
    rules = [rule(code)] if code else all_rules()
    show(
        View(
            kind="rules",
            headline=f"{len(rules)} rules",
            columns=[
                Column("code", "Code"),
                Column("severity", "Severity", mark, rank=1),
                Column("room", "Room", rank=2),
                Column("title", "Finds", flex=True),
            ],
            rows=[
                {
                    "code": r.code,
                    "severity": r.severity,
                    "room": r.room,
                    "title": r.title,
                    "why": r.why,
                    "fix": r.fix,
                    "parameters": dict(r.parameters),
                }
                for r in rules
            ],
            hint="crmaudit explain CODE",
        ),
        format_,
        output,
    )


def _explain(rule: Rule) -> None:
    from rich.markdown import Markdown

    console = out()
    width = min(console.width, 88)
    console.print(Text(f"{rule.code}  {rule.title}", style="head"), soft_wrap=True)
    console.print(Text.assemble(mark(rule.severity), (f" · {rule.room}", "quiet")))
    if rule.parameters:
        settings = ", ".join(f"{k}: {v}" for k, v in rule.parameters.items())
        put_note(console, f"parameters under rules: parameters: {rule.code}: – {settings}")
    for title, text in (("Why", rule.why), ("Fix", rule.fix)):
        console.print(Text(f"\n{title}", style="accent"))
        put(console, Markdown(text), width)
    for title, text in (("Bad", rule.bad), ("Good", rule.good)):
        console.print(Text(f"\n{title}", style="accent"))
        _put_files(console, text, width)
    command = f"crmaudit check --code {rule.code}"
    console.print(Text(f"\n{command}", style="accent"))


_FENCE = re.compile(r"^```\w* *(?P<file>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def _put_files(console: Console, text: str, width: int) -> None:
    """The files of an example as they would stand in a workspace, each under its name."""
    from rich.markdown import Markdown

    position = 0
    for block in _FENCE.finditer(text):
        put(console, Markdown(text[position : block.start()]), width)
        put_note(console, f"# {block['file']}")
        put(console, Padding(Text(block["body"].rstrip()), (0, 0, 0, 2)), width)
        position = block.end()
    put(console, Markdown(text[position:]), width)
