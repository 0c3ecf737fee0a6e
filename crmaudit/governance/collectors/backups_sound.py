"""Whether a backup file is whole, as far as that is cheap to see.

Packed files of up to `MOST` bytes are read through, their checksums with them;
of larger ones only the ends are looked at. A file that cannot be told is
neither sound nor broken.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from crmaudit.governance.collectors.backups_forms import Form

MOST = 64 * 2**20
MOST_UNPACKED = 2**30
"""Nothing is unpacked beyond this: a small file can hold very much of nothing."""

_BLOCK = 2**20
_TAIL = 4096
_ENDS = {
    "mysqldump": b"-- Dump completed",
    "pg_dumped": b"PostgreSQL database",
}
_CUT = "it breaks off before its end"
_DAMAGED = "its checksum does not fit: it is damaged or breaks off"

Verdict = tuple[bool | None, str]


def soundness(path: Path, form: Form) -> Verdict:
    """Whether it is whole, None where that was not to be seen, and why."""
    try:
        return _TESTS.get(form.kind, _not_told)(path, form)
    except OSError:
        return None, "it cannot be read"
    except MemoryError:
        return None, "it takes too much room to unpack"


def _not_told(path: Path, form: Form) -> Verdict:
    return None, "only a restore would tell"


def _text(path: Path, form: Form) -> Verdict:
    return _end(_tail(path), form.kind)


def _end(tail: bytes, kind: str) -> Verdict:
    """Dumps end with a remark that they are complete, unless remarks were switched off."""
    mark = _ENDS.get(kind)
    if mark is None:
        return None, "statements without a mark of their end"
    done = mark in tail and (kind != "pg_dumped" or b"complete" in tail)
    return (True, "") if done else (False, _CUT)


def _stream(path: Path, form: Form) -> Verdict:
    if path.stat().st_size > MOST:
        if form.kind == "xz":
            return (None, "too large to test whole") if _tail(path)[-2:] == b"YZ" else (False, _CUT)
        return None, "too large to test whole"
    try:
        with _opened(path, form.kind) as file:
            tail = _last(file)
    except EOFError:
        return False, _CUT
    except (zlib.error, lzma.LZMAError):
        return False, _DAMAGED
    except OSError as error:
        if error.errno is not None:
            raise
        # Not the disk's failure: what was read is not of the form.
        return False, _DAMAGED
    if tail is None:
        return None, "it holds too much to unpack"
    if not tail:
        # What a dump leaves behind that failed before a pipe into a packer.
        return False, "it holds nothing"
    return _end(tail, form.inside) if form.inside in _ENDS else (True, "")


def _opened(path: Path, kind: str) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    if kind == "gzip":
        return gzip.GzipFile(path)
    return bz2.open(path) if kind == "bzip2" else lzma.open(path)


def _last(file: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile) -> bytes | None:
    """The last bytes unpacked; None where there are too many."""
    tail, total = b"", 0
    while piece := file.read(_BLOCK):
        total += len(piece)
        if total > MOST_UNPACKED:
            return None
        tail = (tail + piece)[-_TAIL:]
    return tail


def _zip(path: Path, form: Form) -> Verdict:
    try:
        with zipfile.ZipFile(path) as archive:
            held = sum(i.file_size for i in archive.infolist())
            if path.stat().st_size > MOST or held > MOST_UNPACKED:
                return None, "its list of contents is there; too large to test whole"
            if any(i.flag_bits & 1 for i in archive.infolist()):
                return None, "its list of contents is there; the rest is encrypted"
            return (False, _DAMAGED) if archive.testzip() else (True, "")
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError):
        return False, _CUT
    except (NotImplementedError, RuntimeError):
        return None, "its list of contents is there; it is packed in a way not known here"


def _tar(path: Path, form: Form) -> Verdict:
    """An archive ends with two blocks of zeros."""
    return (True, "") if not _tail(path)[-1024:].strip(b"\0") else (False, _CUT)


def _pg_dump(path: Path, form: Form) -> Verdict:
    with path.open("rb") as file:
        head = file.read(7)
    if len(head) < 7:
        return False, _CUT
    return None, "its beginning is right; only a restore shows its end"


def _sqlite(path: Path, form: Form) -> Verdict:
    """The header tells how many pages of which size there are (sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        return False, _CUT
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(head[28:32], "big")
    current = head[24:28] == head[92:96]
    if not pages or not current:
        return None, "its header does not tell its size"
    return (True, "") if path.stat().st_size >= page * pages else (False, _CUT)


def _basebackup(path: Path, form: Form) -> Verdict:
    if (path / "backup_manifest").is_file():
        return None, "its list of files is there; only a restore shows more"
    return None, "it has no list of files to compare with"


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        return file.read()


_TESTS: dict[str, Callable[[Path, Form], Verdict]] = {
    **dict.fromkeys(("gzip", "bzip2", "xz"), _stream),
    "mysqldump": _text,
    "pg_dumped": _text,
    "sql": _text,
    "zip": _zip,
    "tar": _tar,
    "pg_dump tar": _tar,
    "pg_dump": _pg_dump,
    "sqlite": _sqlite,
    "pg_basebackup": _basebackup,
}
