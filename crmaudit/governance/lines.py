"""The lines that rules judge by, for those who name them beside a rule: views, duties, the report.

A rule's thresholds are its parameters, with their defaults in its own file.
Whoever prints "the line is 80 %" has to print the line that was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmaudit.workspace.audit_file import RuleSettings

DRAWN_BY: Mapping[str, tuple[str, str]] = {
    "adoption": ("GOV112", "share"),
    "adoption_days": ("GOV112", "days"),
    "dysfunctions": ("GOV117", "share"),
    "dormant_days": ("GOV152", "days"),
    "named_days": ("GOV165", "days"),
    "reserve": ("GOV165", "reserve"),
    "less_filled": ("GOV175", "points"),
}
"""Line → the rule that draws it, and its parameter."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of this audit: those of the rules, where `rules: parameters:` sets no others."""

    adoption: float = 0.8
    """More than this share of the staff should use the CRM."""
    adoption_days: int = 90
    """So many days count as now, in whole months."""
    dysfunctions: float = 0.1
    """At most this share of the places where a step uses a system may fail."""
    dormant_days: int = 180
    """An account not used for longer is dormant."""
    named_days: int = 15
    """Days of work in a month from which on a named licence is worth its price."""
    reserve: float = 0.2
    """Shared licences to keep beside the most in use at one time."""
    less_filled: float = 0.1
    """A unit fills a column less where it lies at least so far below the others."""


def lines_of(settings: RuleSettings) -> Lines:
    """The lines that hold in a workspace; what does not fit is the rules' to refuse."""
    found: dict[str, float] = {}
    for name, (code, parameter) in DRAWN_BY.items():
        value = settings.parameters.get(code, {}).get(parameter)
        if isinstance(value, int | float) and not isinstance(value, bool):
            whole = isinstance(getattr(Lines(), name), int)
            found[name] = int(value) if whole else value
    return Lines(**found)  # type: ignore[arg-type]
