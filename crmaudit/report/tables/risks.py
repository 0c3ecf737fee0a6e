"""Tables of risk: of initiatives, of the plan, and threats with what answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.engine import Finding
from crmaudit.messages import joined, listed, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap
from crmaudit.report.tables.phases import leads
from crmaudit.strategy import Plan
from crmaudit.strategy.schedule import Calendar
from crmaudit.strategy.staffing import Holders

LATER = 1.1
"""By how much the end has to lie beyond the longest chain for capacity to be what decides it."""
STEM = 6
"""Letters by which words of a threat are compared; shorter words say little."""
WORDS = 2
"""Words that a threat and a finding have to share for the one to speak of the other."""


def initiative_risks(given: Given) -> b.Table | None:
    """Initiatives of high risk, the next to begin first, and what makes them so."""
    rows = [
        (i.title, msg(i.risk.level), joined("; ", i.risk.reasons) or DASH, leads(given, i))
        for i in given.plan.initiatives
        if i.open and i.risk.level == "high"
    ]
    columns = [
        Column("Initiative"),
        Column("Risk", "label"),
        Column("Because"),
        Column("Led by"),
    ]
    note = "Each reason counts one point, a weighty one two; four and more are high."
    return given.table("Initiatives of high risk", columns, rows, note)


def risk_register(given: Given) -> b.Table | None:
    """Threats of the brief and risks of the plan, with what answers them."""
    rows = [*_plan_risks(given), *_threats(given)]
    columns = [
        Column("Risk"),
        Column("Source", "label", filter=True),
        Column("Probability", "label"),
        Column("Impact", "label"),
        Column("Answer"),
    ]
    note = (
        "Threats are said by people, who told neither how probable they are nor how grave. One has "
        "begun where the data break a rule that speaks of it. What answers a threat are the "
        "initiatives on what it names."
    )
    return given.table("Risks and what answers them", columns, rows, note)


def _plan_risks(given: Given) -> list[tuple[object, ...]]:
    plan = given.plan
    found: list[tuple[object, ...]] = []
    late = [i for i in plan.initiatives if i.open and i.late]
    if late:
        found.append(
            (
                msg(
                    "{n} would miss a day to keep: {names}",
                    n=given.counted(len(late), "initiative"),
                    names=joined("; ", [i.title for i in late[:3]]),
                ),
                msg("the plan"),
                msg("high"),
                msg("high"),
                msg("start earlier, or with more days a month"),
            )
        )
    if _by_capacity(plan):
        found.append(
            (
                msg(
                    "At {n:g} days a month capacity decides the end, not what waits for what",
                    n=plan.capacity,
                ),
                msg("the plan"),
                msg("high"),
                msg("medium"),
                msg("a scenario with more days, or fewer initiatives"),
            )
        )
    found += _departures(given)
    gaps = given.judgement.not_assessed
    if gaps:
        found.append(
            (
                msg(
                    "{n} could not be judged; answers may change the order of work",
                    n=given.counted(len(gaps), "question"),
                ),
                msg("the plan"),
                msg("medium"),
                msg("medium"),
                msg("supply what the appendix on limitations names"),
            )
        )
    known, cells = given.facts.crud.known_share
    if known < cells:
        found.append(
            (
                msg(
                    "{n:,} of {whole:,} cells of the mapping are unknown; systems of record may "
                    "change",
                    n=cells - known,
                    whole=cells,
                ),
                msg("the plan"),
                msg("medium"),
                msg("high") if known < cells / 2 else msg("medium"),
                _titles(given, ("map-entities", "complete-dossiers", "agree-system-of-record")),
            )
        )
    nobody = [s for s in _skills(given) if not Holders(given.facts).of(s)]
    if nobody and given.workspace.people.people:
        found.append(
            (
                msg("Nobody is known to hold {skills}", skills=listed(nobody, 5)),
                msg("the plan"),
                msg("high"),
                msg("high"),
                msg("train, hire or buy, before the first initiative that needs it"),
            )
        )
    return found


def _departures(given: Given) -> Iterator[tuple[object, ...]]:
    """People who alone can support a system, and leave."""
    for (day, person), systems in given.departures.items():
        text = "{name} leaves on {day}; nobody else is known to hold a skill that {systems} needs"
        values = {"name": given.names.get(person, person), "day": given.day(day)}
        mine = [
            i.title
            for i in given.plan.initiatives
            if i.open and i.template in ("secure-skills", "document-systems")
            if {*systems} & {*i.systems}
        ]
        yield (
            msg(text, **values, systems=listed(given.names.get(s, s) for s in systems)),
            msg("declared"),
            msg("high"),
            msg("high"),
            joined("; ", mine[:3]) if mine else gap("no initiative answers it"),
        )


def _by_capacity(plan: Plan) -> bool:
    """Whether the work ends much later than what waits for what would have it."""
    ends = [i.end for i in plan.initiatives if i.open and i.end is not None]
    if not (plan.begin and plan.capacity and ends):
        return False
    calendar = Calendar(plan.begin)
    return calendar.number(max(ends)) + 1 > LATER * plan.critical_days


def _skills(given: Given) -> list[str]:
    return list(dict.fromkeys(s for i in given.plan.initiatives if i.open for s in i.skills))


def _threats(given: Given) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for line in given.workspace.brief.threats:
        mine, fault = _speaking_of(given, line.text)
        answer = joined("; ", mine[:3]) if mine else gap("no initiative names what it speaks of")
        likely = msg("has begun: {message}", message=fault.message) if fault else gap("nobody said")
        found.append((line.text, msg("brief"), likely, gap("nobody said"), answer))
    return found


def _speaking_of(given: Given, text: str) -> tuple[list[str], Finding | None]:
    """Titles of open initiatives on the systems that a text names, else on its words.

    One finding, or the initiative's title, has to share `WORDS` of them; nearest are those that
    share most. A rule of people's own that the data break, and that shares them, is told too.
    """
    words = text.casefold()
    named = {s.id for s in given.workspace.systems if s.name.casefold().split(" ")[0] in words}
    todo = [i for i in given.plan.initiatives if i.open]
    if named:
        return [i.title for i in todo if len(i.systems) <= 2 and named & {*i.systems}], None
    wanted = _stems(words)
    whys = {f"expectation:{e.id}": e.why for e in given.workspace.expectations.expectations}

    def shared(f: Finding) -> int:
        return len(wanted & _stems(f"{f.title} {f.message} {whys.get(f.subject) or ''}"))

    near = {i.id: max(len(wanted & _stems(i.title)), *map(shared, i.findings), 0) for i in todo}
    best = max(near.values(), default=0)
    if best < WORDS:
        return [], None
    mine = [i for i in todo if near[i.id] == best]
    broken = (f for i in mine for f in i.findings if f.subject in whys and shared(f) == best)
    return [i.title for i in mine], next(broken, None)


def _stems(text: str) -> frozenset[str]:
    return frozenset(w[:STEM] for w in re.findall(r"[^\W\d_]+", text.casefold()) if len(w) >= STEM)


def _titles(given: Given, templates: tuple[str, ...]) -> object:
    mine = [i.title for i in given.plan.initiatives if i.template in templates and i.open]
    return joined("; ", mine[:3]) if mine else DASH
