"""What a backup is made of, by its first bytes and its name."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

HEAD = 4096
SHUT = "shut"
"""Stands for the form of a file that the account which collects may not open."""

_SUFFIXES = (
    *(".sql", ".dump", ".dmp", ".bak", ".backup", ".pgdump", ".xbstream", ".duckdb"),
    *(".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z"),
    *(".sqlite", ".sqlite3", ".db"),
)
_SEALED = (".gpg", ".pgp", ".age", ".enc", ".aes")
_PACKED = (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".zip", ".7z")
_ABOUT = (
    *(".log", ".txt", ".md", ".html", ".json", ".xml", ".yml", ".yaml", ".csv"),
    *(".cfg", ".cnf", ".conf", ".ini", ".sh", ".bat", ".cmd", ".ps1", ".py", ".pl", ".php"),
    *(".md5", ".sha1", ".sha256", ".sha512", ".sum", ".sig", ".pid", ".lock", ".tmp", ".info"),
)
"""Files beside backups: what made them, what it said, their checksums."""
_PIECE = re.compile(r"(.+?)[._-]?(?:part)?[._-]?([a-z]{2}|\d{2,4})", re.IGNORECASE)
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


def form_of(path: Path, name: str = "") -> Form | None:
    """The form of a file; None where it does not look like a backup.

    `name` is that of the whole where the file is its first piece. What may not
    be opened is known by its name alone.
    """
    name = name or path.name
    suffixes = [s.lower() for s in Path(name).suffixes]
    named = bool({*_SUFFIXES, *_SEALED} & set(suffixes[-2:]))
    if (suffixes[-1:] and suffixes[-1] in _ABOUT) or not (named or _like_a_backup(name)):
        return None
    packed = bool({*_PACKED, *_SEALED} & set(suffixes))
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        database = _holds_database("", suffixes)
        return Form("form not known", SHUT, "", database, packed) if named else None
    kind = _kind(head)
    if not kind and head and _about_another(path):
        return None
    if kind in _PACKERS:
        inside = _kind(_unpacked(kind, head))
        database = _holds_database(inside, suffixes)
        name = f"{_NAMES[inside]}, {kind}" if inside in _NAMES else f"packed with {kind}"
        return Form(name, kind, inside, database, packed=True)
    if not kind and not named:
        return None
    if not kind and set(_SEALED) & set(suffixes):
        return Form("encrypted", "sealed", "", _holds_database(kind, suffixes), packed)
    packed = packed or kind in ("zip", "7z", "pg_dump")
    return Form(_NAMES.get(kind, "unknown form"), kind, "", _holds_database(kind, suffixes), packed)


def piece(name: str) -> tuple[str, str] | None:
    """`crm.sql.gz.02`, `crm.sql.gzab` → the name of the whole, and which piece it may be."""
    own = Path(name).suffix.lower()
    if own in (*_SUFFIXES, *_SEALED, *_ABOUT):
        return None
    for told in (_PIECE.fullmatch(name), re.fullmatch(r"(.+)([a-z]{2})", name)):
        if told and Path(told[1]).suffix.lower() in (*_SUFFIXES, *_SEALED):
            return told[1], told[2].casefold()
    return None


def has_beginning(path: Path) -> bool:
    """Whether its first bytes are those of a form known here. Raises OSError."""
    with path.open("rb") as file:
        return bool(_kind(file.read(HEAD)))


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


def _about_another(path: Path) -> bool:
    """Whether it is a signature or the like: named as a file beside it, with an ending more."""
    return bool(path.suffix) and path.with_suffix("").is_file()


def _like_a_backup(name: str) -> bool:
    lower = name.casefold()
    return "backup" in lower or "dump" in lower
