"""What lies in a backup folder, judged: how old, how large, how whole, how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from crmaudit.evidence import BackupFile, Backups

COMPARED = 5
"""A backup's size is laid beside the middle one of so many before it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest whole backup that may hold the database, and those before it in its series.

    `days` is its age on the day of the audit, 0 for what is newer.
    """

    newest: BackupFile
    before: tuple[BackupFile, ...]
    days: int


def of_database(backups: Backups) -> tuple[BackupFile, ...]:
    """Files that hold a database; where none says so, those that may. The newest first."""
    certain = tuple(f for f in backups.files if f.database)
    return certain or backups.files


def newest(backups: Backups, day: date) -> Kept | None:
    """The newest backup that is not known to be broken; None where there is none."""
    held = [f for f in of_database(backups) if f.sound is not False]
    if not held:
        return None
    first = held[0]
    before = tuple(f for f in held[1:] if f.series == first.series)
    return Kept(first, before, max(0, (day - first.written.date()).days))


def broken(backups: Backups, most: int = 3) -> tuple[BackupFile, ...]:
    """Of the newest files of each series, those that are not whole."""
    seen: dict[str, int] = {}
    found = []
    for file in backups.files:
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
    before = [f.bytes for f in kept.before if not f.part and f.bytes][:COMPARED]
    if kept.newest.part or len(before) < least:
        return None
    middle = int(median(before))
    if kept.newest.bytes >= share * middle:
        return None
    return Small(kept.newest, middle, f"the middle one of the {len(before)} before it")


def implausible(kept: Kept, database: int | None, plain: float, packed: float) -> Small | None:
    """The newest against the size of the rows; `plain` and `packed` are the least shares of it."""
    least = packed if kept.newest.packed else plain
    if database is None or not database or kept.newest.part:
        return None
    if kept.newest.bytes >= least * database:
        return None
    return Small(kept.newest, database, "the rows it should hold")
