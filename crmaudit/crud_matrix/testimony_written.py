"""What rows and counters tell of writing in one database. They never say who wrote.

So they prove for a system only where its accounts alone may do it. A counter
that stood still proves that nobody wrote; old stamps on all rows prove that
nobody made any. That nothing was changed no stamp can prove.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crmaudit.crud_matrix.cell import Answer, Proof
from crmaudit.crud_matrix.testimony_place import MARKED, Found, Place, says_something
from crmaudit.crud_matrix.testimony_rights import May
from crmaudit.crud_matrix.testimony_seen import Seen
from crmaudit.crud_matrix.testimony_sums import combined
from crmaudit.evidence import RowTraces, Written
from crmaudit.evidence.use import Letter
from crmaudit.messages import msg

RECENT_DAYS = 365
"""Stamps older than this do not prove that rows are still written."""
_WRITING: tuple[Letter, ...] = ("C", "U", "D")


@dataclass(frozen=True, slots=True)
class Trace:
    """What one table's traces say of one letter, whoever did it."""

    answer: Answer
    reason: str
    first: datetime | None = None
    last: datetime | None = None


def written(place: Place, may: May, seen: Seen, min_days: float) -> Iterator[Found]:
    """What the systems that work here write, by the traces that writing leaves."""
    document = place.database.written
    if document is None or not says_something(document):
        return
    rows = {place.resolve(t.table): t for t in document.tables}
    for entity, tables in place.tables.items():
        told: dict[tuple[str, Letter], list[Proof]] = {}
        for table in tables:
            hold = place.part(table, entity)
            for own in _WRITING:
                letter = hold.meaning(own)
                found = trace(rows.get(table), own, document, min_days)
                reason, systems = found.reason, sorted(place.home)
                answer = found.answer
                if answer == "yes":
                    system, why = _writer(may, seen, table, own)
                    if hold.others:
                        system, why = (
                            "",
                            msg(
                                "table {table} holds {others} entities",
                                table=table,
                                others=hold.others + 1,
                            ),
                        )
                    systems = [system] if system else systems
                    if not system:
                        answer, reason = (
                            "unknown",
                            msg("somebody does it ({reason}): {why}", reason=reason, why=why),
                        )
                elif answer == "no" and own == "D" and hold.marks:
                    answer, reason = "unknown", MARKED
                for each in systems:
                    proof = Proof(
                        letter,
                        "written",
                        answer,
                        (table,),
                        first=found.first,
                        last=found.last,
                        evidence=(document.id,),
                        reason=reason,
                    )
                    told.setdefault((each, letter), []).append(proof)
        for (system, _), proofs in told.items():
            yield system, entity, combined(proofs)


def trace(row: RowTraces | None, letter: Letter, document: Written, min_days: float) -> Trace:
    """Whether anybody does it to the table, by its counter first, else by its stamps."""
    if row is None:
        return Trace("unknown", msg("no trace of writing is kept"))
    counted, stamped, word = {
        "C": (row.inserted, row.created, msg("made")),
        "U": (row.updated, row.modified, msg("changed")),
        "D": (row.deleted, None, msg("removed")),
    }[letter]
    taken = document.provenance.taken_at
    if counted:
        return Trace(
            "yes",
            msg("the server counted {counted} rows {word}", counted=counted, word=word),
            document.since,
            taken,
        )
    # Without a latest stamp of its own kind, the latest of either may be of the other.
    only = row.last if letter == "C" and not row.modified else ""
    latest = (row.made if letter == "C" else row.changed) or only
    first, last = _day(row.first), _day(latest)
    old = (taken.date() - last.date()).days if last else None
    if stamped and old is not None and old <= RECENT_DAYS:
        return Trace(
            "yes",
            msg("{stamped:,} rows are stamped as {word}", stamped=stamped, word=word),
            first,
            last,
        )
    if counted == 0 and document.since is not None:
        days = (taken - document.since) / timedelta(days=1)
        if days >= min_days:
            reason = msg("the server counted none in {days:.0f} days", days=days)
            return Trace("no", reason, document.since, taken)
        return Trace(
            "unknown",
            msg(
                "the counter runs for {int} days, less than {min_days:g}",
                int=int(days),
                min_days=min_days,
            ),
        )
    if stamped is not None and old is not None and old >= min_days:
        # A change may leave its stamp out; a row that was made and bears none shows in the count.
        whole = letter == "C" and stamped == row.rows
        reason = msg("the latest stamp is of {latest}", latest=latest[:10])
        return Trace("no" if whole else "unknown", reason, first, last)
    if letter == "D" and row.removed:
        return Trace(
            "unknown",
            msg("{removed:,} rows are marked as removed, which removes none", removed=row.removed),
        )
    return Trace("unknown", msg("no trace of it is kept"))


def _writer(may: May, seen: Seen, table: str, letter: Letter) -> tuple[str, str]:
    """(the one system that can have written, ''), or ('', why there is no such one)."""
    system, why = may.sole(table, letter)
    if system and seen.users.get((table, letter), set()) - {system}:
        return "", msg("others were seen at it too")
    return system, why


def _day(text: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(text[:10])
    except ValueError:
        return None
    return day.replace(tzinfo=UTC)
