"""Tables of maintenance: duties declared beside shown, servers, indexes, backup files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from crmaudit.evidence import Health, Unindexed
from crmaudit.governance import upkeep_server as server
from crmaudit.governance.support_ends import support_end
from crmaudit.governance.upkeep import WORDS, Allowance, Upkeep
from crmaudit.governance.upkeep import upkeep as duties_of
from crmaudit.governance.upkeep_backups import broken, newest, of_database, usual
from crmaudit.messages import Formed, Words, joined, msg, told
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day, percent
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.report.wording import listed
from crmaudit.workspace.dossier import System

MOST = 40
LEAST_ROWS = 1000
"""Smaller tables need no index and no statistics."""
GROWTH_DAYS = 60
COUNTED_DAYS = 31
"""Work that comes once a month has to be seen before disuse says anything."""
_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
_STATES = {"contradicted": 0, "late": 1, "kept": 2, "not assessed": 3}


def upkeep(given: Given) -> b.Table | None:
    """Duties of maintenance: what is declared, what servers and files show, and the verdict."""
    governance = given.facts.governance
    found = [
        (system, one)
        for system in governance.maintained
        for one in duties_of(system, governance.testified, given.facts.day)
        if one.declared or one.shown
    ]
    found.sort(key=lambda f: _STATES[f[1].state])
    rows = [
        (
            system.name,
            msg(WORDS[one.duty]),
            _by(given, system),
            or_dash(_dated(one.declared)),
            b.Cell(_dated(one.shown), one.shown, one.evidence) if one.shown else DASH,
            gap(one.why) if one.state == "not assessed" else _state(one),
        )
        for system, one in found[:MOST]
    ]
    columns = [
        Column("System", filter=True),
        Column("Duty", "label"),
        Column("By"),
        Column("Declared"),
        Column("Shown"),
        Column("State"),
    ]
    note = (
        "Contradicted: what servers or files show is not what was declared. Late: overdue by what "
        "is shown or, where nothing is, by what is declared. Word alone is never taken for kept."
    )
    caption = most("Maintenance declared and shown", MOST, len(found))
    return given.table(caption, columns, rows, note)


def _state(one: Upkeep) -> str:
    """`late`; with the reason where what is shown does not tell it already."""
    return (
        msg("{state}: {why}", state=msg(one.state), why=one.why)
        if one.why not in one.shown
        else msg(one.state)
    )


def _dated(text: str) -> str:
    """The text with its days as the report writes days."""
    dated = _DAY.sub(lambda m: day(date.fromisoformat(m[0])), text)
    return Formed(dated, _dated_in, (text,))


def _dated_in(words: Words, text: str) -> str:
    return _DAY.sub(lambda m: words.value(date.fromisoformat(m[0]), ""), told(text, words))


def _by(given: Given, system: System) -> object:
    care = system.maintenance
    if care is None:
        return DASH
    provider = msg(care.provider) if care.provider else None
    told = (provider, given.names.get(care.by or "", care.by))
    return or_dash(joined(" · ", (x for x in told if x)))


def _servers(given: Given) -> Iterator[tuple[System, Health]]:
    told = given.facts.governance.testified.health
    return ((s, told[s.id]) for s in given.facts.governance.maintained if s.id in told)


def servers(given: Given) -> b.Table | None:
    """Each database server: its version and support, size, growth and care."""
    rows = []
    for system, health in _servers(given):
        support, grown = support_end(health), server.growth(health, GROWTH_DAYS)
        way = server.recovery(health)
        judged = server.statistics_told(health, LEAST_ROWS)
        old = server.stale(health, 0.2, LEAST_ROWS)
        rows.append(
            (
                system.name,
                b.Cell(health.version or health.provenance.engine, None, (health.id,)),
                DASH
                if support is None
                else gap(support.why)
                if support.end is None
                else support.end,
                gap(health.cannot.get("size", "the server does not tell"))
                if health.bytes is None
                else b.Cell(_size(given, health.bytes), health.bytes),
                gap(msg("no reading is {GROWTH_DAYS} days older", GROWTH_DAYS=GROWTH_DAYS))
                if grown is None
                else b.Cell(msg("× {a_year}", a_year=given.number(grown.a_year, 2)), grown.a_year),
                gap(
                    health.cannot.get("changes")
                    or health.cannot.get("statistics")
                    or "no large table, or the server does not tell"
                )
                if not judged
                else msg("{old} of {judged} tables", old=len(old), judged=len(judged)),
                gap(way.why)
                if way.on is None
                else msg("yes")
                if way.on
                else msg("no: {why}", why=way.why),
            )
        )
    columns = [
        Column("System"),
        Column("Server"),
        Column("Supported until", "date"),
        Column("Size", "number"),
        Column("Growth a year", "number"),
        Column("Statistics old"),
        Column("Back to any moment"),
    ]
    note = msg(
        "Statistics: of tables with {LEAST_ROWS:,} rows and more; old where a "
        "fifth of the rows changed since. Back to any moment: as the server's "
        "own settings say.",
        LEAST_ROWS=LEAST_ROWS,
    )
    return given.table("What servers show", columns, rows, note)


def index_care(given: Given) -> b.Table | None:
    """Indexes unused, covered by another or broken, references without one, and bloat."""
    rows = []
    for system, health in _servers(given):
        days = server.counted_days(health)
        unused = server.unused(health)
        bare = server.bare(health, LEAST_ROWS, True) + server.bare(health, LEAST_ROWS, False)
        told = [t for t in health.tables if t.bloat is not None]
        fat = sorted((t for t in told if t.bloat), key=lambda t: -(t.free or 0))
        spared = sum(t.free or 0 for t in fat)
        rows.append(
            (
                system.name,
                b.Cell(given.number(len(health.indexes)), len(health.indexes), (health.id,)),
                gap(health.cannot.get("uses", "the server does not count it"))
                if days is None
                else gap(msg("the server counts for {days} only", days=given.counted(days, "day")))
                if days < COUNTED_DAYS
                else msg("{unused} in {days}", unused=len(unused), days=given.counted(days, "day")),
                len(server.covered(health)),
                len(server.invalid(health)),
                b.Cell(_bare(given, bare, health.references), len(bare)),
                gap(health.cannot.get("bloat", "the server does not tell"))
                if not told
                else _size(given, spared),
            )
        )
    columns = [
        Column("System"),
        Column("Indexes", "number"),
        Column("Never used"),
        Column("Covered by another", "number"),
        Column("Broken", "number"),
        Column("References without one"),
        Column("A rewrite would save", align="right"),
    ]
    note = msg(
        "Never used: since the server counts, without those on which a key or a "
        "rule rests. References: of tables with {LEAST_ROWS:,} rows and more, "
        "declared or found by the audit. A rewrite saves: as the server tells or "
        "as estimated from it.",
        LEAST_ROWS=LEAST_ROWS,
    )
    return given.table("Indexes and bloat", columns, rows, note)


def _bare(given: Given, bare: Sequence[Unindexed], whole: int) -> str:
    """`3 of 6: lines.sku, lines.tax and 1 more`."""
    told = msg("{bare} of {whole}", bare=len(bare), whole=given.number(whole))
    named = listed((f"{u.table}.{'+'.join(u.columns)}" for u in bare), 2)
    return msg("{told}: {named}", told=told, named=named) if bare else told


def backup_files(given: Given) -> b.Table | None:
    """What lies in each system's backup folder: how many, how old, how large, how whole."""
    day, rows = given.facts.day, []
    for system in given.facts.governance.maintained:
        found = given.facts.governance.testified.backups.get(system.id)
        if found is None:
            continue
        if found.cannot or day is None:
            why = found.cannot or msg("the day of the audit is not known")
            rows.append((system.name, gap(why), *(DASH for _ in range(6))))
            continue
        held, kept, faulty = of_database(found), newest(found, day), broken(found)
        database = given.facts.governance.testified.health.get(system.id)
        beside = database.bytes if database else None
        middle = usual(kept, Allowance().least_before) if kept else None
        rows.append(
            (
                system.name,
                b.Cell(given.number(len(held)), len(held), (found.id,)),
                kept.newest.written.date() if kept else gap("none is whole"),
                kept.days if kept else DASH,
                b.Cell(_size(given, kept.newest.bytes), kept.newest.bytes) if kept else DASH,
                percent(kept.newest.bytes / middle) if kept and middle else DASH,
                percent(kept.newest.bytes / beside) if kept and beside else DASH,
                len(faulty),
            )
        )
    columns = [
        Column("System"),
        Column("Backups", "number"),
        Column("Newest whole", "date"),
        Column("Age in days", "number"),
        Column("Size", "number"),
        Column("Of the usual size", "percent"),
        Column("Of the database", "percent"),
        Column("Not whole", "number"),
    ]
    note = (
        "Of files in the folder named in the dossier that look like backups of a database; packed "
        "ones are much smaller than it. Usual: the middle size of those before it. Not whole: of "
        "the newest three of each series."
    )
    return given.table("Backup files", columns, rows, note)


def _size(given: Given, count: float) -> str:
    """`12.4 MB`."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return msg("{count} {unit}", count=given.number(count / step, 1), unit=unit)
    return msg("{count} bytes", count=given.number(count))
