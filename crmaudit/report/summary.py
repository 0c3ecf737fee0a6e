"""The executive summary's figures, and the decisions that the plan asks for."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.governance.adoption import Share
from crmaudit.governance.kpi_message import month
from crmaudit.governance.rate import FEWER
from crmaudit.report import blocks as b
from crmaudit.report import measured
from crmaudit.report.context import Decision
from crmaudit.report.numbers import money, percent
from crmaudit.report.wording import by_severity, counted, listed, names, span
from crmaudit.strategy import Plan

MOST = 5
"""Decisions that are asked for, at most."""


def headlines(facts: Facts, judgement: Judgement, plan: Plan) -> tuple[b.KeyFigure, ...]:
    """The six key figures of the summary, each with its denominator."""
    given, wanted = facts.inventory.completeness
    known, cells = facts.crud.known_share
    n = len(facts.workspace.in_scope)
    return (
        b.KeyFigure("Findings", str(len(judgement.findings)), by_severity(judgement.findings)),
        _share("Facts known of the systems", given, wanted, f"facts, {counted(n, 'system')}"),
        _share("Mapping declared", known, cells, "cells of the matrix"),
        measured.headline(facts),
        _adoption(facts),
        b.KeyFigure(
            "Work proposed",
            f"{span(plan.effort)} days",
            f"{counted(len(plan.initiatives), 'initiative')} in "
            f"{counted(len(plan.phases), 'phase')}",
        ),
    )


def _share(label: str, part: int, whole: int, noun: str) -> b.KeyFigure:
    if not whole:
        return b.KeyFigure(label, "", state="not_assessed", reason="nothing is declared")
    return b.KeyFigure(label, percent(part / whole), f"{part:,} of {whole:,} {noun}")


def _adoption(facts: Facts) -> b.KeyFigure:
    """As measured; as declared where that cannot be told."""
    label = "Staff who use the CRM"
    line = f"good practice: over {percent(facts.governance.lines.adoption)}"
    seen = facts.governance.measured_adoption(facts.day)
    if seen is not None:
        people = Share(seen.users, seen.staff)
        least = "" if seen.logins_known else "at least "
        value = FEWER if people.hidden else least + percent(seen.users / seen.staff)
        told = f"{people.shown} staff, as measured since {month(seen.since)}; {line}"
        return b.KeyFigure(label, value, told, evidence=seen.evidence)
    found = facts.governance.adoption
    if found is None:
        reason = "users or staff are not declared"
        return b.KeyFigure(label, "", state="not_assessed", reason=reason)
    return b.KeyFigure(
        label,
        percent(found.users / found.staff),
        f"{found.users:,} of {found.staff:,} staff, as declared; {line}",
    )


def decisions(facts: Facts, judgement: Judgement, plan: Plan) -> tuple[Decision, ...]:
    """At most five decisions, each with those who have to take it."""
    return tuple(_decisions(facts, judgement, plan))[:MOST]


def _decisions(facts: Facts, judgement: Judgement, plan: Plan) -> Iterator[Decision]:
    workspace, known = facts.workspace, names(facts.workspace)
    board = known.get(workspace.audit.terms.commissioned_by, "") or "Management"
    if plan.phases:
        number = min(plan.phases)
        first = [i for i in plan.phases[number] if i.status in ("proposed", "approved")]
        days = (sum(i.effort[0] for i in first), sum(i.effort[1] for i in first))
        costs = [i.cost for i in first if i.cost is not None]
        running = len(first) < len(plan.phases[number])
        # Which they are stands above the decisions.
        words = f"Release {span(days)} working days for {counted(len(first), 'initiative')} of "
        words += f"phase {number}"
        words += " that are still to start" if running else ""
        if first and len(costs) == len(first):
            words += f", about {money(sum(costs), facts.inventory.currency)}"
        if first:
            yield Decision(board, f"{words}.")
    ownerless = [
        known.get(s, s)
        for s in dict.fromkeys(
            f.subject.partition(":")[2] for f in judgement.findings if f.code == "INV101"
        )
    ]
    if ownerless:
        yield Decision("Management", f"Name a business owner for {listed(ownerless)}.")
    ties = [
        workspace.entity[e].label
        for e in facts.crud.entities
        if (r := facts.crud.record(e)) and len(r.systems) > 1
    ]
    if ties:
        yield Decision(
            "Heads of department", f"Decide which system's version counts for {listed(ties)}."
        )
    critical = [f for f in judgement.findings if f.severity == "critical" and f.state == "open"]
    if critical:
        asked = dict.fromkeys(known.get(f.who, f.who) if f.who else "management" for f in critical)
        who = listed(sorted(asked, key=lambda x: x == "management"), 3)
        noun = counted(len(critical), "critical finding")
        yield Decision(who[:1].upper() + who[1:], f"Answer the {noun} within a month.")
    unanswered = sum(f.state == "open" for f in judgement.findings)
    if unanswered:
        noun = counted(unanswered, "open finding")
        yield Decision("Owners", f"Agree, dispute or waive the {noun}, each with a date.")
