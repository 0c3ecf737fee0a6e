"""Dashboards and reports: for whom they are, and when somebody last looked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crmaudit.workspace.landscape import Need
from crmaudit.workspace.people import Person


def consulted(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """What can be consulted: dashboards and reports."""
    return tuple(n for n in needs if n.kind in ("dashboard", "report"))


def days_unused(need: Need, day: date) -> int | None:
    """Days since it was last consulted; None where no consultation is recorded."""
    return None if need.last_consulted is None else max((day - need.last_consulted).days, 0)


def for_management(need: Need, people: Mapping[str, Person]) -> bool:
    """Whether its audience includes the management, the champion or a manager in person."""
    return any(
        who in ("management", "system champion")
        or (who in people and people[who].rank in ("executive", "department manager"))
        for who in need.audience
    )
