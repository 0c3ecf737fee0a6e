"""By when an initiative has to be done, and what says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.facts import Facts
from crmaudit.inventory.lifecycle import months_later
from crmaudit.messages import msg
from crmaudit.strategy.initiatives import CLOSED
from crmaudit.strategy.pieces import Piece
from crmaudit.strategy.schedule import YEARS
from crmaudit.workspace.answers import InitiativeOverride

CRITICAL = 3
"""Months within which what is critical is answered, from the plan's beginning or, where that is
past or not told, from the audit's day. Own proposal."""
AT_ONCE = 1
"""Months from the audit's day within which what is critical is contained, and accounts of those who
left are closed. Own proposal."""


@dataclass(frozen=True, slots=True)
class Due:
    """A day to keep; `marks` are the fingerprints of the findings that set it, where these do.

    `later` is the next day that binds the same work.
    """

    day: date
    why: str
    marks: tuple[str, ...] = ()
    later: Due | None = field(default=None, compare=False, repr=False)

    @property
    def all(self) -> Iterator[Due]:
        """This day and all that come after it."""
        found: Due | None = self
        while found is not None:
            yield found
            found = found.later


def due(facts: Facts, piece: Piece, override: InitiativeOverride) -> Due | None:
    """The first day that it has to keep; None where nothing says any.

    Deadlines of brief.yaml count where plan.yaml or a finding joins them to
    the initiative. Days that were over on the audit's day bind nobody (`overdue` tells of
    those that were promised), nor do days beyond all that is planned.
    """
    first = facts.day or date.min
    last = months_later(_begin(facts) or date.max, 12 * YEARS)
    days = (*_promised(facts, piece, override), *_days(facts, piece, override))
    return _first(d for d in days if first <= d.day <= last)


def overdue(facts: Facts, piece: Piece, override: InitiativeOverride) -> Due | None:
    """The first day that was set for open work and is over: its deadlines, its end in plan.yaml."""
    if facts.day is None or override.status in CLOSED:
        return None
    day, days = facts.day, [*_promised(facts, piece, override)]
    if override.end is not None:
        days.append(Due(override.end, msg("the end that was set")))
    return _first(d for d in days if d.day < day)


def _first(days: Iterable[Due]) -> Due | None:
    """The first of these days, each with the one after it."""
    found: Due | None = None
    for day in sorted(days, key=lambda d: d.day, reverse=True):
        found = replace(day, later=found)
    return found


def _begin(facts: Facts) -> date | None:
    """The plan's beginning or, where that is past or not told, the audit's day."""
    begin = facts.workspace.plan.start or facts.workspace.brief.resources.start
    return max((d for d in (facts.day, begin) if d is not None), default=None)


def _promised(facts: Facts, piece: Piece, override: InitiativeOverride) -> Iterator[Due]:
    """Deadlines of brief.yaml that plan.yaml or a finding joins to it; what owners agreed to."""
    brief = facts.workspace.brief
    for deadline in brief.deadlines:
        if deadline.id is not None and deadline.id in override.deadlines:
            yield Due(deadline.date, deadline.text)
    subjects = {f.subject for f in piece.findings}
    for n, deadline in enumerate(brief.deadlines):
        if f"deadline:{deadline.id or n + 1}" in subjects:
            yield Due(deadline.date, deadline.text)
    for f in piece.findings:
        if f.response is not None and f.response.state == "agreed" and f.response.due is not None:
            why = msg("an owner agreed to mend {code} by then", code=f.code)
            yield Due(f.response.due, why, (f.fingerprint,))


def _days(facts: Facts, piece: Piece, override: InitiativeOverride) -> Iterator[Due]:
    system = facts.workspace.system
    if not override.deadlines and not override.phase and not override.end:
        yield from _critical(facts, piece)
        if piece.slug == "close-accounts" and facts.day is not None:
            marks = tuple(f.fingerprint for f in piece.findings if f.state == "open")
            why = msg("accounts of those who left are open")
            if marks:
                yield Due(months_later(facts.day, AT_ONCE), why, marks)
    if piece.id == piece.slug or len(piece.systems) != 1:
        return
    (one,) = piece.systems
    name, row = system[one].name, facts.inventory.row(one)
    if piece.slug == "review-contracts" and row.notice_by is not None:
        yield Due(row.notice_by, msg("last day to give notice for {name}", name=name))
    life = system[one].lifecycle
    if piece.slug == "retire-systems" and life.retired is not None:
        yield Due(life.retired, msg("{name} is to be switched off", name=name))
    if piece.slug == "renew-or-replace":
        if life.phase_out is not None:
            yield Due(life.phase_out, msg("the phase-out of {name} begins", name=name))
        if life.retired is not None:
            yield Due(life.retired, msg("{name} is to be switched off", name=name))
    ends = piece.slug in ("renew-or-replace", "retire-systems")
    if ends and life.vendor_support_ends is not None:
        yield Due(life.vendor_support_ends, msg("the vendor's support of {name} ends", name=name))
    if piece.slug in ("secure-skills", "document-systems"):
        last = [day for state in row.skills for _, day in state.lost]
        for day in last:
            yield Due(day, msg("the one who alone can support {name} leaves", name=name))


def _critical(facts: Facts, piece: Piece) -> Iterator[Due]:
    """Unless plan.yaml says when the work is done."""
    contained = piece.slug == "answer-critical"
    from_day, months = (facts.day, AT_ONCE) if contained else (_begin(facts), CRITICAL)
    marks = tuple(f.fingerprint for f in piece.findings if f.urgent)
    if marks and from_day is not None:
        yield Due(months_later(from_day, months), msg("what it answers is critical"), marks)
