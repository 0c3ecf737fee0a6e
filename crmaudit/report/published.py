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
from datetime import date
from functools import cache
from math import copysign
from typing import Any

from crmaudit.engine import Finding, Judgement, fingerprint
from crmaudit.facts import Facts
from crmaudit.inventory import InventoryRow
from crmaudit.messages import Message, counted, moneyless, msg
from crmaudit.report.audiences import WEAK_TOPICS, Reader
from crmaudit.report.context import InventoryPart, ReportContext
from crmaudit.report.crud_parts import STRANGERS
from crmaudit.report.people_access import accounts_parts
from crmaudit.report.specs import Series, Stack
from crmaudit.rules import all_rules
from crmaudit.rules.base import SEVERITIES
from crmaudit.standing.figures import kind_of
from crmaudit.standing.past import Past
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.due import Due
from crmaudit.strategy.scenarios import Outcome, summed
from crmaudit.workspace import Workspace

_INSIDE = frozenset({"column", "table", "principal", "database"})
_SUM = re.compile(r"\d[\d.,’'\s]*\d{3}")
"""A number that may be an amount, in a text that nobody marked: of an earlier audit."""


def published(
    judgement: Judgement, plan: Plan, to: Reader, day: date | None
) -> tuple[Judgement, Plan, int]:
    """What may be told of findings, the plan with these alone, and how many are withheld.

    `day` is the audit's.
    """
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
    return kept, _planned(plan, told, to, day), gone


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
    return not (to.withholds("weaknesses") and _weak(code))


@cache
def _topics() -> Mapping[str, str]:
    return {r.code: r.topic for r in all_rules()}


_URGENT = "answer-critical"
"""The template of what is critical, whatever it is about."""
_OF_FINDINGS = frozenset({"{unsure} of {n} rest on guesses", "its one finding rests on guesses"})
_OF_WAITING = "it waits for {n}"
"""Reasons of a risk that count what an edition may withhold."""


def _weak(code: str) -> bool:
    return _topics().get(code, "") in WEAK_TOPICS


@cache
def _weak_templates() -> frozenset[str]:
    """Templates of initiatives most of whose rules are about weaknesses."""
    weak = Counter(r.initiative for r in all_rules() if r.topic in WEAK_TOPICS)
    every = Counter(r.initiative for r in all_rules())
    return frozenset(t for t, n in weak.items() if 2 * n > every[t])


def _weak_work(id: str) -> bool:
    """Whether the id is of work on weaknesses, or of what was critical, nobody knows why."""
    template = id.partition(".")[0]
    return template in _weak_templates() or template == _URGENT


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


def _planned(plan: Plan, told: Mapping[str, Finding], to: Reader, day: date | None) -> Plan:
    """The plan of what is told: work that only weaknesses ask for is in no part of it.

    Days are those of the whole plan, as the work that is told keeps them; all that is
    counted is counted anew.
    """
    every = (*plan.initiatives, *plan.dropped)
    gone = {i.id: i.title for i in every if not _asked(i, told, to)}
    kept = {i.id: _with(i, told, gone) for i in every if i.id not in gone}
    outcomes = tuple(summed(x, kept.values(), to.hourly_rate, day) for x in plan.scenarios)
    if to.withholds("costs"):
        kept = {name: _unpriced(i) for name, i in kept.items()}
        outcomes = tuple(map(_unpriced_outcome, outcomes))
    return replace(
        plan,
        initiatives=tuple(kept[i.id] for i in plan.initiatives if i.id in kept),
        dropped=tuple(kept[i.id] for i in plan.dropped if i.id in kept),
        scenarios=outcomes,
        closed=tuple(
            c for c in plan.closed if not (_weak_work(c.id) and to.withholds("weaknesses"))
        ),
    )


def _asked(i: Initiative, told: Mapping[str, Finding], to: Reader) -> bool:
    """Whether the work may be told: what asks for it is, or was nothing to withhold."""
    weak = i.template in _weak_templates()
    if not any(f.fingerprint in told for f in i.findings):
        weak = weak or any(_weak(f.code) for f in i.findings)
        if i.findings and i.template == _URGENT:
            return False
    return not (weak and to.withholds("weaknesses"))


def _with(i: Initiative, told: Mapping[str, Finding], gone: Mapping[str, str]) -> Initiative:
    """The work with what is told of it: no count and no day speaks of what is withheld."""
    found = _each({f.fingerprint: told[f.fingerprint] for f in i.findings if f.fingerprint in told})
    after = tuple(a for a in i.after if a not in gone)
    whole, waits = len(found) == len(i.findings), len(after) == len(i.after)

    def stands(reason: str) -> bool:
        pattern = _pattern(reason)
        return (whole or pattern not in _OF_FINDINGS) and (waits or pattern != _OF_WAITING)

    reasons = tuple(r for r in i.risk.reasons if stands(r))
    level = i.risk.level if reasons or i.risk.decided or not i.risk.reasons else "low"
    day, over = _day(i.due, told), _day(i.overdue, told)
    silent = {*gone.values(), *([i.overdue.why] if i.overdue and not over else ())}
    return replace(
        i,
        findings=found,
        after=after,
        due=day,
        overdue=over,
        slack=i.slack if (day is None) == (i.due is None) else None,
        risk=replace(i.risk, level=level, reasons=reasons),
        against=tuple(x for x in i.against if not any(text in x for text in silent)),
    )


def _day(day: Due | None, told: Mapping[str, Finding]) -> Due | None:
    """The first day to keep that not only findings that are withheld set."""
    while day is not None:
        marks = tuple(m for m in day.marks if m in told)
        if marks or not day.marks:
            return replace(day, marks=marks, later=_day(day.later, told))
        day = day.later
    return None


def _pattern(text: str) -> str:
    return text.pattern if isinstance(text, Message) else ""


def _unpriced(i: Initiative) -> Initiative:
    return replace(
        i,
        cost=None,
        cost_range=None,
        cost_least=None,
        paid=0.0,
        benefits=tuple(x for x in i.benefits if x.kind != "money"),
    )


def _unpriced_outcome(x: Outcome) -> Outcome:
    means = replace(x.means, budget=None)
    return replace(x, cost=None, money=None, payback=None, exceeded=0.0, means=means)


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
    if {"weaknesses", "internals"} & withheld and body.get("plan"):
        known = {i.id for i in plan.initiatives}
        mine = [
            i
            for i in body["plan"].get("initiatives", ())
            if i["id"] in known or not (to.withholds("weaknesses") or _weak_work(i["id"]))
        ]
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
    if to.edition.sections and "limitations" not in to.edition.sections:
        context = replace(context, how_sure=None)  # nobody is to look for it
    if to.withholds("costs"):
        context = _without_costs(context)
    if to.withholds("accounts"):
        people = replace(context.people, accounts=accounts_parts(facts, alone=False))
        context = replace(context, people=people)
    if to.withholds("weaknesses") and proof is not None:
        figures = tuple(f for f in proof.figures if f.label != STRANGERS)
        context = replace(
            context, crud=replace(context.crud, proof=replace(proof, figures=figures))
        )
    return context


def _without_costs(context: ReportContext) -> ReportContext:
    """Without a single amount, so that a section of one's own that asks for one gets none."""
    brief, nothing = context.brief, {"budget": None}
    scenarios = tuple(x.model_copy(update=nothing) for x in brief.scenarios)
    resources = brief.resources.model_copy(update=nothing)
    # Of a mix of licences only whether it saves, which sections ask before they tell of it.
    mixes = tuple(replace(m, saving=copysign(1, m.saving)) for m in context.people.mixes)
    return replace(
        context,
        audit=context.audit.model_copy(update={"hourly_rate": None, "rates": {}}),
        brief=brief.model_copy(update={"resources": resources, "scenarios": scenarios}),
        inventory=_inventory_without_costs(context.inventory),
        people=replace(context.people, cost_lost=None, mixes=mixes),
    )


def _inventory_without_costs(inventory: InventoryPart) -> InventoryPart:
    """Its drawings keep what they are of, and are left out of the document as being of money."""
    none: dict[str, Any] = {"cost_total": None, "cost_one_off": None}
    if inventory.cost_bars is not None:
        names = (r.system.name for r in inventory.rows if r.cost and r.cost.total is not None)
        bare = tuple(Stack(n, (), ()) for n in names)
        none["cost_bars"] = replace(inventory.cost_bars, parts=(), items=bare)
    if inventory.cost_trend is not None:
        none["cost_trend"] = replace(inventory.cost_trend, series=(Series(inventory.currency, ()),))
    if inventory.cost_change is not None:
        none["cost_change"] = (inventory.cost_change[0], None, None)
    return replace(inventory, rows=tuple(map(_row_without_costs, inventory.rows)), **none)


def _row_without_costs(row: InventoryRow) -> InventoryRow:
    def unpriced(things: Iterable[Any] | None, amount: str) -> tuple[Any, ...] | None:
        if things is None:
            return None
        return tuple(x.model_copy(update={amount: None}) for x in things)

    system = row.system
    told = {
        "costs": unpriced(system.costs, "amount"),
        "licences": unpriced(system.licences, "unit_cost"),
    }
    return replace(
        row,
        system=system.model_copy(update=told),
        cost=None,
        cost_change=None,
        licence_bill=None,
        licences=tuple(replace(x, cost=None) for x in row.licences),
    )
