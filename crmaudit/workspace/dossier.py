"""`systems/*.yaml`: one dossier a system, the nine facts and what hangs on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from crmaudit.workspace.base import (
    Amount,
    Count,
    Crud,
    Currency,
    Day,
    EntityId,
    EntityIds,
    FilePath,
    Frequency,
    Id,
    Level,
    Model,
    PersonId,
    Score,
    Share,
    SystemId,
    SystemIds,
    Text,
    Texts,
    Year,
    several,
    short_form,
)
from crmaudit.workspace.spelling import suggestion

Kind = Literal[
    "crm",
    "erp",
    "accounting",
    "billing",
    "legacy",
    "newsletter",
    "calendar",
    "address book",
    "email",
    "forms",
    "website",
    "shop",
    "spreadsheet",
    "database",
    "data warehouse",
    "reporting",
    "document management",
    "service desk",
    "telephony",
    "integration",
    "hr",
    "point of sale",
    "other",
]


class Owners(Model):
    """Who answers for the system: person ids, or plain names without people.yaml."""

    business: PersonId | None = None
    """Answers for the content: what the system is for and how good its data are."""
    it: PersonId | None = None
    """Answers for the operation."""


class Document(Model):
    """A piece of documentation and how far it can be relied on."""

    location: Text | None = None
    """Where it lies: a link, a folder, a shelf."""
    status: Literal["complete", "partly", "outdated", "none"] | None = None
    updated: Day | None = None
    tables: Count | None = None
    """Tables that the document describes; compared with the tables that are there."""
    describes: tuple[Text, ...] = ()
    """Names of the tables described, where somebody listed them."""
    note: str = ""

    @property
    def exists(self) -> bool | None:
        """True or False where known, None where nothing was said."""
        if self.status == "none":
            return False
        return True if self.location or self.status else None


class Documentation(Model):
    """The system's documentation and that of its database."""

    system: Annotated[Document, short_form("location")] | None = None
    database: Annotated[Document, short_form("location")] | None = None


class Voice(Model):
    """One opinion on data quality: somebody's, at some time, about something."""

    who: Text
    """Person id, or a group ("reception")."""
    score: Score
    """1 (useless) to 5 (no complaints); 1–5 is mapped linearly to 0–100."""
    when: Day | None = None
    entity: EntityId | None = None
    """The entity the opinion is about; without it, the whole system."""
    note: str = ""


CostKind = Literal[
    "licence", "maintenance", "support", "hosting", "internal time", "project", "other"
]


class Cost(Model):
    """What the system costs in one year, of one kind."""

    year: Year
    kind: CostKind
    covers: Annotated[tuple[CostKind, ...], several] = ()
    """Other kinds that are paid with it, like the hosting in a subscription."""
    amount: Amount | None = None
    hours: Amount | None = None
    """Internal time in hours, in place of an amount; `hourly_rate` in audit.yaml prices it."""
    currency: Currency | None = None
    """Three letters; without it, the audit's own currency."""
    note: str = ""

    @model_validator(mode="after")
    def _one_measure(self) -> Cost:
        if (self.amount is None) == (self.hours is None):
            raise ValueError("a cost has either an `amount:` or `hours:`")
        if self.hours is not None and self.kind != "internal time":
            raise ValueError("`hours:` are for the kind `internal time`; write an `amount:`")
        return self


class Holder(Model):
    """A person who holds a skill."""

    person: PersonId
    level: Level


class Skill(Model):
    """A skill that production support needs, and who has it."""

    skill: Text
    needed: Level | None = None
    """The level at which the system needs it: 0–4."""
    held: tuple[Holder, ...] = ()
    """Who has it, at which level."""


class Support(Model):
    """Production support: who gives it, and what they must know."""

    provider: Literal["in-house", "outsourced", "vendor", "volunteers", "none"] | None = None
    team: str = ""
    hours: str = ""
    skills: tuple[Skill, ...] | None = None


class Lifecycle(Model):
    """Where the system stands in its life, by the organisation's plans and the vendor's."""

    phase: Literal["plan", "phase-in", "active", "phase-out", "retired"] | None = None
    planned: Day | None = None
    phase_in: Day | None = None
    """Introduction begins."""
    since: Day | None = None
    """In use since."""
    phase_out: Day | None = None
    """The organisation's own date for the beginning of the end."""
    retired: Day | None = None
    """Switched off, or to be."""
    vendor_support_ends: Day | None = None
    """The vendor's date, which is not the organisation's."""
    version: str = ""
    successor: SystemId | None = None


class Contract(Model):
    """The contract with the vendor or provider."""

    partner: str = ""
    reference: str = ""
    start: Day | None = None
    end: Day | None = None
    notice_days: Count | None = None
    """Days before the end by which notice must be given."""
    renews: bool | None = None
    """Whether it renews itself unless notice is given."""


class Database(Model):
    """How the data are reached. Secrets stand in the environment: `${CRM_PASSWORD}`."""

    url: Text | None = None
    """sqlite:///…, duckdb:///…, postgresql://…, mysql://…, mariadb://…, or a folder of exports;
    relative paths count from the workspace."""
    schema_: Annotated[Text | None, Field(alias="schema")] = None
    product: Text | None = None
    """The CRM product, where its tables are those of a product."""
    hashed: FilePath | None = None
    """A bundle of keyed hashes that its owner made (`collect --hashed`), to be compared with other
    systems where the records themselves may not be read."""


class Interface(Model):
    """A way in or out: what decides how hard extraction will be."""

    kind: Literal["sql", "api", "file export", "report", "screen", "message", "other"]
    direction: Literal["in", "out", "both"] = "both"
    name: str = ""
    documented: bool | None = None
    note: str = ""


class Licence(Model):
    """Licences of one type."""

    type: Literal["named", "concurrent", "site", "server", "subscription", "free"]
    called: Annotated[tuple[Text, ...], several] = ()
    """The CRM's own words for it, where its accounts carry others than the type."""
    entitled: Count | None = None
    """How many were bought."""
    assigned: Count | None = None
    """How many are given to somebody."""
    used: Count | None = None
    """Really used, where counted."""
    unit_cost: Amount | None = None
    """A year and licence."""
    currency: Currency | None = None
    note: str = ""


class Feed(Model):
    """A movement of data from this system to another (`to`), or into it (`from`)."""

    to: SystemId | None = None
    from_: Annotated[SystemId | None, Field(alias="from")] = None
    entities: EntityIds = ()
    by: Literal["api", "file", "database", "message", "manual", "other"] | None = None
    frequency: Frequency | None = None
    owner: PersonId | None = None
    last_run: Day | None = None
    problems: str = ""
    """What goes wrong with it."""

    @model_validator(mode="after")
    def _one_end(self) -> Feed:
        if (self.to is None) == (self.from_ is None):
            raise ValueError("a feed names its other end: either `to:` or `from:`")
        return self


class Care(Model):
    """A recurring duty of maintenance and when it was last done."""

    frequency: Frequency | None = None
    last: Day | None = None
    by: Text | None = None
    note: str = ""


DoneAt = Annotated[Care, short_form("frequency")]


class Maintenance(Model):
    """Who looks after the system, how often, and when last."""

    provider: Literal["in-house", "outsourced", "vendor", "none"] | None = None
    by: Text | None = None
    """The IT specialist who does it."""
    backup: DoneAt | None = None
    restore_test: DoneAt | None = None
    index_care: DoneAt | None = None
    updates: DoneAt | None = None
    audit_trail: bool | None = None
    """Whether the system records who changed what."""
    hard_deletes: bool | None = None
    """Whether users can delete records for good."""
    bulk_changes: bool | None = None
    """Whether ordinary users can change or delete many records at once."""
    backup_folder: Text | None = None
    """Where the backup files lie, so that their age and size can be looked at."""


class Fitness(Model):
    """Judgements 1–4 for the TIME quadrant: 1 unreasonable … 4 perfect."""

    value: Annotated[int, Field(ge=1, le=4)] | None = None
    """What it is worth to the business."""
    functional: Annotated[int, Field(ge=1, le=4)] | None = None
    technical: Annotated[int, Field(ge=1, le=4)] | None = None
    who: Text | None = None
    when: Day | None = None


class Traces(Model):
    """Files that show what programs do with the data; `collect` reads them."""

    code: Texts = ()
    """Folders of application source."""
    statements: Texts = ()
    """Statement logs, or a query log as CSV (query_text, user_name, database_name…)."""
    complete: bool | None = None
    """Whether the logs hold every statement of their time; only then can they say "never"."""
    grants: Texts = ()
    """Saved listings of database rights, where no connection is to be had."""
    database: SystemId | None = None
    """The system whose database the code works on, where that is not its own."""


def _facts(blank: dict[str, str]) -> dict[str, str]:
    for fact in blank:
        model: Any = System
        for step in fact.split("."):
            names = {f.alias or n: f for n, f in getattr(model, "model_fields", {}).items()}
            if step not in names:
                hint = suggestion(step, names) or "the fact ends before that"
                raise ValueError(f"{fact!r} is no fact of a dossier; {hint}")
            model = _inner_model(names[step].annotation)
    return blank


def _inner_model(annotation: Any) -> Any:
    """The model in `X | None` or `Annotated[X, …] | None`."""
    if isinstance(annotation, type):
        return annotation
    return next((m for m in map(_inner_model, get_args(annotation)) if m), None)


class System(Model):
    """The dossier of one system. Only `id` and `name` are required."""

    id: Id
    formerly: Annotated[tuple[Id, ...], several] = ()
    """Earlier ids, under which evidence, bundles and exported workbooks still know it."""
    name: Text
    vendor: Text | None = None
    kind: Kind | None = None
    description: Text | None = None
    """What it does, in a sentence or two."""
    in_scope: bool = True
    """False: named for completeness, not audited."""
    owners: Owners = Owners.model_construct()
    documentation: Documentation = Documentation.model_construct()
    perceived_quality: tuple[Voice, ...] | None = None
    """What people think of its data."""
    costs: tuple[Cost, ...] | None = None
    """What it costs, year by year."""
    support: Support = Support.model_construct()
    lifecycle: Lifecycle = Lifecycle.model_construct()
    contract: Contract | None = None
    database: Annotated[Database, short_form("url")] | None = None
    interfaces: tuple[Interface, ...] | None = None
    """Ways in and out."""
    licences: tuple[Licence, ...] | None = None
    users: Count | None = None
    """People who use it."""
    depends_on: SystemIds = ()
    """Systems without which it does not run."""
    criticality: Literal["low", "medium", "high", "critical"] | None = None
    """How much stops when it stops."""
    hosting: Literal["own", "provider", "cloud", "desktop"] | None = None
    crud: dict[EntityId, Crud | None] = {}
    """Entity → letters. Letters missing from a listed entity mean *no*; a blank means *unknown*."""
    crud_complete: bool = False
    """Whether every entity that the system touches is listed above."""
    entity_share: dict[EntityId, Share] = {}
    """Entity → the share of all its records that people think this system holds."""
    feeds: tuple[Feed, ...] | None = None
    """Movements of data to and from other systems; an empty list means that there are none."""
    maintenance: Maintenance | None = None
    fitness: Fitness = Fitness.model_construct()
    future: Literal["retain", "replace", "retire"] | None = None
    """What was decided; the successor stands under `lifecycle`."""
    traces: Traces = Traces.model_construct()
    one_place_view: tuple[Literal["contact", "activity", "invoice", "case"], ...] | None = None
    """What a person who answers a call sees of the customer in this system."""
    blank: Annotated[dict[str, Text], AfterValidator(_facts)] = {}
    """Facts left blank on purpose, like `owners.it`, each with the reason: respected, yet shown."""
    tags: Texts = ()
    notes: str = ""
