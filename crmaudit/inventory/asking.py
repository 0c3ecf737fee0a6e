"""Whom to ask: the owner in charge, else who can name one.

An owner who is missing cannot be asked, and one who has left neither: the
question then goes to the head of the unit that the owner came from, for
operations to the head of IT, and at last to the auditor, who has owners named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.messages import msg
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person

Asked = Literal["business owner", "IT owner", "architect"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ask.

    `person` is the id in people.yaml, or the plain name where that file does
    not know them; None where nobody is named at all. `role` says why it is
    they: `IT owner`, `head of Sales`, `auditor`.
    """

    person: str | None
    name: str
    role: str


class Directory:
    """Who answers for what, as of a day: owners, heads of units, auditors."""

    def __init__(
        self,
        people: Mapping[str, Person] | None = None,
        units: Iterable[Unit] = (),
        auditors: Iterable[str] = (),
        day: date | None = None,
    ) -> None:
        self._people = people or {}
        self._units = {u.id: u for u in units}
        self._auditors = tuple(auditors)
        self._day = day

    def contact(self, system: System, role: Asked) -> Contact:
        """Whom to ask for what the `role` of that system ought to know."""
        if role == "architect":
            return self._auditor()
        owner = system.owners.business if role == "business owner" else system.owners.it
        if owner is not None and not self.left(owner):
            return self._of(owner, msg(role))
        person = self._people.get(owner or "")
        unit = self._units.get(person.unit or "") if person else None
        if unit is None and role == "IT owner":
            unit = next((u for u in self._units.values() if u.function == "it"), None)
        head = unit.head if unit else None
        if unit is not None and head is not None and head != owner and not self.left(head):
            return self._of(head, msg("head of {unit}", unit=unit.name))
        return self._auditor()

    def left(self, person: str) -> bool:
        """Whether somebody's last day is over."""
        known = self._people.get(person)
        return bool(known and known.leaves and self._day and known.leaves < self._day)

    def _auditor(self) -> Contact:
        if not self._auditors:
            return Contact(None, msg("the auditor"), msg("auditor"))
        return self._of(self._auditors[0], msg("auditor"))

    def _of(self, person: str, role: str) -> Contact:
        known = self._people.get(person)
        return Contact(person, known.name if known else person, role)
