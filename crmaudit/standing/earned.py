"""The facts by which levels of maturity are earned: told or measured, each with its count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from crmaudit.governance.maturity import Told

if TYPE_CHECKING:
    from crmaudit.facts import Facts


def earned(facts: Facts) -> Mapping[str, Told]:
    """Fact → what is known of it; one that nothing is known of says why."""
    from crmaudit.standing import earned_people, earned_systems

    return {**earned_systems.told(facts), **earned_people.told(facts)}


def counted(
    answers: Iterable[bool | None], why: str, evidence: tuple[str, ...] = (), *, moot: bool = False
) -> Told:
    """Yes, no or not known of each thing; `why` where there is none.

    `moot`: where there is none, that is how it should be, and nothing is asked.
    """
    found = list(answers)
    part, unknown = sum(a is True for a in found), sum(a is None for a in found)
    return Told(part, len(found), unknown, "" if found else why, evidence, moot=moot and not found)
