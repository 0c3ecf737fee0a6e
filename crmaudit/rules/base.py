"""What a rule is and what it yields.

A rule is a module whose name begins with its code: `inv101_no_owner.py` is
INV101. It has a docstring (title; sections Why, Fix, Bad, Good), the constants
`severity`, `topic` and `initiative`, and a function `check(facts)`, whose
further keyword parameters are the rule's thresholds with their defaults: the
workspace sets them under `rules: parameters: CODE:`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crmaudit.facts import Facts, NotAssessed

__all__ = [
    "ROOMS",
    "SEVERITIES",
    "Confidence",
    "Hit",
    "Measurement",
    "NotAssessed",
    "Rule",
    "Severity",
    "Topic",
]

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From the worst to the mildest."""
Confidence = Literal["certain", "firm", "tentative"]

Topic = Literal[
    "dossier",
    "mapping",
    "extraction",
    "plan",
    "users",
    "access",
    "maintenance",
    "kpis",
    "attitudes",
    "interviews",
    "quality",
]
"""The section of the field's facts that a rule serves."""

ROOMS = {
    "INV": "inventory",
    "CRD": "CRUD matrix",
    "QUA": "data quality",
    "GOV": "governance",
    "STR": "strategy",
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number behind a finding, with what it was counted over and its evidence.

    With `part` and `whole`, `value` is their share.
    """

    label: str
    value: float
    unit: str = ""
    part: int | None = None
    whole: int | None = None
    evidence: tuple[str, ...] = ()

    @staticmethod
    def share(label: str, part: int, whole: int, evidence: tuple[str, ...] = ()) -> Measurement:
        return Measurement(label, part / whole if whole else 0.0, "share", part, whole, evidence)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a rule found.

    `subject` names what it is about, `entity:customer` or `system:billing`;
    one rule yields one hit a subject. `path` is the place in that subject's
    definition, for the location. `severity` overrides the rule's own, where
    the extent decides. `who` names the officer to ask.
    """

    subject: str
    message: str
    path: tuple[str | int, ...] = ()
    file: str = ""
    measurements: tuple[Measurement, ...] = ()
    severity: Severity | None = None
    confidence: Confidence = "certain"
    who: str | None = None
    related: tuple[str, ...] = ()
    """Other subjects that the finding touches."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as discovered: its text, its settings and its check."""

    code: str
    title: str
    severity: Severity
    topic: Topic
    initiative: str
    why: str
    fix: str
    bad: str
    good: str
    parameters: Mapping[str, bool | int | float | str]
    check: Callable[..., Iterator[Hit | NotAssessed]]
    module: str

    @property
    def room(self) -> str:
        return ROOMS[self.code[:3]]

    def run(self, facts: Facts, **parameters: Any) -> Iterator[Hit | NotAssessed]:
        return self.check(facts, **{**self.parameters, **parameters})
