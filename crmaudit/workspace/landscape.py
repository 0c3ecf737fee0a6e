"""What the organisation knows about: entities, processes, needs, entity maps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crmaudit.evidence.entity_map import Role
from crmaudit.workspace.base import (
    Amount,
    Audience,
    Count,
    Day,
    EntityId,
    EntityIds,
    Frequency,
    Id,
    Model,
    Number,
    PersonId,
    SystemId,
    SystemIds,
    Text,
    UnitId,
    several,
    short_form,
)


class Attribute(Model):
    name: Text
    definition: str = ""
    type: str = ""
    required: bool = False
    unique: bool = False
    identifier: bool = False
    """Whether it identifies the entity across systems."""
    personal: bool | None = None


class Relationship(Model):
    to: EntityId
    cardinality: Literal["1:1", "1:n", "n:1", "n:m", "0..1:n", "n:0..1", "0..1:0..1"] | None = None
    """From this entity to the other: `1:n` = one of these has many of those."""
    name: str = ""


class Volume(Model):
    rows: Count | None = None
    growth: Number | None = None
    """Share a year: 0.1 = ten per cent more."""
    as_of: Day | None = None


class Retention(Model):
    years: Amount | None = None
    basis: str = ""
    """The law or policy behind it."""


class Entity(Model):
    """One thing that the organisation keeps information about."""

    id: Id
    name: Text | None = None
    definition: Text | None = None
    class_: Annotated[
        Literal["master", "reference", "transaction"] | None, Field(alias="class")
    ] = None
    steward: PersonId | None = None
    """The person answerable for its quality."""
    system_of_record: SystemId | None = None
    """The system whose version counts, where that was decided."""
    attributes: tuple[Annotated[Attribute, short_form("name")], ...] = ()
    relationships: tuple[Annotated[Relationship, short_form("to")], ...] = ()
    volume: Volume | None = None
    personal_data: Literal["none", "personal", "special"] | None = None
    retention: Retention | None = None
    synonyms: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.name or self.id


class Entities(Model):
    """`entities.yaml`: the entity-relationship diagram in words."""

    entities: tuple[Entity, ...] = ()


class Step(Model):
    """A step of a process; without a system it is done by hand or not at all."""

    id: Id | None = None
    name: Text
    systems: SystemIds = ()
    entities: EntityIds = ()
    recorded: bool | None = None
    """Whether the outcome is recorded anywhere."""
    note: str = ""


class Process(Model):
    id: Id
    name: Text
    purpose: Literal["lead tracking", "activity tracking", "campaign tracking"] | None = None
    """The three things a CRM is for; other processes leave it out."""
    unit: UnitId | None = None
    owner: PersonId | None = None
    steps: tuple[Annotated[Step, short_form("name")], ...] = ()
    note: str = ""


class Processes(Model):
    """`processes.yaml`: where the systems and entities are used."""

    processes: tuple[Process, ...] = ()


class Need(Model):
    """A question that information has to answer, or a report or dashboard that does."""

    id: Id
    kind: Literal["question", "report", "dashboard"] = "question"
    text: Text
    audience: Annotated[tuple[Audience, ...], several] = ()
    """Persons, units or user types who need it."""
    owner: PersonId | None = None
    entities: EntityIds = ()
    sources: SystemIds = ()
    """Systems it is, or would be, drawn from."""
    answered: Literal["yes", "partly", "no"] | None = None
    frequency: Frequency | None = None
    last_consulted: Day | None = None
    priority: Literal["must", "should", "could"] | None = None


class Needs(Model):
    """`needs.yaml`: what the extraction is for."""

    needs: tuple[Need, ...] = ()


class TableMap(Model):
    """A table's part in an entity; the same table may stand for several."""

    table: Text
    entity: EntityId | None = None
    """Blank: not yet said. Tables of the product's own machinery are `role: system`."""
    role: Role = "primary"
    where: str = ""
    """Condition in the source's SQL that selects the entity's rows."""
    key: Annotated[tuple[Text, ...], several] = ()
    created_at: str = ""
    created_by: str = ""
    modified_at: str = ""
    modified_by: str = ""
    owner: str = ""
    soft_delete: str = ""
    """Condition that holds for deleted rows, like `is_deleted = 1`."""
    note: str = ""


class Principal(Model):
    """A database account and the system that logs in with it."""

    principal: Text
    system: SystemId | None = None
    note: str = ""


class Map(Model):
    """`maps/*.yaml`: what the tables of one system mean."""

    system: SystemId
    product: Text | None = None
    tables: tuple[TableMap, ...] = ()
    principals: tuple[Principal, ...] = ()
