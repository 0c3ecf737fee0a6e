"""The executive summary's figures."""

from __future__ import annotations

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.governance.adoption import Share
from crmaudit.governance.rate import FEWER
from crmaudit.messages import month_of, msg
from crmaudit.report import blocks as b
from crmaudit.report import measured
from crmaudit.report.numbers import percent
from crmaudit.report.wording import by_severity, counted, span
from crmaudit.strategy import Plan

ADOPTION = "Staff who use the CRM"


def headlines(facts: Facts, judgement: Judgement, plan: Plan) -> tuple[b.KeyFigure, ...]:
    """The six key figures of the summary, each with its denominator."""
    given, wanted = facts.inventory.completeness
    known, cells = facts.crud.known_share
    n = len(facts.workspace.in_scope)
    return (
        b.KeyFigure("Findings", str(len(judgement.findings)), by_severity(judgement.findings)),
        _share(
            "Facts known of the systems",
            given,
            wanted,
            msg("facts, {systems}", systems=counted(n, "system")),
        ),
        _share("Mapping declared", known, cells, msg("cells of the matrix")),
        measured.headline(facts),
        _adoption(facts),
        b.KeyFigure(
            "Work proposed",
            msg("{span} days", span=span(plan.effort)),
            msg(
                "{initiatives} in {phases}",
                initiatives=counted(len(plan.initiatives), "initiative"),
                phases=counted(len(plan.phases), "phase"),
            ),
        ),
    )


def _share(label: str, part: int, whole: int, noun: str) -> b.KeyFigure:
    if not whole:
        return b.KeyFigure(label, "", state="not_assessed", reason="nothing is declared")
    return b.KeyFigure(
        label,
        percent(part / whole),
        msg("{part:,} of {whole:,} {noun}", part=part, whole=whole, noun=noun),
    )


def _adoption(facts: Facts) -> b.KeyFigure:
    """As measured; as declared where that cannot be told."""
    label = ADOPTION
    line = msg("good practice: over {percent}", percent=percent(facts.governance.lines.adoption))
    seen = facts.governance.measured_adoption(facts.day)
    if seen is not None:
        people = Share(seen.users, seen.staff)
        rate = msg(
            "{share}" if seen.logins_known else "at least {share}",
            share=percent(seen.users / seen.staff),
        )
        value = FEWER if people.hidden else rate
        told = msg(
            "{shown} who should, as measured since {month}; {line}",
            shown=people.shown,
            month=month_of(seen.since),
            line=line,
        )
        return b.KeyFigure(label, value, told, evidence=seen.evidence)
    found = facts.governance.adoption
    if found is None:
        reason = "users or staff are not declared"
        return b.KeyFigure(label, "", state="not_assessed", reason=reason)
    return b.KeyFigure(
        label,
        percent(found.users / found.staff),
        msg(
            "{users:,} of {staff:,} who should, as declared; {line}",
            users=found.users,
            staff=found.staff,
            line=line,
        ),
    )
