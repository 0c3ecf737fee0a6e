"""Levels of maturity, each earned by named facts and never by self-declaration.

Eight dimensions have levels 1 to 5. A level is earned when its criteria and
those of all levels below it are met. What is not known earns nothing and is
told; what can be asked of nothing here is passed over. The ladder from "begun"
over "known", "managed" and "measured" to "kept up" follows the idea of staged
capability models (DAMA-DMBOK 2, ch. 15; CMMI
Institute, DMM 1.1); criteria and thresholds are crmaudit's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from crmaudit.messages import msg

Dimension = Literal[
    "ownership",
    "documentation",
    "mapping",
    "quality",
    "access",
    "adoption",
    "maintenance",
    "measurement",
]
DIMENSIONS: tuple[Dimension, ...] = (
    "ownership",
    "documentation",
    "mapping",
    "quality",
    "access",
    "adoption",
    "maintenance",
    "measurement",
)
TOP = 5
State = Literal["met", "not met", "not known", "does not apply"]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a fact: `part` of `whole` have it, of `unknown` more nobody knows.

    `whole` counts those that are unknown. Without a whole, `why` says what is
    lacking. `hidden`: the part is a group too small to be told in numbers.
    `moot`: it is known that there is nothing that the fact could be asked of.
    `said` are other words for a share that is no count.
    """

    part: float = 0
    whole: float = 0
    unknown: float = 0
    why: str = ""
    evidence: tuple[str, ...] = ()
    hidden: bool = False
    moot: bool = False
    said: str = ""

    @property
    def words(self) -> str:
        """`13 of 15`, `13 of 15, 2 not known`, or why nothing can be said."""
        if not self.whole:
            return self.why
        if self.said:
            return self.said
        if self.hidden:
            return msg("fewer than five of {whole:,.0f}", whole=self.whole)
        told = msg("{part:,.0f} of {whole:,.0f}", part=self.part, whole=self.whole)
        return (
            msg("{told}, {unknown:,.0f} not known", told=told, unknown=self.unknown)
            if self.unknown
            else told
        )


@dataclass(frozen=True, slots=True)
class Criterion:
    """What has to hold for a level: at least this share has `fact`, or more than it (`beyond`).

    `rules` begin the codes of findings that stand in the way.
    """

    dimension: Dimension
    level: int
    fact: str
    words: str
    least: float = 1.0
    beyond: bool = False
    rules: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """`at least 80 %`, `more than 80 %`, `all`, `at least one`."""
        if self.beyond:
            return (
                msg("more than {least:g} %", least=100 * self.least)
                if self.least
                else msg("at least one")
            )
        return (
            msg("all") if self.least == 1 else msg("at least {least:g} %", least=100 * self.least)
        )

    def state(self, told: Told | None) -> State:
        if told is not None and told.moot:
            return "does not apply"
        if told is None or not told.whole:
            return "not known"
        if self._reached(told.part / told.whole):
            return "met"
        return "not known" if self._reached((told.part + told.unknown) / told.whole) else "not met"

    def _reached(self, share: float) -> bool:
        share = round(share, 9)
        return share > self.least if self.beyond else share >= self.least


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion and what is known of it."""

    criterion: Criterion
    state: State
    told: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The level that a dimension has earned; None where not even the first can be judged.

    `at_best` is the level if all that is not known were in order. `target` is
    what brief.yaml aims at. `criteria` are those of all levels.
    """

    dimension: Dimension
    level: int | None
    at_best: int
    target: int | None
    criteria: tuple[Judged, ...]

    @property
    def next_lacks(self) -> tuple[Judged, ...]:
        """What is missing for the next level."""
        return self.lacks((self.level or 0) + 1)

    @property
    def target_lacks(self) -> tuple[Judged, ...]:
        """What is missing for the level aimed at; for the next one where nobody said."""
        return self.lacks(self.target) if self.target else self.next_lacks

    def lacks(self, upto: int) -> tuple[Judged, ...]:
        return tuple(
            c
            for c in self.criteria
            if c.criterion.level <= upto and c.state in ("not met", "not known")
        )


def maturity(
    facts: Mapping[str, Told], targets: Mapping[str, int | None], criteria: Iterable[Criterion]
) -> tuple[Level, ...]:
    """The level of each dimension, in their usual order."""
    known = tuple(criteria)
    return tuple(_level(d, facts, targets.get(d), known) for d in DIMENSIONS)


def _level(
    dimension: Dimension,
    facts: Mapping[str, Told],
    target: int | None,
    criteria: Iterable[Criterion],
) -> Level:
    judged = tuple(
        Judged(
            c,
            c.state(facts.get(c.fact)),
            facts[c.fact].words if c.fact in facts else "",
            facts[c.fact].evidence if c.fact in facts else (),
        )
        for c in criteria
        if c.dimension == dimension
    )
    earned, best = 0, 0
    for level in range(1, TOP + 1):
        asked = [j.state for j in judged if j.criterion.level == level]
        states = [s for s in asked if s != "does not apply"]
        # Of a level all of which does not apply no fact could earn it.
        if earned == level - 1 and all(s == "met" for s in states) and bool(states) == bool(asked):
            earned = level
        if best == level - 1 and "not met" not in states:
            best = level
    begun = [j.state for j in judged if j.criterion.level == 1]
    unknown = earned == 0 and "not known" in begun
    return Level(dimension, None if unknown else earned, best, target, judged)
