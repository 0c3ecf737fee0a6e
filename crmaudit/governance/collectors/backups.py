"""What lies in the backup folder: which files look like backups, how old, how large, how whole.

Names, ages and sizes are kept, and what the first and last bytes say of the
form. No content goes into evidence; nothing is unpacked to disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import BackupFile, Backups, Document, Provenance, Status
from crmaudit.governance.collectors.backups_listing import Listing, Look, listed
from crmaudit.governance.collectors.backups_names import (
    day_of,
    names_own,
    partial,
    series,
    shown,
)
from crmaudit.governance.collectors.backups_sound import soundness
from crmaudit.sources.base import Statement
from crmaudit.sources.session import snapshot_id
from crmaudit.sources.task import Known, Task

MOST_KEPT = 400
"""So many of the newest backups are kept in evidence."""

SETTLED = 900
"""Seconds after which a file is no longer being written: a dump that runs has no end yet."""

LOOKED_INTO = 3
"""So many of the newest files of a series are tested for being whole."""


class _Backups:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        return ()

    def collect(self, task: Task) -> Iterator[Document]:
        folder = task.known.backups
        if not folder:
            return
        place = Path(folder)
        try:
            found, listing = _found(place, task.known)
        except OSError as error:
            why = _why(place, error)
            yield Backups(_told_by(task, (), Status("partly", why)), place.name, cannot=why)
            raise CrmauditError(
                why,
                "name a folder that this machine can read under `maintenance: backup_folder:`, "
                "or take the line out",
                task.known.places.get(folder),
            ) from None
        status = Status("partly", listing.note) if listing.note else Status()
        # The last part alone: what stands before it may name a person.
        yield Backups(
            _told_by(task, found, status), place.name, found, listing.others, unread=listing.unread
        )


def _why(place: Path, error: OSError) -> str:
    if not os.path.exists(place):
        return "the backup folder is not there"
    if not place.is_dir():
        return "what is named as backup folder is a file"
    return f"the backup folder cannot be read: {error.strerror or 'no reason given'}"


def _found(place: Path, known: Known) -> tuple[tuple[BackupFile, ...], Listing]:
    """The backups, the newest first, and what else lies there."""
    listing = listed(place)
    days = _days_of_names(listing.looks, known.words)
    pairs = [(_file(look, days.get(look.name), known), look) for look in listing.looks]
    pairs.sort(key=lambda x: (-x[0].written.timestamp(), x[0].name))
    tested: dict[str, int] = {}
    now = datetime.now(UTC)
    found = []
    for file, look in pairs[:MOST_KEPT]:
        tested[file.series] = tested.get(file.series, 0) + 1
        if not file.bytes:
            file = replace(file, sound=False, why="it is empty")
        elif not file.why and tested[file.series] <= LOOKED_INTO:
            sound, why = soundness(look.path, look.form)
            file = replace(file, sound=sound, why=why)
        if file.sound is False and (now - file.written).total_seconds() < SETTLED:
            file = replace(file, sound=None, why="it may still be written", running=True)
        found.append(file)
    return tuple(found), listing


def _file(look: Look, day: datetime | None, known: Known) -> BackupFile:
    return BackupFile(
        shown(look.name, known.words),
        day or look.written,
        look.bytes,
        look.form.name,
        sound=look.sound,
        why=look.why,
        series=series(look.name, known.words),
        database=look.form.database,
        part=partial(look.name),
        packed=look.form.packed,
        own=names_own(look.name, known.called),
        day_by_name=day is not None,
    )


def _days_of_names(looks: Iterable[Look], words: Iterable[str]) -> dict[str, datetime]:
    """Backups whose name tells their day better than the file: copying makes files young.

    A date that all names of a series share is part of the name.
    """
    by_series: dict[str, list[tuple[Look, date]]] = {}
    for look in looks:
        day = day_of(look.name)
        if day is not None:
            by_series.setdefault(series(look.name, words), []).append((look, day))
    return {
        look.name: datetime(day.year, day.month, day.day, tzinfo=UTC)
        for members in by_series.values()
        if len({day for _, day in members}) > 1
        for look, day in members
        # A job that runs past midnight, or in another time zone, is a day off.
        if (look.written.date() - day).days > 1
    }


def _told_by(task: Task, files: Iterable[BackupFile], status: Status) -> Provenance:
    """A reading of its own: the folder changes while the database stands still."""
    now = datetime.now(UTC)
    return Provenance(
        system=task.system,
        source=task.source.address,
        engine=task.source.engine,
        snapshot=snapshot_id(now, *(f"{f.name} {f.written} {f.bytes}" for f in files)),
        taken_at=now,
        tool=f"crmaudit {__version__}",
        status=status,
    )


collector = _Backups()
