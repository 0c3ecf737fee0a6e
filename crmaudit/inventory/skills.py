"""Skills that support needs against skills that people hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.workspace.dossier import System

DEFAULT_NEEDED = 3
"""Level needed where the dossier does not say: can do it alone."""


@dataclass(frozen=True, slots=True)
class SkillState:
    """One skill of one system.

    `gap`: nobody holds it at the level needed. `single`: exactly one person
    does, so that support ends when that person is away. `unknown`: nobody
    said who holds it.
    """

    system: str
    skill: str
    needed: int
    able: tuple[str, ...]
    held: tuple[tuple[str, int], ...]
    state: Literal["unknown", "gap", "single", "covered"]


def skill_states(system: System) -> tuple[SkillState, ...]:
    """The skills of a dossier, in its own order."""
    states = []
    for skill in system.support.skills or ():
        needed = DEFAULT_NEEDED if skill.needed is None else skill.needed
        held = tuple((h.person, h.level) for h in skill.held)
        able = tuple(person for person, level in held if level >= needed)
        state: Literal["unknown", "gap", "single", "covered"]
        if not held:
            state = "unknown"
        elif not able:
            state = "gap"
        else:
            state = "single" if len(able) == 1 else "covered"
        states.append(SkillState(system.id, skill.skill, needed, able, held, state))
    return tuple(states)


def staying(state: SkillState, leaves: Mapping[str, date], until: date) -> tuple[str, ...]:
    """Who can do it and has not left by that day; `leaves` holds the days people leave."""
    return tuple(p for p in state.able if p not in leaves or leaves[p] > until)
