"""Odoo's companies: how far the records of those reach that an account may work in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmaudit.governance.collectors.access.model import Account, Group
from crmaudit.governance.collectors.access.odoo_domains import (
    EVERYBODY,
    UNIT,
    Reach,
)
from crmaudit.governance.collectors.access.tables import Tables, truth


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies there are, and those that each account may switch to.

    `allowed` is None where the table of these is not there, or that of the companies.
    """

    units: Sequence[Group]
    active: frozenset[str]
    allowed: Mapping[str, set[str]] | None
    counted: bool = True
    """Whether the table of companies tells how many there are."""

    @property
    def of_nobody(self) -> Reach:
        """For a group alone, which belongs to no company."""
        if not self.counted:
            return Reach(UNIT, EVERYBODY)
        whole = len(self.active) <= 1
        return Reach(EVERYBODY, EVERYBODY) if whole else Reach(UNIT, UNIT)

    def reach(self, account: Account) -> Reach:
        """All companies, one with those below it, or some.

        Of the companies at work only those count that an account can switch
        on. Nobody knows it where there are several and no table says.
        """
        if self.counted and len(self.active) <= 1:
            return Reach(EVERYBODY, EVERYBODY)
        if self.allowed is None:
            return Reach(UNIT, EVERYBODY)
        own = self.allowed.get(account.key, set()) & self.active
        if own >= self.active:
            return Reach(EVERYBODY, EVERYBODY)
        if any(len(own) > 1 and own == self._with_below(c) for c in own):
            return Reach(UNIT + 1, UNIT + 1)
        return Reach(UNIT, UNIT)

    def _with_below(self, company: str) -> set[str]:
        children: dict[str, set[str]] = defaultdict(set)
        for unit in self.units:
            children[unit.parent].add(unit.id)
        found: set[str] = set()
        waiting = [company]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += children[one]
        return found & self.active


def companies_of(db: Tables) -> Companies:
    """What the tables say."""
    rows = db.rows("res_company", "id", "name", "parent_id", "active")
    found = [(i, n or "", p or "", truth(a) is not False) for i, n, p, a in rows if i]
    allowed: dict[str, set[str]] = defaultdict(set)
    for company, user in db.rows("res_company_users_rel", "cid", "user_id"):
        allowed[user or ""].add(company or "")
    counted = not db.lost("res_company")
    there = counted and not db.lost("res_company_users_rel")
    return Companies(
        [Group(i, n, p) for i, n, p, _ in found],
        frozenset(i for i, _, _, active in found if active),
        dict(allowed) if there else None,
        counted,
    )
