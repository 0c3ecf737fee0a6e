"""Pictures of the portfolio of systems: fit, skills, opinion, missing facts.

Each shows as many things as can be read at a glance, what matters most first;
how many there are beyond is for the section to say, and the tables hold them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmaudit.facts import Facts
from crmaudit.inventory import (
    Dependence,
    Fit,
    OpinionGap,
    Quadrant,
    SkillNeed,
)
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import day as told_day
from crmaudit.report.numbers import money, number
from crmaudit.report.wording import counted, listed

BUBBLES = 36
QUADRANTS: tuple[Quadrant, ...] = ("migrate", "invest", "eliminate", "tolerate")
"""Top left, top right, bottom left, bottom right."""
ROWS = 20
PEOPLE = 12
SKILLS = 24

# Fit


def placed(facts: Facts) -> tuple[Fit, ...]:
    """Systems that have a place on the map, withheld ones included; the dearest first."""
    found = [f for f in facts.fits.values() if f.quadrant or f.withheld]
    return tuple(sorted(found, key=lambda f: (-(_cost(facts, f.system) or -1), f.system)))


def fit_map(facts: Facts) -> s.Bubbles | None:
    """Technical against functional fit on 1–10, the area being the cost of a year."""
    found = placed(facts)
    if not found:
        return None
    shown = found[:BUBBLES]
    counts = Counter(f.quadrant for f in found)
    withheld = msg(", {counts} withheld", counts=counts[None]) if counts[None] else ""
    corners = tuple(
        msg(
            "{quadrant}: {n}{withheld}",
            quadrant=msg(q.capitalize()),
            n=counts[q],
            withheld=withheld if q == "eliminate" else "",
        )
        for q in QUADRANTS
    )
    return s.Bubbles(
        tuple(_bubble(facts, f) for f in shown),
        x_name="Technical fit",
        y_name="Functional fit",
        x_ends=("1", "10"),
        y_ends=("1", "10"),
        quadrants=corners,  # type: ignore[arg-type]
        size_name="Quadrant and cost",
        sizes=tuple(_samples(facts, shown)),
        hollow_text="cost not known",
        unsure_text="an unknown fact could move it",
        range_text="range with unknowns",
        mark_text="eliminate, yet withheld",
    )


def _bubble(facts: Facts, fit: Fit) -> s.Bubble:
    name = facts.workspace.system[fit.system].name
    cost = _cost(facts, fit.system)
    words = (
        msg("{money} a year", money=money(cost, facts.inventory.currency))
        if cost
        else msg("cost not known")
    )
    x, y = fit.technical, fit.functional
    return s.Bubble(
        name,
        _share(x.score),
        _share(y.score),
        cost or 0.0,
        mark=bool(fit.withheld),
        detail=msg(
            "{what}; {cost}", what=msg(fit.quadrant) if fit.quadrant else fit.reason, cost=words
        ),
        x_range=(_share(x.low), _share(x.high)),
        y_range=(_share(y.low), _share(y.high)),
        hollow=cost is None,
        unsure=not (x.certain and y.certain),
        x_text=axis_text(x.score, x.low, x.high),
        y_text=axis_text(y.score, y.low, y.high),
    )


def axis_text(score: float | None, low: float, high: float) -> str:
    """`7.3 (4.1–8.6)`."""
    ends = msg("{low}–{high}", low=number(low, 1), high=number(high, 1))
    return msg("{score} ({ends})", score=number(score, 1), ends=ends)


def _share(score: float | None) -> float:
    """A score of 1 to 10 as 0 to 1."""
    return ((score or 1.0) - 1) / 9


def _samples(facts: Facts, shown: Iterable[Fit]) -> Iterable[tuple[float, str]]:
    """A round cost near the largest one, and a tenth of it."""
    costs = [c for f in shown if (c := _cost(facts, f.system))]
    if costs:
        power = 10 ** (len(str(int(max(costs)))) - 1)
        top = max(n * power for n in (1, 2, 5) if n * power <= max(max(costs), power))
        yield top, msg("{money} a year", money=money(top, facts.inventory.currency))
        if top >= 10:
            yield top / 10, money(top / 10, facts.inventory.currency)


def _cost(facts: Facts, system: str) -> float | None:
    cost = facts.inventory.row(system).cost
    return cost.total if cost else None


# Skills


def skill_map(facts: Facts) -> s.SkillMap | None:
    """Skills that support needs by the people who hold them, the worst covered first."""
    staffing = facts.inventory.staffing
    needs = sorted(staffing.needs, key=lambda n: _worry(n, staffing.dependences))[:SKILLS]
    if not needs:
        return None
    holders: dict[str, list[str]] = {need.skill: [] for need in needs}
    for person, skill in staffing.levels:
        if skill in holders:
            holders[skill].append(person)
    sole = Counter(n.able[0] for n in needs if n.state == "single")
    rows = Counter(p for people in holders.values() for p in people)
    shown = sorted(rows, key=lambda p: (-sole[p], -rows[p], _name(facts, p)))[:PEOPLE]
    return s.SkillMap(
        tuple(s.SkillHolder(_name(facts, p), leaving(facts, p)) for p in shown),
        tuple(
            s.SkillRow(
                need.skill,
                listed((facts.workspace.system[x].name for x in need.systems), 3),
                need.needed,
                tuple(staffing.levels.get((p, need.skill)) for p in shown),
                need.state,
                _covered(facts, need),
                sum(p not in shown for p in holders[need.skill]),
            )
            for need in needs
        ),
    )


def _worry(need: SkillNeed, dependences: Iterable[Dependence]) -> tuple[int, int, str]:
    order = {"gap": 0, "single": 2, "unknown": 3, "covered": 4}
    rank = order[need.state]
    going = {d.person for d in dependences if d.leaves or d.contractor}
    if need.state == "single" and need.able[0] in going:
        rank = 1
    return rank, -len(need.systems), need.skill


def _name(facts: Facts, person: str) -> str:
    return facts.workspace.person_name(person) or person


def leaving(facts: Facts, person: str) -> str:
    """Why somebody may not stay: a last day of work, or a contract."""
    known = facts.workspace.person.get(person)
    if known is None:
        return ""
    if known.leaves:
        over = facts.day is not None and known.leaves < facts.day
        words = told_day(known.leaves)
        return msg("left {day}" if over else "leaves {day}", day=words)
    return msg("contractor") if known.employment == "contractor" else ""


def _covered(facts: Facts, need: SkillNeed) -> str:
    """How a skill is covered, in words."""
    if need.state == "unknown":
        return msg("nobody named")
    if need.state == "gap":
        return msg("nobody at this level")
    if need.state == "covered":
        return counted(len(need.able), "person", "people")
    note = leaving(facts, need.able[0])
    return msg("one person, {note}", note=note) if note else msg("one person")


# Opinion


def both_sides(facts: Facts) -> tuple[OpinionGap, ...]:
    """Opinions beside which something was measured, the widest disagreement first."""
    found = [g for g in facts.opinions if g.difference is not None]
    return tuple(sorted(found, key=lambda g: (-abs(g.difference or 0.0), g.system, g.entity)))


def dumbbell(facts: Facts) -> s.Dumbbell | None:
    """Said against measured, the widest difference first.

    Where nothing at all was measured, the opinions on whole systems alone, the worst first.
    """
    shown = both_sides(facts)
    if not shown:
        whole = [g for g in facts.opinions if not g.entity]
        shown = tuple(sorted(whole, key=lambda g: (g.perceived.score, g.system)))
    if not shown:
        return None
    return s.Dumbbell(
        tuple(
            s.Pair(
                opinion_name(facts, g),
                g.perceived.score,
                g.measured_score,
                f"{g.perceived.score:.0f}",
                "" if g.measured_score is None else f"{g.measured_score:.0f}",
            )
            for g in shown[:ROWS]
        ),
        label_name="System",
    )


def opinion_name(facts: Facts, gap: OpinionGap) -> str:
    """`SalesLoom`, or `Customer in SalesLoom` for an opinion on one entity in it."""
    name = facts.workspace.system[gap.system].name
    return (
        msg("{label} in {name}", label=facts.workspace.entity[gap.entity].label, name=name)
        if gap.entity
        else name
    )


# Facts


def facts_bars(facts: Facts) -> s.Bars | None:
    """The nine facts by how many systems lack them, with whom to ask."""
    dossiers = [r.completeness for r in facts.inventory.in_scope]
    if not dossiers:
        return None
    bars = []
    for n, fact in enumerate(dossiers[0].facts):
        states = Counter(d.facts[n].state for d in dossiers)
        lacking, blank = states["missing"], states["blank"]
        words = msg("{lacking} of {dossiers}", lacking=lacking, dossiers=len(dossiers) - blank)
        if blank:
            words += msg(" ({blank} blank on purpose)", blank=blank)
        if lacking:
            words += msg(": ask the {ask}", ask=msg(fact.ask))
        bars.append(s.Bar(msg(fact.name), float(lacking), words))
    bars.sort(key=lambda b: -(b.value or 0))
    return s.Bars(
        tuple(bars), top=float(len(dossiers)), label_name="Fact", value_name="Systems that lack it"
    )
