"""Where a system stands between its introduction and its end.

The phase on a day is the one whose beginning is the newest that is not after
it. The vendor's end of support is the vendor's: it makes no phase, and a
system may be at the heart of the business without it. Phases after the
catalogues of enterprise architecture; laying declared phases against dates is
an own proposal (docs/method.md, "Lifecycle").
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from crmaudit.messages import long_date, msg
from crmaudit.workspace.dossier import Lifecycle, System

Phase = Literal["plan", "phase-in", "active", "phase-out", "retired"]
_BEGINS: Mapping[Phase, str] = {
    "plan": "planned",
    "phase-in": "phase_in",
    "active": "since",
    "phase-out": "phase_out",
    "retired": "retired",
}
"""Phase → the key of the day on which it begins, in the order of life."""
_BEGINNINGS: Mapping[Phase, str] = {
    "plan": "start of planning",
    "phase-in": "start of introduction",
    "active": "first day in use",
    "phase-out": "start of phase-out",
    "retired": "day of retirement",
}
PHASES = tuple(_BEGINS)
_ENDING = ("replace", "retire")


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase and its days; `end` is the day on which the next one begins, None while open."""

    phase: Phase
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class DateConflict:
    """A date of the lifecycle that does not go with the phase declared, or with another date."""

    key: str
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class LifecycleState:
    """The lifecycle of one system as of a day.

    `by_dates` is the phase that the dates tell, None where none has begun.
    `support_months` are whole months of the vendor's support left, negative
    since it ended. `own_end` is the organisation's own date, which is another
    matter. `successors` lead from system to system; `successor_fault` says
    where that chain turns in a circle or ends in a system that ends itself.
    """

    system: str
    declared: Phase | None
    by_dates: Phase | None
    spans: tuple[PhaseSpan, ...]
    conflicts: tuple[DateConflict, ...]
    support_ends: date | None
    support_months: int | None
    out_of_support: bool | None
    """Support has ended while the system is in use; None where the date is not known."""
    own_end: date | None
    successors: tuple[str, ...]
    successor_fault: Literal["", "circle", "ends itself"] = ""


def in_use(system: System) -> bool:
    """Whether it is used: neither still planned nor retired. Without a phase, it is."""
    return system.lifecycle.phase not in ("plan", "retired")


def leaving(system: System) -> bool:
    """Whether its end is decided: phased out, retired, with a date for it, or to be replaced."""
    life = system.lifecycle
    dated = bool(life.phase_out or life.retired)
    return dated or life.phase in ("phase-out", "retired") or system.future in _ENDING


def lifecycle_state(
    system: System, day: date | None, systems: Mapping[str, System]
) -> LifecycleState:
    """`systems` are all by id, for the chain of successors."""
    life = system.lifecycle
    spans = _spans(life)
    begun = [s.phase for s in spans if day is not None and s.start <= day]
    ends = life.vendor_support_ends
    known = ends is not None and day is not None
    chain, fault = _successors(system, systems)
    return LifecycleState(
        system.id,
        life.phase,
        begun[-1] if begun else None,
        spans,
        tuple(_disorder(life)) or tuple(_conflicts(life, day)),
        ends,
        _months(day, ends) if day and ends else None,
        in_use(system) and ends < day if known and ends and day else None,
        life.phase_out or life.retired,
        chain,
        fault,
    )


def months_later(day: date, months: float) -> date:
    """The same day of the month so many whole months on, or that month's last day.

    Thresholds are set by users: what leads past the calendar's end stops there.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + round(months), 12)
    month += 1
    if not date.min.year <= year <= date.max.year:
        return date.max if year > 0 else date.min
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _begins(life: Lifecycle) -> dict[Phase, date]:
    days = {phase: getattr(life, key) for phase, key in _BEGINS.items()}
    return {phase: day for phase, day in days.items() if day is not None}


def _spans(life: Lifecycle) -> tuple[PhaseSpan, ...]:
    known = sorted(_begins(life).items(), key=lambda b: b[1])
    ends: list[date | None] = [*(day for _, day in known[1:]), None]
    return tuple(PhaseSpan(p, day, end) for (p, day), end in zip(known, ends, strict=False))


def _disorder(life: Lifecycle) -> list[DateConflict]:
    """Phases that begin before an earlier one."""
    known = list(_begins(life).items())
    return [
        DateConflict(
            _BEGINS[late],
            after,
            msg(
                "{told} lies before the {told2}",
                told=_told(late, after),
                told2=_told(early, before),
            ),
        )
        for (early, before), (late, after) in pairwise(known)
        if after < before
    ]


def _conflicts(life: Lifecycle, day: date | None) -> list[DateConflict]:
    """Dates that say that the phase declared is over, or has not begun."""
    if life.phase is None or day is None:
        return []
    at = PHASES.index(life.phase)
    begins = _begins(life).items()
    over = [(p, d) for p, d in begins if PHASES.index(p) > at and d <= day]
    if life.phase == "phase-in" and life.phase_in is None:
        # A system that is being introduced is in use too: `since` is then its first day.
        over = [(p, d) for p, d in over if p != "active"]
    ahead = [(p, d) for p, d in begins if PHASES.index(p) <= at and d > day]
    # Of several the one furthest from what is declared says it all.
    if over:
        phase, when = over[-1]
        return [
            DateConflict(_BEGINS[phase], when, msg("{told} has passed", told=_told(phase, when)))
        ]
    if ahead:
        phase, when = ahead[0]
        return [
            DateConflict(_BEGINS[phase], when, msg("{told} lies ahead", told=_told(phase, when)))
        ]
    return []


def _told(phase: Phase, day: date) -> str:
    return msg("{beginning} ({day})", beginning=msg(_BEGINNINGS[phase]), day=long_date(day))


def _months(day: date, end: date) -> int:
    """Whole months from one day to the other; one that has begun does not count."""
    if end < day:
        return -_months(end, day)
    months = (end.year - day.year) * 12 + end.month - day.month
    return months - (months_later(day, months) > end)


def _successors(
    system: System, systems: Mapping[str, System]
) -> tuple[tuple[str, ...], Literal["", "circle", "ends itself"]]:
    chain: list[str] = []
    current = system.lifecycle.successor
    while current is not None and current in systems:
        if current == system.id or current in chain:
            return tuple(chain), "circle"
        chain.append(current)
        current = systems[current].lifecycle.successor
    last = systems[chain[-1]] if chain else None
    return tuple(chain), "ends itself" if last is not None and leaving(last) else ""
