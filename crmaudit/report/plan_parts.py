"""The plan as section files are given it."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg, named
from crmaudit.report import plan_context as c
from crmaudit.report import plan_pictures as pictures
from crmaudit.report.decisions import decisions
from crmaudit.report.tables.given import Given
from crmaudit.report.tables.phases import BASES, brings, leads, phase_table
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.choice import by_rule
from crmaudit.strategy.order import PRIORITY
from crmaudit.strategy.scenarios import total
from crmaudit.strategy.staffing import Holders
from crmaudit.strategy.target_feeds import solved_between

WORST = 3
"""Findings that an initiative's own page tells."""


def plan_part(facts: Facts, judgement: Judgement, plan: Plan) -> c.PlanPart:
    """What is recommended."""
    given = Given(facts, judgement, plan)
    starts = [i.start for i in plan.initiatives if i.start]
    ends = [i.end for i in plan.initiatives if i.end]
    cost, known = plan.cost, {i.id: i for i in plan.initiatives}
    return c.PlanPart(
        initiatives=plan.initiatives,
        phases=tuple(_phase(given, n, found) for n, found in plan.phases.items()),
        effort=plan.effort,
        cost=sum(cost) / 2 if cost else None,
        starts=min(starts, default=None),
        ends=None if plan.undated else max(ends, default=None),
        gantt=pictures.gantt(facts, plan),
        gantt_parts=pictures.gantt_parts(facts, plan),
        value_map=pictures.value_map(plan),
        decisions=decisions(facts, judgement, plan),
        extractions=plan.extractions,
        cost_range=cost,
        hours=plan.hours,
        hours_unled=total(
            i.hours for i in plan.initiatives if i.open and i.owner is None and i.hours
        ),
        money=plan.money,
        hidden_pains=plan.pains.hidden,
        pains_left=len(plan.pains.left),
        late=tuple(i for i in plan.initiatives if i.open and i.late),
        critical=tuple(known[i] for i in plan.chain if i in known),
        critical_days=plan.critical_days,
        capacity=plan.capacity,
        curve=pictures.curve(facts, plan),
        leaders=pictures.leaders(facts, plan),
        skills=pictures.skills(facts, plan),
        scenarios=plan.scenarios,
        chosen=_chosen(facts, plan),
        paid=sum(i.paid for i in plan.initiatives if i.status != "done"),
        between=None if plan.undated else plan.between,
        details=tuple(_detail(given, i) for i in plan.initiatives),
        begin=plan.begin,
        unpriced=sum(i.open and i.unpriced for i in plan.initiatives),
        unnamed=sum(i.open and i.owner is None for i in plan.initiatives),
        overdue=tuple(i for i in plan.initiatives if i.overdue),
        closed=plan.closed,
        undated=plan.undated,
        risks=tuple(sum(i.open and i.risk.level == x for i in plan.initiatives) for x in _LEVELS),
    )


def _chosen(facts: Facts, plan: Plan) -> c.ChosenPart | None:
    found = plan.chosen
    if plan.choice is None or found is None:
        return None
    rule = by_rule(plan.scenarios, plan.initiatives)
    needs = sorted(facts.workspace.needs, key=lambda n: -PRIORITY[n.priority])
    left = {*found.left}
    asked = {n for i in plan.initiatives if i.open for n in i.needs}
    waits = {n for i in plan.initiatives if i.id in left for n in i.needs}
    return c.ChosenPart(
        named(found.means.name),
        found,
        plan.unanswered(found),
        plan.choice.why,
        rule is not None and rule.id == plan.choice.id,
        tuple(n.text for n in needs if n.id in waits),
        len(asked),
    )


_LEVELS = ("high", "medium", "low")


def _phase(given: Given, n: int, found: tuple[Initiative, ...]) -> c.PhasePart:
    left = [i for i in found if i.status != "done"]
    cost = total(i.cost_range for i in left)
    return c.PhasePart(
        number=n,
        name=pictures.phase_name(given.plan, n),
        initiatives=found,
        findings=sum(len(i.findings) for i in found),
        effort=(sum(i.effort[0] for i in left), sum(i.effort[1] for i in left)),
        cost=sum(cost) / 2 if cost else None,
        cost_range=cost,
        table=phase_table(given, n),
        starts=min((i.start for i in found if i.start), default=None),
        ends=max((i.end for i in found if i.end), default=None),
    )


def _detail(given: Given, i: Initiative) -> c.InitiativePart:
    return c.InitiativePart(
        id=i.id,
        title=i.title,
        goal=i.goal,
        status=i.status,
        worst=i.findings[:WORST],
        more=max(0, len(i.findings) - WORST),
        facts=tuple((term, text) for term, text in _facts(given, i) if text),
        note=i.note,
    )


def _facts(given: Given, i: Initiative) -> Iterable[tuple[str, str]]:
    titles = {x.id: x.title for x in given.plan.initiatives}
    holders = Holders(given.facts)
    days = given.span(i.effort)
    if i.cost_range:
        money, range_ = given.currency, given.span(i.cost_range)
        yield (
            msg("Takes"),
            msg("{days} working days, {cost} {currency}", days=days, cost=range_, currency=money),
        )
    elif i.cost_least is not None:
        least = given.number(i.cost_least, 0)
        text = "{days} working days, at least {cost} {currency}"
        yield msg("Takes"), msg(text, days=days, cost=least, currency=given.currency)
    else:
        yield msg("Takes"), msg("{days} working days", days=days)
    if i.beyond:
        yield msg("Budget"), msg("that of the brief does not reach it")
    yield (
        msg("Brings"),
        joined(
            "; ",
            (
                msg("{what} ({basis})", what=brings(given, x), basis=msg(BASES[x.basis]))
                for x in i.benefits
            ),
        ),
    )
    yield (
        msg("Risk"),
        msg("{level}: {why}", level=msg(i.risk.level), why=joined("; ", i.risk.reasons))
        if i.risk.reasons
        else msg(i.risk.level),
    )
    yield msg("Led by"), leads(given, i)
    yield (
        msg("Skills"),
        joined(
            "; ",
            (msg("{skill} ({who})", skill=s, who=_who(given, holders, s)) for s in i.skills),
        ),
    )
    yield msg("After"), joined("; ", (titles[a] for a in i.after if a in titles))
    if i.start and i.end:
        yield msg("When"), msg("{start} to {end}", start=given.day(i.start), end=given.day(i.end))
        if i.open and i.soonest and i.soonest != i.latest:
            pattern = "as efforts go, from {early} on"
            values = {"early": given.day(min(i.soonest, i.end))}
            if i.latest:
                pattern = "as efforts go, {early} to {late}"
                values["late"] = given.day(max(i.latest, i.end))
            yield msg("May end"), msg(pattern, **values)
    if i.due:
        pattern = "{day}, which would be missed: {why}" if i.late else "{day}: {why}"
        yield msg("To be kept"), msg(pattern, day=given.day(i.due.day), why=i.due.why)
    yield msg("Against the plan"), joined("; ", i.against)
    if i.template == "mend-feeds" and len(i.systems) == 2:
        solved = solved_between(given.facts, *i.systems)
        yield msg("Called solved in the register"), joined("; ", solved)
    needs = {n.id: n.text for n in given.workspace.needs}
    yield msg("Helps to answer"), joined("; ", (needs.get(n, n) for n in i.needs))


def _who(given: Given, holders: Holders, skill: str) -> str:
    people = holders.of(skill)
    if not people:
        return msg("nobody is known to hold it")
    return joined(", ", (given.names.get(p, p) for p in people))
