"""`audit.yaml` and `brief.yaml`: what is audited, for whom, and where it wants to go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crmaudit.evidence.access import AccessLevel
from crmaudit.workspace.base import (
    Amount,
    Count,
    Crud,
    Currency,
    Day,
    EntityId,
    EntityIds,
    Id,
    KpiIds,
    Language,
    Model,
    PersonId,
    PersonIds,
    PlanDay,
    Rate,
    Scalar,
    SystemId,
    Text,
    UnitId,
    Year,
    short_form,
)


class Organisation(Model):
    """Who is audited."""

    name: Text
    description: str = ""
    sector: str = ""


class Scope(Model):
    """What the audit covers and what it leaves out, in words."""

    covers: tuple[Text, ...] = ()
    leaves_out: tuple[Text, ...] = ()


class Change(Model):
    """A line of the document's change log."""

    version: Text
    date: Day | None = None
    who: Text | None = None
    what: str = ""


class SignOff(Model):
    """Somebody who has to approve the document, and when they did."""

    who: PersonId
    role: str = ""
    date: Day | None = None
    """Blank: not yet signed."""
    note: str = ""


class Terms(Model):
    """Terms of reference."""

    reasons: str = ""
    purpose: str = ""
    commissioned_by: str = ""
    auditors: tuple[Text, ...] = ()
    participants: tuple[Text, ...] = ()
    variations: tuple[Text, ...] = ()
    assumptions: tuple[Text, ...] = ()


class Unit(Model):
    """A department or team; `parent` makes the tree."""

    id: Id
    name: Text
    parent: UnitId | None = None
    head: PersonId | None = None
    staff: Count | None = None
    key: bool = False
    """A key unit needs a super user of its own."""
    function: Literal["customer service", "sales", "marketing", "it", "management"] | None = None
    """What the unit is for: its head is the service manager, the sales manager…"""


class Policy(Model):
    """CRM is policies and standards too, not only software."""

    id: Id
    name: Text
    kind: Literal["policy", "standard"] = "policy"
    about: Literal["use", "access", "data quality", "retention", "security", "other"] | None = None
    """`use`: the policy of what must stand in the CRM, which the champion sets."""
    owner: PersonId | None = None
    overseen_by: PersonIds = ()
    """Super users who see that it is kept."""
    date: Day | None = None
    """Since when it holds."""
    review: Day | None = None
    """When it is to be looked at again."""
    kept: Literal["yes", "partly", "no"] | None = None
    """Whether people keep to it."""
    location: str = ""
    note: str = ""


class Duty(Model):
    """What somebody may do with an entity, or a role of the CRM that says it."""

    entity: EntityId | None = None
    may: Crud | None = None
    """Any of these letters, on whichever records."""
    role: Text | None = None
    """A role's name in the CRM, in place of entity and letters."""

    @model_validator(mode="after")
    def _one_form(self) -> Duty:
        if (self.role is None) == (self.entity is None) or (self.entity and not self.may):
            raise ValueError("a duty is either an `entity:` with what one `may:`, or a `role:`")
        return self


class Conflict(Model):
    """Duties that must not lie in one hand."""

    duties: Annotated[tuple[Duty, ...], Field(min_length=2)]
    reason: str = ""


class AccessPolicy(Model):
    """Recommended access by rank, with the published practice as default."""

    employee: AccessLevel = "User"
    represents_function: AccessLevel = "Business Unit"
    supervisor: AccessLevel = "Business Unit"
    department_manager: AccessLevel = "Parent: Child"
    executive: AccessLevel = "Parent: Child"
    administrator: AccessLevel = "Organizational"
    conflicts: tuple[Conflict, ...] | None = None
    """Duties that must not lie in one hand; without it, the usual ones about money."""


class RuleSettings(Model):
    """Which rules run, and their thresholds: `parameters: {GOV103: {threshold: 0.8}}`."""

    select: tuple[str, ...] = ()
    """Codes or prefixes; empty: all."""
    ignore: tuple[str, ...] = ()
    parameters: dict[str, dict[str, Scalar]] = {}


Withheld = Literal["names", "quotes", "accounts", "costs", "weaknesses", "internals", "sources"]
"""What an edition of the report leaves out; see `Edition`."""


class Edition(Model):
    """An edition of the report for some readers: `report --audience NAME`."""

    withhold: tuple[Withheld, ...] = ()
    """`names` of persons, for whom their office stands; `quotes`, what people said in their own
    words; `accounts`, by pseudonym; `costs`, all amounts of money; `weaknesses`, findings and
    chapters on rights, loss and maintenance; `internals`, tables, columns and the register of
    evidence; `sources`, addresses of databases, statements and places in code."""
    sections: tuple[Id, ...] = ()
    """Ids of the sections that it has; without them, those written for everybody or for it."""


class AuditFile(Model):
    """`audit.yaml`, the only required file besides one dossier."""

    id: Id | None = None
    """Names the audit in the keyring and in a shared history, wherever the folder lies."""
    organisation: Annotated[Organisation, short_form("name")]
    title: str = ""
    classification: str = ""
    """Who may see the document, like `Internal`."""
    version: str = ""
    """Version of the document, like `0.9`."""
    changes: tuple[Change, ...] = ()
    sign_off: tuple[Annotated[SignOff, short_form("who")], ...] = ()
    language: Language = "en"
    """Of the report: en, de, or a folder of your own sections' language."""
    as_of: PlanDay | None = None
    """The day the audit speaks of; without it, the newest evidence's or declaration's date."""
    scope: Scope = Scope.model_construct()
    terms: Terms = Terms.model_construct()
    units: tuple[Unit, ...] = ()
    staff: Count | None = None
    """People who should use the CRM; without it, the units' sum."""
    crm: SystemId | None = None
    """The system that is *the* CRM, where several dossiers are of that kind."""
    crm_focus: Literal["customer service", "sales", "none"] | None = None
    """Decides who manages the CRM."""
    currency: Currency = "EUR"
    rates: dict[Currency, Rate] = {}
    """Currency → how much of the audit's currency one unit is worth."""
    hourly_rate: Amount | None = None
    """Cost of an hour of internal work."""
    policies: tuple[Policy, ...] = ()
    glossary: dict[str, Text] = {}
    """The house's own words and what they mean."""
    access_policy: AccessPolicy = AccessPolicy.model_construct()
    rules: RuleSettings = RuleSettings.model_construct()
    parameters: dict[str, Scalar] = {}
    weights: dict[str, dict[str, Amount]] = {}
    """Weights of scores by name, like `extraction: {access path: 20}`."""
    audiences: dict[Id, Edition] = {}
    """Editions of the report of your own, or in the place of `board`, `it` and `public`."""
    history: Text | None = None
    """Address of a database in which a team shares its history, with secrets from the
    environment: `postgresql://audit:${HISTORY_PASSWORD}@host/db`. It asks for an `id:`.
    Without it, a file in .crmaudit/."""


class Line(Model):
    """A line of the brief, with the one who said it where that matters."""

    text: Text
    who: Text | None = None
    when: Day | None = None


Lines = tuple[Annotated[Line, short_form("text")], ...]


class Constraint(Model):
    """Something that the plan cannot change."""

    text: Text
    kind: Literal["business", "technical"] = "business"


class Deadline(Model):
    """A day that the plan has to respect."""

    id: Id | None = None
    text: Text
    date: Day
    kind: Literal["internal", "external"] = "internal"


class Aim(Model):
    """What is to be reached; with a measure and a day it is an objective."""

    id: Id | None = None
    text: Text
    measure: str = ""
    """By what one will see that it is reached."""
    due: Day | None = None
    kpis: KpiIds = ()


class Resources(Model):
    """What the plan may use."""

    budget: Amount | None = None
    currency: Currency | None = None
    days_per_month: Amount | None = None
    start: PlanDay | None = None


class Scenario(Resources):
    """Other resources to compare the plan under."""

    id: Id
    name: Text
    deadline: PlanDay | None = None


class PastProject(Model):
    """A finished project like those the plan proposes, from which efforts are calibrated."""

    name: Text
    kind: Literal["extraction", "integration", "migration", "clean-up", "other"] = "extraction"
    year: Year | None = None
    system: SystemId | None = None
    entities: EntityIds = ()
    tables: Count | None = None
    days: Amount
    """Effort that it really took."""
    note: str = ""


MaturityLevel = Annotated[int, Field(ge=1, le=5)]


class MaturityTargets(Model):
    """The levels of maturity, 1 to 5, that the organisation wants to reach."""

    ownership: MaturityLevel | None = None
    documentation: MaturityLevel | None = None
    mapping: MaturityLevel | None = None
    quality: MaturityLevel | None = None
    access: MaturityLevel | None = None
    adoption: MaturityLevel | None = None
    maintenance: MaturityLevel | None = None
    measurement: MaturityLevel | None = None


class Brief(Model):
    """`brief.yaml`: the business model the plan has to serve."""

    direction: str = ""
    concerns: Lines = ()
    problems: Lines = ()
    needs: Lines = ()
    """What the business needs in words; questions and reports stand in needs.yaml."""
    strengths: Lines = ()
    weaknesses: Lines = ()
    opportunities: Lines = ()
    threats: Lines = ()
    constraints: tuple[Annotated[Constraint, short_form("text")], ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    aims: tuple[Annotated[Aim, short_form("text")], ...] = ()
    critical_success_factors: Lines = ()
    maturity_targets: MaturityTargets = MaturityTargets.model_construct()
    resources: Resources = Resources.model_construct()
    scenarios: tuple[Scenario, ...] = ()
    past_projects: tuple[PastProject, ...] = ()
