"""What a backup is made of, by its first bytes and its name."""

from __future__ import annotations

import bz2
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path

HEAD = 4096

_SUFFIXES = (
    *(".sql", ".dump", ".dmp", ".bak", ".backup", ".pgdump", ".xbstream", ".duckdb"),
    *(".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z"),
    *(".sqlite", ".sqlite3", ".db"),
)
_DATABASE_NAMES = (".sql", ".dump", ".dmp", ".pgdump", ".xbstream", ".sqlite", ".sqlite3", ".db")
_DUMPS = (b"-- MySQL dump", b"-- MariaDB dump", b"-- PostgreSQL database", b"/*M!999999")


@dataclass(frozen=True, slots=True)
class Form:
    """`name` for people; `kind` by its first bytes; `inside` what a packed file holds, as far
    as its beginning tells. `database`: None where nothing says what it holds."""

    name: str
    kind: str
    inside: str = ""
    database: bool | None = None
    packed: bool = False


def form_of(path: Path) -> Form | None:
    """The form of a file; None where it does not look like a backup.

    Raises OSError where it cannot be read.
    """
    suffixes = [s.lower() for s in path.suffixes]
    if not set(_SUFFIXES) & set(suffixes[-2:]) and not _like_a_backup(path.name):
        return None
    with path.open("rb") as file:
        head = file.read(HEAD)
    kind = _kind(head)
    if kind in _PACKERS:
        inside = _kind(_unpacked(kind, head))
        database = _holds_database(inside, suffixes)
        name = f"{_NAMES[inside]}, {kind}" if inside in _NAMES else f"packed with {kind}"
        return Form(name, kind, inside, database, packed=True)
    packed = kind in ("zip", "pg_dump")
    return Form(_NAMES.get(kind, "unknown form"), kind, "", _holds_database(kind, suffixes), packed)


def form_of_folder(path: Path) -> Form | None:
    """The form of a folder that is one backup as a whole; None where it is not."""
    for mark, kind, name in (
        ("xtrabackup_checkpoints", "mariabackup", "copy of the server's files (mariabackup)"),
        ("mariadb_backup_checkpoints", "mariabackup", "copy of the server's files (mariabackup)"),
        ("toc.dat", "pg_dump folder", "dump of a database (pg_dump, folder)"),
        ("backup_manifest", "pg_basebackup", "copy of the server's files (pg_basebackup)"),
        ("backup_label", "pg_basebackup", "copy of the server's files (pg_basebackup)"),
        ("base.tar", "pg_basebackup", "copy of the server's files (pg_basebackup)"),
        ("base.tar.gz", "pg_basebackup", "copy of the server's files (pg_basebackup)"),
    ):
        if (path / mark).is_file():
            return Form(name, kind, "", True, packed=kind == "pg_dump folder")
    return None


_NAMES = {
    "mysqldump": "dump of a database (mysqldump)",
    "pg_dumped": "dump of a database (pg_dump)",
    "pg_dump": "dump of a database (pg_dump, own form)",
    "sql": "statements",
    "sqlite": "copy of an SQLite file",
    "duckdb": "copy of a DuckDB file",
    "pg_dump tar": "dump of a database (pg_dump, tar)",
    "tar": "archive of files",
    "zip": "archive of files (zip)",
    "7z": "archive of files (7z)",
}
_PACKERS = ("gzip", "bzip2", "xz", "zstd")
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"PGDMP", "pg_dump"),
    (b"SQLite format 3\x00", "sqlite"),
)


def _kind(head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head[257:262] == b"ustar":
        return "pg_dump tar" if head.startswith(b"toc.dat\0") else "tar"
    if any(mark in head[:512] for mark in _DUMPS):
        return "pg_dumped" if b"PostgreSQL" in head[:512] else "mysqldump"
    words = (b"CREATE TABLE", b"INSERT INTO", b"DROP TABLE", b"BEGIN TRANSACTION", b"SET NAMES")
    if any(word in head.upper() for word in words):
        return "sql"
    return ""


def _holds_database(kind: str, suffixes: list[str]) -> bool | None:
    if kind in ("mysqldump", "pg_dumped", "pg_dump", "pg_dump tar", "sql", "sqlite", "duckdb"):
        return True
    if kind == "tar":
        return None
    return True if any(s in _DATABASE_NAMES for s in suffixes) else None


def _unpacked(kind: str, head: bytes) -> bytes:
    """What the first bytes hold unpacked; nothing where they are damaged or it takes more."""
    try:
        if kind == "gzip":
            return zlib.decompressobj(31).decompress(head, HEAD)
        if kind == "bzip2":
            return bz2.BZ2Decompressor().decompress(head, HEAD)
        if kind == "xz":
            return lzma.LZMADecompressor(memlimit=2**28).decompress(head, HEAD)
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return b""
    return b""


def _like_a_backup(name: str) -> bool:
    lower = name.casefold()
    return "backup" in lower or "dump" in lower
