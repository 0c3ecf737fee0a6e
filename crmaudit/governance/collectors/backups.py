"""What lies in the backup folder: which files look like backups, how old, how large, how whole.

Names, ages and sizes are kept, and what the first and last bytes say of the
form. No content goes into evidence; nothing is unpacked to disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import BackupFile, Backups, Document, Provenance, Status
from crmaudit.governance.collectors.backups_forms import Form, form_of, form_of_folder
from crmaudit.governance.collectors.backups_names import partial, series, shown
from crmaudit.governance.collectors.backups_sound import soundness
from crmaudit.sources.base import Statement
from crmaudit.sources.session import snapshot_id
from crmaudit.sources.task import Task

DEPTH = 3
"""Folders such as `daily/2026-11/` are gone into so far."""

MOST_ENTRIES = 20_000
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
            found, others, note = _found(place, task.known.words)
        except OSError as error:
            why = _why(place, error)
            yield Backups(_told_by(task, (), Status("partly", why)), place.name, cannot=why)
            raise CrmauditError(
                why,
                "name a folder that this machine can read under `maintenance: backup_folder:`, "
                "or take the line out",
                task.known.places.get(folder),
            ) from None
        status = Status("partly", note) if note else Status()
        # The last part alone: what stands before it may name a person.
        yield Backups(_told_by(task, found, status), place.name, found, others)


def _why(place: Path, error: OSError) -> str:
    if not os.path.exists(place):
        return "the backup folder is not there"
    if not place.is_dir():
        return "what is named as backup folder is a file"
    return f"the backup folder cannot be read: {error.strerror or 'no reason given'}"


def _found(place: Path, words: Iterable[str]) -> tuple[tuple[BackupFile, ...], int, str]:
    """The backups, the newest first; how many files are something else; what was left out."""
    known = tuple(words)
    looked: list[tuple[BackupFile, Path, Form]] = []
    others = entries = 0
    note = ""
    for path, is_folder in _walk(place, place.resolve(), 0):
        entries += 1
        if entries > MOST_ENTRIES:
            note = f"only the first {MOST_ENTRIES:,} entries were looked at"
            break
        try:
            form = form_of_folder(path) if is_folder else form_of(path)
            if form is None:
                others += not is_folder
                continue
            written, size = _state(path, is_folder)
        except OSError:
            others += 1
            continue
        name = str(path.relative_to(place))
        looked.append(
            (
                BackupFile(
                    shown(name, known),
                    written,
                    size,
                    form.name,
                    series=series(name, form.name, known),
                    database=form.database,
                    part=partial(name),
                    packed=form.packed,
                ),
                path,
                form,
            )
        )
    looked.sort(key=lambda x: (-x[0].written.timestamp(), x[0].name))
    tested: dict[str, int] = {}
    now = datetime.now(UTC)
    found = []
    for file, path, form in looked[:MOST_KEPT]:
        tested[file.series] = tested.get(file.series, 0) + 1
        if not file.bytes:
            file = replace(file, sound=False, why="it is empty")
        elif tested[file.series] <= LOOKED_INTO:
            sound, why = soundness(path, form)
            if sound is False and (now - file.written).total_seconds() < SETTLED:
                sound, why = None, "it may still be written"
            file = replace(file, sound=sound, why=why)
        found.append(file)
    return tuple(found), others, note


def _walk(place: Path, root: Path, depth: int) -> Iterator[tuple[Path, bool]]:
    """Files and folders in a fixed order, hidden ones left out.

    A folder that is one backup is not gone into. Links are followed to what lies
    elsewhere; what lies here is met anyway.
    """
    with os.scandir(place) as listing:
        entries = sorted((e for e in listing if not e.name.startswith(".")), key=lambda e: e.name)
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink() and (entry.is_dir() or path.resolve().is_relative_to(root)):
            continue
        if entry.is_dir():
            yield path, True
            if depth + 1 < DEPTH and form_of_folder(path) is None:
                try:
                    yield from _walk(path, root, depth + 1)
                except OSError:
                    continue
        elif entry.is_file():
            yield path, False


def _state(path: Path, is_folder: bool) -> tuple[datetime, int]:
    """When it was last written, and its size; of a folder all that lies in it."""
    if not is_folder:
        stat = path.stat()
        return _moment(stat.st_mtime), stat.st_size
    newest, size = path.stat().st_mtime, 0
    for i, (at, _, names) in enumerate(os.walk(path)):
        for name in names:
            stat = os.lstat(os.path.join(at, name))
            newest = max(newest, stat.st_mtime) if at == str(path) else newest
            size += stat.st_size
        if i > MOST_ENTRIES:
            break
    return _moment(newest), size


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


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
