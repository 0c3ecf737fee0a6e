"""One system's upkeep in detail: duties, server, tables, indexes, references, backup files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from crmaudit.cli.panels import Block, put_blocks
from crmaudit.cli.see_maintenance import duty_row, state_words
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, View

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import BackupFile, Backups, Health, Unindexed
    from crmaudit.workspace.dossier import System

MOST = 12
"""Lines of one block at most; the JSON has all."""
COUNTED_DAYS = 31
"""Work that comes once a month has to be seen before disuse says anything."""
LEAST_DAYS = 60
"""Readings nearer to each other say nothing of growth."""
LEAST_ROWS = 1000
"""Tables with fewer rows are read at once, whatever their statistics and indexes are."""


def detail_view(found: Audit, system: System) -> View:
    """The view; rows name their `part`: duty, table, index, reference, backup."""
    from crmaudit.governance.upkeep import upkeep

    facts = found.facts
    testified = facts.governance.testified
    health, backups = testified.health.get(system.id), testified.backups.get(system.id)
    duties = [duty_row(one) for one in upkeep(system, testified, facts.day)]
    rows: list[dict[str, Any]] = [{"part": "duty", **row} for row in duties]
    blocks = [_duties(duties)]
    notes = []
    if health is None:
        notes.append("╱ not assessed: no server was asked how it is kept (crmaudit collect)")
    else:
        blocks += [_server(health), _tables(health), _indexes(health), _references(health)]
        rows += _health_rows(health)
        notes += [f"╱ {part}: {why}" for part, why in health.cannot.items()]
        notes += health.notes
    if backups is not None:
        blocks.append(_backups(backups))
        rows += [{"part": "backup", **_backup_row(f)} for f in backups.files]
        if backups.cannot:
            notes.append(f"╱ {backups.cannot}")
    return View(
        kind="upkeep",
        headline=f"upkeep of {system.name}"
        + (f", as of {facts.day}" if facts.day is not None else ""),
        columns=[Column("part", "Part")],
        rows=rows,
        extra={"system": system.id, "server": _server_facts(health) if health else None},
        body=partial(put_blocks, blocks=blocks),
        notes=notes,
        hint="crmaudit check --code GOV19",
    )


def _duties(rows: Sequence[dict[str, Any]]) -> Block:
    block = Block("Duties")
    for row in rows:
        declared = f"declared {row['declared']}" if row["declared"] else "nothing declared"
        text = state_words(row)
        text.plain = " · ".join(x for x in (declared, row["shown"], text.plain) if x)
        block.add(row["duty"], text)
    return block


def _server_facts(health: Health) -> dict[str, Any]:
    from crmaudit.governance.support_ends import support_end
    from crmaudit.governance.upkeep_server import counted_days, growth, recovery

    support, grown = support_end(health), growth(health, LEAST_DAYS)
    way = recovery(health)
    return {
        "version": health.version or None,
        "supported_until": str(support.end) if support and support.end else None,
        "bytes": health.bytes,
        "free_bytes": health.free,
        "growth_a_year": round(grown.a_year, 3) if grown else None,
        "counted_days": counted_days(health),
        "recovery": way.on,
        "recovery_why": way.why,
        "settings": dict(health.settings),
        "evidence": health.id,
    }


def _server(health: Health) -> Block:
    from crmaudit.governance.upkeep_server import SERVERS, free_share, growth
    from crmaudit.rules.upkeep import size

    block, told = Block("Server"), _server_facts(health)
    until = told["supported_until"]
    server = health.provenance.engine in SERVERS
    block.say("version", health.version, f"supported until {until}" if until else "")
    free = free_share(health)
    block.say(
        "size",
        size(health.bytes) if health.bytes is not None else "",
        f"{100 * free:.0f} % of it free" if free is not None else "",
    )
    grown = growth(health, LEAST_DAYS)
    block.say(
        "growth",
        f"{size(grown.first)} on {grown.since}, {grown.a_year:.2f} times a year"
        if grown
        else f"not assessed: no reading is {LEAST_DAYS} days older",
    )
    if server:
        on = {True: "yes", False: "no", None: "not assessed"}[told["recovery"]]
        block.say("restore to a moment", on, told["recovery_why"])
        days = told["counted_days"]
        told_use = f"for {count(days, 'day')}" if days is not None else "not told"
        block.say("use counted", told_use)
    return block


def _tables(health: Health) -> Block:
    from crmaudit.governance.upkeep_server import stale
    from crmaudit.rules.upkeep import size

    block = Block("Tables, the largest first")
    old = {s.table.table for s in stale(health, 0.2, LEAST_ROWS)}
    tables = sorted(health.tables, key=lambda t: (-(t.bytes or 0), -(t.rows or 0), t.table))
    for t in tables[:MOST]:
        block.say(
            t.table,
            count(t.rows, "row") if t.rows is not None else "",
            size(t.bytes) if t.bytes is not None else "",
            f"{100 * t.bloat:.0f} % bloat" if t.bloat else "",
            f"{t.dead:,} dead rows" if t.dead else "",
            f"statistics of {t.analysed:%Y-%m-%d}" if t.analysed else "",
            f"{t.changed:,} rows changed since" if t.changed else "",
            t.note,
            style="medium" if t.table in old else "",
        )
    _more(block, len(tables))
    return block


def _indexes(health: Health) -> Block:
    from crmaudit.governance.upkeep_server import counted_days, covered, invalid, unused
    from crmaudit.rules.upkeep import size

    block = Block(f"Indexes ({len(health.indexes):,})")
    days = counted_days(health)
    lines = [(i, "broken, not used") for i in invalid(health)]
    lines += [(i, f"covered by {i.covered_by}") for i in covered(health)]
    counted = any(i.uses is not None for i in health.indexes)
    if counted and days is not None and days >= COUNTED_DAYS:
        lines += [(i, f"not used for {count(days, 'day')}") for i in unused(health)]
    for index, what in lines[:MOST]:
        room = size(index.bytes) if index.bytes is not None else ""
        block.say(f"{index.table}.{index.name}", what, ", ".join(index.columns), room)
    _more(block, len(lines))
    if not lines and health.indexes:
        block.say("spare", "none is broken or covered by another")
    if counted and days is not None and days < COUNTED_DAYS:
        block.say("unused", f"not assessed: counted for {count(days, 'day')} of {COUNTED_DAYS}")
    return block


def _references(health: Health) -> Block:
    from crmaudit.governance.upkeep_server import proposed_index

    block = Block(f"References without an index ({len(health.unindexed)} of {health.references})")
    found = sorted(health.unindexed, key=lambda u: (-(u.rows or 0), u.table, u.columns))
    for u in found[:MOST]:
        rows = count(u.rows, "row") if u.rows is not None else ""
        how = "declared" if u.declared else "found by the audit"
        block.say(f"{u.table}.{'+'.join(u.columns)}", f"to {u.to}", rows, how)
        if _worth_it(u):
            block.say("  proposal", proposed_index(health, u), style="quiet")
    _more(block, len(found))
    small = sum(not _worth_it(u) for u in found)
    if small:
        block.say(
            "no proposal", f"for {small:,} of tables below {LEAST_ROWS:,} rows", style="quiet"
        )
    return block


def _worth_it(missing: Unindexed) -> bool:
    """A small table is read at once; an index would only cost."""
    return missing.rows is None or missing.rows >= LEAST_ROWS


def _backups(backups: Backups) -> Block:
    from crmaudit.governance.upkeep_backups import of_database
    from crmaudit.rules.upkeep import size

    whole = {True: "whole", False: "not whole", None: "not tested"}
    block = Block(f"Backup folder {backups.folder}")
    held = of_database(backups)
    for file in backups.files[:MOST]:
        block.say(
            f"{file.written:%Y-%m-%d}",
            file.name,
            size(file.bytes),
            file.form,
            f"{whole[file.sound]}" + (f": {file.why}" if file.why else ""),
            ""
            if file in held
            else "not counted: named like something else"
            if file.own is False
            else "not counted: no database, as far as is seen",
            "day by its name" if file.day_by_name else "",
            style="high" if file.sound is False else "",
        )
    _more(block, len(backups.files))
    if not backups.cannot:
        block.say(
            "kept",
            count(len(backups.files), "backup"),
            f"{backups.others:,} other files",
            f"{count(backups.unread, 'folder')} not readable" if backups.unread else "",
        )
    return block


def _more(block: Block, number: int) -> None:
    if number > MOST:
        block.say("", f"{number - MOST:,} more: --format json")


def _health_rows(health: Health) -> Iterable[dict[str, Any]]:
    from crmaudit.governance.upkeep_server import proposed_index

    for t in health.tables:
        yield {
            "part": "table",
            "table": t.table,
            "rows": t.rows,
            "bytes": t.bytes,
            "index_bytes": t.index_bytes,
            "dead": t.dead,
            "bloat": t.bloat,
            "bloat_by": t.bloat_by,
            "analysed": t.analysed.isoformat() if t.analysed else None,
            "vacuumed": t.vacuumed.isoformat() if t.vacuumed else None,
            "changed": t.changed,
            "note": t.note,
        }
    for i in health.indexes:
        yield {
            "part": "index",
            "table": i.table,
            "name": i.name,
            "columns": list(i.columns),
            "unique": i.unique,
            "needed": i.needed,
            "bytes": i.bytes,
            "uses": i.uses,
            "covered_by": i.covered_by,
            "valid": i.valid,
        }
    for u in health.unindexed:
        yield {
            "part": "reference",
            "table": u.table,
            "columns": list(u.columns),
            "to": u.to,
            "declared": u.declared,
            "rows": u.rows,
            "proposal": proposed_index(health, u) if _worth_it(u) else None,
        }


def _backup_row(file: BackupFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "written": file.written.isoformat(),
        "bytes": file.bytes,
        "form": file.form,
        "sound": file.sound,
        "why": file.why,
        "series": file.series,
        "own": file.own,
        "day_by_name": file.day_by_name,
    }
