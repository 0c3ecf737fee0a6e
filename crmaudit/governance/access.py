"""Recommended access from a person's job, and how it compares with what is granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.evidence.access import LEVELS, AccessLevel
from crmaudit.messages import msg
from crmaudit.workspace.audit_file import AccessPolicy
from crmaudit.workspace.people import Person


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """Granted against recommended for one person; `reason` is why that level is recommended."""

    person: str
    granted: AccessLevel
    recommended: AccessLevel
    reason: str

    @property
    def excess(self) -> int:
        """Levels above the recommendation; negative for a shortfall."""
        return LEVELS.index(self.granted) - LEVELS.index(self.recommended)


def recommended(person: Person, policy: AccessPolicy) -> tuple[AccessLevel, str] | None:
    """The level that the policy gives this person, and why; None where the job is not known.

    The widest of the applicable levels counts.
    """
    if person.administers:
        return policy.administrator, msg("overall administrator")
    if person.rank is None:
        return None
    applicable: list[tuple[AccessLevel, str]] = []
    if person.rank == "executive":
        applicable.append((policy.executive, "executive"))
    elif person.rank == "department manager":
        applicable.append((policy.department_manager, msg("department manager")))
    elif person.rank == "supervisor":
        applicable.append((policy.supervisor, msg("supervises a function")))
    else:
        applicable.append((policy.employee, "employee"))
    if person.represents_function:
        applicable.append((policy.represents_function, msg("represents a function")))
    return max(applicable, key=lambda a: LEVELS.index(a[0]))


def access_checks(people: tuple[Person, ...], policy: AccessPolicy) -> tuple[AccessCheck, ...]:
    """One check for every person whose granted level and job are both known."""
    checks = []
    for person in people:
        advice = recommended(person, policy)
        if person.granted is not None and advice is not None:
            checks.append(AccessCheck(person.id, person.granted, *advice))
    return tuple(checks)


@dataclass(frozen=True, slots=True)
class Position:
    """A job in a unit: the way in which findings on rights speak of people.

    Rights and use are shown by account pseudonym or not by person at all;
    declared levels have no account behind them, so they are told by position.
    """

    unit: str
    job: str

    @staticmethod
    def of(person: Person) -> Position:
        return Position(person.unit or "", person.job or person.rank or "")


@dataclass(frozen=True, slots=True)
class PositionAccess:
    """Access of the people in one position; `known` have a level that can be judged."""

    position: Position
    known: int
    over: tuple[AccessCheck, ...]
    under: tuple[AccessCheck, ...]

    @property
    def widest(self) -> AccessCheck:
        return max(self.over, key=lambda c: c.excess)

    @property
    def narrowest(self) -> AccessCheck:
        return min(self.under, key=lambda c: c.excess)


def by_position(
    checks: Iterable[AccessCheck], people: Mapping[str, Person]
) -> tuple[PositionAccess, ...]:
    groups: dict[Position, list[AccessCheck]] = {}
    for check in checks:
        groups.setdefault(Position.of(people[check.person]), []).append(check)
    return tuple(
        PositionAccess(
            position,
            len(group),
            tuple(c for c in group if c.excess > 0),
            tuple(c for c in group if c.excess < 0),
        )
        for position, group in groups.items()
    )


def leavers(people: Iterable[Person], day: date) -> Mapping[Position, int]:
    """People who have left and still have an account or a level, counted by position."""
    counts: dict[Position, int] = {}
    for person in people:
        if person.leaves is not None and person.leaves < day:
            level = person.granted not in (None, "None")
            if person.accounts or level:
                position = Position.of(person)
                counts[position] = counts.get(position, 0) + 1
    return counts
