"""Skills that support needs against skills that people hold, in one system.

The states are field practice; levels 0 to 4, stand-ins and learners are an
own proposal (docs/method.md, "Skills").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.workspace.dossier import Skill, System
from crmaudit.workspace.people import Person, Training

State = Literal["unknown", "gap", "single", "covered"]
DEFAULT_NEEDED = 3
"""Level needed where the dossier does not say: can do it alone."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody else for a skill of a system.

    `could step in`: has the level by people.yaml, and the dossier does not
    name them. `one level short`: lacks one level, whoever says so. `training`
    are the courses on it that they still need.
    """

    person: str
    level: int
    how: Literal["could step in", "one level short"]
    training: tuple[Training, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillState:
    """One skill of one system.

    `gap`: nobody holds it at the level needed. `single`: exactly one person
    does, so that support ends when that person is away. `unknown`: nobody
    said who holds it. `leaving` and `contractors` are among the `able`, who
    hold it at the level needed.
    """

    system: str
    skill: str
    needed: int
    able: tuple[str, ...]
    held: tuple[tuple[str, int], ...]
    state: State
    leaving: tuple[tuple[str, date], ...] = ()
    """Last days of work, as far as they are known."""
    contractors: tuple[str, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    """Of a skill that is not covered: those who could step in, then those one level short."""

    @property
    def lost(self) -> tuple[tuple[str, date], ...]:
        """Who alone is able and leaves, with the last day; nobody where others stay able."""
        return self.leaving if len(self.able) == 1 else ()


class Talents:
    """What people.yaml says of people's skills, found by skill."""

    def __init__(self, people: Mapping[str, Person] | None = None) -> None:
        self.people = people or {}
        self._levels: dict[str, dict[str, int]] = {}
        for person in self.people.values():
            for own in person.skills:
                self._levels.setdefault(skill_key(own.skill), {})[person.id] = own.level

    def levels(self, skill: str) -> Mapping[str, int]:
        """Person → level, of those who have it by people.yaml."""
        return self._levels.get(skill_key(skill), {})

    def training(self, person: str, system: System, skill: str) -> tuple[Training, ...]:
        """Courses that a person still needs, on the system or with the skill in their title."""
        known = self.people.get(person)
        wanted = skill_key(skill)
        return tuple(
            t
            for t in (known.training_needed if known else ())
            if t.system == system.id or wanted in skill_key(t.course)
        )


def skill_key(skill: str) -> str:
    """Two skills are the same one where only case and blanks differ."""
    return " ".join(skill.split()).casefold()


def skill_states(system: System, talents: Talents | None = None) -> tuple[SkillState, ...]:
    """The skills of a dossier, in its own order."""
    known = talents or Talents()
    return tuple(_state(system, skill, known) for skill in system.support.skills or ())


def staying(state: SkillState, leaves: Mapping[str, date], until: date) -> tuple[str, ...]:
    """Who can do it and has not left by that day; `leaves` holds the days people leave."""
    return tuple(p for p in state.able if p not in leaves or leaves[p] > until)


def _state(system: System, skill: Skill, talents: Talents) -> SkillState:
    needed = DEFAULT_NEEDED if skill.needed is None else skill.needed
    held = tuple((h.person, h.level) for h in skill.held)
    able = tuple(person for person, level in held if level >= needed)
    state: State
    if not held:
        state = "unknown"
    elif not able:
        state = "gap"
    else:
        state = "single" if len(able) == 1 else "covered"
    people = [talents.people[p] for p in able if p in talents.people]
    return SkillState(
        system.id,
        skill.skill,
        needed,
        able,
        held,
        state,
        tuple((p.id, p.leaves) for p in people if p.leaves is not None),
        tuple(p.id for p in people if p.employment == "contractor"),
        ()
        if state == "covered"
        else tuple(_stand_ins(system, skill.skill, needed, dict(held), talents)),
    )


def _stand_ins(
    system: System, skill: str, needed: int, held: Mapping[str, int], talents: Talents
) -> Iterator[StandIn]:
    others = {p: n for p, n in talents.levels(skill).items() if p not in held}
    for person, level in others.items():
        if level >= needed:
            yield StandIn(person, level, "could step in")
    for person, level in {**held, **others}.items():
        if level == needed - 1 and level > 0:
            training = talents.training(person, system, skill)
            yield StandIn(person, level, "one level short", training)
