"""Several files changed at once: all of them or none, also when the process is killed.

The new texts are first written beside the files they are to replace, and a
list of them into `.crmaudit/pending/`. Renaming that list is the moment at
which the change happens: a run that finds `staging.json` removes what was
laid ready, one that finds `change.json` puts the rest in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.private import Lock, state_folder

_FOLDER, _STAGING, _CHANGE = "pending", "staging.json", "change.json"
_PATIENCE = 10.0
"""Seconds that another process may need to write its change."""


@dataclass(frozen=True, slots=True)
class Write:
    """What becomes of one file, named relative to the workspace.

    `old` and `new` are the bytes before and after; None: there is no file.
    """

    name: str
    old: bytes | None
    new: bytes | None
    mode: int | None = None
    """The rights of a file that takes another's place, where not those of its own."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A write as it stands in the journal: fingerprints in place of contents."""

    file: str
    staged: str
    """Where the new content lies ready; empty for a file that goes."""
    old: str
    new: str


def commit(root: Path, writes: Iterable[Write]) -> None:
    """Do all the writes, or none of them.

    Raises CrmauditError where a file is not what `old` says, is protected, or
    cannot be written; nothing has changed then.
    """
    wanted = list(writes)
    with _alone(root) as folder:
        _finish(folder, root)
        entries = [_entry(root, write) for write in wanted]
        made: list[Path] = []
        try:
            folder.mkdir(exist_ok=True)
            _save(folder / _STAGING, json.dumps([asdict(e) for e in entries]).encode())
            for write, entry in zip(wanted, entries, strict=True):
                if write.new is not None:
                    made += _folders(Path(entry.file).parent)
                    _stage(write, entry)
            os.replace(folder / _STAGING, folder / _CHANGE)
        except BaseException as error:
            _drop(folder, entries)
            for path in reversed(made):
                with suppress(OSError):
                    path.rmdir()
            if isinstance(error, OSError):
                raise _cannot_write(error) from None
            raise
        _sync(folder)
        _apply(folder, entries)


def recover(root: Path) -> None:
    """Finish a change that was cut off, or clear away what never became one.

    Raises CrmauditError where a file of the change was edited since.
    """
    if os.path.lexists(root / ".crmaudit" / _FOLDER):
        with _alone(root) as folder:
            _finish(folder, root)


@contextmanager
def _alone(root: Path) -> Iterator[Path]:
    """The journal's folder, for one process at a time."""
    state = state_folder(root)
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            lock = Lock(state / "change.lock")
        except OSError as error:
            raise _cannot_write(error) from None
        with lock:
            if lock.taken:
                yield state / _FOLDER
                return
        if time.monotonic() > until:
            raise CrmauditError(
                f"another crmaudit is changing {root}", "wait until it is done, then try again"
            )
        time.sleep(0.05)


def _entry(root: Path, write: Write) -> _Entry:
    path = root / write.name
    if path.is_symlink() and write.new is None:
        raise CrmauditError(
            f"{write.name} is a link, which is not moved or removed", "do so by hand"
        )
    # Written through a link.
    target = Path(os.path.realpath(path))
    _check_unchanged(write, target)
    _check_allowed(write, target)
    staged = str(target.with_name(f".{target.name}.crmaudit-new")) if write.new is not None else ""
    return _Entry(str(target), staged, _print(write.old), _print(write.new))


def _check_unchanged(write: Write, target: Path) -> None:
    try:
        found = target.read_bytes() if os.path.lexists(target) else None
    except OSError as error:
        raise _cannot_write(error) from None
    if found == write.old:
        return
    if write.old is None:
        what = "is there already"
    elif found is None:
        what = "was removed meanwhile"
    else:
        what = "was changed meanwhile"
    raise CrmauditError(f"{write.name} {what}", "nothing was written; start again")


def _check_allowed(write: Write, target: Path) -> None:
    """Whether it may be replaced: renaming alone would not mind a protected file."""
    if write.old is not None and not target.stat().st_mode & 0o222:
        raise CrmauditError(f"{write.name} is write-protected", "nothing was written; unprotect it")
    folder = next(p for p in target.parents if p.exists())
    if not folder.stat().st_mode & 0o222 or not os.access(folder, os.W_OK):
        raise CrmauditError(
            f"the folder of {write.name} is write-protected",
            "nothing was written; unprotect it",
        )


def _folders(folder: Path) -> list[Path]:
    """Make a folder; answers those that were missing, the outermost first."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _stage(write: Write, entry: _Entry) -> None:
    assert write.new is not None
    staged, target = Path(entry.staged), Path(entry.file)
    _save(staged, write.new)
    mode = target.stat().st_mode & 0o7777 if target.exists() else write.mode
    if mode is not None:
        staged.chmod(mode)


def _save(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the disk keep what was renamed in a folder; Windows does so by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _apply(folder: Path, entries: list[_Entry]) -> None:
    """Put everything in place that is not yet; files that go go first.

    Where letters' case makes no difference, a file's new name may be its old one.
    """
    try:
        for entry in entries:
            if not entry.staged:
                Path(entry.file).unlink(missing_ok=True)
        for entry in entries:
            if entry.staged and os.path.lexists(entry.staged):
                os.replace(entry.staged, entry.file)
        for parent in sorted({str(Path(entry.file).parent) for entry in entries}):
            _sync(Path(parent))
        (folder / _CHANGE).unlink(missing_ok=True)
        folder.rmdir()
    except OSError as error:
        raise CrmauditError(
            f"{error.filename or folder}: {error.strerror}",
            "the change is half done; the next crmaudit command finishes it",
        ) from None


def _drop(folder: Path, entries: list[_Entry]) -> None:
    for entry in entries:
        if entry.staged:
            with suppress(OSError):
                Path(entry.staged).unlink(missing_ok=True)
    with suppress(OSError):
        (folder / _STAGING).unlink(missing_ok=True)
        folder.rmdir()


def _finish(folder: Path, root: Path) -> None:
    """What a process left behind that was killed."""
    if (folder / _CHANGE).exists():
        entries = _entries(folder / _CHANGE)
        for entry in entries:
            _check_untouched(entry, folder, root)
        _apply(folder, entries)
    elif folder.exists():
        staging = folder / _STAGING
        _drop(folder, _entries(staging) if staging.exists() else [])


def _entries(path: Path) -> list[_Entry]:
    try:
        return [_Entry(**values) for values in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError):
        if path.name == _STAGING:
            # The process died while it wrote the list: nothing else was written yet.
            return []
        raise CrmauditError(
            f"{path} cannot be read", "compare the files with your backup, then delete it"
        ) from None


def _check_untouched(entry: _Entry, folder: Path, root: Path) -> None:
    path = Path(entry.file)
    found = _print(path.read_bytes() if path.exists() else None)
    if found not in (entry.old, entry.new) and os.path.lexists(entry.staged or path):
        raise CrmauditError(
            "a change of several files was cut off, and this one was edited since",
            f"take over what you need from the files named `.*.crmaudit-new` beside it, then "
            f"delete {folder}",
            os.path.relpath(path, root),
        )


def _print(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _cannot_write(error: OSError) -> CrmauditError:
    return CrmauditError(
        f"{error.filename} cannot be written: {error.strerror}",
        "nothing was written; check the folder's rights, and that the disk has room",
    )
