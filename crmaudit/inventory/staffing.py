"""Support skills over all systems: who knows what, and what hangs on one person alone.

Own proposal (docs/method.md, "Skills").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from crmaudit.inventory.skills import SkillState, State, Talents, skill_key


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """One skill over all systems that need it.

    `needed` is the highest level that any of them needs. `able` hold that
    level anywhere, by a dossier or by people.yaml; `state` counts them as
    `SkillState` does.
    """

    skill: str
    needed: int
    systems: tuple[str, ...]
    able: tuple[str, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Dependence:
    """A person on whom alone skills of systems hang: (system, skill), by the dossiers."""

    person: str
    points: tuple[tuple[str, str], ...]
    leaves: date | None
    contractor: bool

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(system for system, _ in self.points))


@dataclass(frozen=True, slots=True)
class LevelConflict:
    """A person's level in one skill, told differently: (`people.yaml` or a system's id, level)."""

    person: str
    skill: str
    told: tuple[tuple[str, int], ...]

    @property
    def apart(self) -> int:
        """Levels between the lowest and the highest that is told."""
        levels = [level for _, level in self.told]
        return max(levels) - min(levels)


class Staffing:
    """The people × skills matrix of the systems given."""

    def __init__(self, states: Iterable[SkillState], talents: Talents) -> None:
        self._states = tuple(states)
        self._talents = talents

    @cached_property
    def needs(self) -> tuple[SkillNeed, ...]:
        """Skills that any system needs, those that most systems need first."""
        found = [self._need(key, states) for key, states in self._by_skill.items()]
        return tuple(sorted(found, key=lambda n: (-len(n.systems), n.skill)))

    @cached_property
    def people(self) -> tuple[str, ...]:
        """People who hold any of these skills, those who hold most of them first."""
        skills: dict[str, int] = {}
        for person, _ in self.levels:
            skills[person] = skills.get(person, 0) + 1
        return tuple(sorted(skills, key=lambda p: (-skills[p], p)))

    @cached_property
    def levels(self) -> Mapping[tuple[str, str], int]:
        """(person, skill as in `needs`) → the highest level that anybody says they have."""
        return {
            (person, self._by_skill[key][0].skill): max(level for _, level in told)
            for key, people in self._told.items()
            for person, told in people.items()
        }

    @cached_property
    def dependences(self) -> tuple[Dependence, ...]:
        """People on whom alone something hangs, those with most systems first."""
        points: dict[str, list[tuple[str, str]]] = {}
        for state in self._states:
            if state.state == "single":
                points.setdefault(state.able[0], []).append((state.system, state.skill))
        found = []
        for person, hanging in points.items():
            known = self._talents.people.get(person)
            contractor = known is not None and known.employment == "contractor"
            leaves = known.leaves if known else None
            found.append(Dependence(person, tuple(hanging), leaves, contractor))
        return tuple(sorted(found, key=lambda d: (-len(d.systems), -len(d.points), d.person)))

    @cached_property
    def conflicts(self) -> tuple[LevelConflict, ...]:
        """People of whose level dossiers and people.yaml say different things."""
        return tuple(
            LevelConflict(person, self._by_skill[key][0].skill, tuple(told))
            for key, people in self._told.items()
            for person, told in people.items()
            if len({level for _, level in told}) > 1
        )

    @cached_property
    def _by_skill(self) -> Mapping[str, list[SkillState]]:
        found: dict[str, list[SkillState]] = {}
        for state in self._states:
            found.setdefault(skill_key(state.skill), []).append(state)
        return found

    @cached_property
    def _told(self) -> Mapping[str, Mapping[str, list[tuple[str, int]]]]:
        """Skill's key → person → who says which level: people.yaml first, then the systems."""
        told: dict[str, dict[str, list[tuple[str, int]]]] = {}
        for key, states in self._by_skill.items():
            levels = self._talents.levels(key)
            people = told.setdefault(key, {p: [("people.yaml", n)] for p, n in levels.items()})
            for state in states:
                for person, level in state.held:
                    people.setdefault(person, []).append((state.system, level))
        return told

    def _need(self, key: str, states: list[SkillState]) -> SkillNeed:
        skill, needed = states[0].skill, max(s.needed for s in states)
        anybody = self._told[key]
        able = tuple(p for p in anybody if self.levels[p, skill] >= needed)
        state: State = "unknown"
        if anybody:
            state = "gap" if not able else "single" if len(able) == 1 else "covered"
        systems = tuple(dict.fromkeys(s.system for s in states))
        return SkillNeed(skill, needed, systems, able, state)
