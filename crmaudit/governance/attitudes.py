"""The three groups of staff: what they say of the CRM, and whether anybody went after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.governance.rate import FEWER, too_few
from crmaudit.governance.suppression import suppressed
from crmaudit.messages import msg
from crmaudit.workspace.registers import Attitude, Opinion

ATTITUDES: tuple[Attitude, ...] = ("made things worse", "does not use it", "only praise")
NEGATIVE: Attitude = ATTITUDES[0]


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
        """Whether all numbers may be told."""
        return self.total > 0 and not self.hidden

    @property
    def hidden(self) -> frozenset[Attitude]:
        """Attitudes of which no number is told: small ones, and what would give one away."""
        cells = suppressed([[self.of(a) for a in ATTITUDES]])
        return frozenset(a for n, a in enumerate(ATTITUDES) if (0, n) in cells)

    def told(self, attitude: Attitude) -> int | None:
        """The number, where it may be told."""
        return None if attitude in self.hidden else self.of(attitude)

    def share_text(self, attitude: Attitude) -> str:
        """`12 of 40 people`; in words where a number would point at fewer than five."""
        count = self.of(attitude)
        if count > 0 and too_few(count):
            return msg("{FEWER} people", FEWER=FEWER)
        if attitude in self.hidden:
            return msg("in numbers not told, as they would give a small group away")
        if too_few(self.total):
            return msg("{count} people", count=count)
        return msg("{count} of {total} people", count=count, total=self.total)

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
        lacking.append(msg("cause"))
    if opinion.investigated is None:
        lacking.append(msg("date of investigation"))
    if not opinion.outcome.strip():
        lacking.append(msg("outcome"))
    return tuple(lacking)


def group_name(opinion: Opinion) -> str:
    """The group as it may be named: a small one stays without a name."""
    return msg("a group of {FEWER}", FEWER=FEWER) if too_few(opinion.people) else opinion.group
