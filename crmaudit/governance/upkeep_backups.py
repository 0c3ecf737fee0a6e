"""What lies in a backup folder, judged: how old, how large, how whole, how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from crmaudit.evidence import BackupFile, Backups
from crmaudit.messages import msg

COMPARED = 5
"""A backup's size is laid beside the middle one of so many before it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest whole backup that may hold the database, and those before it in its series.

    `days` is its age on the day of the audit, or on that on which the folder
    was looked into, whichever is earlier; 0 for what is newer.
    """

    newest: BackupFile
    before: tuple[BackupFile, ...]
    days: int


def of_database(backups: Backups) -> tuple[BackupFile, ...]:
    """Files that hold a database; where none says so, those that may. The newest first."""
    certain = tuple(f for f in backups.files if f.database) or backups.files
    if any(f.own for f in certain):
        # One folder for several databases: what is named like another is another's.
        return tuple(f for f in certain if f.own is not False)
    return certain


def newest(backups: Backups, day: date) -> Kept | None:
    """The newest backup that is not known to be broken; None where there is none."""
    held = [f for f in of_database(backups) if f.sound is not False and not f.running]
    if not held:
        return None
    first = held[0]
    before = tuple(f for f in held[1:] if f.series == first.series)
    seen = min(day, backups.provenance.taken_at.date())
    return Kept(first, before, max(0, (seen - first.written.date()).days))


def broken(backups: Backups, most: int = 3) -> tuple[BackupFile, ...]:
    """Of the newest files of each series, those that are not whole."""
    seen: dict[str, int] = {}
    found = []
    for file in of_database(backups):
        seen[file.series] = seen.get(file.series, 0) + 1
        if seen[file.series] <= most and file.sound is False:
            found.append(file)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Small:
    """A backup that is too small: `size` against `beside` bytes of what it is laid beside."""

    file: BackupFile
    beside: int
    what: str

    @property
    def share(self) -> float:
        return self.file.bytes / self.beside


def shrunk(kept: Kept, share: float, least: int) -> Small | None:
    """The newest against the middle size of those before it, where there are `least` of them."""
    middle = usual(kept, least)
    if middle is None or kept.newest.bytes >= share * middle:
        return None
    before = len(_compared(kept))
    return Small(
        kept.newest, middle, msg("the middle one of the {before} before it", before=before)
    )


def usual(kept: Kept, least: int) -> int | None:
    """The middle size of those before the newest; None where fewer than `least` tell it."""
    before = _compared(kept)
    return None if kept.newest.part or len(before) < least else int(median(before))


def _compared(kept: Kept) -> list[int]:
    return [f.bytes for f in kept.before if not f.part and f.bytes][:COMPARED]


def implausible(kept: Kept, database: int | None, plain: float, packed: float) -> Small | None:
    """The newest against the size of the rows; `plain` and `packed` are the least shares of it."""
    least = packed if kept.newest.packed else plain
    if database is None or not database or kept.newest.part:
        return None
    if kept.newest.bytes >= least * database:
        return None
    return Small(kept.newest, database, msg("the rows it should hold"))


@dataclass(frozen=True, slots=True)
class Hole:
    """Days without a whole backup, between `before` and `after`, of a series that had one each
    `usual` days on both sides."""

    before: date
    after: date
    usual: int

    @property
    def days(self) -> int:
        return (self.after - self.before).days


def holes(backups: Backups, period: int, grace: int, least: int = 3) -> tuple[Hole, ...]:
    """Times in which backups failed to come, the newest first; of the series of the newest one.

    Older backups are often thinned out on purpose, and then lie the further
    apart the older they are. So a hole counts only where at least `least`
    intervals older than it are as short as they should be.
    """
    held = [f for f in of_database(backups) if not (f.part or f.running)]
    if not held:
        return ()
    whole = [f for f in held if f.series == held[0].series and f.sound is not False]
    days = sorted({f.written.date() for f in whole}, reverse=True)
    steps = [((a - b).days, a, b) for a, b in pairwise(days)]
    found = []
    for i, (step, after, before) in enumerate(steps):
        kept_on = sum(1 for later, _, _ in steps[i + 1 :] if later <= period + grace)
        if step > period + grace and kept_on >= least:
            found.append(Hole(before, after, period))
    return tuple(found)
