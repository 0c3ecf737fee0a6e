"""How findings look: many told by rule, few one by one, each with its place."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crmaudit.cli.terminal import MARKS, count, mark, printable, put
from crmaudit.cli.view import Column, View
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.engine import Finding, Judgement
    from crmaudit.workspace import Workspace

MOST = 30
"""More than these are not listed unasked."""
_REASONS = 6


def select(found: Audit, about: str, code: str) -> Judgement:
    """The judgement on a subject or by some rules only, as `check` was asked.

    `code` are beginnings of codes, with commas between.
    """
    from crmaudit.rules import all_rules

    judgement = found.findings
    codes = tuple(c.strip().upper() for c in code.split(",") if c.strip())
    for begun in codes:
        if not any(r.code.startswith(begun) for r in all_rules()):
            raise CrmauditError(
                f"no rule's code begins with {begun!r}", "`crmaudit explain` lists all"
            )
    codes = codes or ("",)
    known = {*found.workspace.subjects(), *(s for f in judgement.findings for s in _subjects(f))}
    if about and about not in known:
        close = difflib.get_close_matches(about, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "write it like system:crm, entity:contact"
        raise CrmauditError(f"there is nothing called {about!r}", hint)

    def wanted(finding: Finding) -> bool:
        return finding.code.startswith(codes) and (not about or about in _subjects(finding))

    return replace(
        judgement,
        findings=tuple(filter(wanted, judgement.findings)),
        waived=tuple(filter(wanted, judgement.waived)),
        not_assessed=tuple(
            g
            for g in judgement.not_assessed
            if g.code.startswith(codes) and about in ("", g.subject)
        ),
        unanswered=() if about or code else judgement.unanswered,
    )


def _subjects(finding: Finding) -> tuple[str, ...]:
    return (finding.subject, *finding.related)


def findings_view(
    found: Audit, judgement: Judgement, *, all_: bool = False, command: str = "check"
) -> View:
    """Findings as rows; not-assessed questions and waivers beside them.

    `command` is the one that shows all of them.
    """
    chosen = judgement.findings
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    counts = ", ".join(f"{MARKS[s]} {n} {s}" for s, n in judgement.counts.items() if n)
    rules = len({f.code for f in chosen})
    by_rule = len(chosen) > MOST and rules > 1 and not all_
    columns = [Column("severity", "", mark), Column("code", "Code")]
    if by_rule:
        drawn = _by_rule(found.workspace, chosen)
        columns.append(Column("count", "", right=True))
        columns.append(Column("message", "Finding", flex=True))
    else:
        drawn = [finding_row(f) for f in chosen]
        told = partial(_told, found.workspace)
        columns.append(Column("message", "Finding", told, flex=True, whole=True))
    left = 0 if all_ else max(0, len(drawn) - MOST)
    notes = []
    if left:
        notes.append(f"and {left} more {'rules' if by_rule else 'findings'}")
    notes += _lacking(judgement, None if all_ else _REASONS)
    if judgement.waived:
        notes.append(f"{len(judgement.waived)} waived")
    hints = [f"crmaudit explain {drawn[0]['code']}"] if drawn else []
    if by_rule:
        hints.append(f"crmaudit check --code {drawn[0]['code']}")
    if by_rule or left:
        hints.append(f"crmaudit {command} --all")
    return View(
        kind="findings",
        headline=f"{found.workspace.organisation.name}: {count(len(chosen), 'finding')}"
        + (f" of {count(rules, 'rule')}" if by_rule else "")
        + (f" ({counts})" if counts else "")
        + day,
        columns=columns,
        rows=[finding_row(f) for f in chosen],
        drawn=drawn[: len(drawn) - left],
        notes=notes,
        hint=" · ".join(hints) or "crmaudit report",
        extra={
            "as_of": str(found.facts.day) if found.facts.day else None,
            "waived": [finding_row(f) for f in judgement.waived],
            "not_assessed": [
                {
                    "code": g.code,
                    "title": g.title,
                    "subject": g.subject,
                    "reason": g.reason,
                    "needs": g.needs,
                }
                for g in judgement.not_assessed
            ],
        },
    )


def put_findings(
    console: Console, findings: Iterable[Finding], among: Iterable[Finding] = ()
) -> None:
    """Findings one by one; with `among`, each says how many more there are of its kind."""
    kinds = Counter(f.code for f in among)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for f in findings:
        more = kinds[f.code] - 1
        told = f.message + (f" (and {more} more of this rule)" if more > 0 else "")
        table.add_row(mark(f.severity), f.code, Text(printable(told)))
    put(console, table)


def _by_rule(workspace: Workspace, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """One row a rule, at its worst severity: its only finding, or what it is found in."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.code, []).append(finding)
    rows = []
    for code, kind in sorted(kinds.items(), key=_worst_first):
        names = list(dict.fromkeys(_name(workspace, f.subject) for f in kind))
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
        rows.append(
            {
                "severity": kind[0].severity,
                "code": code,
                "count": f"{len(kind)} ×" if len(kind) > 1 else "",
                "message": kind[0].message if len(kind) == 1 else f"{kind[0].title}: {shown}",
            }
        )
    return rows


def _worst_first(item: tuple[str, list[Finding]]) -> tuple[int, int]:
    _, kind = item
    worst = kind[0].severity
    return list(MARKS).index(worst), -sum(f.severity == worst for f in kind)


def _name(workspace: Workspace, subject: str) -> str:
    """A subject as people call it."""
    kind, _, key = subject.partition(":")
    if kind == "entity" and key in workspace.entity:
        return workspace.entity[key].label
    if kind == "system" and key in workspace.system:
        return workspace.system[key].name
    if kind == "unit" and key in workspace.unit:
        return workspace.unit[key].name
    return unquote(key or kind)


def _told(workspace: Workspace, row: Mapping[str, Any]) -> Text:
    """The message, and under it the place, whom to ask and what was answered."""
    asked = f"ask {workspace.person_name(row['who'])}" if row["who"] else ""
    state = row["state"] if row["state"] != "open" else ""
    below = " · ".join(part for part in (row["place"], asked, state) if part)
    return Text.assemble(printable(row["message"]), ("\n" + printable(below), "quiet"))


def _lacking(judgement: Judgement, most: int | None) -> list[str]:
    """Not-assessed questions, grouped by what they need, the most frequent need first."""
    gaps = judgement.not_assessed
    if not gaps:
        return []
    needs = Counter(g.needs for g in gaps).most_common()
    lines = [f"{count(len(gaps), 'question')} not assessed:"]
    for need, n in needs[:most]:
        reason = next(g.reason for g in gaps if g.needs == need)
        more = f", and {n - 1} like it" if n > 1 else ""
        lines.append(f"  ╱ {reason}{more}" + (f" (needs {need})" if need else ""))
    if needs[len(lines) - 1 :]:
        rest = sum(n for _, n in needs[len(lines) - 1 :])
        lines.append(f"  ╱ and {rest} more (--all lists their reasons)")
    return lines


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
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
