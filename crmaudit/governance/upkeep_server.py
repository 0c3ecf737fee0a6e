"""What a server shows of its upkeep, judged: statistics, bloat, indexes, recovery, growth.

Thresholds are arguments; the rules give them, with their reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crmaudit.evidence import Health, IndexHealth, TableHealth, Unindexed
from crmaudit.messages import msg

SERVERS = ("postgresql", "mysql", "mariadb")

# Statistics and sweeping


@dataclass(frozen=True, slots=True)
class Stale:
    """A table whose statistics are old: `share` of its rows changed since; None if never made."""

    table: TableHealth
    share: float | None


def stale(health: Health, share: float, least_rows: int) -> tuple[Stale, ...]:
    """Tables of which more than a share of the rows changed since their statistics were gathered.

    Those of at least `least_rows` rows; the most rows first. What the server
    does not tell is not alleged.
    """
    found = []
    for table in health.tables:
        rows = table.rows or 0
        if rows < least_rows:
            continue
        if table.changed is not None and table.changed > share * rows:
            found.append(Stale(table, min(1.0, table.changed / rows)))
        elif table.note.startswith(NEVER):
            found.append(Stale(table, None))
    return tuple(sorted(found, key=lambda s: (-(s.table.rows or 0), s.table.table)))


NEVER = msg("its statistics were never gathered")


def statistics_told(health: Health, least_rows: int) -> tuple[TableHealth, ...]:
    """Tables large enough of whose statistics the server tells enough to judge."""
    return tuple(
        t
        for t in health.tables
        if (t.rows or 0) >= least_rows and (t.changed is not None or t.note.startswith(NEVER))
    )


_SWITCHES = {
    "autovacuum": "off",
    "track_counts": "off",
    "innodb_stats_auto_recalc": "OFF",
}


def switched_off(health: Health) -> tuple[str, ...]:
    """Settings by which the server no longer looks after statistics itself."""
    return tuple(n for n, off in _SWITCHES.items() if health.settings.get(n) == off)


def newest_care(health: Health) -> datetime | None:
    """When statistics were last gathered or a table was last swept, of any table."""
    days = [d for t in health.tables for d in (t.analysed, t.vacuumed) if d is not None]
    return max(days, default=None)


# Bloat


def bloated(health: Health, share: float, least_bytes: int) -> tuple[TableHealth, ...]:
    """Tables of which a rewrite would save at least a share and so many bytes, the most first."""
    found = [
        t
        for t in health.tables
        if t.bloat is not None and t.bloat >= share and (t.free or 0) >= least_bytes
    ]
    return tuple(sorted(found, key=lambda t: (-(t.free or 0), t.table)))


def dead_rows(health: Health, share: float, least_rows: int) -> tuple[TableHealth, ...]:
    """Tables in which dead rows wait to be swept: more than a share of all, and so many."""
    found = [
        t
        for t in health.tables
        if t.dead is not None and t.dead >= least_rows and t.dead > share * ((t.rows or 0) + t.dead)
    ]
    return tuple(sorted(found, key=lambda t: (-(t.dead or 0), t.table)))


def free_share(health: Health) -> float | None:
    """The share of a file database's bytes that are unused; None where it is not told."""
    if health.free is None or not health.bytes:
        return None
    return health.free / health.bytes


# Indexes


def counted_days(health: Health) -> int | None:
    """For how long the server has counted the use of indexes; None where it does not tell.

    A server that counts nothing, or does not show it, still knows since when it is up.
    """
    if health.counted_since is None or all(i.uses is None for i in health.indexes):
        return None
    return (health.provenance.taken_at - health.counted_since).days


def unused(health: Health) -> tuple[IndexHealth, ...]:
    """Indexes that nobody read since the server counts, and on which no rule rests.

    None that is unique, that serves a key, or that another one covers anyway.
    The largest first.
    """
    found = [
        i
        for i in health.indexes
        if i.uses == 0 and not (i.unique or i.needed or i.covered_by) and i.valid
    ]
    return tuple(sorted(found, key=lambda i: (-(i.bytes or 0), i.table, i.name)))


def covered(health: Health) -> tuple[IndexHealth, ...]:
    """Indexes all of whose work another one does."""
    return tuple(i for i in health.indexes if i.covered_by)


def invalid(health: Health) -> tuple[IndexHealth, ...]:
    return tuple(i for i in health.indexes if not i.valid)


def bare(health: Health, least_rows: int, declared: bool) -> tuple[Unindexed, ...]:
    """References without an index, of tables with so many rows or an unknown number of them."""
    return tuple(
        u
        for u in health.unindexed
        if u.declared is declared and (u.rows is None or u.rows >= least_rows)
    )


# Recovery


@dataclass(frozen=True, slots=True)
class Recovery:
    """Whether the server keeps the logs for going back to any moment; None where not told."""

    on: bool | None
    why: str


def recovery(health: Health) -> Recovery:
    """What the settings say of point-in-time recovery. Elsewhere it may still be provided for."""
    settings, engine = health.settings, health.provenance.engine
    if engine not in SERVERS:
        return Recovery(None, msg("a file has no log to go back by"))
    if engine != "postgresql":
        log = settings.get("log_bin")
        if log is None:
            return Recovery(None, health.cannot.get("settings", "the server does not tell"))
        return Recovery(
            log == "ON", msg("the binary log is on" if log == "ON" else "the binary log is off")
        )
    mode = settings.get("archive_mode")
    if settings.get("standby") == "on":
        return Recovery(None, msg("this is a standby server: the primary one keeps the logs"))
    if mode is None:
        return Recovery(None, health.cannot.get("settings", "the server does not tell"))
    if mode == "off":
        return Recovery(False, msg("archive_mode is off"))
    ways = [settings.get(n) for n in ("archive_command", "archive_library")]
    if all(w == "empty" for w in ways if w is not None) and any(ways):
        return Recovery(False, msg("archive_mode is on, but no command archives anything"))
    if settings.get("archiving") == "failing":
        return Recovery(False, msg("archive_mode is on, but archiving fails"))
    return Recovery(True, msg("archive_mode is {mode}", mode=mode))


# Growth


@dataclass(frozen=True, slots=True)
class Growth:
    """From `first` to `last` bytes in so many days; `a_year` is the factor that this makes."""

    since: date
    days: int
    first: int
    last: int

    @property
    def a_year(self) -> float:
        return float((self.last / self.first) ** (365 / self.days))


def growth(health: Health, least_days: int) -> Growth | None:
    """How the database grew since the earliest reading of the last two years.

    None without one that is at least `least_days` old.
    """
    now = health.provenance.taken_at
    if not health.bytes:
        return None
    for then in health.earlier:
        days = (now - then.taken_at).days
        if least_days <= days <= 731 and then.bytes > 0:
            return Growth(then.taken_at.date(), days, then.bytes, health.bytes)
    return None


# Proposals


def proposed_index(health: Health, missing: Unindexed) -> str:
    """The statement that would make an index, to be judged by who knows the load."""
    tick = "`" if health.provenance.engine in ("mysql", "mariadb") else '"'

    def quoted(name: str) -> str:
        return tick + name.replace(tick, tick * 2) + tick

    table = ".".join(quoted(part) for part in missing.table.split(".", 1))
    name = "_".join(("ix", missing.table.rpartition(".")[2], *missing.columns))[:60]
    columns = ", ".join(map(quoted, missing.columns))
    return f"CREATE INDEX {quoted(name)} ON {table} ({columns});"
