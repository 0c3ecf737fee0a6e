"""Duties of maintenance: what is declared of each beside what servers and folders show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from crmaudit.evidence import Backups, Health
from crmaudit.governance.cadence import PERIOD
from crmaudit.governance.support_ends import support_end
from crmaudit.governance.testified import Testified
from crmaudit.governance.upkeep_backups import Kept, newest, of_database, shrunk
from crmaudit.governance.upkeep_server import (
    SERVERS,
    Stale,
    newest_care,
    stale,
    statistics_told,
)
from crmaudit.messages import counted, joined, long_date, msg
from crmaudit.workspace.dossier import Care, System

Duty = Literal["backup", "restore_test", "index_care", "updates"]
State = Literal["kept", "late", "contradicted", "not assessed"]

DUTIES: tuple[Duty, ...] = ("backup", "restore_test", "index_care", "updates")
WORDS: Mapping[Duty, str] = {
    "backup": "backup",
    "restore_test": "restore test",
    "index_care": "index care",
    "updates": "software updates",
}


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One duty. `declared` in words, empty where nothing is; `shown` what evidence tells.

    `contradicted`: what is shown is not what was declared. `late`: shown, or
    declared where nothing is shown, to be overdue. `why` gives the reason of a
    state that is not `kept`; `last` is the day on which it was last done, as
    far as evidence shows. `unfit`: done in time, and what was made last cannot
    be relied on.
    """

    duty: Duty
    state: State
    declared: str = ""
    shown: str = ""
    why: str = ""
    last: date | None = None
    evidence: tuple[str, ...] = ()
    unfit: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """Thresholds. `grace_days` beyond a duty's own period; `typical_days` where it has none.

    Statistics count as old once `changed` of the rows of a table of at least
    `least_rows` rows changed: PostgreSQL and MySQL gather them anew at a tenth.
    A backup is too small below the share `shrunk` of what is usual, where there
    are `least_before` to tell that.
    """

    grace_days: int = 2
    typical_days: int = 1
    changed: float = 0.2
    least_rows: int = 1000
    shrunk: float = 0.5
    least_before: int = 3


def upkeep(
    system: System, testified: Testified, day: date | None, allow: Allowance | None = None
) -> tuple[Upkeep, ...]:
    """The four duties of one system, declared beside shown."""
    allowance = allow or Allowance()
    return tuple(_of(duty, system, testified, day, allowance) for duty in DUTIES)


def of_duty(
    duty: Duty,
    system: System,
    testified: Testified,
    day: date | None,
    allow: Allowance | None = None,
) -> Upkeep:
    """One of them."""
    return _of(duty, system, testified, day, allow or Allowance())


def _of(
    duty: Duty, system: System, testified: Testified, day: date | None, allow: Allowance
) -> Upkeep:
    care: Care | None = getattr(system.maintenance, duty) if system.maintenance else None
    found = _found(duty, care, system, testified, day, allow)
    if found.state == "late" and care is None and _of_vendor(system):
        # What is shown is the vendor's affair, who promised nothing that is known here.
        return replace(found, state="not assessed", why=msg("the vendor looks after it"))
    return found


def _of_vendor(system: System) -> bool:
    return bool(system.maintenance and system.maintenance.provider == "vendor")


def _found(
    duty: Duty,
    care: Care | None,
    system: System,
    testified: Testified,
    day: date | None,
    allow: Allowance,
) -> Upkeep:
    if day is None:
        return _by_word(duty, care, None, allow, msg("the day of the audit is not known"))
    if duty == "backup":
        return _backup(care, testified.backups.get(system.id), day, allow)
    health = testified.health.get(system.id)
    if duty == "restore_test":
        return _by_word(
            duty, care, day, allow, msg("no server shows whether a backup was restored")
        )
    if health is None:
        return _by_word(duty, care, day, allow, msg("no server was read"))
    if duty == "index_care":
        return _index_care(care, health, day, allow)
    return _updates(care, health, day, allow)


def declared_words(care: Care | None) -> str:
    """`daily, last on 30 October 2026`."""
    if care is None:
        return ""
    last = msg("last on {last}", last=long_date(care.last)) if care.last else ""
    return joined(", ", (x for x in (msg(care.frequency or ""), last) if x))


def _by_word(duty: Duty, care: Care | None, day: date | None, allow: Allowance, why: str) -> Upkeep:
    """Judged by what was declared alone: it can be overdue by its own words, never kept."""
    told = declared_words(care)
    if care is not None and care.frequency == "never":
        return Upkeep(duty, "late", told, why=msg("it is never done"))
    if care is not None and care.last is not None and day is not None:
        period = PERIOD.get(care.frequency) if care.frequency else None
        days = (day - care.last).days
        if period is not None and days > period + allow.grace_days:
            return Upkeep(
                duty, "late", told, why=msg("{days:,} days passed, by what is declared", days=days)
            )
    return Upkeep(duty, "not assessed", told, why=why)


def _backup(care: Care | None, found: Backups | None, day: date, allow: Allowance) -> Upkeep:
    told = declared_words(care)
    if found is None:
        return _by_word("backup", care, day, allow, msg("no backup folder was looked into"))
    if found.cannot:
        return _by_word("backup", care, day, allow, found.cannot)
    proof = (found.id,)
    against = _against(care)
    kept = newest(found, day)
    if kept is None:
        return _none_kept(care, found, day, allow, against)
    last = kept.newest.written.date()
    held = of_database(found)
    which = msg("newest") if held[0] is kept.newest else msg("newest whole one")
    shown = msg(
        "{which} of {held} is {days} old", which=which, held=len(held), days=_days(kept.days)
    )
    unfit = _unfit(found, kept, allow)
    shown = joined("; ", (shown, unfit)) if unfit else shown
    period = _period(care, allow)
    if kept.days > period + allow.grace_days:
        why = msg("the newest backup is {days} old", days=_days(kept.days))
        if found.unread:
            return _by_word(
                "backup",
                care,
                day,
                allow,
                msg("{why}, but {unread}", why=why, unread=_unread(found)),
            )
        return Upkeep("backup", against, told, shown, why, last, proof)
    claimed = care.last if care else None
    if claimed is not None and claimed <= day and claimed - last > _grace(allow):
        why = msg(
            "the newest backup is of {last}, {days} before the last one",
            last=last,
            days=_days((claimed - last).days),
        )
        return Upkeep("backup", "contradicted", told, shown, why, last, proof)
    if unfit:
        return Upkeep("backup", against, told, shown, unfit, last, proof, unfit=True)
    return Upkeep("backup", "kept", told, shown, "", last, proof)


def _unfit(found: Backups, kept: Kept, allow: Allowance) -> str:
    """Why the file that was made last could not be relied on; empty where it could."""
    made = next((f for f in of_database(found) if not f.running), kept.newest)
    if made.sound is False:
        return msg(
            "the newest file, of {day}, is not whole: {why}",
            day=long_date(made.written.date()),
            why=made.why,
        )
    small = shrunk(kept, allow.shrunk, allow.least_before)
    if small is None:
        return ""
    return msg("the newest has {share:.0f} % of the usual size", share=100 * small.share)


def _none_kept(
    care: Care | None, found: Backups, day: date, allow: Allowance, against: State
) -> Upkeep:
    """Nothing whole was found. What is not known here may be a backup all the same."""
    held = of_database(found)
    if not held and (found.unread or found.others):
        others = msg(
            "none of the {others:,} files in the folder has a form known here", others=found.others
        )
        why = _unread(found) if found.unread else others
        return _by_word("backup", care, day, allow, why)
    shown = (
        msg("{held} backups, none of them whole", held=len(held))
        if held
        else msg("no backup in the folder")
    )
    proof = (found.id,)
    return Upkeep("backup", against, declared_words(care), shown, shown, evidence=proof)


def _unread(found: Backups) -> str:
    one = found.unread == 1
    return msg(
        "{unread:,} {folder} within it may not be read",
        unread=found.unread,
        folder=msg("folder") if one else msg("folders"),
    )


def _index_care(care: Care | None, health: Health, day: date, allow: Allowance) -> Upkeep:
    told = declared_words(care)
    proof = (health.id,)
    judged = statistics_told(health, allow.least_rows)
    if not judged:
        large = any((t.rows or 0) >= allow.least_rows for t in health.tables)
        why = health.cannot.get("changes") or health.cannot.get("statistics", "")
        why = why or msg("the server does not tell how old its statistics are")
        if not large:
            why = msg(
                "no table has {least_rows:,} rows: care would change nothing",
                least_rows=allow.least_rows,
            )
        return _by_word("index_care", care, day, allow, why)
    last = newest_care(health)
    done = last.date() if last else None
    old = old_statistics(care, health, day, allow)
    if not old:
        shown = msg("statistics of all {judged} larger tables are current", judged=len(judged))
        if len(judged) == 1:
            shown = msg("statistics of the one larger table are current")
        return Upkeep("index_care", "kept", told, shown, "", done, proof)
    never = all(s.share is None for s in old)
    shown = msg(
        "statistics of {old} of {judged} larger tables ", old=len(old), judged=len(judged)
    ) + (msg("were never gathered") if never else msg("are old"))
    against = _against(care)
    return Upkeep("index_care", against, told, shown, shown, done, proof)


def old_statistics(
    care: Care | None, health: Health, day: date, allow: Allowance
) -> tuple[Stale, ...]:
    """Tables whose statistics are old, and were not gathered as lately as they should be.

    What changed since a care that was not due again yet is nobody's neglect.
    """
    # What the server showed when it was read says nothing of the time since.
    read = min(day, health.provenance.taken_at.date())
    within = _period(care, allow) + allow.grace_days
    return tuple(
        s
        for s in stale(health, allow.changed, allow.least_rows)
        if s.table.analysed is None or (read - s.table.analysed.date()).days > within
    )


def _updates(care: Care | None, health: Health, day: date, allow: Allowance) -> Upkeep:
    told = declared_words(care)
    support = support_end(health)
    if support is None or support.end is None:
        why = support.why if support else msg("a file has no server to bring up to date")
        if support is None and health.provenance.engine in SERVERS:
            why = msg("the server does not tell its version")
        return _by_word("updates", care, day, allow, why)
    name, proof = f"{support.product} {support.release}", (health.id,)
    if day > support.end:
        shown = msg("{name}, whose support ended on {end}", name=name, end=support.end)
        return Upkeep("updates", _against(care), told, shown, shown, None, proof)
    shown = msg("{name}, supported until {end}", name=name, end=support.end)
    # Whether its newest repair is installed, no server says.
    by_word = _by_word(
        "updates", care, day, allow, msg("whether all repairs are in, no server says")
    )
    if by_word.state == "not assessed" and care is not None and care.last is not None:
        return Upkeep("updates", "kept", told, shown, "", None, proof)
    return replace(by_word, shown=shown, evidence=proof)


def _against(care: Care | None) -> State:
    """What it is where evidence shows neglect: a promise not kept, or nobody's promise."""
    promised = care is not None and care.frequency not in (None, "never", "on demand")
    return "contradicted" if promised else "late"


def _period(care: Care | None, allow: Allowance) -> int:
    known = PERIOD.get(care.frequency) if care is not None and care.frequency else None
    return known or allow.typical_days


def _grace(allow: Allowance) -> timedelta:
    return timedelta(days=allow.grace_days)


def _days(days: int) -> str:
    return counted(days, "day") if days else msg("less than a day")
