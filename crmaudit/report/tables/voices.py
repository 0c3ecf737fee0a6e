"""Tables of what does not work and of what groups say; groups of fewer than five left out."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.governance.contradictions import Measured, Said, Topic
from crmaudit.governance.interviews import counted, group_name, held
from crmaudit.governance.reports import for_management
from crmaudit.governance.themes import Theme, themes, touching
from crmaudit.heard import against_measured, between_groups
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import share
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, word
from crmaudit.report.wording import listed

MOST = 30
_PLURAL = {"wish": "wishes"}
_KEPT = {True: msg("kept"), False: msg("not kept")}


def double_work(given: Given) -> b.Table | None:
    """Work done twice, whether a feed would spare it, and how many duplicates were measured."""
    surplus: dict[str, list[tuple[int, int, str]]] = {}
    for d in given.facts.duplicates:
        if not d.cannot and d.surplus:
            surplus.setdefault(d.system, []).append((d.surplus, d.records, d.document.id))
    rows = []
    for x in given.facts.governance.double_work:
        if x.joined:
            why: object = msg("one is declared")
        elif not x.others:
            why = gap("no system of that kind is in scope")
        elif not x.known:
            why = gap("nobody declared the feeds of these systems")
        else:
            why = msg(
                "none joins {systems} with {others}",
                systems=given.listed(x.systems),
                others=given.listed(x.others),
            )
        mine = [s for system in x.systems for s in surplus.get(system, ())]
        part, whole = sum(s[0] for s in mine), sum(s[1] for s in mine)
        rows.append(
            (
                x.dysfunction.what,
                word(x.twin),
                given.listed(x.systems),
                why,
                b.Cell(
                    share(part, whole),
                    part / whole,
                    tuple(s[2] for s in mine)[:6],
                )
                if whole
                else gap("no duplicates were measured there"),
            )
        )
    columns = [
        Column("Work"),
        Column("Done twice with the", "label"),
        Column("In"),
        Column("Is there a feed?"),
        Column("Surplus records there", "percent"),
    ]
    note = (
        "Surplus records: as found by comparing the records of these systems. Work done twice is "
        "one of their causes, not the only one."
    )
    return given.table("Work done twice, and the feed that would spare it", columns, rows, note)


def three_duties(given: Given) -> b.Table | None:
    """The duties of operations, system manager and management, with what shows if they are done."""
    w = given.workspace
    if not (
        w.registers.dysfunctions
        or w.registers.requests
        or w.needs
        or given.facts.evidence.documents
    ):
        return None
    rows = []
    for duty in given.facts.governance.three_duties(given.facts.day):
        for sign in duty.signs:
            told = gap("too little is known") if sign.kept is None else _KEPT[sign.kept]
            rows.append(
                (
                    msg(duty.by),
                    duty.duty,
                    b.Cell(sign.text, sign.text, sign.evidence),
                    told,
                )
            )
    columns = [
        Column("Who"),
        Column("Duty"),
        Column("What shows it"),
        Column("Kept"),
    ]
    return given.table("Three duties that keep a CRM alive", columns, rows)


def dashboards(given: Given) -> b.Table | None:
    """Dashboards and reports made for the management, and when somebody last looked."""
    day = given.facts.day
    rows = []
    for need in given.facts.governance.consulted:
        if not for_management(need, given.workspace.person):
            continue
        unused = given.facts.governance.days_unused(need, day)
        look = given.facts.governance.look(need)
        last = look.viewed if look else need.last_consulted
        none = msg("never opened") if look and look.never else gap("not recorded")
        there = (
            msg("no") if need.exists is False else msg("yes") if need.exists else gap("nobody said")
        )
        rows.append(
            (
                need.text,
                word(need.kind),
                _positions(given, need.audience),
                there,
                none if last is None else last,
                DASH if unused is None or last is None else unused,
                _positions(given, need.consulted_by),
            )
        )
    columns = [
        Column("What"),
        Column("Kind", "label"),
        Column("For"),
        Column("Exists"),
        Column("Last looked at", "date"),
        Column("Days ago", "number"),
        Column("By"),
    ]
    return given.table("Dashboards and reports for the management", columns, rows)


def _positions(given: Given, ids: Iterable[str]) -> object:
    """Units and others by name, persons by their job: who looks is behaviour."""
    people = given.workspace.person
    names = (
        (people[i].job or msg("one person")) if i in people else given.names.get(i) or msg(i)
        for i in ids
    )
    return or_dash(joined(", ", dict.fromkeys(names)))


def survey_groups(given: Given) -> b.Table | None:
    """Answers of staff surveys by unit and attitude."""
    known = given.workspace.unit
    rows = [
        (
            s.survey.name,
            known[g.name].name if g.name in known else g.name or msg("all others"),
            *(
                msg("not told") if n is None else n
                for n in (g.worse, g.not_using, g.praise, g.answers)
            ),
        )
        for s in given.facts.governance.surveys
        for g in s.breakdown()
    ]
    columns = [
        Column("Survey"),
        Column("Group"),
        Column("Made things worse", "number"),
        Column("Does not use it", "number"),
        Column("Only praise", "number"),
        Column("Sorted answers", "number"),
    ]
    note = (
        "Not told: numbers of fewer than five, and those by which they could be worked out. Groups "
        "of fewer than five stand among all others."
    )
    return given.table("Survey answers by group", columns, rows, note)


# What groups say


def said_themes(given: Given) -> b.Table | None:
    """Themes by how many groups name them, with hours lost, and whether anybody works on them."""
    groups = {i.id: i.group for i in given.workspace.interviews}
    found = themes(given.workspace.interviews)
    rows = [
        (
            t.name,
            b.Cell(share(len(t.groups), t.whole), len(t.groups) / t.whole),
            listed((groups[i] for i in t.groups), 4),
            joined(
                ", ", (given.counted(n, kind, _PLURAL.get(kind, "")) for kind, n in t.kinds.items())
            ),
            DASH if t.hours is None else given.span(t.hours),
            _in_hand(given, t),
        )
        for t in found[:MOST]
    ]
    columns = [
        Column("Theme"),
        Column("Groups", "percent"),
        Column("Named by"),
        Column("Said as"),
        Column("Hours a year", align="right"),
        Column("Worked on"),
    ]
    left = len(given.workspace.interviews) - len(counted(given.workspace.interviews))
    note = msg("Of groups of five people and more.")
    if left:
        words = msg("group is") if left == 1 else msg("groups are")
        note += msg(
            " {left} smaller {words} left out, or not yet held, or of an unknown number.",
            left=left,
            words=words,
        )
    return given.table(most(msg("Themes over groups"), MOST, len(found)), columns, rows, note)


def _in_hand(given: Given, theme: Theme) -> str:
    registers = given.workspace.registers
    touched = touching(theme, registers)
    what = {d.id: d.what for d in registers.dysfunctions}
    what |= {r.id: r.what for r in registers.requests}
    if theme.answered:
        return msg("answered")
    if any(t.in_hand for t in touched):
        return msg("in hand: ") + listed((what[t.id] for t in touched if t.in_hand), 1)
    return (
        msg("settled: ") + listed((what[t.id] for t in touched), 1) if touched else msg("by nobody")
    )


def walks(given: Given) -> b.Table | None:
    """Processes walked through from start to finish, and where groups lose their way."""
    known = {p.id: p for p in given.workspace.processes}
    found: dict[str, list[tuple[str, str]]] = {}
    for interview in held(given.workspace.interviews):
        for walk in interview.walks:
            name = known[walk.process].name if walk.process in known else walk.name or ""
            found.setdefault(name, []).append((group_name(interview), walk.note))
    pains: dict[str, int] = {}
    for interview in given.workspace.interviews:
        for pain in interview.pains:
            if pain.process in known:
                name = known[pain.process].name
                pains[name] = pains.get(name, 0) + 1
    order = {p.name: n for n, p in enumerate(known.values())}
    rows = [
        (
            name,
            joined(", ", dict.fromkeys(group for group, _ in told)),
            pains.get(name, 0),
            or_dash(joined("; ", (note for _, note in told if note))),
        )
        for name, told in sorted(found.items(), key=lambda f: (order.get(f[0], len(order)), f[0]))
    ]
    columns = [
        Column("Process"),
        Column("Walked through by"),
        Column("Pains told of it", "number"),
        Column("What stood out"),
    ]
    left = [p.name for p in known.values() if p.purpose and p.name not in found]
    note = msg("By one group at a time, from start to finish.")
    if left:
        note += msg(" Nobody walked through {left}, which the CRM is for.", left=listed(left, 3))
    return given.table("Processes walked through", columns, rows, note)


def between_the_groups(given: Given) -> b.Table | None:
    """What one group calls good and another one bad."""
    rows = [
        (_topic(given, d.topic), _quotes(d.good), _quotes(d.bad))
        for d in between_groups(given.facts)[:MOST]
    ]
    columns = [Column("About"), Column("Called good"), Column("Called bad")]
    return given.table("Groups that contradict each other", columns, rows, "Said, not measured.")


def said_and_measured(given: Given) -> b.Table | None:
    """What groups say, where measurements say otherwise."""
    rows = []
    found = against_measured(given.facts).against
    for x in found[:MOST]:
        worst = x.facts[0]
        rows.append(
            (
                _topic(given, x.said.topic),
                msg("“{text}”", text=x.said.statement.text),
                msg(
                    "{group}: {verdict}", group=x.said.group, verdict=msg(x.said.statement.verdict)
                ),
                b.Cell(
                    joined("; ", (_fact(given, f, x.said.topic) for f in x.facts[:2])),
                    None,
                    tuple(dict.fromkeys(i for f in x.facts[:2] for i in f.evidence))[:6],
                ),
                msg("certain") if worst.sure else msg("rests on a guess or a sample"),
            )
        )
    columns = [
        Column("About"),
        Column("Said"),
        Column("By, and the verdict"),
        Column("Measured"),
        Column("How sure"),
    ]
    caption = most("Where measurements say otherwise", MOST, len(found))
    return given.table(caption, columns, rows)


def _topic(given: Given, topic: Topic) -> str:
    entity, system = (str(given.names.get(x, x)) for x in (topic.entity, topic.system))
    return (
        msg("{entity} in {system}", entity=entity, system=system)
        if entity and system
        else entity or system
    )


def _quotes(said: Iterable[Said]) -> str:
    return joined(
        "; ", (msg("{group}: “{text}”", group=s.group, text=s.statement.text) for s in said)
    )


def _fact(given: Given, fact: Measured, topic: Topic) -> str:
    """`31 % (6,214 of 20,045) have no e-mail address`, with its place where that is another."""
    told = msg("{share} {what}", share=share(fact.part, fact.whole), what=fact.what)
    return (
        told
        if fact.subject == topic
        else msg("{told} ({topic})", told=told, topic=_topic(given, fact.subject))
    )
