"""Tables of systems: dossiers, feeds and upkeep."""

from __future__ import annotations

from collections import Counter

from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.cells import cost_cell
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, word
from crmaudit.workspace.dossier import Care

_SKILL = {
    "gap": msg("nobody at this level"),
    "single": msg("one person"),
    "covered": msg("covered"),
    "unknown": msg("holders not named"),
}
_PARTS = ("contact", "activity", "invoice", "case")
MOST_FEEDS = 5_000


def systems(given: Given) -> b.Table | None:
    """The systems in scope with kind, vendor, owners, completeness, cost and phase."""
    rows = [
        (
            r.system.name,
            word(r.system.kind),
            or_dash(r.system.vendor),
            given.name(r.system.owners.business),
            given.name(r.system.owners.it),
            b.Cell(f"{r.completeness.given}/{r.completeness.wanted}", r.completeness.share),
            cost_cell(given, r),
            word(r.system.lifecycle.phase),
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
        Column(msg("{currency} a year", currency=given.currency), "money"),
        Column("Phase", "label", filter=True),
    ]
    note = (
        "Facts: given of the nine, less those left blank on purpose. "
        "Cost: newest year; ≥ at least, as not every kind of cost is declared."
    )
    return given.table(
        msg("{systems} in scope", systems=given.counted(len(rows), "system")),
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
            who = (contact.name, contact.role) if contact else (msg(fact.ask), "")
            asks.setdefault(who, []).append(msg(fact.short))
        for (name, role), facts in asks.items():
            rows.append((row.system.name, joined(", ", facts), name, or_dash(role)))
    columns = [Column("System"), Column("Missing"), Column("Ask", filter=True), Column("As")]
    caption = given.counted(len({r[0] for r in rows}), "dossier")
    return given.table(
        msg("{caption} with facts missing", caption=caption), columns, rows, filters=len(rows) > 20
    )


def to_ask(given: Given) -> b.Table | None:
    """Who can supply missing facts, and of how many systems; those asked most first."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in given.facts.inventory.in_scope:
        for fact in row.completeness.missing:
            contact = fact.contact
            who = (contact.name, contact.role) if contact else (msg(fact.ask), "")
            found.setdefault(who, []).append((row.system.id, msg(fact.short)))
    rows = []
    for (name, role), asked in sorted(found.items(), key=lambda x: (-len(x[1]), x[0])):
        kinds = Counter(fact for _, fact in asked)
        words = joined(
            ", ", (msg("{fact} ({n})", fact=fact, n=n) for fact, n in kinds.most_common())
        )
        rows.append((name, or_dash(role), len({x for x, _ in asked}), len(asked), words))
    columns = [
        Column("Ask"),
        Column("As"),
        Column("Systems", "number"),
        Column("Facts", "number"),
        Column("Which"),
    ]
    return given.table(
        msg("{persons} to ask", persons=given.counted(len(rows), "person", "people")),
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
    return given.table(
        msg("{caption} held by one person or nobody", caption=caption), columns, rows, note
    )


def licences(given: Given) -> b.Table | None:
    """Licences paid by the piece, and how many are not used."""
    seen = given.facts.governance.licence_uses(given.facts.day)
    rows = []
    for r in given.facts.inventory.in_scope:
        measured = {m.index: m for m in seen.get(r.system.id, ()) if m.idle is not None}
        for x in r.licences:
            idle, cost, how = x.idle, x.cost, msg("as somebody counted them")
            if not x.counted and (m := measured.get(x.index)) is not None and m.idle is not None:
                idle, how = m.idle, msg("measured: who came, or the most at one time")
                cost = None if m.cost is None else m.idle * m.cost
            elif not x.counted:
                how = msg("at least: assigned licences were taken as used")
            price = cost if cost is not None else gap("no price declared") if idle else DASH
            rows.append((r.system.name, msg(x.type), x.entitled, idle, price, how))
    columns = [
        Column("System"),
        Column("Type", "label"),
        Column("Paid", "number"),
        Column("Not used", "number"),
        Column(msg("{currency} a year", currency=given.currency), "money"),
        Column("How known"),
    ]
    return given.table("Licences paid and not used", columns, rows)


def unexplained(given: Given) -> b.Table | None:
    """Tables of databases that no entity explains."""
    rows = [
        (
            given.name(system),
            len(found),
            joined(", ", found[:12])
            + (msg(" and {found} more", found=len(found) - 12) if len(found) > 12 else ""),
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
                joined(", ", (given.names[e] for e in link.entities)) or gap("nobody said"),
                word(link.by),
                word(feed.frequency),
                given.name(link.owner),
                or_dash(link.problems),
            )
        )
    columns = [
        Column("From"),
        Column("To"),
        Column("Entities"),
        Column("How", "label", filter=True),
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
    caption = most(
        msg("{feeds} that the mapping implies and nobody declared", feeds=feeds),
        MOST_FEEDS,
        len(rows),
    )
    return given.table(caption, columns, rows[:MOST_FEEDS])


def one_place(given: Given) -> b.Table | None:
    """What whoever answers a call sees of the customer in each system."""
    rows = [
        (s.name, *(msg("yes") if p in s.one_place_view else DASH for p in _PARTS))
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
            who = joined(
                " · ",
                (
                    x
                    for x in (care.provider and msg(care.provider), given.names.get(care.by or ""))
                    if x
                ),
            )
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
    return (
        joined(
            ", ",
            [
                *([msg(care.frequency)] if care.frequency else []),
                *([str(care.last)] if care.last else []),
            ],
        )
        or DASH
    )
