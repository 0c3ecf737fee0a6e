"""`interviews/*.yaml`: what groups say, and the time they lose."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from crmaudit.workspace.base import (
    Amount,
    Count,
    Day,
    EntityIds,
    Id,
    KpiId,
    Model,
    ProcessId,
    ProcessIds,
    SystemIds,
    Text,
    Texts,
    UnitId,
    short_form,
)


class Range(Model):
    """A quantity of which only a range is known; a single number stands for both ends."""

    low: Amount
    high: Amount

    @model_validator(mode="before")
    @classmethod
    def _of_one_number(cls, data: Any) -> Any:
        return {"low": data, "high": data} if isinstance(data, str | int | float) else data

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g})")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "number", "minimum": 0}, handler(schema)]}


class Pain(Model):
    """Time that people lose, said in an interview."""

    id: Id | None = None
    text: Text
    themes: Texts = ()
    """Words of your own, counted over all groups."""
    systems: SystemIds = ()
    entities: EntityIds = ()
    process: ProcessId | None = None
    minutes: Range | None = None
    """Lost each time."""
    per: Literal["day", "week", "month", "year"] | None = None
    times: Range = Range.model_construct(low=1.0, high=1.0)
    """How often in that period, for one person."""
    people: Range | None = None
    """How many people."""
    answer: str = ""
    """What was decided or done about it; empty: nothing yet."""


class Measure(Model):
    """Something measurable that will tell whether the change helps; tracked as a KPI."""

    text: Text
    kpi: KpiId | None = None


class Saying(Model):
    """A wish or a risk."""

    text: Text
    themes: Texts = ()
    systems: SystemIds = ()
    entities: EntityIds = ()
    processes: ProcessIds = ()
    answer: str = ""
    """What was decided or done about it; empty: nothing yet."""


Aspect = Literal[
    "completeness",
    "contact points",
    "duplicates",
    "freshness",
    "correctness",
    "use",
    "access",
]
"""What of data or of a system a statement speaks of."""


class Statement(Saying):
    """What a group says of data or systems, to lay beside other groups and measurements."""

    verdict: Literal["good", "mixed", "bad"]
    about: Aspect | None = None
    """Without it, the statement is on the whole."""


class Walk(Model):
    """A process walked through from start to finish."""

    process: ProcessId | None = None
    name: Text | None = None
    """Of a process that processes.yaml does not describe."""
    note: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Walk:
        if (self.process is None) == (self.name is None):
            raise ValueError("a walk names its `process:`, or has a `name:` of its own")
        return self


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
    answers: Answers = Answers.model_construct()
    walks: tuple[Annotated[Walk, short_form("process")], ...] = ()
    pains: tuple[Annotated[Pain, short_form("text")], ...] = ()
    wishes: tuple[Annotated[Saying, short_form("text")], ...] = ()
    statements: tuple[Statement, ...] = ()
    risks: tuple[Annotated[Saying, short_form("text")], ...] = ()
    measures: tuple[Annotated[Measure, short_form("text")], ...] = ()
