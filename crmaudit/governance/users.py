"""User types: who holds which, with which licence and training, and how many use the CRM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person, UserType

LICENCE_OF: Mapping[UserType, Literal["named", "concurrent", "none"]] = {
    "super user": "named",
    "data custodian": "named",
    "everyday user": "concurrent",
    "system champion": "concurrent",
    "none": "none",
}
"""The licence that fits the use: named where the work is in the system all day."""

RECORDING: tuple[UserType, ...] = ("super user", "data custodian", "everyday user")
"""Types that feed the CRM: the champion sets policy and reports."""


@dataclass(frozen=True, slots=True)
class LicenceFit:
    """Licences of one user type: how many people hold another than the fitting one."""

    user_type: UserType
    fitting: str
    wrong: int
    known: int
    unknown: int


def licence_fits(
    people: Iterable[Person], measured: Mapping[str, str] | None = None
) -> tuple[LicenceFit, ...]:
    """One line for every user type that somebody has; overall administrators are left out.

    `measured` says which type of licence somebody's account has in the CRM
    itself: it counts before what people.yaml says.
    """
    held_by = measured or {}
    everybody = [p for p in people if not p.administers]
    fits = []
    for user_type, fitting in LICENCE_OF.items():
        held = [held_by.get(p.id, p.licence) for p in everybody if p.user_type == user_type]
        known = [x for x in held if x is not None]
        # Somebody without a use for the CRM needs none: silence there is no gap.
        unknown = 0 if user_type == "none" else len(held) - len(known)
        if known or unknown:
            wrong = sum(x != fitting for x in known)
            fits.append(LicenceFit(user_type, fitting, wrong, len(known), unknown))
    return tuple(fits)


def trained(person: Person, crm: System | None) -> bool:
    """Whether a training on the CRM is recorded; a course without a system counts."""
    return any(
        crm is None or course.system is None or course.system == crm.id
        for course in person.training
    )


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many of the staff use the CRM, as declared.

    `users` are known to use it, of `unknown` more nobody said; `basis` is the
    file that says so.
    """

    users: int
    unknown: int
    staff: int
    basis: str

    def above(self, share: float) -> bool | None:
        """Whether strictly more than this share uses it; None where what is unknown decides."""
        if self.users / self.staff > share:
            return True
        return None if (self.users + self.unknown) / self.staff > share else False


def adoption(people: Iterable[Person], crm: System | None, staff: int | None) -> Adoption | None:
    """From the CRM's own number of users, else from the user types in people.yaml.

    None where the staff are not counted, or are fewer than the users.
    """
    if not staff:
        return None
    if crm is not None and crm.users is not None:
        found = Adoption(crm.users, 0, staff, f"systems/{crm.id}.yaml")
    else:
        listed = list(people)
        if not listed:
            return None
        users = sum(p.user_type not in (None, "none") for p in listed)
        known = sum(p.user_type is not None for p in listed)
        found = Adoption(users, max(staff - known, 0), staff, "people.yaml")
    return found if found.users <= staff else None
