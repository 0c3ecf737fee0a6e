"""How a database is kept: what its server tells of its tables, indexes and backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from crmaudit.evidence.provenance import Document


@dataclass(frozen=True, slots=True)
class TableHealth:
    """Sizes in bytes; None where the server does not tell.

    `dead` rows wait to be swept away, `free` bytes inside the table's files
    are unused. `bloat` is the share of the table's bytes that a rewrite would
    save, and `bloat_by` how it was estimated. `changed` rows since `analysed`,
    the last time that its statistics were gathered.
    """

    table: str
    rows: int | None = None
    bytes: int | None = None
    index_bytes: int | None = None
    dead: int | None = None
    free: int | None = None
    bloat: float | None = None
    bloat_by: str = ""
    vacuumed: datetime | None = None
    analysed: datetime | None = None
    changed: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """`uses` since `Health.counted_since`; `covered_by` is an index that does all of its work."""

    table: str
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    bytes: int | None = None
    uses: int | None = None
    covered_by: str = ""
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Unindexed:
    """Columns that refer to another table and stand first in no index.

    `declared`: as a foreign key of the database; else found by the audit.
    """

    table: str
    columns: tuple[str, ...]
    to: str
    declared: bool
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Health(Document):
    """What the server shows of the care it is given.

    `version` as the server tells it, `release` the part that has an end of
    support (`15`, `10.11`). `settings` are those that bear on care (statistics,
    sweeping, logs for recovery), by the server's own names. `cannot` says why
    a part is not known: `bloat`, `uses`, `statistics`, `size`, `backup`.
    """

    kind: ClassVar[str] = "health"
    version: str = ""
    release: str = ""
    started: datetime | None = None
    counted_since: datetime | None = None
    bytes: int | None = None
    tables: tuple[TableHealth, ...] = ()
    indexes: tuple[IndexHealth, ...] = ()
    unindexed: tuple[Unindexed, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file, or a folder of files, that looks like a backup. `sound`: None where not tried."""

    name: str
    written: datetime
    bytes: int
    form: str = ""
    sound: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Backups(Document):
    """What lies in a system's backup folder, the newest first; `cannot` where it cannot be read."""

    kind: ClassVar[str] = "backups"
    folder: str = ""
    files: tuple[BackupFile, ...] = ()
    others: int = 0
    cannot: str = ""
