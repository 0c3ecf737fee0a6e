"""People, what they say, how systems are kept and how mature it all is, as the report shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmaudit.facts import Facts
from crmaudit.governance.attitudes import ATTITUDES, NEGATIVE
from crmaudit.governance.interviews import group_name, held
from crmaudit.governance.maturity import TOP, Level
from crmaudit.governance.rate import too_few
from crmaudit.governance.surveys import Group, Surveyed
from crmaudit.governance.upkeep import DUTIES, WORDS, State, Upkeep, upkeep
from crmaudit.heard import against_measured
from crmaudit.messages import msg
from crmaudit.report import pictures
from crmaudit.report import specs as s
from crmaudit.report.numbers import number
from crmaudit.report.people import MaturityPart, PeoplePart, SurveyPart, UpkeepPart
from crmaudit.report.people_access import accounts_parts, loss_part
from crmaudit.report.people_use import duty_states, mixes, use_part
from crmaudit.report.wording import counted

CARE_ROWS = 30
"""Systems of which the duties of maintenance are drawn, the worst first."""
_WEIGHT: dict[State, float | None] = {
    "contradicted": 1.0,
    "late": 0.55,
    "kept": 0.05,
    "not assessed": None,
}


def people_part(facts: Facts) -> PeoplePart:
    """People, their duties, what they may do, did and say."""
    workspace, governance = facts.workspace, facts.governance
    rate, hours, fit = workspace.audit.hourly_rate, governance.hours_lost, governance.manager_fit
    heard = against_measured(facts)
    return PeoplePart(
        declared=len(workspace.people.people),
        champions=tuple(p.name for p in governance.of_type("system champion")),
        managers=tuple(workspace.person_name(m) or m for m in workspace.people.crm_managers),
        manager_advised=fit.advised if fit else "",
        manager_fits=fit.fits if fit else None,
        adoption=governance.adoption,
        access_checked=len(governance.access),
        access_excess=sum(x.excess > 0 for x in governance.access),
        access_short=sum(x.excess < 0 for x in governance.access),
        interviews=held(workspace.interviews),
        negative=tuple(
            o
            for o in workspace.registers.opinions
            if o.attitude in (NEGATIVE, "does not use it") and o.cause and not too_few(o.people)
        ),
        dysfunction_rate=governance.dysfunction_rate,
        dysfunctions_placed=governance.dysfunctions_placed,
        dysfunction_bars=pictures.dysfunctions(facts),
        hours_lost=hours,
        cost_lost=(hours[0] * rate, hours[1] * rate) if hours and rate else None,
        accounts=accounts_parts(facts),
        loss=loss_part(facts),
        duties=duty_states(facts),
        mixes=mixes(facts),
        use=use_part(facts),
        surveys=tuple(_survey(facts, x) for x in governance.surveys),
        surveys_unread=tuple(
            x.name for x in workspace.kpis.surveys if f"survey:{x.id}" in governance.unread
        ),
        speakers={i.id: group_name(i) for i in workspace.interviews},
        compared=(len(heard.against), len(heard.agree), len(heard.open)),
        upkeep=upkeep_part(facts),
    )


# Surveys


def _survey(facts: Facts, found: Surveyed) -> SurveyPart:
    told, groups = found.attitudes, found.breakdown()
    negative = found.negative if told.showable else None
    return SurveyPart(
        name=found.survey.name,
        held=found.held,
        answers=len(found.answers),
        sorted=told.total,
        response=found.response(facts.governance.staff),
        negative=negative,
        bars=_attitudes(facts, found, groups),
        hidden=sum(None in (g.worse, g.not_using, g.praise) for g in groups),
        reasons=tuple((r, n) for r, n in found.reasons if not too_few(n)),
    )


def _attitudes(facts: Facts, found: Surveyed, groups: Iterable[Group]) -> s.Stacked | None:
    """All answers, then each group of which every number may be told."""
    told, units = found.attitudes, facts.workspace.unit
    rows = []
    if told.showable:
        rows.append(_stack(facts, msg("All answers"), (told.worse, told.not_using, told.praise)))
    for g in groups:
        numbers = (g.worse, g.not_using, g.praise)
        whole = tuple(n for n in numbers if n is not None)
        if g.name and len(whole) == len(numbers):
            name = units[g.name].name if g.name in units else g.name
            rows.append(_stack(facts, name, whole))
    if not rows:
        return None
    return s.Stacked(
        tuple(map(msg, ATTITUDES)),
        tuple(rows),
        label_name="Group",
        share=True,
        total_name="Answers",
        alarm=0,
    )


def _stack(facts: Facts, name: str, numbers: tuple[int, ...]) -> s.Stack:
    return s.Stack(
        name,
        tuple(float(n) for n in numbers),
        tuple(number(n) for n in numbers),
        counted(sum(numbers), "answer"),
    )


# Upkeep


def upkeep_part(facts: Facts) -> UpkeepPart:
    """Duties of maintenance, declared beside shown."""
    governance, told = facts.governance, facts.governance.testified
    found = {x.id: upkeep(x, told, facts.day) for x in governance.maintained}
    states = Counter(one.state for duties in found.values() for one in duties)
    known = [x for x in governance.maintained if any(_WEIGHT[u.state] for u in found[x.id])]
    known.sort(key=lambda x: -sum(_WEIGHT[u.state] or 0 for u in found[x.id]))
    worst = known[:CARE_ROWS]
    heat = s.Heat(
        tuple(x.name for x in worst),
        tuple(msg(WORDS[d].capitalize()) for d in DUTIES),
        tuple(tuple(_care(u) for u in found[x.id]) for x in worst),
        "System",
    )
    ids = (i for duties in found.values() for one in duties for i in one.evidence)
    return UpkeepPart(
        systems=len(found),
        duties=sum(len(duties) for duties in found.values()),
        states={state: states[state] for state in _WEIGHT},
        heat=heat if worst else None,
        not_drawn=len(known) - len(worst),
        silent=len(found) - len(known),
        servers=sum(x in told.health for x in found),
        folders=sum(x in told.backups and not told.backups[x].cannot for x in found),
        evidence=tuple(dict.fromkeys(ids))[:6],
    )


def _care(one: Upkeep) -> s.HeatCell:
    weight = _WEIGHT[one.state]
    return s.HeatCell(weight, "" if weight is None else msg(one.state))


# Maturity


def maturity_part(facts: Facts) -> MaturityPart:
    """Eight dimensions, their levels and those aimed at."""
    levels = facts.maturity
    spokes = tuple(
        s.Spoke(msg(x.dimension.capitalize()), x.level, x.target, x.at_best) for x in levels
    )
    known = [(x.level, x.dimension) for x in levels if x.level is not None]
    lowest = min(known, default=None)
    return MaturityPart(
        radar=s.Radar(spokes, TOP),
        assessed=len(known),
        begun=sum(level > 0 for level, _ in known),
        aimed=sum(x.target is not None for x in levels),
        below=sum(_below(x) for x in levels),
        lowest=(lowest[1], lowest[0]) if lowest else None,
    )


def _below(level: Level) -> bool:
    """Whether it is surely below the level aimed at, or not known to be there."""
    return level.target is not None and (level.level or 0) < level.target
