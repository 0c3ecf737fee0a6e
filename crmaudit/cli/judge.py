"""`check`, `explain`, `plan`, `history`, `diff`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from crmaudit.cli.findings import findings_view, select
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import MARKS, count, mark, out, print_warnings, put, put_note
from crmaudit.cli.view import Column, Format, View, dash, show

if TYPE_CHECKING:
    from crmaudit.rules import Rule

FailOn = Annotated[
    str,
    typer.Option(help="Exit with 1 from this severity on: critical, high, medium, low, never."),
]


def register(app: typer.Typer) -> None:
    for command in (check, explain, plan, history, diff):
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


def plan(workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None) -> None:
    """Findings grouped into initiatives, in the order of work."""
    found = audit(workspace)
    plan_ = found.plan
    low, high = plan_.effort
    show(
        View(
            kind="plan",
            headline=f"{count(len(plan_.initiatives), 'initiative')} in "
            f"{count(len(plan_.phases), 'phase')} · {low:,.0f}–{high:,.0f} working days",
            columns=[
                Column("phase", "Phase", right=True),
                Column("title", "Initiative", flex=True),
                Column("findings", "Findings", lambda v: str(len(v)), right=True),
                Column("worst", "Worst", lambda v: mark(v) if v else Text("–"), rank=3),
                Column("effort_low", "Days", _days, right=True, whole=True),
                Column("who", "Who", rank=2, flex=True),
                Column("after", "After", lambda v: dash(", ".join(v)), rank=4, flex=True),
                Column("start", "When", _months, rank=1, whole=True),
            ],
            rows=[
                {
                    "id": i.id,
                    "phase": i.phase,
                    "title": i.title,
                    "goal": i.goal,
                    "findings": [f"{f.code} {f.subject}" for f in i.findings],
                    "worst": i.worst,
                    "effort_low": i.effort[0],
                    "effort_high": i.effort[1],
                    "gains": [f"{n:,} {words}" for words, n in i.gains],
                    "who": found.workspace.person_name(i.owner) or i.role,
                    "after": list(i.after),
                    "start": i.start,
                    "end": i.end,
                    "status": i.status,
                    "overridden": list(i.overridden),
                }
                for i in plan_.initiatives
            ],
            notes=[
                "Efforts are a proposal by template; plan.yaml decides (ids: --format json).",
                "Dates: one initiative after the other, at the days a month of brief.yaml.",
            ],
            hint="crmaudit report",
        ),
        format_,
        output,
    )


def _days(row: Mapping[str, Any]) -> str:
    return f"{row['effort_low']:,.0f}–{row['effort_high']:,.0f}"


def _months(row: Mapping[str, Any]) -> str:
    if not row["start"]:
        return "–"
    first, last = (f"{row[end]:%Y-%m}" for end in ("start", "end"))
    return first if first == last else f"{first} – {last}"


def history(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """The audits remembered, the oldest first."""
    runs = audit(workspace).history
    rows = [
        {
            "run": r.id,
            "finished_at": r.finished_at.strftime("%Y-%m-%d %H:%M"),
            "as_of": r.body.get("as_of"),
            "findings": len(r.body.get("findings", ())),
            **{s: r.body.get("counts", {}).get(s, 0) for s in MARKS},
            "not_assessed": r.body.get("not_assessed", 0),
        }
        for r in runs
    ]
    show(
        View(
            kind="history",
            headline=f"{count(len(rows), 'audit')} remembered",
            columns=[
                Column("run", "Run", right=True),
                Column("finished_at", "Finished"),
                Column("as_of", "As of", dash, rank=1),
                Column("findings", "Findings", right=True),
                *(Column(s, f"{MARKS[s]} {s}", right=True, rank=2) for s in MARKS),
                Column("not_assessed", "Not assessed", right=True, rank=3),
            ],
            rows=rows,
            hint="crmaudit diff A B" if len(rows) > 1 else "crmaudit audit",
        ),
        format_,
        output,
    )


def diff(
    a: Annotated[int, typer.Argument(help="The earlier run's number.")],
    b: Annotated[int, typer.Argument(help="The later run's number.")],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What is new, gone or changed between two audits."""
    from crmaudit.engine import fingerprint
    from crmaudit.errors import CrmauditError
    from crmaudit.workspace.renaming import subjects_now

    found = audit(workspace)
    runs = {r.id: r for r in found.history}
    for number in (a, b):
        if number not in runs:
            raise CrmauditError(f"there is no run {number}", "`crmaudit history` lists the runs")
    # A renamed system's findings are the same as before.
    now = subjects_now(found.workspace)
    before, after = (
        {fingerprint(f["code"], now(f["subject"])): f for f in runs[n].body.get("findings", ())}
        for n in (a, b)
    )
    rows = []
    for key in [*after, *(k for k in before if k not in after)]:
        old, new = before.get(key), after.get(key)
        if old is None:
            change = "new"
        elif new is None:
            change = "gone"
        elif old["severity"] != new["severity"] or old["message"] != new["message"]:
            change = "changed"
        else:
            continue
        rows.append({"change": change, **(new or old or {})})
    counts = {c: sum(r["change"] == c for r in rows) for c in ("new", "gone", "changed")}
    show(
        View(
            kind="diff",
            headline=f"run {a} → run {b}: "
            + ", ".join(f"{n} {c}" for c, n in counts.items())
            + f", {len(after) - counts['new'] - counts['changed']} as before",
            columns=[
                Column("change", "Change"),
                Column("severity", "", mark),
                Column("code", "Code"),
                Column("message", "Finding", flex=True),
            ],
            rows=rows,
            hint="crmaudit explain CODE" if rows else "crmaudit history",
        ),
        format_,
        output,
    )
