"""`audit.yaml` and `brief.yaml`: what is audited, for whom, and where it wants to go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crmaudit.workspace.base import (
    Amount,
    Count,
    Currency,
    Day,
    Id,
    KpiId,
    Model,
    PersonId,
    Scalar,
    SystemId,
    Text,
    UnitId,
    short_form,
)
from crmaudit.workspace.people import AccessLevel


class Organisation(Model):
    name: Text
    description: str = ""
    sector: str = ""


class Scope(Model):
    """What the audit covers and what it leaves out, in words."""

    covers: tuple[Text, ...] = ()
    leaves_out: tuple[Text, ...] = ()


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


class Policy(Model):
    """CRM is policies and standards too, not only software."""

    id: Id
    name: Text
    kind: Literal["policy", "standard"] = "policy"
    owner: PersonId | None = None
    date: Day | None = None
    review: Day | None = None
    kept: Literal["yes", "partly", "no"] | None = None
    location: str = ""
    note: str = ""


class AccessPolicy(Model):
    """Recommended access by rank, with the published practice as default."""

    employee: AccessLevel = "User"
    represents_function: AccessLevel = "Business Unit"
    supervisor: AccessLevel = "Business Unit"
    department_manager: AccessLevel = "Parent: Child"
    executive: AccessLevel = "Parent: Child"
    administrator: AccessLevel = "Organizational"


class RuleSettings(Model):
    """Which rules run, and their thresholds: `parameters: {GOV103: {threshold: 0.8}}`."""

    select: tuple[str, ...] = ()
    """Codes or prefixes; empty: all."""
    ignore: tuple[str, ...] = ()
    parameters: dict[str, dict[str, Scalar]] = {}


class AuditFile(Model):
    """`audit.yaml`, the only required file besides one dossier."""

    organisation: Annotated[Organisation, short_form("name")]
    title: str = ""
    version: str = ""
    classification: str = ""
    language: Literal["en", "de"] = "en"
    as_of: Day | None = None
    """The day the audit speaks of; without it, the newest evidence's or declaration's date."""
    scope: Scope = Scope()
    terms: Terms = Terms()
    units: tuple[Unit, ...] = ()
    staff: Count | None = None
    """People who should use the CRM; without it, the units' sum."""
    crm: SystemId | None = None
    """The system that is *the* CRM, where several dossiers are of that kind."""
    crm_focus: Literal["customer service", "sales", "none"] | None = None
    currency: Currency = "EUR"
    rates: dict[Currency, Annotated[Amount, Field(gt=0)]] = {}
    """Currency → how much of the audit's currency one unit is worth."""
    hourly_rate: Amount | None = None
    """Cost of an hour of internal work."""
    policies: tuple[Policy, ...] = ()
    access_policy: AccessPolicy = AccessPolicy()
    rules: RuleSettings = RuleSettings()
    parameters: dict[str, Scalar] = {}
    weights: dict[str, dict[str, Amount]] = {}
    """Weights of scores by name, like `extraction: {access path: 20}`."""


class Line(Model):
    """A line of the brief, with the one who said it where that matters."""

    text: Text
    who: Text | None = None
    when: Day | None = None


Lines = tuple[Annotated[Line, short_form("text")], ...]


class Constraint(Model):
    text: Text
    kind: Literal["business", "technical"] = "business"


class Deadline(Model):
    id: Id | None = None
    text: Text
    date: Day
    kind: Literal["internal", "external"] = "internal"


class Aim(Model):
    id: Id | None = None
    text: Text
    measure: str = ""
    kpis: tuple[KpiId, ...] = ()


class Resources(Model):
    """What the plan may use."""

    budget: Amount | None = None
    currency: Currency | None = None
    days_per_month: Amount | None = None
    start: Day | None = None


class Brief(Model):
    """`brief.yaml`: the business model the plan has to serve."""

    direction: str = ""
    concerns: Lines = ()
    strengths: Lines = ()
    weaknesses: Lines = ()
    opportunities: Lines = ()
    threats: Lines = ()
    constraints: tuple[Annotated[Constraint, short_form("text")], ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    aims: tuple[Annotated[Aim, short_form("text")], ...] = ()
    critical_success_factors: Lines = ()
    resources: Resources = Resources()
