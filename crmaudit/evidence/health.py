"""How a database is kept: what its server tells of its tables, indexes and backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from crmaudit.evidence.prose import Prose
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
    bloat_by: Prose = ""
    vacuumed: datetime | None = None
    analysed: datetime | None = None
    changed: int | None = None
    note: Prose = ""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """`uses` since `Health.counted_since`; `covered_by` is an index that does all of its work.

    `needed` says what rests on it however seldom it is read: a `primary key`,
    a `unique` rule, a `foreign key`, `exclusion` or `replication`.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    bytes: int | None = None
    uses: int | None = None
    covered_by: str = ""
    valid: bool = True
    needed: str = ""


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
class SizeThen:
    """How large the database was when it was read before."""

    taken_at: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class Health(Document):
    """What the server shows of the care it is given.

    `version` as the server tells it, `release` the part that has an end of
    support (`15`, `10.11`). `settings` are those that bear on care (statistics,
    sweeping, logs for recovery), by the server's own names. `cannot` says why
    a part is not known: `bloat`, `uses`, `statistics`, `size`, `indexes`,
    `settings`, `release`. `free` bytes of the database's files are unused;
    `references` were looked at for an index. `earlier` are sizes as of earlier
    readings of the same source, the oldest first.
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
    cannot: Mapping[str, Prose] = field(default_factory=dict)
    notes: tuple[Prose, ...] = ()
    free: int | None = None
    references: int = 0
    earlier: tuple[SizeThen, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file, or a folder of files, that looks like a backup. `sound`: None where not tried.

    `name` is shown by its shape where a word of it is none of the usual ones.
    Files of one `series` are taken by one job, one after the other. `database`:
    it holds one, or may; None where its form does not say. `own`: it is named
    like the system; False: like something else. `day_by_name`: its name tells
    the day of `written`, for the file itself is younger, as copies are.
    `running`: it was so young, and not whole, that it may not be complete yet.
    """

    name: str
    written: datetime
    bytes: int
    form: Prose = ""
    sound: bool | None = None
    why: Prose = ""
    series: str = ""
    database: bool | None = None
    part: bool = False
    """Whether it holds only what changed since another one."""
    packed: bool = False
    own: bool | None = None
    day_by_name: bool = False
    running: bool = False


@dataclass(frozen=True, slots=True)
class Backups(Document):
    """What lies in a system's backup folder, the newest first; `cannot` where it cannot be read.

    `others` are files that are no backups as far as is known here, `unread`
    folders within it that may not be read.
    """

    kind: ClassVar[str] = "backups"
    folder: str = ""
    files: tuple[BackupFile, ...] = ()
    others: int = 0
    cannot: Prose = ""
    unread: int = 0
