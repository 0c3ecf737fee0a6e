"""`kpis.yaml`: techniques, their indicators, and surveys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crmaudit.workspace.base import (
    Day,
    FilePath,
    Id,
    Model,
    Number,
    PersonId,
    SystemId,
    TechniqueId,
    Text,
)
from crmaudit.workspace.registers import Attitude, Reason


class Point(Model):
    """A value on a day."""

    date: Day
    value: Number


class Kpi(Model):
    """A key performance indicator and its series."""

    id: Id
    name: Text
    kind: Literal["survey", "website", "crm", "other"] | None = None
    """Where it is measured: by asking customers, on the website, in the CRM itself."""
    technique: TechniqueId | None = None
    owner: PersonId | None = None
    unit: str = ""
    """What is counted, like `hours` or `%`."""
    direction: Literal["up", "down"] | None = None
    """Which way is better."""
    target: Number | None = None
    """The value to reach."""
    series: tuple[Point, ...] = ()
    file: FilePath | None = None
    """CSV or XLSX with a date column and a value column, like `data/visits.csv`."""
    sheet: Text | None = None
    """Sheet of a workbook; without it, the first."""
    date_column: Text = "date"
    value_column: Text = "value"
    system: SystemId | None = None
    sql: Text | None = None
    """A read-only statement that answers dates and values, or one number, asked of that system."""
    figure: Text | None = None
    """A figure of this audit's own history, like `adoption` or `completeness of customer`."""
    told: Day | None = None
    """When a notable change was last told to the employees."""


class Technique(Model):
    """A thing done to work better: a campaign, a script, a new form."""

    id: Id
    name: Text
    start: Day | None = None
    owner: PersonId | None = None
    description: str = ""


class SortedBy(Model):
    """A column of a survey, and what each of its answers counts as."""

    column: Text


class ByAttitude(SortedBy):
    """Answers sorted into the three groups of attitude."""

    answers: dict[Text, Attitude] = {}


class ByReason(SortedBy):
    """Answers sorted by their reason."""

    answers: dict[Text, Reason] = {}


class Survey(Model):
    """Answers of a staff survey, as any form tool gives them."""

    id: Id
    name: Text
    file: FilePath
    """CSV or XLSX, one row an answer, like `data/survey.csv`."""
    sheet: Text | None = None
    date: Day | None = None
    """When it was held, where the file has no date column."""
    date_column: Text | None = None
    unit_column: Text | None = None
    """Column with the unit or group that answered."""
    system: SystemId | None = None
    """The system it asks about, where the file has no column for that."""
    system_column: Text | None = None
    """Column with the id or name of the system that the answer is about."""
    score_column: Text | None = None
    """Column with a mark from 1 (worst) to 5 (best)."""
    score_answers: dict[Text, Annotated[int, Field(ge=1, le=5)]] = {}
    """The mark that a word stands for, where the column has words: `Very good: 5`."""
    score_of: Literal["system", "data quality"] = "system"
    """What is marked. Marks of `data quality` stand beside what the dossier says of it."""
    comment_column: Text | None = None
    attitude: ByAttitude | None = None
    """How answers fall into the three groups of attitude."""
    reason: ByReason | None = None


class Kpis(Model):
    """`kpis.yaml`: what shows whether techniques work."""

    techniques: tuple[Technique, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    surveys: tuple[Survey, ...] = ()
