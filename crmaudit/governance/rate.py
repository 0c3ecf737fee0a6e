"""A share with the counts it came from, and groups too small to be counted.

Statistics of behaviour, attitude and interviews about fewer than five people
would point at persons: there the words "fewer than five" stand for the number.
Licences are counted whatever their number: they are things under contract, an
idle one is an account that the findings on access name by its pseudonym anyway,
and no unit or user type stands beside it. The whole organisation's share of
users is told from five users on, as it is what an audit is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.messages import msg

SMALLEST_GROUP = 5
FEWER = msg("fewer than five")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its numerator and denominator."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole


def too_few(people: int | None) -> bool:
    """Whether a group is too small for a number, or may be, its size being unknown."""
    return people is None or people < SMALLEST_GROUP


def head_count(people: int | None) -> str:
    """How many people, as it may be shown: `12`, `fewer than five`, `an unknown number of`."""
    if people is None:
        return msg("an unknown number of")
    return FEWER if people < SMALLEST_GROUP else msg("{n:,}", n=people)
