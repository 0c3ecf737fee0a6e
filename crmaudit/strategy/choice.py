"""Which resources to recommend, of those that the brief lays beside each other.

Of those that can be set in time, and whose budget could be laid beside the
cost, it is what leaves fewest critical findings without an answer, of that what
misses fewest days to keep, and of that what costs least (takes fewest days,
where costs are not known); of equals the lower capacity, then the earlier end.
It does not weigh what more would bring: that is told beside it, and plan.yaml
may decide otherwise. Own rule (docs/method.md, "Scenarios").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmaudit.facts import Facts
from crmaudit.strategy.scenarios import Outcome

if TYPE_CHECKING:
    from crmaudit.strategy.plan import Initiative


@dataclass(frozen=True, slots=True)
class Choice:
    """The resources recommended: `id` is that of the scenario, empty for the brief's own.

    `why` is the reason that plan.yaml gives; empty where the rule above decided.
    """

    id: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class More:
    """What one set of resources brings beside another; a minus where it is less.

    `days`, `cost` (money, once) and `hours` (at stake, a year) are at the middle of their
    estimates; None where one of the two is not known.
    """

    initiatives: int
    critical: int
    """Critical findings answered."""
    missed: int
    """Days to keep that are missed."""
    days: float
    cost: float | None
    hours: float | None


def choose(
    facts: Facts, outcomes: Sequence[Outcome], initiatives: Iterable[Initiative]
) -> Choice | None:
    """As plan.yaml decides, else by the rule; None where fewer than two are set in time."""
    own = facts.workspace.plan.recommended
    if own is not None and len(outcomes) > 1:
        return Choice(own.scenario or "", own.why)
    return by_rule(outcomes, initiatives)


def by_rule(outcomes: Sequence[Outcome], initiatives: Iterable[Initiative]) -> Choice | None:
    """By the rule alone."""
    known = tuple(initiatives)
    dated = [x for x in outcomes if x.ends is not None]
    if len(dated) < 2:
        return None
    dated = [x for x in dated if not x.why_unjudged] or dated
    priced = all(x.cost is not None for x in dated)

    def rank(x: Outcome) -> tuple[float, ...]:
        spent = _middle(x.cost) if priced else 0.0
        ends = x.ends.toordinal() if x.ends else 0
        return (
            urgent(x, known),
            len(x.late),
            spent,
            _middle(x.effort),
            x.means.capacity or 0.0,
            ends,
        )

    return Choice(min(dated, key=rank).means.id)


def urgent(found: Outcome, initiatives: Iterable[Initiative]) -> int:
    """Critical findings that these means leave without an answer."""
    left = {*found.left}
    return sum(f.urgent for i in initiatives if i.id in left for f in i.findings)


def beside(found: Outcome, other: Outcome, initiatives: Iterable[Initiative]) -> More:
    """What the other one brings that this one does not."""
    known = tuple(initiatives)
    return More(
        len(other.taken) - len(found.taken),
        urgent(found, known) - urgent(other, known),
        len(other.late) - len(found.late),
        _less(found.effort, other.effort) or 0.0,
        _less(found.cost, other.cost),
        _less(found.hours, other.hours),
    )


def _less(ends: tuple[float, float] | None, others: tuple[float, float] | None) -> float | None:
    """By how much the middle of the first is less; of two that are not told nothing can be said."""
    if ends is None or others is None:
        return None
    return (sum(others) - sum(ends)) / 2


def _middle(ends: tuple[float, float] | None) -> float:
    return sum(ends) / 2 if ends else 0.0
