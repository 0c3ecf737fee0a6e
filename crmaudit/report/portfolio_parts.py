"""The parts of the report's context that speak of the portfolio of systems."""

from __future__ import annotations

from datetime import timedelta

from crmaudit.facts import Facts
from crmaudit.report import context as c
from crmaudit.report import portfolio
from crmaudit.report.measured import SHOWN
from crmaudit.report.portfolio_cost import cost_bars, cost_trend, cost_year, same_costs, summed
from crmaudit.report.portfolio_life import lifelines, lives

APART = 20.0
"""Points from which on opinion and measurement are called apart."""


def inventory_part(facts: Facts) -> c.InventoryPart:
    """The systems in scope."""
    inventory, day, names = facts.inventory, facts.day, facts.workspace.system
    given, wanted = inventory.completeness
    needs = inventory.staffing.needs
    cost, same, contracts = inventory.cost, same_costs(facts), inventory.contracts()
    total = summed(same.values())
    return c.InventoryPart(
        rows=inventory.in_scope,
        given=given,
        wanted=wanted,
        cost_total=cost.total,
        cost_known=cost.known,
        currency=inventory.currency,
        skills=(sum(n.state == "covered" for n in needs), len(needs)),
        unsupported=tuple(r.system.name for r in inventory.in_scope if r.out_of_support),
        contracts_ending=tuple(
            names[x.system].name
            for x in contracts
            if day and x.end and day <= x.end < day + timedelta(days=365)
        ),
        undeclared_care=tuple(s.name for s in facts.workspace.in_scope if s.maintenance is None),
        cost_bars=cost_bars(facts),
        lifecycle=lifelines(facts),
        completeness=inventory.completeness_score,
        facts_bars=portfolio.facts_bars(facts),
        cost_at_least=cost.at_least,
        cost_one_off=cost.one_off,
        cost_year=cost_year(facts),
        cost_trend=cost_trend(facts),
        cost_same=(len(same), cost.known) if same else (),
        cost_change=(min(total), total[min(total)], total[max(total)]) if total else None,
        dated=len(lives(facts)),
        contracts=contracts,
        notice_due=tuple(names[x.system].name for x in contracts if x.state == "notice due"),
        skill_map=portfolio.skill_map(facts),
        skill_needs=inventory.staffing.needs,
        alone=tuple(
            c.Alone(
                facts.workspace.person_name(d.person) or d.person,
                tuple(names[x].name for x in d.systems),
                len(d.points),
                portfolio.leaving(facts, d.person),
            )
            for d in inventory.staffing.dependences
        ),
    )


def fit_part(facts: Facts) -> c.FitPart:
    """Where systems stand between functional and technical fit."""
    names, fits = facts.workspace.system, tuple(facts.fits.values())
    placed = portfolio.placed(facts)
    by_name = {f.system: names[f.system].name for f in fits}
    return c.FitPart(
        of=len(fits),
        classified=sum(f.quadrant is not None for f in fits),
        quadrants={
            quadrant: tuple(by_name[f.system] for f in fits if f.quadrant == quadrant)
            for quadrant in portfolio.QUADRANTS
        },
        unclassified=tuple(
            (by_name[f.system], f.reason) for f in fits if not f.quadrant and not f.withheld
        ),
        withheld=tuple((by_name[f.system], f.withheld) for f in fits if f.withheld),
        unsure=tuple(by_name[f.system] for f in fits if f.quadrant and not f.certain),
        against=tuple(
            (by_name[f.system], f.future or "", f.quadrant or "") for f in fits if f.agrees is False
        ),
        placed=len(placed),
        map=portfolio.fit_map(facts),
    )


def perceived_part(facts: Facts) -> tuple[c.PerceivedPart, ...]:
    """What people say of each system beside what was measured."""
    return tuple(
        c.PerceivedPart(
            facts.workspace.system[gap.system].name,
            gap.perceived.score,
            gap.measured_score,
            tuple((facts.speaker(v.who), v.score, v.when, v.note) for v in gap.perceived.voices),
            gap.measured.evidence[:SHOWN],
        )
        for gap in facts.opinions
        if not gap.entity
    )


def opinions_part(facts: Facts) -> c.OpinionsPart:
    """How far opinions and measurements can be laid beside each other."""
    both = portfolio.both_sides(facts)
    asked = dict.fromkeys(g.system for g in facts.opinions)
    measured = [x for x in facts.evidence.profiles if facts.workspace.system[x].in_scope]
    first = both[0] if both else None
    return c.OpinionsPart(
        asked=len(asked),
        both=len(both),
        apart=sum(abs(g.difference or 0.0) >= APART for g in both),
        widest=(
            portfolio.opinion_name(facts, first),
            first.perceived.score,
            first.measured_score or 0.0,
        )
        if first
        else None,
        evidence=first.measured.evidence[:3] if first else (),
        only_said=tuple(
            facts.workspace.system[x].name for x in asked if x not in {g.system for g in both}
        ),
        only_measured=tuple(facts.workspace.system[x].name for x in measured if x not in asked),
    )
