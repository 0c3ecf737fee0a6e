"""People and what they say: `people.yaml`, `interviews/`, `registers.yaml`, `kpis.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from crmaudit.workspace.base import (
    Amount,
    Count,
    Day,
    EntityIds,
    Frequency,
    Id,
    KpiId,
    Level,
    Model,
    Number,
    PersonId,
    PersonIds,
    ProcessId,
    SystemId,
    SystemIds,
    TechniqueId,
    Text,
    UnitId,
    short_form,
)

UserType = Literal["super user", "data custodian", "everyday user", "system champion", "none"]
AccessLevel = Literal["None", "User", "Business Unit", "Parent: Child", "Organizational"]


class PersonSkill(Model):
    skill: Text
    level: Level


class Training(Model):
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
    employment: Literal["staff", "contractor", "volunteer"] | None = None
    leaves: Day | None = None


class Meeting(Model):
    """A group that coordinates, like the super users' monthly meeting."""

    group: Text
    purpose: Literal["super users", "steering", "data quality", "other"] = "other"
    members: PersonIds = ()
    cadence: Frequency | None = None
    held: tuple[Day, ...] = ()


class People(Model):
    """`people.yaml`."""

    people: tuple[Person, ...] = ()
    crm_managers: PersonIds = ()
    """Who manages the CRM: one manager by its focus, or the heads of department together."""
    meetings: tuple[Meeting, ...] = ()


class Range(Model):
    """A quantity of which only a range is known."""

    low: Amount
    high: Amount

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g})")
        return self


class Pain(Model):
    """Time that people lose, said in an interview."""

    id: Id | None = None
    text: Text
    systems: SystemIds = ()
    entities: EntityIds = ()
    process: ProcessId | None = None
    minutes: Range | Amount | None = None
    """Lost each time."""
    per: Literal["day", "week", "month", "year"] | None = None
    times: Range | Amount = 1.0
    """How often in that period, for one person."""
    people: Range | Amount | None = None
    """How many people."""


class Measure(Model):
    """Something measurable that will tell whether the change helps; tracked as a KPI."""

    text: Text
    kpi: KpiId | None = None


class Saying(Model):
    text: Text
    systems: SystemIds = ()
    entities: EntityIds = ()


class Answers(Model):
    """The four questions and the two opening ones."""

    key_users: str = ""
    """Do you know who your key users will be?"""
    key_users_role: str = ""
    """What is their role in the information-management strategy?"""
    wrong: str = ""
    """What is wrong with the database and the way you work now?"""
    change: str = ""
    """With no limits, how should CRM change the way you work?"""
    consequences: str = ""
    """What unintended negative consequences could it bring?"""
    measures: str = ""
    """What measurable things will tell us later whether it helps?"""


class Interview(Model):
    """`interviews/*.yaml`: one discovery interview with a group."""

    id: Id
    group: Text
    unit: UnitId | None = None
    date: Day | None = None
    interviewer: Text | None = None
    participants: Count | None = None
    answers: Answers = Answers()
    walks: tuple[ProcessId, ...] = ()
    """Processes walked through from start to finish."""
    pains: tuple[Annotated[Pain, short_form("text")], ...] = ()
    wishes: tuple[Annotated[Saying, short_form("text")], ...] = ()
    risks: tuple[Annotated[Saying, short_form("text")], ...] = ()
    measures: tuple[Annotated[Measure, short_form("text")], ...] = ()


class Dysfunction(Model):
    """A process step that does not work in a system."""

    id: Id
    what: Text
    cause: Literal["system", "use", "both", "unknown"] | None = None
    kind: (
        Literal[
            "double work",
            "not used",
            "slow to record",
            "hard to navigate",
            "wrong data",
            "missing feature",
            "integration",
            "training",
            "other",
        ]
        | None
    ) = None
    systems: SystemIds = ()
    entities: EntityIds = ()
    process: ProcessId | None = None
    step: Id | None = None
    duplicates_with: tuple[
        Literal[
            "calendar", "address book", "newsletter", "e-mail", "forms", "website", "spreadsheet"
        ],
        ...,
    ] = ()
    owner: PersonId | None = None
    since: Day | None = None
    status: Literal["open", "in work", "solved", "accepted"] = "open"
    duty_of: Literal["operations staff", "system manager", "management"] | None = None


class Request(Model):
    """An enhancement asked for, as the super users' group keeps them."""

    id: Id
    what: Text
    asked_by: Text | None = None
    date: Day | None = None
    priority: Literal["must", "should", "could", "won't"] | None = None
    status: Literal["asked", "with vendor", "planned", "done", "refused"] = "asked"


class Opinion(Model):
    """A group's attitude to the CRM; a negative one is investigated and the outcome kept."""

    id: Id
    group: Text
    people: Count | None = None
    attitude: Literal["made things worse", "does not use it", "only praise"]
    cause: str = ""
    date: Day | None = None
    investigated: Day | None = None
    outcome: str = ""


class Registers(Model):
    """`registers.yaml`: dysfunctions, requests and attitudes."""

    dysfunctions: tuple[Dysfunction, ...] = ()
    requests: tuple[Request, ...] = ()
    opinions: tuple[Opinion, ...] = ()


class Point(Model):
    date: Day
    value: Number


class Kpi(Model):
    """A key performance indicator and its series."""

    id: Id
    name: Text
    technique: TechniqueId | None = None
    owner: PersonId | None = None
    unit: str = ""
    direction: Literal["up", "down"] | None = None
    """Which way is better."""
    target: Number | None = None
    series: tuple[Point, ...] = ()
    file: Text | None = None
    """CSV or XLSX under data/, with a date column and a value column."""
    date_column: str = "date"
    value_column: str = "value"
    told: Day | None = None
    """When a notable change was last told to the employees."""


class Technique(Model):
    """A thing done to work better: a campaign, a script, a new form."""

    id: Id
    name: Text
    start: Day | None = None
    owner: PersonId | None = None
    description: str = ""


class Kpis(Model):
    """`kpis.yaml`."""

    techniques: tuple[Technique, ...] = ()
    kpis: tuple[Kpi, ...] = ()
