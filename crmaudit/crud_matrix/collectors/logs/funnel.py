"""From millions of records to few: the same shape by the same account is taken once.

What a session does with temporary tables and with statements that it prepares
depends on the order, so that all that comes after the first of them in its
session goes on one by one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crmaudit.crud_matrix.collectors.logs.record import LONGEST, Record, moment
from crmaudit.crud_matrix.collectors.logs.shapes import Shapes
from crmaudit.crud_matrix.collectors.tally import Tally

_ENTRIES = 200_000
_HELD = 48 * 2**20
_LATER = 10_000
_BACK = 1_000
_HEAD = 4_000
_TEMPORARY = re.compile(
    rb"\btemp(?:orary)?\b|(?<![\w#])#\w|\A\s*prepare\s+[^'\s]+\s.*?\bas\b", re.DOTALL
)
_HINTS = (b"temp", b"#", b"prepare")
_ORDINARY = "-"
"""Stands for every session that makes no temporary tables and prepares nothing."""


@dataclass(slots=True)
class _Entry:
    """One shape by one account in one database."""

    session: str
    first: bytes
    last: bytes
    temporary: bool
    calls: int = 0


class Funnel:
    """Takes the records of one log and hands them to a tally.

    `tally` makes it when the first statement goes on, and is given how many
    statements each database of the log had until then. Memory is bounded:
    what is held goes on when it is too much. `stamp` is the first one seen,
    `tells_principals` whether any statement had an account.
    """

    def __init__(self, dialect: str, tally: Callable[[Counter[str]], Tally]) -> None:
        self._shapes = Shapes(dialect)
        self._make = tally
        self._tally: Tally | None = None
        self._entries: dict[tuple[bytes, str, str], _Entry] = {}
        self._held = 0
        self._marked: set[str] = set()
        self._later: list[Record] = []
        self._heads: Counter[bytes] = Counter()
        self.stamp = b""
        self.tells_principals = False

    def take(self, records: Iterable[Record]) -> None:
        """All of them, in their order."""
        # Millions go through this loop: what is looked up in it is looked up before it.
        shape_of, entries, marked = self._shapes.of, self._entries, self._marked
        for record in records:
            stamp, who, text, calls, last = record
            principal, database, session = who
            if not calls:
                self._ended(record)
                continue
            key = (shape_of(text), principal, database)
            entry = entries.get(key)
            if entry is None:
                if calls < 0:
                    continue
                entry = entries[key] = self._new(key[0], record)
            if session and (entry.temporary or (marked and session in marked)):
                self._one_by_one(record)
                continue
            entry.calls += calls
            if stamp > entry.last:
                entry.last = stamp
            elif stamp and (stamp < entry.first or not entry.first):
                entry.first = stamp
            if last and last > entry.last:
                entry.last = last

    def done(self) -> Tally:
        """The tally with everything in it."""
        return self._flush()

    def verbs(self) -> Counter[str]:
        """How many different statements begin with each word, in capitals."""
        found: Counter[str] = Counter()
        for head, many in self._heads.items():
            found[head.decode("ascii", "replace").upper()] += many
        return found

    def _new(self, shape: bytes, record: Record) -> _Entry:
        if len(self._entries) >= _ENTRIES or self._held >= _HELD:
            self._flush()
        self._held += len(shape)
        head = record.text[:_HEAD]
        self._heads[head.strip().partition(b" ")[0][:16].upper()] += 1
        self.stamp = self.stamp or record.stamp
        self.tells_principals = self.tells_principals or bool(record.who.principal)
        return _Entry(
            _ORDINARY if record.who.session else "",
            record.stamp,
            record.last or record.stamp,
            _makes_temporary(head),
        )

    def _one_by_one(self, record: Record) -> None:
        self._marked.add(record.who.session)
        if record.calls > 0:
            self._later.append(record)
            if len(self._later) >= _LATER:
                self._flush()
            return
        for i in range(len(self._later) - 1, max(len(self._later) - _BACK, 0) - 1, -1):
            if self._later[i].text == record.text and self._later[i].who == record.who:
                del self._later[i]
                return

    def _ended(self, record: Record) -> None:
        if record.who.session in self._marked:
            self._later.append(record)
            self._marked.discard(record.who.session)

    def _flush(self) -> Tally:
        if self._tally is None:
            seen: Counter[str] = Counter()
            for (_, _, database), entry in self._entries.items():
                seen[database] += entry.calls
            for record in self._later:
                seen[record.who.database] += max(record.calls, 0)
            self._tally = self._make(seen)
        for (shape, principal, database), entry in self._entries.items():
            if entry.calls > 0:
                text = self._shapes.text(shape)
                self._tally.take(
                    text[:LONGEST].decode("utf-8", "replace"),
                    principal,
                    calls=entry.calls,
                    first=moment(entry.first),
                    last=moment(entry.last),
                    session=entry.session,
                    database=database,
                    cut=len(text) >= LONGEST,
                )
        for stamp, who, written, calls, last in self._later:
            if not calls:
                self._tally.ended(who.session)
                continue
            self._tally.take(
                written[:LONGEST].decode("utf-8", "replace"),
                who.principal,
                calls=calls,
                first=moment(stamp),
                last=moment(last or stamp),
                session=who.session,
                database=who.database,
                cut=len(written) >= LONGEST,
            )
        self._entries.clear()
        self._later.clear()
        self._held = 0
        return self._tally


def _makes_temporary(text: bytes) -> bool:
    low = text.lower()
    return any(w in low for w in _HINTS) and _TEMPORARY.search(low) is not None
