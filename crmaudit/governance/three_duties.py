"""The three duties that keep a CRM alive, and what speaks for or against each.

Operations staff feed it continuously. The system manager sees to its proper
use, improves forms and lists, builds dashboards. Management leads by the
dashboards and has its staff record: that is not the system manager's job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from crmaudit.governance.adoption import MeasuredAdoption, Share
from crmaudit.messages import counted, joined, month_of, msg
from crmaudit.workspace.landscape import Need
from crmaudit.workspace.registers import Dysfunction, Request

HeldBy = Literal["operations staff", "system manager", "management"]
DUTIES: dict[HeldBy, str] = {
    "operations staff": msg("record continuously"),
    "system manager": msg("see to proper use, improve forms and lists, build dashboards"),
    "management": msg("lead by the dashboards, and have the staff record"),
}
CONSULTED_DAYS = 90
ANSWERED_DAYS = 180
LINE = 0.8


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that shows whether a duty is done; `kept` None: not known."""

    text: str
    kept: bool | None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A duty, who holds it, and its signs."""

    by: HeldBy
    duty: str
    signs: tuple[Sign, ...]

    @property
    def kept(self) -> bool | None:
        """Whether nothing known speaks against it; None where nothing is known."""
        known = [s.kept for s in self.signs if s.kept is not None]
        return all(known) if known else None


def three_duties(
    dysfunctions: Iterable[Dysfunction],
    requests: Iterable[Request],
    boards: Sequence[Need] | None,
    unused: Callable[[Need], int | None],
    seen: MeasuredAdoption | None,
    idle_units: Sequence[str] | None,
    day: date | None,
    line: float = LINE,
) -> tuple[Held, ...]:
    """What is known of each duty.

    `boards` are the dashboards made for the management, None where nobody
    said which are wanted; `unused` says for how many days nobody looked at
    one, None where that is not known; `idle_units` key units in which nobody
    recorded, None where that was not measured. More than `line` of the staff
    should use the CRM.
    """
    still = [d for d in dysfunctions if d.status in ("open", "in work")]
    found = {
        "operations staff": [_recording(seen, line)],
        "system manager": [_forms(still), _requests(requests, day), _boards(boards)],
        "management": [_consulted(boards or (), unused), _units(idle_units)],
    }
    return tuple(Held(by, duty, (_register(still, by), *found[by])) for by, duty in DUTIES.items())


def _register(still: Sequence[Dysfunction], by: HeldBy) -> Sign:
    if not still:
        return Sign(msg("no open dysfunction is on the register"), None)
    own = sum(d.duty_of == by for d in still)
    unsaid = sum(d.duty_of is None for d in still)
    told = msg(
        "{own} of {many} fall under it", own=own, many=counted(len(still), "open dysfunction")
    )
    if unsaid:
        told += msg(", of {unsaid} nobody said", unsaid=unsaid)
    return Sign(told, False if own else None if unsaid else True)


def _recording(seen: MeasuredAdoption | None, line: float) -> Sign:
    if seen is None or seen.recorded is None:
        return Sign(msg("who records was not measured"), None)
    used, recorded = (Share(n, seen.staff) for n in (seen.users, seen.recorded))
    return Sign(
        msg(
            "{shown} staff worked in the CRM since {since}, {shown2} recorded",
            shown=used.shown,
            since=month_of(seen.since),
            shown2=recorded.shown,
        ),
        # Who only looks things up has another duty: the line is of use, not of recording.
        seen.above(line),
        seen.evidence,
    )


def _forms(still: Sequence[Dysfunction]) -> Sign:
    clumsy = sum(d.kind in ("slow to record", "hard to navigate") for d in still)
    told = counted(clumsy, "open dysfunction") if clumsy else msg("no open dysfunction")
    # A register without any entry says nothing of forms.
    return Sign(
        msg("{told} of forms that are slow or hard to find one's way in", told=told),
        None if not still else not clumsy,
    )


def _requests(requests: Iterable[Request], day: date | None) -> Sign:
    waiting = [r for r in requests if r.status == "asked"]
    if day is None or not waiting:
        return Sign(
            msg("no request waits for an answer") if day else msg("no day to count from"), None
        )
    late = sum(r.date is not None and r.date < day - timedelta(days=ANSWERED_DAYS) for r in waiting)
    return Sign(
        msg(
            "{late} of {many} have waited for over {ANSWERED_DAYS} days",
            late=late,
            many=counted(len(waiting), "request"),
            ANSWERED_DAYS=ANSWERED_DAYS,
        ),
        not late,
    )


def _boards(boards: Sequence[Need] | None) -> Sign:
    if boards is None:
        return Sign(msg("no dashboard, report or question is declared"), None)
    there = sum(n.exists is not False for n in boards)
    told = counted(there, "dashboard") if there else msg("no dashboard")
    return Sign(msg("{told} made for the management", told=told), bool(there))


def _consulted(boards: Sequence[Need], unused: Callable[[Need], int | None]) -> Sign:
    there = [n for n in boards if n.exists is not False]
    known = [d for d in map(unused, there) if d is not None]
    if not known:
        return Sign(msg("when its dashboards were last looked at is not recorded"), None)
    looked = sum(d <= CONSULTED_DAYS for d in known)
    silent = len(there) - len(known)
    rest = msg("; of {silent} it is not recorded", silent=silent) if silent else ""
    return Sign(
        msg(
            "{looked} of {many} looked at within {CONSULTED_DAYS} days{rest}",
            looked=looked,
            many=counted(len(there), "dashboard"),
            CONSULTED_DAYS=CONSULTED_DAYS,
            rest=rest,
        ),
        bool(looked) or (None if len(known) < len(there) else False),
    )


def _units(idle: Sequence[str] | None) -> Sign:
    if idle is None:
        return Sign(msg("which units record was not measured"), None)
    if not idle:
        return Sign(msg("in every key unit somebody records"), True)
    return Sign(msg("nobody records in {idle}", idle=joined(", ", idle)), False)
