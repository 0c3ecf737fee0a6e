"""`people.yaml`: who has which duty, and what they may do."""

from __future__ import annotations

from typing import Annotated, Literal

from crmaudit.evidence.access import AccessLevel
from crmaudit.workspace.base import (
    Day,
    Frequency,
    Id,
    Level,
    Model,
    PersonIds,
    SystemId,
    Text,
    UnitId,
    short_form,
)

UserType = Literal["super user", "data custodian", "everyday user", "system champion", "none"]


class PersonSkill(Model):
    """A skill and its level, 0 (none) to 4 (teaches others)."""

    skill: Text
    level: Level


class Training(Model):
    """A course, taken or planned."""

    course: Text
    date: Day | None = None
    system: SystemId | None = None


class Person(Model):
    """Somebody with a duty in information management or an account in a system."""

    id: Id
    name: Text
    unit: UnitId | None = None
    job: Text | None = None
    rank: Literal["executive", "department manager", "supervisor", "employee"] | None = None
    """Decides the recommended access: see `access_policy` in audit.yaml."""
    represents_function: bool = False
    """Represents a function towards others, which widens the recommended access."""
    administers: bool = False
    """An overall administrator of the CRM."""
    user_type: UserType | None = None
    """How they use the CRM: `none` = not at all."""
    primary: bool = False
    """The primary super user."""
    records_custom: tuple[Literal["surveys", "memberships", "events"], ...] = ()
    """What a data custodian sets up besides the daily work."""
    licence: Literal["named", "concurrent", "none"] | None = None
    granted: AccessLevel | None = None
    """Access level held in the CRM, where somebody looked it up."""
    accounts: dict[SystemId, Text] = {}
    """System → account name. Accounts are shown as pseudonyms everywhere."""
    skills: tuple[PersonSkill, ...] = ()
    training: tuple[Annotated[Training, short_form("course")], ...] = ()
    training_needed: tuple[Annotated[Training, short_form("course")], ...] = ()
    """Courses still to be taken; a date is the one planned."""
    employment: Literal["staff", "contractor", "volunteer"] | None = None
    leaves: Day | None = None
    """Last day of work."""


class Meeting(Model):
    """A group that coordinates, like the super users' monthly meeting.

    `benefits`: where the champion reports the CRM's benefits to the board.
    """

    group: Text
    purpose: Literal["super users", "steering", "data quality", "benefits", "other"] = "other"
    members: PersonIds = ()
    cadence: Frequency | None = None
    """How often it is meant to meet."""
    held: tuple[Day, ...] = ()
    """Days on which it did meet."""


class People(Model):
    """`people.yaml`."""

    people: tuple[Person, ...] = ()
    complete: bool = False
    """Whether everybody who has an account is listed, with it; else one of nobody says little."""
    crm_managers: PersonIds = ()
    """Who manages the CRM: one manager by its focus, or the heads of department together."""
    meetings: tuple[Meeting, ...] = ()
