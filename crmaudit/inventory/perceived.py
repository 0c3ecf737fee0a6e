"""What people say of a system's data: opinions as a score, kept apart by entity.

    perceived = mean of 100 · (score − 1) ÷ 4

Perceived quality is opinion. It is laid beside the measured pass rate, never
mixed with it: the difference is the thing to learn from. Linear mapping and
comparison are an own proposal (docs/method.md, "Perceived against measured").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.workspace.dossier import System, Voice

DAYS_A_YEAR = 365.25
Direction = Literal["rated higher", "rated lower", "alike"]


@dataclass(frozen=True, slots=True)
class Perceived:
    """The mean of the voices, 0 to 100, with the lowest and the highest.

    A score of 1–5 is mapped linearly: 100 · (score − 1) ÷ 4. `entity` is
    empty for opinions on the whole system, `system` for those on an entity
    wherever it lies.
    """

    system: str
    entity: str
    score: float
    low: float
    high: float
    voices: tuple[Voice, ...]

    @property
    def spread(self) -> float:
        """Points between the lowest and the highest voice; 0 for a single one."""
        return self.high - self.low

    @property
    def oldest(self) -> date | None:
        """The day of the oldest dated voice."""
        return min((v.when for v in self.voices if v.when), default=None)

    @property
    def newest(self) -> date | None:
        """The day of the newest dated voice."""
        return max((v.when for v in self.voices if v.when), default=None)

    def age(self, day: date | None) -> float | None:
        """Years since the newest voice; None where none is dated."""
        if day is None or self.newest is None:
            return None
        return (day - self.newest).days / DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class Measured:
    """A pass rate as another room measured it, in plain values; `reason` where there is none.

    `share` is passed ÷ applicable, 0 to 1. `mixed` is True where the tables
    hold other entities' rows too, which are in the counts.
    """

    share: float | None = None
    passed: float = 0
    applicable: float = 0
    evidence: tuple[str, ...] = ()
    mixed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpinionGap:
    """What people say beside what was measured, both from 0 to 100.

    `difference` is perceived less measured: above 0 people trust the data
    more than the checks do. None where nothing was measured.
    """

    perceived: Perceived
    measured: Measured

    @property
    def system(self) -> str:
        return self.perceived.system

    @property
    def entity(self) -> str:
        return self.perceived.entity

    @property
    def measured_score(self) -> float | None:
        return None if self.measured.share is None else 100 * self.measured.share

    @property
    def difference(self) -> float | None:
        score = self.measured_score
        return None if score is None else self.perceived.score - score

    @property
    def direction(self) -> Direction | None:
        """Where people rate the data; `alike` within five points. None: not measured."""
        if self.difference is None:
            return None
        if abs(self.difference) < ALIKE:
            return "alike"
        return "rated higher" if self.difference > 0 else "rated lower"

    @property
    def within_voices(self) -> bool | None:
        """Whether the measured score lies between the lowest and the highest voice."""
        score = self.measured_score
        return None if score is None else self.perceived.low <= score <= self.perceived.high


ALIKE = 5.0
"""Points of 100 below which opinion and measurement are called alike."""


def percent(score: float) -> float:
    """A voice's 1–5 as 0–100."""
    return 100 * (score - 1) / 4


def perceived(system: System, entity: str = "") -> Perceived | None:
    """The opinion on a system as a whole, or on one entity in it; None without voices."""
    voices = (v for v in system.perceived_quality or () if (v.entity or "") == entity)
    return _of(system.id, entity, voices)


def all_perceived(system: System) -> tuple[Perceived, ...]:
    """The opinions on the system and on each entity that somebody spoke of, in that order."""
    entities = dict.fromkeys(v.entity or "" for v in system.perceived_quality or ())
    found = (perceived(system, entity) for entity in sorted(entities))
    return tuple(p for p in found if p is not None)


def _of(system: str, entity: str, said: Iterable[Voice]) -> Perceived | None:
    voices = tuple(said)
    if not voices:
        return None
    scores = [percent(v.score) for v in voices]
    return Perceived(system, entity, sum(scores) / len(scores), min(scores), max(scores), voices)
