"""What people decide: responses, overrides of the plan, matches, expectations, theme."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from crmaudit.workspace.base import (
    Amount,
    Code,
    Colour,
    Count,
    Day,
    EntityId,
    FilePath,
    Id,
    KeyId,
    Model,
    Number,
    PersonId,
    PlanDay,
    RecordId,
    Share,
    SystemId,
    Text,
    Texts,
    several,
)
from crmaudit.workspace.comparison import parse
from crmaudit.workspace.patterns import check_pattern


class Response(Model):
    """An answer to one finding, keyed on its code and subject."""

    code: Code
    subject: Text
    """As printed with the finding, like `entity:customer`; `*` answers all of the code."""
    state: Literal["agreed", "disputed", "waived"]
    owner: PersonId | None = None
    due: Day | None = None
    """When it is to be mended."""
    reason: str = ""
    approver: Text | None = None
    expires: Day | None = None
    """The last day of a waiver; the finding counts again after it."""

    @model_validator(mode="after")
    def _waiver_whole(self) -> Response:
        if self.state != "agreed" and not self.reason.strip():
            raise ValueError(f"a finding that is {self.state} needs a `reason:`")
        if self.state == "waived" and self.approver is None:
            raise ValueError("a waiver needs an `approver:`")
        return self


class Responses(Model):
    """`responses.yaml`."""

    responses: tuple[Response, ...] = ()


class InitiativeOverride(Model):
    """What people know better about an initiative than the program."""

    title: Text | None = None
    description: str = ""
    owner: PersonId | None = None
    phase: Annotated[int, Field(ge=1, le=4)] | None = None
    """The earliest in which it may begin."""
    start: PlanDay | None = None
    end: PlanDay | None = None
    effort_days: Amount | None = None
    cost: Amount | None = None
    """All that it costs, once, in the audit's currency; else days at the internal rate."""
    external_cost: Amount | None = None
    """Money paid to others, which comes to the cost of the days."""
    after: Annotated[tuple[Id, ...], several] = ()
    """Initiatives that must be finished first."""
    deadlines: Annotated[tuple[Id, ...], several] = ()
    """Deadlines of brief.yaml that it serves: it is due on the first of their days."""
    skills: Texts = ()
    """Skills that it needs."""
    risk: Literal["low", "medium", "high"] | None = None
    benefit: str = ""
    benefit_hours: Amount | None = None
    """Hours saved a year."""
    benefit_amount: Amount | None = None
    """Money saved or earned a year."""
    status: Literal["proposed", "approved", "running", "done", "dropped"] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> InitiativeOverride:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"it ends ({self.end}) before it starts ({self.start})")
        return self


class OwnInitiative(InitiativeOverride):
    """An initiative that people add to the plan."""

    id: Id
    title: Text
    findings: tuple[str, ...] = ()
    replaces: Annotated[tuple[SystemId, ...], several] = ()
    """Systems that it takes the place of or switches off: nothing else is planned for their end."""


class Recommended(Model):
    """Which of the brief's scenarios you recommend, instead of the one that the rule finds."""

    scenario: Id | None = None
    """Its id; left out: the brief's own resources."""
    why: Text
    """The reason, as the report gives it."""


class PlanFile(Model):
    """`plan.yaml`: overrides and status of initiatives.

    Under `initiatives:` stands the id of one initiative, or that of its template (the part
    before the first dot): that holds for all its initiatives, and amounts are shared out.
    """

    start: PlanDay | None = None
    capacity_days_per_month: Amount | None = None
    recommended: Recommended | None = None
    initiatives: dict[Id, InitiativeOverride] = {}
    own: tuple[OwnInitiative, ...] = ()


Answer = Literal["same", "different", "unsure"]
"""What a reviewer can say of a pair of records."""


class Match(Model):
    """A reviewer's answer about a pair of records, by keyed record id."""

    left: RecordId
    right: RecordId
    entity: EntityId | None = None
    answer: Answer
    when: Day | None = None

    @model_validator(mode="after")
    def _two_records(self) -> Match:
        if self.left == self.right:
            raise ValueError("a record cannot be compared with itself")
        return self


class Matches(Model):
    """`matches.yaml`: answers of the duplicate review; no value of any record."""

    key_id: KeyId = ""
    """The id of the audit's key, by which records are named."""
    matches: tuple[Match, ...] = ()


CHECKS = (
    "required",
    "unique",
    "pattern",
    "domain",
    "minimum",
    "maximum",
    "max_age_days",
    "rows_at_least",
    "rows_at_most",
    "compare",
    "reference",
    "sql",
)
"""Keys of an expectation that are checks, in the order in which they are told."""


class Expectation(Model):
    """A rule on data, with at least one check."""

    id: Id
    name: Text | None = None
    """What people call it."""
    why: str = ""
    """Why it is expected, in a sentence."""
    system: SystemId | None = None
    entity: EntityId | None = None
    """The rule is about this entity's rows: neither deleted ones nor those made for a test."""
    table: Text | None = None
    column: Text | None = None
    """A column, or with `entity` an attribute of it."""
    where: Text | None = None
    """Condition in the source's SQL: only rows with it are judged, like `status = 'Active'`."""
    owner: PersonId | None = None
    dimension: (
        Literal["completeness", "uniqueness", "validity", "consistency", "timeliness", "accuracy"]
        | None
    ) = None
    severity: Literal["low", "medium", "high", "critical"] = "medium"
    threshold: Share = 1.0
    """Share of rows that must keep the rule."""
    required: bool | None = None
    """Whether every row needs a value, which is more than blanks."""
    unique: bool | None = None
    """Whether no two rows may have the same value."""
    pattern: str | None = None
    """A regular expression (RE2) that is found in every value; `^…$` for the whole value."""
    domain: tuple[str, ...] | None = None
    """The values that may occur."""
    minimum: Number | None = None
    maximum: Number | None = None
    max_age_days: Count | None = None
    """How old the newest value of a date column may be on the audit's day."""
    rows_at_least: Count | None = None
    rows_at_most: Count | None = None
    compare: str | None = None
    """Between columns, like `end_date >= start_date or status = 'open'`."""
    reference: Text | None = None
    """`table.column` of the same system in which every value occurs."""
    sql: str | None = None
    """A read-only statement that answers one number, the count of faults."""

    @field_validator("pattern")
    @classmethod
    def _pattern_of_re2(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            check_pattern(pattern)
        return pattern

    @field_validator("compare")
    @classmethod
    def _comparison(cls, text: str | None) -> str | None:
        if text is not None:
            parse(text)
        return text

    @model_validator(mode="after")
    def _some_check(self) -> Expectation:
        if all(getattr(self, check) is None for check in CHECKS):
            raise ValueError(f"an expectation needs a check: {', '.join(CHECKS[:-1])} or sql")
        return self

    @property
    def label(self) -> str:
        return self.name or self.id


class Expectations(Model):
    """`expectations.yaml`."""

    expectations: tuple[Expectation, ...] = ()


class ThemeFile(Model):
    """`theme.yaml`: the house style of the report."""

    logo: FilePath | None = None
    font: Text | None = None
    """Font family of the report."""
    font_folder: Text | None = None
    """Folder with that family's files, where it is none of the shipped ones."""
    accent: Colour | None = None
    alarm: Colour | None = None
    footer: str = ""
    classification: str = ""
    paper: Literal["a4", "us-letter"] = "a4"
