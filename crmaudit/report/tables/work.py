"""Tables of the plan: what to do, in which order, with which means, and what it brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from crmaudit.engine import Finding
from crmaudit.messages import joined, listed, msg, named
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, lines, or_dash, word
from crmaudit.report.tables.phases import BASES, brings, leads
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.calibration import calibration
from crmaudit.strategy.scenarios import Outcome, total
from crmaudit.strategy.schedule import CHAIN, Calendar
from crmaudit.strategy.staffing import Holders

LATER = 1.1
"""By how much the end has to lie beyond the longest chain for capacity to be what decides it."""
STEM = 6
"""Letters by which words of a threat are compared; shorter words say little."""
NAMED = 5
"""Initiatives that a budget leaves out and that are named; of more the numbers are told."""
WORDS = 2
"""Words that a threat and a finding have to share for the one to speak of the other."""


def initiatives(given: Given) -> b.Table | None:
    """The order of work: what waits for what, and when."""
    titles = {i.id: i.title for i in given.plan.initiatives}
    rows = [
        (
            n,
            i.phase,
            _marked(i),
            joined("; ", (titles[a] for a in i.after if a in titles)) or DASH,
            i.start or _undated(given),
            i.end or DASH,
            i.slack if i.slack and i.slack > 0 else DASH,
            msg(i.status),
        )
        for n, i in enumerate(given.plan.initiatives, 1)
    ]
    columns = [
        Column("No.", "number"),
        Column("Phase", "number"),
        Column("Initiative"),
        Column("After"),
        Column("Start", "date"),
        Column("End", "date"),
        Column("Slack", "number"),
        Column("Status", "label", filter=True),
    ]
    note = (
        "Slack: working days by which the end may move without moving what waits for it or missing "
        "its day; a dash where it may not move at all, or where nothing waits for it."
    )
    return given.table("Initiatives in the order of work", columns, rows, note)


def _undated(given: Given) -> object:
    """In the place of a day: why there are none; what is closed needs none."""
    return gap(given.plan.undated) if given.plan.undated else DASH


def _marked(i: Initiative) -> object:
    """The title, with what is to be known of its place in the plan."""
    marks = (CHAIN if i.critical else "", msg("beyond the budget") if i.beyond else "")
    told = [*filter(None, marks), *i.against]
    return lines(i.title, joined("; ", told)) if told else i.title


def days_to_keep(given: Given) -> b.Table | None:
    """Days that initiatives have to keep, and whether they do."""
    rows = [
        (
            i.due.day,
            i.due.why,
            i.title,
            i.end or _undated(given),
            _outcome(given, i),
        )
        for i in sorted(
            (i for i in given.plan.initiatives if i.due and i.open),
            key=lambda i: (i.due.day if i.due else None, i.id),
        )
        if i.due
    ]
    columns = [
        Column("Day", "date"),
        Column("Why"),
        Column("Initiative"),
        Column("Planned end", "date"),
        Column("Outcome", "label", filter=True),
    ]
    return given.table("Days that the plan has to keep", columns, rows)


def _outcome(given: Given, i: Initiative) -> object:
    if i.late:
        return msg("missed")
    if i.end is None:
        return DASH
    day = given.facts.day
    # An end that was set, is over and has not come keeps no day.
    return msg("overdue") if day and i.end < day else msg("kept")


def resources(given: Given) -> b.Table | None:
    """Effort, cost, leader, skills and risk of each initiative."""
    numbers = given.plan.numbers
    rows = [
        (
            numbers[i.id],
            i.title,
            leads(given, i),
            joined(", ", i.skills) or DASH,
            b.Cell(given.span(i.effort), i.days),
            _cost(given, i),
            msg(i.risk.level),
        )
        for i in given.plan.initiatives
        if i.status != "done"
    ]
    columns = [
        Column("No.", "number"),
        Column("Initiative"),
        Column("Led by"),
        Column("Skills"),
        Column("Days", align="right"),
        Column(given.currency, align="right"),
        Column("Risk", "label", filter=True),
    ]
    note = (
        "Days: proposal by template, by the anchors for extraction, or as set in the plan; low to "
        "high. Cost: the days at the internal hourly rate, eight hours a day, and what is paid to "
        "others, unless the plan sets it. Days are shown rounded; sums are of the exact ones."
    )
    return given.table("Effort, cost and skills by initiative", columns, rows, note)


def _cost(given: Given, i: Initiative) -> object:
    if i.cost_range:
        told = given.span(i.cost_range)
        if i.unpriced:
            told = msg("{cost}, without what is bought", cost=told)
        return b.Cell(told, i.cost)
    if i.cost_least is None:
        return gap("no hourly rate")
    return b.Cell(msg("at least {amount}", amount=given.number(i.cost_least, 0)), i.cost_least)


def benefits(given: Given) -> b.Table | None:
    """What initiatives bring in numbers, each with its basis."""
    rows = [
        (
            i.title,
            b.Cell(text := brings(given, x), text, evidence=x.evidence[:3]),
            x.how if x.kind != "records" else DASH,
            msg(BASES[x.basis]),
            ", ".join(x.codes) or DASH,
        )
        for i in given.plan.initiatives
        if i.open
        for x in i.benefits
    ]
    columns = [
        Column("Initiative"),
        Column("What it brings"),
        Column("How it was counted"),
        Column("Basis", "label", filter=True),
        Column("Findings"),
    ]
    note = (
        "Hours are lost today; how much of them comes back, only the work will show. Each pain, "
        "licence and running cost is counted for one initiative."
    )
    return given.table("What the plan brings, in numbers", columns, rows, note)


def skills_needed(given: Given) -> b.Table | None:
    """Skills that the plan asks for, who holds them, and the days of what needs them."""
    found: dict[str, list[Initiative]] = {}
    for i in given.plan.initiatives:
        for skill in i.skills if i.open else ():
            found.setdefault(skill, []).append(i)
    holders = Holders(given.facts)
    told = bool(given.workspace.people.people) or any(
        s.support.skills for s in given.workspace.systems
    )
    rows = [
        (
            skill,
            given.listed([_staying(given, p) for p in holders.of(skill)])
            if holders.of(skill)
            else msg("nobody named")
            if told
            else gap("no skills declared"),
            len(mine),
            b.Cell(given.span((_sum(mine, 0), _sum(mine, 1))), _sum(mine, 1)),
        )
        for skill, mine in sorted(found.items(), key=lambda x: (-_sum(x[1], 1), x[0]))
    ]
    columns = [
        Column("Skill"),
        Column("Held by"),
        Column("Initiatives", "number"),
        Column("Days", align="right"),
    ]
    note = (
        "Skills of the work proposed; those that systems need for their support are told where "
        "the systems are. Held: level 3 or more, as declared. Days of the initiatives that need "
        "the skill, among others: they must not be added up."
    )
    return given.table("Skills that the plan asks for", columns, rows, note)


def _staying(given: Given, person: str) -> str:
    """The name, with the last day of somebody who leaves."""
    known, name = given.workspace.person.get(person), given.names.get(person, person)
    if known is None or known.leaves is None:
        return name
    return msg("{name} (leaves {day})", name=name, day=given.day(known.leaves))


def _sum(initiatives: list[Initiative], end: int) -> float:
    return sum(i.effort[end] for i in initiatives)


def scenarios(given: Given) -> b.Table | None:
    """What each set of resources can do: a column each."""
    todo = sum(i.open for i in given.plan.initiatives)
    found = given.plan.scenarios
    facts: list[tuple[str, list[object]]] = [
        (msg("Start"), [_on(given, s.means.start) for s in found]),
        (msg("Days a month"), [or_dash(s.means.capacity) for s in found]),
        (msg("Budget, {currency}", currency=given.currency), [_budget(given, s) for s in found]),
        (
            msg("Initiatives within it, of {n}", n=todo),
            [
                gap(s.why_unjudged)
                if s.why_unjudged
                else b.Cell(given.number(len(s.taken)), len(s.taken))
                for s in found
            ],
        ),
        (
            msg("What runs or is approved exceeds it by"),
            [
                b.Cell(given.number(s.exceeded, 0), s.exceeded) if s.exceeded else DASH
                for s in found
            ],
        ),
        (msg("Working days"), [given.span(s.effort) for s in found]),
        (
            msg("Cost, {currency}", currency=given.currency),
            [given.span(s.cost) if s.cost else gap("no hourly rate") for s in found],
        ),
        (
            msg("Ends"),
            [
                _on(given, s.ends) if s.ends else gap(s.why_undated) if s.why_undated else DASH
                for s in found
            ],
        ),
        (
            msg("Begin before its start, beside its days"),
            [b.Cell(given.number(len(s.early)), len(s.early)) if s.ends else DASH for s in found],
        ),
        (
            msg("Days to keep that are missed"),
            [b.Cell(given.number(len(s.late)), len(s.late)) if s.ends else DASH for s in found],
        ),
        (
            msg("Brings a year, {currency}", currency=given.currency),
            [given.span(s.money) if s.money else DASH for s in found],
        ),
        (
            msg("Hours a year at stake"),
            [given.span(s.hours) if s.hours else DASH for s in found],
        ),
        (msg("Earned back after, years"), [_payback(given, s.payback) for s in found]),
    ]
    rows = [(name, *cells) for name, cells in facts if found and any(c is not DASH for c in cells)]
    columns = [Column("What"), *(Column(named(s.means.name), align="right") for s in found)]
    note = (
        "Each is scheduled by itself. What has to begin before the plan does is done under "
        "each, on the same days; all else begins when its resources are there. A budget covers "
        "days at the internal rate; initiatives are taken by value for effort, with all they wait "
        "for, as long as the middle of their cost fits. Earned back: cost over money and over the "
        "hours at stake, at the internal rate, if all of them came back; no initiative promises "
        "that."
    )
    return given.table("The plan under different resources", columns, rows, note)


def _on(given: Given, day: date | None) -> object:
    return b.Cell(given.day(day), day) if day else DASH


def _budget(given: Given, s: Outcome) -> object:
    if s.means.budget is not None:
        return b.Cell(given.number(s.means.budget, 0), s.means.budget)
    return gap("no rate for its currency") if s.means.without_rate else DASH


def _payback(given: Given, months: tuple[float, float | None] | None) -> object:
    if months is None:
        return DASH
    low, high = months
    if high is None:
        return msg("{n} or more", n=given.number(low / 12, 1))
    return given.span((low / 12, high / 12), 1)


def scenario_deadlines(given: Given) -> b.Table | None:
    """How many initiatives are done by each deadline, under each set of resources."""
    found = [s for s in given.plan.scenarios if s.deadlines]
    days = sorted({(k.day, k.text) for s in found for k in s.deadlines})
    todo = sum(i.open for i in given.plan.initiatives)
    rows = []
    for day, text in days:
        done = [
            next((k.done for k in s.deadlines if (k.day, k.text) == (day, text)), None)
            for s in found
        ]
        cells = [DASH if n is None else _kept(s, day, n) for s, n in zip(found, done, strict=True)]
        rows.append((day, text, *cells))
    columns = [
        Column("Day", "date"),
        Column("Deadline"),
        *(Column(named(s.means.name), "number") for s in found),
    ]
    return given.table(msg("Initiatives done by each deadline, of {n}", n=todo), columns, rows)


def _kept(s: Outcome, day: date, n: int) -> object:
    """Work that is done before its resources are there is none of theirs."""
    early = s.means.start is not None and day < s.means.start
    return b.Cell(msg("{n} (before it starts)", n=n), n) if early and n else n


def scenario_left(given: Given) -> b.Table | None:
    """What each budget leaves out, by name."""
    known = {i.id: i for i in given.plan.initiatives}
    rows = []
    for s in given.plan.scenarios:
        left = [known[i] for i in s.left]
        if left:
            days = (_sum(left, 0), _sum(left, 1))
            urgent = sum(
                f.severity == "critical" and f.state == "open" for i in left for f in i.findings
            )
            missed = [i for i in left if i.due]
            hours = total(i.hours for i in left if i.hours)
            rows.append(
                (
                    s.means.name,
                    len(left),
                    b.Cell(given.span(days), days[1]),
                    urgent,
                    joined("; ", (_missed(given, i) for i in missed)) or DASH,
                    b.Cell(given.span(hours), hours[1]) if hours else DASH,
                    _titled(given, left),
                )
            )
    columns = [
        Column("Resources"),
        Column("Initiatives", "number"),
        Column("Days", align="right"),
        Column("Critical findings not answered", "number"),
        Column("Days to keep so missed"),
        Column("Hours a year still lost", align="right"),
        Column("Left out"),
    ]
    return given.table("What a budget leaves out", columns, rows)


def _titled(given: Given, left: list[Initiative]) -> str:
    """Their titles; of many those of most value, and the numbers of the others."""
    if len(left) <= NAMED:
        return joined("; ", (i.title for i in left))
    numbers = given.plan.numbers
    first = sorted(left, key=lambda i: (-i.worth, numbers[i.id]))[:NAMED]
    others = sorted(numbers[i.id] for i in left if i not in first)
    return msg(
        "{titles}; and those numbered {numbers}",
        titles=joined("; ", (i.title for i in first)),
        numbers=joined(", ", _runs(others)),
    )


def _runs(numbers: list[int]) -> list[str]:
    """1, 2, 3, 7 → `1–3`, `7`."""
    found: list[list[int]] = []
    for n in numbers:
        if found and n == found[-1][-1] + 1:
            found[-1].append(n)
        else:
            found.append([n])
    return [str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in found]


def _missed(given: Given, i: Initiative) -> str:
    due = i.due
    return msg("{day}: {why}", day=given.day(due.day), why=due.why) if due else i.title


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
    alone: dict[tuple[str, date], dict[str, None]] = {}
    for row in given.facts.inventory.rows:
        for state in row.skills:
            for person, day in state.leaving if len(state.able) == 1 else ():
                alone.setdefault((person, day), {})[row.system.id] = None
    for (person, day), systems in sorted(alone.items(), key=lambda x: x[0][1]):
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


def past_projects(given: Given) -> b.Table | None:
    """Finished projects like those proposed, and the days they took."""
    rows = [
        (
            p.name,
            word(p.kind),
            str(p.year or "–"),
            given.name(p.system),
            or_dash(p.tables),
            p.days,
            p.note,
        )
        for p in given.workspace.brief.past_projects
    ]
    columns = [
        Column("Project"),
        Column("Kind", "label"),
        Column("Year", "label"),
        Column("System"),
        Column("Tables", "number"),
        Column("Days taken", "number"),
        Column("Note"),
    ]
    note = msg(
        "Days of feeds: {feeds}. Days of extractions: {extractions}. The days of other templates "
        "are not calibrated.",
        feeds=calibration(given.facts, "integration").words,
        extractions=calibration(given.facts, "extraction").words,
    )
    return given.table("Past projects of the kind", columns, rows, note)
