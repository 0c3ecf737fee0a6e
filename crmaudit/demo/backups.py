"""The backup folders of the demo: which jobs ran when, and what came of it.

Only names, days and sizes matter here: a file holds noise between the first
and the last line of a dump. `PLANTED` is the truth of what is wrong.
"""

from __future__ import annotations

import base64
import gzip
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from crmaudit.demo.streams import Streams

FOLDER = "backups"
PLANTED: Mapping[str, Mapping[str, str]] = {
    "crm": {
        "GOV195": "the newest is empty",
        "GOV220": "none between 18 and 23 October 2026",
    },
    "billing": {
        "GOV193": "the newest is of 2 October, though they are weekly",
        "GOV194": "the newest has an eighth of the usual size",
    },
}
"""What a look into the folders should find, by system and rule; nothing else is wrong there."""

_HEAD = b"-- MySQL dump 10.19  Distrib 10.6.18-MariaDB\n--\n-- Database: %s\n"
_END = b"\n-- Dump completed\n"
_SHARE = 0.01
"""Of the database's size: what a packed dump may well have."""


@dataclass(frozen=True, slots=True)
class _Job:
    """`days` on which a backup came, by the part of the usual size that it has."""

    name: str
    days: Mapping[str, float]


_JOBS: Mapping[str, _Job] = {
    "crm": _Job(
        "beacon",
        {f"2026-10-{n}": 1 for n in (15, 16, 17, 18, 23, 24, 25, 26, 27, 28, 29)}
        | {"2026-10-30": 0},
    ),
    "billing": _Job(
        "ledger",
        dict.fromkeys(("2026-08-28", "2026-09-04", "2026-09-11", "2026-09-18", "2026-09-25"), 1.0)
        | {"2026-10-02": 0.125},
    ),
}


def files() -> Iterator[str]:
    """The names of all of them, counted from the demo's folder of data."""
    for system, job in _JOBS.items():
        for day in job.days:
            yield _name(system, job, day)


def write(databases: Mapping[str, Path], streams: Streams, drafts: Mapping[str, Path]) -> None:
    """Write all of them, each as the draft of its name, as large as befits its database."""
    for system, job in _JOBS.items():
        noise = streams.table(f"backups.{system}")
        usual = int(databases[system].stat().st_size * _SHARE)
        for day, part in job.days.items():
            draft = drafts[_name(system, job, day)]
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(_dump(job.name, noise, int(usual * part)) if part else b"")
            at = datetime.fromisoformat(f"{day}T02:10:00").replace(tzinfo=UTC).timestamp()
            os.utime(draft, (at, at))


def _name(system: str, job: _Job, day: str) -> str:
    return f"{FOLDER}/{system}/{job.name}-{day}.sql.gz"


def _dump(database: str, noise: Random, size: int) -> bytes:
    # No two dumps have quite the same size. Stored and not packed: the same on every machine.
    body = base64.b64encode(noise.randbytes(int(size * noise.uniform(0.74, 0.76))))
    return gzip.compress(_HEAD % database.encode() + body + _END, compresslevel=0, mtime=0)
