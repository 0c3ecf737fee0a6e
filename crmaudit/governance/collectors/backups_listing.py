"""What lies in a backup folder, met one by one: files, folders that are one backup, pieces."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crmaudit.governance.collectors.backups_forms import (
    Form,
    form_of,
    form_of_folder,
    has_beginning,
    piece,
)

DEPTH = 3
"""Folders such as `daily/2026-11/` are gone into so far."""

MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """One backup as it was met. `why` and `sound` are said where its pieces tell."""

    name: str
    path: Path
    form: Form
    written: datetime
    bytes: int
    why: str = ""
    sound: bool | None = None


@dataclass(slots=True)
class Listing:
    """What a folder holds: backups, how many other files, how many folders may not be read."""

    looks: list[Look] = field(default_factory=list)
    others: int = 0
    unread: int = 0
    cut: bool = False

    @property
    def note(self) -> str:
        """What was left out."""
        told = [f"only the first {MOST_ENTRIES:,} entries were looked at"] if self.cut else []
        if self.unread:
            told.append(f"folders within it that may not be read: {self.unread:,}")
        return "; ".join(told)


def listed(place: Path) -> Listing:
    """All of it, in a fixed order. Raises OSError where the folder itself cannot be read."""
    found = Listing()
    pieces: dict[str, list[tuple[str, Path]]] = {}
    for i, (path, is_folder) in enumerate(_walk(place, place.resolve(), 0, found)):
        if i >= MOST_ENTRIES:
            found.cut = True
            break
        told = None if is_folder else piece(path.name)
        if told is None:
            _add(found, place, path, is_folder)
        else:
            whole = str(path.with_name(told[0]).relative_to(place))
            pieces.setdefault(whole, []).append((told[1], path))
    for name, parts in sorted(pieces.items()):
        whole_one = _put_together(name, sorted(parts, key=lambda p: (len(p[0]), p[0])))
        if whole_one is not None:
            found.looks.append(whole_one)
            continue
        for _, path in parts:
            _add(found, place, path, False)
    return found


def _add(found: Listing, place: Path, path: Path, is_folder: bool) -> None:
    try:
        form = form_of_folder(path) if is_folder else form_of(path)
        if form is not None:
            name = str(path.relative_to(place))
            found.looks.append(Look(name, path, form, *_state(path, is_folder)))
        else:
            found.others += not is_folder
    except OSError:
        found.others += 1


def _put_together(name: str, parts: Sequence[tuple[str, Path]]) -> Look | None:
    """The backup that was split into these files; None where each is one of its own.

    Of what was split, only the first piece begins like a backup.
    """
    (_, first), *others = parts
    try:
        form = form_of(first, Path(name).name)
        if form is None or not form.kind or any(has_beginning(path) for _, path in others):
            return None
        states = [_state(path, False) for _, path in parts]
    except OSError:
        return None
    written, size = max(w for w, _ in states), sum(b for _, b in states)
    if not _in_a_row([number for number, _ in parts]):
        return Look(name, first, form, written, size, "a piece of it is missing", False)
    if len(parts) == 1:
        why = "it is named like a piece of a larger one"
    else:
        why = f"it is in {len(parts)} pieces: only putting them together would tell"
    return Look(name, first, form, written, size, why)


def _in_a_row(numbers: Sequence[str]) -> bool:
    """Whether none is missing between the first and the last, of `01`… or `aa`…"""
    values = [
        int(n) if n.isdecimal() else (ord(n[0]) - ord("a")) * 26 + ord(n[1]) - ord("a")
        for n in numbers
    ]
    return values == list(range(values[0], values[0] + len(values)))


def _walk(place: Path, root: Path, depth: int, found: Listing) -> Iterator[tuple[Path, bool]]:
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
                    yield from _walk(path, root, depth + 1, found)
                except OSError:
                    found.unread += 1
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
