"""What of findings, work and history an edition may tell, before the document is made.

All numbers of an edition speak of what it tells: findings are left out, or
counted in place of single accounts; initiatives that answer nothing else go
with them, and so do they in what earlier audits remember, so that both sides
of a comparison are cut alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any

from crmaudit.engine import Finding, Judgement, fingerprint
from crmaudit.facts import Facts
from crmaudit.messages import counted, moneyless, msg
from crmaudit.report.audiences import WEAK_TOPICS, Reader
from crmaudit.report.context import ReportContext
from crmaudit.report.crud_parts import STRANGERS
from crmaudit.report.people_access import accounts_parts
from crmaudit.rules import all_rules
from crmaudit.rules.base import SEVERITIES
from crmaudit.standing.figures import kind_of
from crmaudit.standing.past import Past
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.scenarios import Outcome
from crmaudit.workspace import Workspace

_INSIDE = frozenset({"column", "table", "principal", "database"})
_SUM = re.compile(r"\d[\d.,’'\s]*\d{3}")
"""A number that may be an amount, in a text that nobody marked: of an earlier audit."""


def published(judgement: Judgement, plan: Plan, to: Reader) -> tuple[Judgement, Plan, int]:
    """What may be told of findings, the plan with these alone, and how many are withheld."""
    if not to.edition.withhold:
        return judgement, plan, 0
    told = _told(judgement.findings, to)
    gone = sum(not _tells(to, f.code, f.subject) for f in judgement.findings)
    gaps = (g for g in judgement.not_assessed if _tells(to, g.code, g.subject))
    kept = replace(
        judgement,
        findings=_each(told),
        waived=_each(_told(judgement.waived, to)),
        not_assessed=tuple(
            g for g in gaps if not (to.withholds("accounts") and _account(g.subject))
        ),
    )
    return kept, _planned(plan, told, to), gone


def _told(findings: Iterable[Finding], to: Reader) -> dict[str, Finding]:
    """Fingerprint of each finding that is told → as what."""
    told = {f.fingerprint: f for f in findings if _tells(to, f.code, f.subject)}
    if to.withholds("accounts"):
        told = _together(told)
    if to.withholds("costs"):
        told = {m: replace(f, message=moneyless(f.message)) for m, f in told.items()}
    return told


def _each(told: Mapping[str, Finding]) -> tuple[Finding, ...]:
    return tuple({f.fingerprint: f for f in told.values()}.values())


def _tells(to: Reader, code: str, subject: str) -> bool:
    """Whether a finding of that code on that subject is told."""
    if subject in to.hidden:
        return False
    kind, _, name = subject.partition(":")
    if to.withholds("internals") and kind in _INSIDE:
        return False
    if to.withholds("weaknesses") and kind == "maturity" and name in WEAK_TOPICS:
        return False
    return not (to.withholds("weaknesses") and _topics().get(code, "") in WEAK_TOPICS)


@cache
def _topics() -> Mapping[str, str]:
    return {r.code: r.topic for r in all_rules()}


def _account(subject: str) -> bool:
    return subject.startswith("account:")


def _system(subject: str) -> str:
    """Of an account, its system: what a count of accounts is about."""
    return f"system:{subject.partition(':')[2].partition('.')[0]}"


def _together(told: Mapping[str, Finding]) -> dict[str, Finding]:
    """One finding for all accounts of a system that a rule found, with how many there are."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for f in told.values():
        if _account(f.subject):
            groups.setdefault((f.code, _system(f.subject)), []).append(f)
    one = {key: _one(key, found) for key, found in groups.items()}
    return {
        mark: one[f.code, _system(f.subject)] if _account(f.subject) else f
        for mark, f in told.items()
    }


def _one(key: tuple[str, str], found: list[Finding]) -> Finding:
    code, subject = key
    worst = min(found, key=lambda f: SEVERITIES.index(f.severity))
    alike = all((f.state, f.response) == (worst.state, worst.response) for f in found)
    return replace(
        worst,
        subject=subject,
        message=msg("{title}: {n}", title=msg(worst.title), n=counted(len(found), "account")),
        measurements=(),
        related=(),
        who=worst.who if all(f.who == worst.who for f in found) else None,
        state=worst.state if alike else "open",
        response=worst.response if alike else None,
        fingerprint=fingerprint(code, subject),
    )


def _planned(plan: Plan, told: Mapping[str, Finding], to: Reader) -> Plan:
    """The plan of these findings; initiatives that answer only weaknesses are not in it."""

    def answers(i: Initiative) -> bool:
        weak = all(_topics().get(f.code, "") in WEAK_TOPICS for f in i.findings)
        return not (to.withholds("weaknesses") and i.findings and weak)

    def with_these(i: Initiative) -> Initiative:
        found = _each(
            {f.fingerprint: told[f.fingerprint] for f in i.findings if f.fingerprint in told}
        )
        made = replace(i, findings=found, after=tuple(a for a in i.after if a not in gone))
        return _unpriced(made) if to.withholds("costs") else made

    def outcome(x: Outcome) -> Outcome:
        def kept(initiatives: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(i for i in initiatives if i not in gone)

        made = replace(
            x, taken=kept(x.taken), left=kept(x.left), late=kept(x.late), early=kept(x.early)
        )
        if not to.withholds("costs"):
            return made
        return replace(
            made, cost=None, money=None, payback=None, means=replace(x.means, budget=None)
        )

    gone = {i.id for i in (*plan.initiatives, *plan.dropped) if not answers(i)}
    return replace(
        plan,
        initiatives=tuple(with_these(i) for i in plan.initiatives if i.id not in gone),
        dropped=tuple(with_these(i) for i in plan.dropped if i.id not in gone),
        scenarios=tuple(map(outcome, plan.scenarios)),
    )


def _unpriced(i: Initiative) -> Initiative:
    return replace(
        i, cost=None, cost_range=None, benefits=tuple(x for x in i.benefits if x.kind != "money")
    )


def told_facts(facts: Facts, to: Reader, plan: Plan) -> Facts:
    """The facts with what earlier audits may still say, and without levels that are withheld.

    A copy of them, so that what was worked out is not worked out again.
    """
    if not to.edition.withhold:
        return facts
    made = copy(facts)
    put = made.__dict__
    put["past"] = tuple(remembered(p, to, plan) for p in facts.past)
    if to.hidden:
        put["workspace"] = _without(facts.workspace, to.hidden)
    if to.withholds("weaknesses"):
        put["maturity"] = tuple(x for x in facts.maturity if x.dimension not in WEAK_TOPICS)
    return made


def _without(workspace: Workspace, hidden: frozenset[str]) -> Workspace:
    """The workspace without these indicators; a copy, with all that was worked out of it."""
    made, kpis = copy(workspace), workspace.kpis
    told = tuple(k for k in kpis.kpis if f"kpi:{k.id}" not in hidden)
    made.__dict__["kpis"] = kpis.model_copy(update={"kpis": told})
    return made


def remembered(past: Past, to: Reader, plan: Plan) -> Past:
    """What an audit kept, cut as this edition is; `plan` is what it tells."""
    body = dict(past.body)
    for part in ("findings", "waivers"):
        if body.get(part) is not None:
            body[part] = _kept(body[part], to)
    withheld = {"accounts", "weaknesses", "internals"} & set(to.edition.withhold)
    if withheld and body.get("counts"):
        found = Counter(f["severity"] for f in body.get("findings") or ())
        body["counts"] = {s: found[s] for s in SEVERITIES} if body.get("findings") else {}
    for part in ("figures", "measures"):
        if body.get(part):
            body[part] = {k: v for k, v in body[part].items() if _figure(k, to)}
    if to.withholds("weaknesses") and body.get("plan"):
        known = {i.id for i in plan.initiatives}
        mine = [i for i in body["plan"].get("initiatives", ()) if i["id"] in known]
        body["plan"] = {**body["plan"], "initiatives": mine}
    return replace(past, body=body)


def _figure(name: str, to: Reader) -> bool:
    kind = kind_of(name)
    if kind is None:
        return not to.withholds("costs")
    if to.withholds("costs") and kind[0].unit == "money":
        return False
    # Of the whole plan, of which an edition may tell a part.
    weak = kind[1] in WEAK_TOPICS or name == "plan done"
    return not (to.withholds("weaknesses") and weak)


def _kept(found: Iterable[Mapping[str, Any]], to: Reader) -> list[Mapping[str, Any]]:
    """Findings of an audit as they may be told, in its own plain values."""
    kept: dict[tuple[str, str], Mapping[str, Any]] = {}
    for f in found:
        code, subject = f["code"], f["subject"]
        if not _tells(to, code, subject):
            continue
        if to.withholds("accounts") and _account(subject):
            subject = _system(subject)
            f = {**f, "subject": subject, "message": _titles().get(code, code)}
        elif to.withholds("costs") and _SUM.search(f["message"]):
            # Nobody can say any more which of its numbers were money.
            f = {**f, "message": _titles().get(code, code)}
        other = kept.get((code, subject))
        rank = SEVERITIES.index
        if other is None or rank(f["severity"]) < rank(other["severity"]):
            kept[code, subject] = f
    return list(kept.values())


@cache
def _titles() -> Mapping[str, str]:
    return {r.code: r.title for r in all_rules()}


def told_context(context: ReportContext, facts: Facts, to: Reader) -> ReportContext:
    """What section files are given, without figures that are withheld."""
    proof = context.crud.proof
    if to.withholds("costs"):
        audit = context.audit.model_copy(update={"hourly_rate": None, "rates": {}})
        people = replace(context.people, cost_lost=None)
        context = replace(context, audit=audit, people=people)
    if to.withholds("accounts"):
        people = replace(context.people, accounts=accounts_parts(facts, alone=False))
        context = replace(context, people=people)
    if to.withholds("weaknesses") and proof is not None:
        figures = tuple(f for f in proof.figures if f.label != STRANGERS)
        context = replace(
            context, crud=replace(context.crud, proof=replace(proof, figures=figures))
        )
    return context
