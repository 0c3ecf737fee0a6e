"""What the organisation knows about: entities, processes, needs, entity maps."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from crmaudit.evidence.entity_map import Role
from crmaudit.workspace.accounts import Access, Dashboards, History, Session, TrailSetting, Users
from crmaudit.workspace.base import (
    Amount,
    Audiences,
    Count,
    Day,
    EntityId,
    EntityIds,
    Exact,
    Exacts,
    Frequency,
    Id,
    Model,
    Number,
    PersonId,
    SystemId,
    SystemIds,
    Text,
    UnitId,
    short_form,
)

CanonicalKind = Literal[
    "person",
    "organisation",
    "household",
    "lead",
    "opportunity",
    "activity",
    "case",
    "campaign",
    "contribution",
    "membership",
    "event",
    "invoice",
    "payment",
    "product",
    "document",
    "quote",
    "order",
    "contract",
    "project",
    "grant",
    "event registration",
    "segment",
    "relationship",
    "user",
    "role",
    "team",
    "unit",
]
"""The things that CRM products know, under one name each."""


class Attribute(Model):
    """A fact that is kept about the entity."""

    name: Text
    definition: str = ""
    type: str = ""
    required: bool = False
    """Whether every record needs a value."""
    unique: bool = False
    """Whether no two records may have the same value."""
    identifier: bool = False
    """Whether it identifies the entity across systems."""
    personal: bool | None = None


class Relationship(Model):
    """How the entity hangs together with another."""

    to: EntityId
    cardinality: Literal["1:1", "1:n", "n:1", "n:m", "0..1:n", "n:0..1", "0..1:0..1"] | None = None
    """From this entity to the other: `1:n` = one of these has many of those."""
    name: str = ""


class Volume(Model):
    """How many there are, and how fast they grow."""

    rows: Count | None = None
    growth: Number | None = None
    """Share a year: 0.1 = ten per cent more."""
    as_of: Day | None = None


class Retention(Model):
    """How long records are kept."""

    years: Amount | None = None
    basis: str = ""
    """The law or policy behind it."""


class Raci(Model):
    """Who does what for an entity: persons, units or user types."""

    responsible: Audiences = ()
    accountable: Audiences = ()
    consulted: Audiences = ()
    informed: Audiences = ()


class Entity(Model):
    """One thing that the organisation keeps information about."""

    id: Id
    name: Text | None = None
    definition: Text | None = None
    """What counts as one, in a sentence."""
    kind: CanonicalKind | None = None
    """What a CRM product would call it; needed where its id is a word of your own."""
    class_: Annotated[
        Literal["master", "reference", "transaction"] | None, Field(alias="class")
    ] = None
    steward: PersonId | None = None
    """The person answerable for its quality."""
    system_of_record: SystemId | None = None
    """The system whose version counts today, where that was decided."""
    target_system_of_record: SystemId | None = None
    """The system whose version is to count in future."""
    trusted: SystemIds = ()
    """Systems in the order in which they are believed when they contradict each other."""
    raci: Raci | None = None
    attributes: tuple[Annotated[Attribute, short_form("name")], ...] = ()
    relationships: tuple[Annotated[Relationship, short_form("to")], ...] = ()
    volume: Volume | None = None
    personal_data: Literal["none", "personal", "special"] | None = None
    """`special`: health, belief, union membership and the like."""
    retention: Retention | None = None
    synonyms: tuple[str, ...] = ()
    """Other words for it in use."""

    @property
    def label(self) -> str:
        return self.name or self.id


class Entities(Model):
    """`entities.yaml`: the entity-relationship diagram in words."""

    entities: tuple[Entity, ...] = ()


class Step(Model):
    """A step of a process; without a system it is done by hand or not at all."""

    id: Id | None = None
    """Needed where a dysfunction names the step."""
    name: Text
    systems: SystemIds = ()
    entities: EntityIds = ()
    recorded: bool | None = None
    """Whether the outcome is recorded anywhere."""
    note: str = ""


class Process(Model):
    """A piece of work from start to finish, and what it uses."""

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
    audience: Audiences = ()
    """Persons, units or user types who need it."""
    asked_by: PersonId | None = None
    """Who says that it is needed."""
    owner: PersonId | None = None
    entities: EntityIds = ()
    sources: SystemIds = ()
    """Systems it is, or would be, drawn from."""
    answered: Literal["yes", "partly", "no"] | None = None
    """Whether the question can be answered today."""
    frequency: Frequency | None = None
    exists: bool | None = None
    """Whether the report or dashboard is there."""
    last_consulted: Day | None = None
    consulted_by: Audiences = ()
    """Who really looks at it."""
    called: Text | None = None
    """What the CRM calls it, where that is not its `text`: so that declared and measured meet."""
    priority: Literal["must", "should", "could"] | None = None


class Needs(Model):
    """`needs.yaml`: what the extraction is for."""

    needs: tuple[Need, ...] = ()


class TableMap(Model):
    """A table's part in an entity; the same table may stand for several."""

    table: Exact
    entity: EntityId | None = None
    """Blank: not yet said. Machinery (`role: system`), lists, logs and links may do without."""
    role: Role = "primary"
    where: str = ""
    """Condition in the source's SQL that selects the entity's rows."""
    key: Exacts = ()
    name: Exacts = ()
    """The columns that name a record."""
    created_at: Exact = ""
    created_by: Exact = ""
    modified_at: Exact = ""
    modified_by: Exact = ""
    owner: Exact = ""
    soft_delete: str = ""
    """Condition that holds for deleted rows, like `is_deleted = 1`."""
    archived: str = ""
    """Condition that holds for rows that are put away, but not deleted."""
    test_rows: str = ""
    """Condition that holds for rows that somebody made to try something."""
    automatic: str = ""
    """Condition that holds for rows which the program wrote by itself."""
    last_login: Exact = ""
    """In a table of users: the column of the last login."""
    columns: dict[Exact, Text] = {}
    """Column → what it holds (`e-mail`, `phone`, `postcode`…), where that was guessed wrong."""
    note: str = ""
    _confirmed: bool = PrivateAttr(True)

    @property
    def confirmed(self) -> bool:
        """Whether somebody stands behind it: not so in a map that says `confirmed: false`."""
        return self._confirmed


class TableReference(Model):
    """Columns that refer to another table, which the database does not declare."""

    table: Exact
    columns: Annotated[Exacts, Field(min_length=1)]
    to: Exact
    """The table referred to."""
    to_columns: Exacts = ()
    """Without them, its primary key."""
    where: str = ""
    """Condition under which it holds, like `parent_type = 'Contact'`."""


class Principal(Model):
    """A database account and the system that logs in with it."""

    principal: Text
    system: SystemId | None = None
    note: str = ""


class Map(Model):
    """`maps/*.yaml`: what the tables of one system mean."""

    system: SystemId
    product: Text | None = None
    confirmed: bool = True
    """`false`: its tables are proposed by the program, and what is measured outweighs them."""
    tables: tuple[TableMap, ...] = ()
    references: tuple[TableReference, ...] = ()
    principals: tuple[Principal, ...] = ()
    users: Users | None = None
    """Where the CRM keeps its accounts. This and the parts below take the place of the product
    map's, each as a whole."""
    access: Access | None = None
    """Where it keeps who may do what."""
    sessions: tuple[Session, ...] = ()
    """Where it keeps who logged in."""
    history: tuple[History, ...] = ()
    """Where it keeps what was changed."""
    trail: tuple[TrailSetting, ...] = ()
    """Where it says of which kinds of record it keeps a history."""
    dashboards: tuple[Dashboards, ...] = ()
    """Where it keeps its dashboards, and when somebody last opened them."""

    @model_validator(mode="after")
    def _tell_tables(self) -> Self:
        # Maps of one system are joined, and each table keeps its own map's word.
        for row in self.tables:
            row._confirmed = self.confirmed
        return self

    @property
    def settled(self) -> frozenset[str]:
        """Tables of which somebody said what they hold; what was found of these does not count."""
        return frozenset(row.table for row in self.tables if row.confirmed)

    def joined(self, other: Map) -> Map:
        """This map with what another file says of the same system behind it."""
        rows = ("tables", "references", "principals", "sessions", "history", "trail", "dashboards")
        both = {name: getattr(self, name) + getattr(other, name) for name in rows}
        either = {name: getattr(self, name) or getattr(other, name) for name in ("users", "access")}
        return self.model_copy(update=both | either)
