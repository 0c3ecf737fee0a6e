"""One statement of a log, before anybody has looked at it; and the stamps that logs write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple, Protocol

from crmaudit.crud_matrix.collectors.logs.lines import Lines

LONGEST = 2**20
"""Bytes of one statement that are kept."""


class Who(NamedTuple):
    """An account at work: its name, the database it works in, its connection.

    Each is empty where the log does not tell it.
    """

    principal: str = ""
    database: str = ""
    session: str = ""


NOBODY = Who()


class Record(NamedTuple):
    """A statement as the log has it.

    `stamp` is when, as it is written; stamps of one log sort like the times.
    `text` is UTF-8, values and all: it never goes further than to a
    fingerprint. `calls` below zero take back one that failed; no calls and no
    text: the session is over. `last` is the stamp of the last of several calls.
    """

    stamp: bytes
    who: Who
    text: bytes
    calls: int = 1
    last: bytes = b""


@dataclass
class Told:
    """What a reader finds out about its log while reading.

    `other` lines belong to no statement that the reader knows. `failed`
    statements did not run. `plain` statements came as such, `timed` ones with
    their duration, the shortest of `fastest` ms; `plans` out of a plan.
    """

    other: int = 0
    failed: int = 0
    plain: int = 0
    timed: int = 0
    plans: int = 0
    fastest: float | None = None
    notes: list[str] = field(default_factory=list)


class Reader(Protocol):
    """A kind of log. `dialect` is its server's, empty where that is not told."""

    name: str
    dialect: str

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        """Every statement of the log, in its order."""


_STAMP = re.compile(
    rb"(?P<y>\d{4})-?(?P<mo>\d\d)-?(?P<d>\d\d)[T ] ?(?P<h>\d\d?):(?P<mi>\d\d):(?P<s>\d\d)"
    rb"(?:[.,](?P<f>\d+))?\s?(?P<zone>Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)?"
)
_SHORT = re.compile(rb"(\d\d)(\d\d)(\d\d)\s+(\d\d?):(\d\d):(\d\d)")
_EPOCH = re.compile(rb"(\d{9,10})(\.\d+)?|(\d{13})|(\d{16})")
_GREENWICH = {b"", b"Z", b"UTC", b"GMT"}


def moment(stamp: bytes) -> datetime | None:
    """When that is, in UTC; None for what is no date of these forms.

    A stamp without a zone, or with a zone's local name, is taken as UTC.
    """
    try:
        match = _STAMP.match(stamp)
        if match:
            y, mo, d, h, mi, s = (int(match[n]) for n in ("y", "mo", "d", "h", "mi", "s"))
            fraction = int((match["f"] or b"0")[:6].ljust(6, b"0"))
            return datetime(y, mo, d, h, mi, s, fraction, _zone(match["zone"] or b"")).astimezone(
                UTC
            )
        match = _SHORT.match(stamp)
        if match:
            y, mo, d, h, mi, s = map(int, match.groups())
            return datetime(2000 + y, mo, d, h, mi, s, tzinfo=UTC)
        match = _EPOCH.fullmatch(stamp)
        if match:
            scale = 1e6 if match[4] else 1e3 if match[3] else 1.0
            return datetime.fromtimestamp(float(stamp) / scale, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def local_zone(stamp: bytes) -> str | None:
    """The name of the local zone in the stamp, blank for none; None where UTC is certain."""
    match = _STAMP.match(stamp)
    if match is None:
        return "" if _SHORT.match(stamp) else None
    zone = match["zone"] or b""
    if zone in _GREENWICH - {b""} or zone[:1] in (b"+", b"-"):
        return None
    return zone.decode()


def _zone(text: bytes) -> timezone:
    if text[:1] not in (b"+", b"-"):
        return UTC
    digits = text[1:].replace(b":", b"").ljust(4, b"0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return timezone(ahead if text[:1] == b"+" else -ahead)
