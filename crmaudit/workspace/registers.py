"""`registers.yaml`: what goes wrong, what is asked for, what staff think."""

from __future__ import annotations

from typing import Annotated, Literal

from crmaudit.workspace.base import (
    Count,
    Day,
    EntityIds,
    Id,
    Model,
    PersonId,
    ProcessId,
    StepId,
    SystemIds,
    Text,
    several,
)

Doubled = Literal[
    "calendar", "address book", "newsletter", "e-mail", "forms", "website", "spreadsheet"
]
Attitude = Literal["made things worse", "does not use it", "only praise"]
"""The three groups into which staff fall."""

Reason = Literal[
    "sees only failures",
    "takes too long",
    "double work",
    "hard to navigate",
    "afraid",
    "does not know it must",
    "other",
]
"""Why a group thinks so."""


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
    step: StepId | None = None
    """A step of that process."""
    duplicates_with: Annotated[tuple[Doubled, ...], several] = ()
    """Where the same work is done a second time."""
    owner: PersonId | None = None
    since: Day | None = None
    status: Literal["open", "in work", "solved", "accepted"] = "open"
    duty_of: Literal["operations staff", "system manager", "management"] | None = None
    """Whose duty it is: recording, seeing to proper use, or leading by the dashboards."""


class Request(Model):
    """An enhancement asked for, as the super users' group keeps them."""

    id: Id
    what: Text
    systems: SystemIds = ()
    entities: EntityIds = ()
    asked_by: Text | None = None
    carried_by: PersonId | None = None
    """The super user who brings it to the vendor."""
    date: Day | None = None
    priority: Literal["must", "should", "could", "won't"] | None = None
    status: Literal["asked", "with vendor", "planned", "done", "refused"] = "asked"


class Opinion(Model):
    """A group's attitude to the CRM; a negative one is investigated and the outcome kept."""

    id: Id
    group: Text
    people: Count | None = None
    attitude: Attitude
    cause: str = ""
    """In the group's own words."""
    reasons: Annotated[tuple[Reason, ...], several] = ()
    systems: SystemIds = ()
    date: Day | None = None
    investigated: Day | None = None
    """When somebody looked into it."""
    outcome: str = ""
    """What they found."""


class Incident(Model):
    """An accidental change or loss of information that did happen."""

    id: Id
    what: Text
    kind: Literal["changed", "overwritten", "deleted", "disclosed", "other"] | None = None
    date: Day | None = None
    systems: SystemIds = ()
    entities: EntityIds = ()
    records: Count | None = None
    """How many records it touched."""
    restored: Literal["yes", "partly", "no"] | None = None
    cause: str = ""


class Registers(Model):
    """`registers.yaml`: dysfunctions, requests, attitudes and losses."""

    dysfunctions: tuple[Dysfunction, ...] = ()
    requests: tuple[Request, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    incidents: tuple[Incident, ...] = ()
