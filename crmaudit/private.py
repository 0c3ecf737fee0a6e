"""What is this program's alone: the audit's hidden folder, locks, scratch folders.

A lock is held by a process and freed when the process ends, however it ends.
It is SQLite's own lock on an empty file, which works wherever SQLite does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    import sqlite3

_PREFIX = "crmaudit-scratch-"
_LOCK = "lock"
_swept = False


def state_folder(root: Path) -> Path:
    """The `.crmaudit` folder of a workspace, made where it is missing; git leaves it alone.

    Raises CrmauditError where it cannot be made.
    """
    folder = root / ".crmaudit"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            # The workspace's own .gitignore may be missing or say nothing of it.
            with contextlib.suppress(OSError):
                ignore.write_text("*\n", encoding="ascii")
    except OSError as error:
        raise CrmauditError(
            f"cannot write to {folder}: {error.strerror}",
            "check the folder's rights, and that the disk has room",
        ) from None
    return folder


class Lock:
    """Held by one process at a time; `taken` says whether this one got it. Never waits.

    Raises OSError where the file cannot be locked at all.
    """

    def __init__(self, path: Path) -> None:
        import sqlite3

        self._connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise OSError(errno.EACCES, str(error), str(path)) from None
        try:
            # Not EXCLUSIVE: for that, two who come at once would stand in each other's way.
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise OSError(errno.EIO, str(error), str(path)) from None
        else:
            self._connection = connection

    @property
    def taken(self) -> bool:
        return self._connection is not None

    def release(self) -> None:
        """Give it back; safe to call twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder for copies of audited data, readable by this user only.

    A process that is killed cannot clean up. Its lock is free then, and the
    first scratch folder of the next process removes what it left.
    """

    def __init__(self, folder: str | None = None) -> None:
        global _swept
        if not _swept:
            _swept = True
            sweep()
        super().__init__(prefix=_PREFIX, dir=folder, ignore_cleanup_errors=True)
        self._lock = Lock(Path(self.name, _LOCK))

    def cleanup(self) -> None:
        # Windows removes no file that is open.
        self._lock.release()
        super().cleanup()


def sweep(folder: str | None = None) -> None:
    """Remove the scratch folders of processes that are gone."""
    with os.scandir(folder or tempfile.gettempdir()) as entries:
        left = [e.path for e in entries if e.name.startswith(_PREFIX) and e.is_dir()]
    for path in left:
        # None yet: its process is just making it.
        if not os.path.exists(os.path.join(path, _LOCK)):
            continue
        dead = False
        with contextlib.suppress(OSError), Lock(Path(path, _LOCK)) as lock:
            dead = lock.taken
        if dead:
            shutil.rmtree(path, ignore_errors=True)
