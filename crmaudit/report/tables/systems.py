"""Tables of systems: dossiers, feeds, upkeep and extraction."""

from __future__ import annotations

from collections import Counter

from crmaudit.report import blocks as b
from crmaudit.report.tables.cells import cost_cell
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.workspace.dossier import Care

_SKILL = {
    "gap": "nobody at this level",
    "single": "one person",
    "covered": "covered",
    "unknown": "holders not named",
}
_PARTS = ("contact", "activity", "invoice", "case")
MOST_FEEDS = 5_000


def systems(given: Given) -> b.Table | None:
    """The systems in scope with kind, vendor, owners, completeness, cost and phase."""
    rows = [
        (
            r.system.name,
            or_dash(r.system.kind),
            or_dash(r.system.vendor),
            given.name(r.system.owners.business),
            given.name(r.system.owners.it),
            b.Cell(f"{r.completeness.given}/{r.completeness.wanted}", r.completeness.share),
            cost_cell(given, r),
            or_dash(r.system.lifecycle.phase),
        )
        for r in given.facts.inventory.in_scope
    ]
    columns = [
        Column("System"),
        Column("Kind", filter=True),
        Column("Vendor"),
        Column("Business owner"),
        Column("IT owner"),
        Column("Facts", "bar"),
        Column(f"{given.currency} a year", "money"),
        Column("Phase", "label", filter=True),
    ]
    note = (
        "Facts: given of the nine, less those left blank on purpose. "
        "Cost: newest year; ≥ at least, as not every kind of cost is declared."
    )
    return given.table(
        f"{given.counted(len(rows), 'system')} in scope",
        columns,
        rows,
        note,
        filters=len(rows) > 20,
    )


def missing_facts(given: Given) -> b.Table | None:
    """What each dossier lacks, and whom to ask."""
    rows = []
    for row in given.facts.inventory.in_scope:
        asks: dict[tuple[str, str], list[str]] = {}
        for fact in row.completeness.missing:
            contact = fact.contact
            who = (contact.name, contact.role) if contact else (fact.ask, "")
            asks.setdefault(who, []).append(fact.short)
        for (name, role), facts in asks.items():
            rows.append((row.system.name, ", ".join(facts), name, or_dash(role)))
    columns = [Column("System"), Column("Missing"), Column("Ask", filter=True), Column("As")]
    caption = given.counted(len({r[0] for r in rows}), "dossier")
    return given.table(f"{caption} with facts missing", columns, rows, filters=len(rows) > 20)


def to_ask(given: Given) -> b.Table | None:
    """Who can supply missing facts, and of how many systems; those asked most first."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in given.facts.inventory.in_scope:
        for fact in row.completeness.missing:
            contact = fact.contact
            who = (contact.name, contact.role) if contact else (fact.ask, "")
            found.setdefault(who, []).append((row.system.id, fact.short))
    rows = []
    for (name, role), asked in sorted(found.items(), key=lambda x: (-len(x[1]), x[0])):
        kinds = Counter(fact for _, fact in asked)
        words = ", ".join(f"{fact} ({n})" for fact, n in kinds.most_common())
        rows.append((name, or_dash(role), len({x for x, _ in asked}), len(asked), words))
    columns = [
        Column("Ask"),
        Column("As"),
        Column("Systems", "number"),
        Column("Facts", "number"),
        Column("Which"),
    ]
    return given.table(
        f"{given.counted(len(rows), 'person', 'people')} to ask",
        columns,
        rows,
        filters=len(rows) > 20,
    )


def skills(given: Given) -> b.Table | None:
    """Skills of production support that do not rest on at least two people."""
    rows = [
        (r.system.name, s.skill, s.needed, len(s.held), len(s.able), _SKILL[s.state])
        for r in given.facts.inventory.in_scope
        for s in r.skills
        if s.state != "covered"
    ]
    columns = [
        Column("System"),
        Column("Skill"),
        Column("Level needed", "number"),
        Column("People with any", "number"),
        Column("At that level", "number"),
        Column("State", filter=True),
    ]
    note = "Levels: 0 none, 1 aware, 2 with help, 3 alone, 4 teaches others."
    caption = given.counted(len(rows), "skill")
    return given.table(f"{caption} held by one person or nobody", columns, rows, note)


def licences(given: Given) -> b.Table | None:
    """Licences paid by the piece, and how many are not used."""
    rows = [
        (
            r.system.name,
            x.type,
            x.entitled,
            x.idle,
            x.cost if x.cost is not None else gap("no price declared") if x.idle else DASH,
            "counted" if x.counted else "at least: assigned licences were taken as used",
        )
        for r in given.facts.inventory.in_scope
        for x in r.licences
    ]
    columns = [
        Column("System"),
        Column("Type", "label"),
        Column("Paid", "number"),
        Column("Not used", "number"),
        Column(f"{given.currency} a year", "money"),
        Column("How known"),
    ]
    return given.table("Licences paid and not used", columns, rows)


def unexplained(given: Given) -> b.Table | None:
    """Tables of databases that no entity explains."""
    rows = [
        (
            given.name(system),
            len(found),
            ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else ""),
        )
        for system, found in given.facts.unexplained.items()
        if found
    ]
    columns = [Column("System"), Column("Tables", "number"), Column("Names")]
    return given.table("Tables that no entity explains", columns, rows)


def feeds(given: Given) -> b.Table | None:
    """Declared movements of data, with what goes wrong."""
    crud, rows = given.facts.crud, []
    for link in crud.feeds:
        feed = (given.workspace.system[link.declared_in].feeds or ())[link.index]
        rows.append(
            (
                given.name(link.source),
                given.name(link.target),
                ", ".join(given.names[e] for e in link.entities) or gap("nobody said"),
                or_dash(link.by),
                or_dash(feed.frequency),
                given.name(link.owner),
                or_dash(link.problems),
            )
        )
    columns = [
        Column("From"),
        Column("To"),
        Column("Entities"),
        Column("By", "label", filter=True),
        Column("How often", "label"),
        Column("Owner"),
        Column("Problems, as told"),
    ]
    return given.table(
        given.counted(len(rows), "declared feed"), columns, rows, filters=len(rows) > 20
    )


def missing_feeds(given: Given) -> b.Table | None:
    """Feeds that the mapping implies: one creates what another reads."""
    rows = [
        (given.name(a), given.name(z), given.listed(entities))
        for (a, z), entities in given.facts.crud.implied_feeds().items()
    ]
    columns = [Column("Created in"), Column("Read in"), Column("Entities")]
    feeds = given.counted(len(rows), "feed")
    caption = most(f"{feeds} that the mapping implies and nobody declared", MOST_FEEDS, len(rows))
    return given.table(caption, columns, rows[:MOST_FEEDS])


def one_place(given: Given) -> b.Table | None:
    """What whoever answers a call sees of the customer in each system."""
    rows = [
        (s.name, *("yes" if p in s.one_place_view else DASH for p in _PARTS))
        for s in given.workspace.in_scope
        if s.one_place_view is not None
    ]
    columns = [Column("System"), *(Column(p.capitalize(), align="center") for p in _PARTS)]
    return given.table("What one system shows of a customer", columns, rows, "As declared.")


def maintenance(given: Given) -> b.Table | None:
    """Backup, restore test, index care and updates of the systems that declare them."""
    rows = []
    for system in given.workspace.in_scope:
        care = system.maintenance
        if care is not None:
            duties = (care.backup, care.restore_test, care.index_care, care.updates)
            who = " · ".join(str(x) for x in (care.provider, given.names.get(care.by or "")) if x)
            rows.append((system.name, or_dash(who or care.by), *(_care(d) for d in duties)))
    columns = [
        Column("System"),
        Column("By"),
        *(Column(x) for x in ("Backup", "Restore test", "Index care", "Updates")),
    ]
    note = "How often, and the day it was last done, as declared."
    return given.table("Declared maintenance", columns, rows, note)


def _care(care: Care | None) -> object:
    if care is None:
        return gap("not declared")
    return ", ".join(str(v) for v in (care.frequency, care.last) if v) or DASH


def extraction(given: Given) -> b.Table | None:
    """How hard it is to get each system's data out, and what weighs most."""
    rows = []
    for e in given.plan.extractions:
        known = [x for x in e.criteria if x.difficulty is not None]
        hardest = sorted(known, key=lambda x: -x.weight * (x.difficulty or 0))[:3]
        rows.append(
            (
                given.name(e.system),
                given.number(e.score, 1) if e.score is not None else gap("no criterion is known"),
                given.span(e.range, 1),
                e.coverage,
                e.band or DASH,
                "; ".join(x.basis for x in hardest) or DASH,
            )
        )
    columns = [
        Column("System"),
        Column("Score", align="right"),
        Column("Range", align="right"),
        Column("Known", "percent"),
        Column("Band", "label", filter=True),
        Column("What weighs most"),
    ]
    note = (
        "1 easy, 10 hard. Range: with the unknown criteria at their best and worst. "
        "Known: share of the weight that could be judged."
    )
    return given.table("Extraction complexity by system", columns, rows, note)


def extraction_needs(given: Given) -> b.Table | None:
    """Which entities each need asks for, from which systems, and how hard that is."""
    scores = {e.system: e.score for e in given.plan.extractions}
    order = {"must": 0, "should": 1, "could": 2, None: 3}
    rows = []
    for need in sorted(given.workspace.needs, key=lambda n: order[n.priority]):
        if not need.entities:
            continue
        sources = dict.fromkeys(need.sources)
        nowhere = []
        for entity in need.entities:
            record = given.facts.crud.record(entity)
            if record is None:
                nowhere.append(given.names[entity])
            else:
                sources.update(dict.fromkeys(record.systems))
        rows.append(
            (
                need.text,
                need.priority or DASH,
                given.listed(need.entities),
                ", ".join(_scored(given, x, scores.get(x)) for x in sources) or DASH,
                ", ".join(nowhere) or DASH,
            )
        )
    columns = [
        Column("Need"),
        Column("Priority", "label", filter=True),
        Column("Entities asked for"),
        Column("To be extracted from (score)"),
        Column("Written nowhere"),
    ]
    note = "Systems: the sources named by the need, and the system of record of each entity."
    return given.table("What each need asks to be extracted", columns, rows, note)


def _scored(given: Given, system: str, score: float | None) -> str:
    return f"{given.names.get(system, system)} ({given.number(score, 1) if score else 'unknown'})"
