"""`check`, `explain`, `plan`, `history`, `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import MARKS, mark, out, print_warnings
from crmaudit.cli.view import Column, Format, View, dash, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.engine import Finding, Judgement
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
    code: Annotated[str, typer.Option(help="Only codes that begin like this, like INV.")] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> int:
    """Judge the workspace: findings, worst first, and what could not be assessed."""
    from crmaudit.engine import parse_severity

    limit = None if fail_on == "never" else parse_severity(fail_on)
    found = audit(workspace)
    judgement = found.findings
    chosen = [
        f
        for f in judgement.findings
        if (not about or f.subject == about or about in f.related)
        and f.code.startswith(code.upper())
    ]
    show(findings_view(found, judgement, chosen), format_, output)
    print_warnings(judgement.unanswered)
    return 1 if limit and judgement.at_least(limit) else 0


def findings_view(found: Audit, judgement: Judgement, chosen: list[Finding]) -> View:
    """Findings as rows; not-assessed questions and waivers beside them."""
    gaps = judgement.not_assessed
    shown = ", ".join(
        f"{MARKS[s]} {sum(f.severity == s for f in chosen)} {s}"
        for s in judgement.counts
        if any(f.severity == s for f in chosen)
    )
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    notes = []
    if gaps:
        reasons = sorted({(g.reason, g.needs) for g in gaps})
        notes.append(f"{len(gaps)} questions not assessed:")
        for reason, needs in reasons[:6]:
            n = sum((g.reason, g.needs) == (reason, needs) for g in gaps)
            notes.append(f"  ╱ {n} × {reason}" + (f" (needs {needs})" if needs else ""))
        if len(reasons) > 6:
            notes.append(f"  ╱ and {len(reasons) - 6} more reasons (--format json lists all)")
    if judgement.waived:
        notes.append(f"{len(judgement.waived)} waived")
    first = chosen[0].code if chosen else "INV101"
    return View(
        kind="findings",
        headline=f"{found.workspace.organisation.name}: {len(chosen)} findings"
        + (f" ({shown})" if shown else "")
        + day,
        columns=[
            Column("severity", "", mark),
            Column("code", "Code"),
            Column("message", "Finding", flex=True),
            Column("who", "Ask", lambda v: dash(found.workspace.person_name(v)), rank=3, flex=True),
            Column("state", "State", rank=4),
            Column("place", "Where", rank=2),
        ],
        rows=[_row(f) for f in chosen],
        notes=notes,
        hint=f"crmaudit explain {first}" if chosen else "",
        extra={
            "as_of": str(found.facts.day) if found.facts.day else None,
            "waived": [_row(f) for f in judgement.waived],
            "not_assessed": [
                {
                    "code": g.code,
                    "title": g.title,
                    "subject": g.subject,
                    "reason": g.reason,
                    "needs": g.needs,
                }
                for g in gaps
            ],
        },
    )


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "subject": finding.subject,
        "message": finding.message + (" (waiver has run out)" if finding.lapsed else ""),
        "who": finding.who,
        "state": finding.state,
        "place": str(finding.place),
        "fingerprint": finding.fingerprint,
        "measurements": [
            {
                "label": m.label,
                "value": m.value,
                "unit": m.unit,
                "part": m.part,
                "whole": m.whole,
                "evidence": list(m.evidence),
            }
            for m in finding.measurements
        ],
    }


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
    head = Text.assemble((f"{rule.code}  ", "head"), (rule.title, "head"))
    console.print(head)
    console.print(Text.assemble(mark(rule.severity), f" · {rule.room}", style="quiet"))
    if rule.parameters:
        settings = ", ".join(f"{k} = {v}" for k, v in rule.parameters.items())
        console.print(Text(f"parameters: {settings}", style="quiet"))
    for title, text in (
        ("Why", rule.why),
        ("Fix", rule.fix),
        ("Bad", rule.bad),
        ("Good", rule.good),
    ):
        console.print(Text(f"\n{title}", style="accent"))
        console.print(Markdown(text, code_theme="ansi_dark"), width=min(console.width, 88))


def plan(workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None) -> None:
    """Findings grouped into initiatives, in the order of work."""
    found = audit(workspace)
    plan_ = found.plan
    low, high = plan_.effort
    show(
        View(
            kind="plan",
            headline=f"{len(plan_.initiatives)} initiatives in {len(plan_.phases)} phases · "
            f"{low:.0f}–{high:.0f} working days",
            columns=[
                Column("phase", "Phase", right=True),
                Column("title", "Initiative", flex=True),
                Column("findings", "Findings", lambda v: str(len(v)), right=True),
                Column("worst", "Worst", lambda v: mark(v) if v else Text("–"), rank=3),
                Column("days", "Days", right=True),
                Column("who", "Who", rank=2, flex=True),
                Column("after", "After", lambda v: dash(", ".join(v)), rank=4, flex=True),
                Column("when", "When", dash, rank=1),
            ],
            rows=[
                {
                    "id": i.id,
                    "phase": i.phase,
                    "title": i.title,
                    "goal": i.goal,
                    "findings": [f"{f.code} {f.subject}" for f in i.findings],
                    "worst": i.worst,
                    "days": f"{i.effort[0]:.0f}–{i.effort[1]:.0f}",
                    "effort_low": i.effort[0],
                    "effort_high": i.effort[1],
                    "who": found.workspace.person_name(i.owner) or i.role,
                    "after": list(i.after),
                    "when": f"{i.start} – {i.end}" if i.start else "",
                    "status": i.status,
                    "overridden": list(i.overridden),
                }
                for i in plan_.initiatives
            ],
            notes=["Efforts are a proposal by template; plan.yaml decides."],
            hint="crmaudit report",
        ),
        format_,
        output,
    )


def history(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """The audits remembered, the oldest first."""
    runs = audit(workspace).store.runs()
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
            headline=f"{len(rows)} audits remembered",
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
    """What appeared, vanished and changed between two remembered audits."""
    from crmaudit.errors import CrmauditError

    runs = {r.id: r for r in audit(workspace).store.runs()}
    for number in (a, b):
        if number not in runs:
            raise CrmauditError(f"there is no run {number}", "`crmaudit history` lists the runs")
    before, after = (
        {f["fingerprint"]: f for f in runs[n].body.get("findings", ())} for n in (a, b)
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
        ),
        format_,
        output,
    )
