"""Who can do the work: skills of the plan against people who hold them, duties that lead it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from crmaudit.facts import Facts
from crmaudit.inventory.skills import DEFAULT_NEEDED, skill_key
from crmaudit.strategy.pieces import Piece


def on_duty(facts: Facts, piece: Piece) -> str | None:
    """The one person who holds the duty that leads such work; None where nobody or several do."""
    workspace, role = facts.workspace, piece.template.role
    holders: Iterable[str | None] = ()
    if role == "CRM manager":
        holders = workspace.people.crm_managers
    elif role == "system champion":
        people = workspace.people.people
        holders = (p.id for p in people if p.user_type == "system champion")
    elif role == "IT owner":
        holders = (workspace.system[s].owners.it for s in piece.systems)
    elif role == "stewards":
        holders = (workspace.entity[e].steward for e in piece.entities)
    found = {h for h in holders if h}
    return found.pop() if len(found) == 1 else None


class Holders:
    """People of people.yaml and of the dossiers by skill, at level 3 or more, who are still there.

    A skill of the plan is met by one whose words it has, or that has its words:
    `SQL` by `SQL`, `CRM administration` by the administration of the CRM's own name.
    """

    def __init__(self, facts: Facts) -> None:
        self._day = facts.day
        self._people = facts.workspace.person
        crm = {s.id: s.name for s in facts.workspace.systems if s.kind == "crm"}
        self._crm = frozenset(w for name in crm.values() for w in skill_key(name).split())
        found: dict[str, dict[str, None]] = {}
        for person in self._people.values():
            for own in person.skills:
                if own.level >= DEFAULT_NEEDED:
                    found.setdefault(skill_key(own.skill), {})[person.id] = None
        for system in facts.workspace.systems:
            for skill in system.support.skills or ():
                for held in skill.held:
                    if held.level >= DEFAULT_NEEDED:
                        found.setdefault(skill_key(skill.skill), {})[held.person] = None
        self._found = found

    def of(self, skill: str) -> tuple[str, ...]:
        """Ids (or names) of those who hold it, sorted."""
        words = self._words(skill)
        named: dict[str, None] = {}
        for known, people in self._found.items():
            mine = self._words(known)
            if words <= mine or mine <= words:
                named |= people
        return tuple(sorted(p for p in named if not self._left(p)))

    def counts(self, skills: Iterable[str]) -> Mapping[str, int]:
        """Skill → people, of the skills that anybody holds."""
        return {s: len(found) for s in skills if (found := self.of(s))}

    def _words(self, skill: str) -> frozenset[str]:
        """The CRM's own name reads as `crm`."""
        words = frozenset(skill_key(skill).split())
        return (words - self._crm) | {"crm"} if words & self._crm else words

    def _left(self, person: str) -> bool:
        known = self._people.get(person)
        leaves: date | None = known.leaves if known else None
        return leaves is not None and self._day is not None and leaves < self._day
