"""Tables of changes and loss: histories kept, records gone, values replaced, bulk changes."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.governance.loss import Losses, most_deleted
from crmaudit.governance.upkeep_server import recovery
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, word
from crmaudit.workspace.dossier import Care

MOST = 20
_WORD = {True: msg("yes"), False: msg("no")}


def _found(given: Given) -> Iterator[Losses]:
    return iter(given.facts.governance.changes.values())


def histories(given: Given) -> b.Table | None:
    """Whether a system keeps a history of each kind of record, and the values before a change."""
    read = [x for x in _found(given) if not x.cannot]
    every = [(x, t) for x in read for t in x.trails]
    # Of what is no master data, only what can be told.
    found = [(x, t) for x, t in every if t.master or t.on is not None]
    found.sort(key=lambda f: (not f[1].master, {False: 0, None: 1, True: 2}[f[1].on]))
    rows = [
        (
            given.name(t.entity),
            given.name(x.system),
            msg("master") if t.master else msg("other"),
            gap(t.why) if t.on is None else b.Cell(_WORD[t.on], t.on, x.evidence),
            DASH
            if not t.on
            else gap("no change with its old value was seen")
            if t.keeps_old is None
            else _WORD[t.keeps_old],
            t.rows if t.rows else DASH,
            t.last or DASH,
            DASH if t.on is None else or_dash(t.why),
        )
        for x, t in found[: 2 * MOST]
    ]
    columns = [
        Column("Kind of record"),
        Column("System"),
        Column("Data", "label"),
        Column("History kept"),
        Column("Old values kept"),
        Column("Entries", "number"),
        Column("Newest", "date"),
        Column("As seen by"),
    ]
    caption = most("Histories of changes", 2 * MOST, len(found))
    left = len(every) - len(found)
    note = (
        msg("Of {kinds} of record nothing can be told.", kinds=given.counted(left, "other kind"))
        if left
        else ""
    )
    return given.table(caption, columns, rows, note)


def gone(given: Given) -> b.Table | None:
    """Records that a history calls deleted and that are not there any more."""
    found = sorted(((x, k) for x in _found(given) for k in x.gone), key=lambda f: -(f[1].gone or 0))
    rows = [
        (
            k.object,
            given.name(x.system),
            b.Cell(given.number(k.gone), k.gone, x.evidence),
            k.deleted,
            k.first or DASH,
            k.last or DASH,
        )
        for x, k in found[:MOST]
    ]
    columns = [
        Column("Kind of record"),
        Column("System"),
        Column("Gone for good", "number"),
        Column("Called deleted", "number"),
        Column("History from", "date"),
        Column("to", "date"),
    ]
    note = "Called deleted: by the history; the others are marked as deleted and can come back."
    return given.table(most(msg("Records deleted for good"), MOST, len(found)), columns, rows, note)


def removed_records(given: Given) -> b.Table | None:
    """Records marked as deleted, and the most that may be gone by gaps in their numbers."""
    found = [(x, r) for x in _found(given) for r in x.removed if r.soft or most_deleted(r)]
    found.sort(key=lambda f: (-(f[1].soft or 0), -(most_deleted(f[1]) or 0), f[1].table))
    rows = [
        (
            r.table,
            given.name(x.system),
            b.Cell(given.number(r.rows), r.rows, x.evidence),
            gap("no mark of deletion is known") if r.soft is None else r.soft,
            gap(r.reason or "its numbers are given out in steps")
            if most_deleted(r) is None
            else msg("at most {most_deleted}", most_deleted=given.number(most_deleted(r)))
            if most_deleted(r)
            else msg("no gap"),
        )
        for x, r in found[:MOST]
    ]
    columns = [
        Column("Table"),
        Column("System"),
        Column("Records", "number"),
        Column("Marked as deleted", "number"),
        Column("Deleted for good, by gaps"),
    ]
    note = (
        "Gaps in the numbers of records are no proof: a number is also lost with a record that was "
        "never saved. What was deleted after the highest number, or before the lowest, leaves none."
    )
    return given.table(
        most(msg("Records put away or missing"), MOST, len(found)), columns, rows, note
    )


def overwritten(given: Given) -> b.Table | None:
    """Fields whose values imports or bulk changes replaced."""
    found = sorted(((x, o) for x in _found(given) for o in x.imported), key=lambda f: -f[1].imports)
    rows = [
        (
            f"{o.table}: {o.field}",
            given.name(x.system),
            b.Cell(given.number(o.imports), o.imports, x.evidence),
            o.rows,
            o.emptied,
            msg("{first:%Y-%m} to {last:%Y-%m}", first=o.first, last=o.last)
            if o.first and o.last
            else DASH,
        )
        for x, o in found[:MOST]
    ]
    columns = [
        Column("Field"),
        Column("System"),
        Column("By imports or in bulk", "number"),
        Column("Replaced in all", "number"),
        Column("Of these, emptied", "number"),
        Column("When"),
    ]
    return given.table(most(msg("Values replaced by imports"), MOST, len(found)), columns, rows)


def bulk_changes(given: Given) -> b.Table | None:
    """The largest changes and deletions that one account did at once."""
    found = sorted(
        ((x, c) for x in _found(given) for c in x.bulk if c.action != "created"),
        key=lambda f: (f[1].action != "deleted", -f[1].rows),
    )
    rows = [
        (
            c.table,
            given.name(x.system),
            word(c.action),
            b.Cell(given.number(c.rows), c.rows, x.evidence),
            b.Cell(c.by, c.by) if c.by else gap("the history does not name it"),
            f"{c.day:%Y-%m}",
        )
        for x, c in found[:MOST]
    ]
    columns = [
        Column("Table"),
        Column("System"),
        Column("What", "label"),
        Column("Rows", "number"),
        Column("Account", "id"),
        Column("Month"),
    ]
    note = "On one day, by one account, in runs within one minute each. By pseudonym."
    caption = most("Changed or deleted in bulk", MOST, len(found))
    return given.table(caption, columns, rows, note)


def ways_back(given: Given) -> b.Table | None:
    """How each system could be restored: the last test, the newest backup, the server's logs."""
    governance, told = given.facts.governance, given.facts.governance.testified
    rows = []
    for system in governance.maintained:
        if system.id not in governance.changes and system.id not in told.health:
            continue
        care = system.maintenance.restore_test if system.maintenance else None
        health = told.health.get(system.id)
        way = recovery(health) if health else None
        rows.append(
            (
                system.name,
                _tested(care),
                gap(way.why if way else "no server was asked")
                if way is None or way.on is None
                else b.Cell(_WORD[way.on], way.on, (health.id,) if health else ()),
                way.why if way and way.on is not None else DASH,
                _undone(given, governance.changes.get(system.id)),
            )
        )
    columns = [
        Column("System"),
        Column("Restore last tested", "date"),
        Column("Back to any moment"),
        Column("As the server says"),
        Column("Undo by its own history"),
    ]
    note = (
        "Back to any moment: whether the server itself keeps the logs for it; it may be provided "
        "for elsewhere. Undo: kinds of master record whose history keeps the value before a "
        "change, of those of which that can be told."
    )
    return given.table("Could it be restored?", columns, rows, note)


def _tested(care: Care | None) -> object:
    if care is not None and care.frequency == "never":
        return msg("never")
    return care.last if care and care.last else gap("no restore test is declared")


def _undone(given: Given, found: Losses | None) -> object:
    if found is None:
        return gap("no history was read")
    if found.cannot:
        return gap(found.cannot)
    masters = [t for t in found.trails if t.master]
    if not masters:
        return gap("no master data are mapped")
    masters = [t for t in masters if t.on is not None]
    if not masters:
        return gap("whether its changes are kept cannot be told")
    can = [t for t in masters if t.on and t.keeps_old]
    named = joined(", ", (str(given.name(t.entity)) for t in can[:3]))
    told = msg("{can} of {kinds}", can=len(can), kinds=given.counted(len(masters), "kind"))
    return msg("{told}: {named}", told=told, named=named) if can else told
