"""The three groups of staff: what they say of the CRM, and whether anybody went after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.governance.rate import FEWER, too_few
from crmaudit.workspace.registers import Attitude, Opinion

NEGATIVE: Attitude = "made things worse"


@dataclass(frozen=True, slots=True)
class Attitudes:
    """People by attitude. A group without a head count is counted as one voice."""

    worse: int
    not_using: int
    praise: int

    @property
    def total(self) -> int:
        return self.worse + self.not_using + self.praise

    @property
    def showable(self) -> bool:
        """Whether no group, and no rest of the whole, is too small to be told in numbers."""
        counts = (self.worse, self.not_using, self.praise)
        return self.total > 0 and not any(c > 0 and too_few(c) for c in counts)

    def share_text(self, attitude: Attitude) -> str:
        """`12 of 40 people`, or `fewer than five` where a number would point at persons.

        Where only another group is too small, the whole is kept back: else
        that group could be worked out.
        """
        count = self.of(attitude)
        if too_few(count):
            return f"{FEWER} people"
        return f"{count} of {self.total} people" if self.showable else f"{count} people"

    def of(self, attitude: Attitude) -> int:
        if attitude == "made things worse":
            return self.worse
        return self.not_using if attitude == "does not use it" else self.praise


def attitudes(opinions: Iterable[Opinion]) -> Attitudes:
    counts: dict[str, int] = {}
    for opinion in opinions:
        people = 1 if opinion.people is None else opinion.people
        counts[opinion.attitude] = counts.get(opinion.attitude, 0) + people
    return Attitudes(
        counts.get("made things worse", 0),
        counts.get("does not use it", 0),
        counts.get("only praise", 0),
    )


def open_questions(opinion: Opinion) -> tuple[str, ...]:
    """What nobody has found out about an opinion yet."""
    lacking = []
    if not opinion.cause.strip() and not opinion.reasons:
        lacking.append("cause")
    if opinion.investigated is None:
        lacking.append("date of investigation")
    if not opinion.outcome.strip():
        lacking.append("outcome")
    return tuple(lacking)


def group_name(opinion: Opinion) -> str:
    """The group as it may be named: a small one stays without a name."""
    return f"a group of {FEWER}" if too_few(opinion.people) else opinion.group
