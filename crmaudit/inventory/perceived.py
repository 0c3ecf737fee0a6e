"""What people say of a system's data: opinions as a score, kept apart by entity."""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.workspace.dossier import System, Voice


@dataclass(frozen=True, slots=True)
class Perceived:
    """The mean of the voices, 0 to 100, with the lowest and the highest.

    A score of 1–5 is mapped linearly: 100 · (score − 1) ÷ 4. `entity` is
    empty for opinions on the whole system.
    """

    system: str
    entity: str
    score: float
    low: float
    high: float
    voices: tuple[Voice, ...]


def percent(score: float) -> float:
    """A voice's 1–5 as 0–100."""
    return 100 * (score - 1) / 4


def perceived(system: System, entity: str = "") -> Perceived | None:
    """The opinion on a system as a whole, or on one entity in it; None without voices."""
    voices = tuple(v for v in system.perceived_quality or () if (v.entity or "") == entity)
    if not voices:
        return None
    scores = [percent(v.score) for v in voices]
    mean = sum(scores) / len(scores)
    return Perceived(system.id, entity, mean, min(scores), max(scores), voices)


def all_perceived(system: System) -> tuple[Perceived, ...]:
    """The opinions on the system and on each entity that somebody spoke of, in that order."""
    entities = dict.fromkeys(v.entity or "" for v in system.perceived_quality or ())
    found = (perceived(system, entity) for entity in sorted(entities))
    return tuple(p for p in found if p is not None)
