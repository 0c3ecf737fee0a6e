"""Files put in their places: all are written aside first, then they take their places at once.

A disk that fills up, or a run that is killed while it writes, leaves the old
files whole. Only a stop between two renames can leave old files beside new
ones; the first named takes its place first, so that a manifest never speaks
for files that it does not name.
"""

from __future__ import annotations

import glob
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.private import Lock

_ABANDONED = 3600.0
"""Seconds after which a half-written file belongs to nobody."""
_PATIENCE = 30.0
"""Seconds to wait for another process that puts its files in place."""


def put(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Files side by side in one folder, which is made; answers their paths.

    Raises CrmauditError where one cannot be written; the files there stay then.
    """
    path = folder
    aside: dict[Path, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            if path.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            aside[path] = _aside(path, content)
        for path in tuple(aside):
            os.replace(aside[path], path)
            del aside[path]
    except OSError as error:
        raise CrmauditError(
            f"{path} cannot be written: {error.strerror or error}",
            "check rights, room on the disk, and that no program has it open; "
            "or name another folder",
        ) from None
    finally:
        for left in aside.values():
            Path(left).unlink(missing_ok=True)
    return [folder / name for name in files]


def _aside(path: Path, content: bytes) -> str:
    """The content in a file of its own beside the place it is for."""
    _sweep(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return temporary


def _sweep(path: Path) -> None:
    """Remove what a killed run left beside the file; one that is being written is younger."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Held by one process a workspace: two that write at once do so one after the other.

    A workspace in which nothing was collected or remembered yet has no hidden
    folder, and a report makes none. There, and where it cannot be written to,
    nobody waits.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        lock = None
        with suppress(OSError):
            lock = Lock(root / ".crmaudit" / "report.lock")
        if lock is None:
            yield
            return
        with lock:
            if lock.taken:
                yield
                return
        if time.monotonic() > until:
            raise CrmauditError(
                f"another crmaudit is writing reports of {root}",
                "wait until it is done, then try again",
            )
        time.sleep(0.05)
