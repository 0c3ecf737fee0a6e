"""What a database account may do in the end: its own rights, its roles' and everybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from crmaudit.evidence import LETTERS, Account, Grants, Right

ALL = "*"
"""In place of a table's name: every table of the database."""
PUBLIC = "PUBLIC"
"""The principal that stands for everybody."""


@dataclass(frozen=True)
class Rights:
    """The rights of one document, put together principal by principal.

        Rights(grants).letters("crm_app", "contact")

    Accounts that share a name (because they are hidden without a key to tell
    them apart) count as one, which may do what any of them may.
    """

    grants: Grants

    def of(self, principal: str, *, asking: bool = False) -> Iterator[Right]:
        """All that the principal may do, each right with its reason.

        Its own rights come with the reason that they were given for, those of
        its roles with `role NAME`, everybody's with `PUBLIC`. With `asking`
        those of roles that it has to ask for (`may_become`) come too. Who may
        do everything has one right on `*`.
        """
        accounts = self._accounts.get(principal, ())
        if any(a.everything for a in accounts):
            yield Right(principal, ALL, "".join(LETTERS), "superuser")
        yield from self._given.get(principal, ())
        roles = {role for a in accounts for role in a.member_of}
        become = {role for a in accounts for role in a.may_become} if asking else set()
        for role in sorted((roles | become) - {principal}):
            if role in become and any(a.everything for a in self._accounts.get(role, ())):
                yield Right(principal, ALL, "".join(LETTERS), f"role {role}")
            for right in self._given.get(role, ()):
                yield replace(right, principal=principal, by=f"role {role}")
        if principal != PUBLIC:
            for right in self._given.get(PUBLIC, ()):
                yield replace(right, principal=principal, by=PUBLIC)

    def letters(self, principal: str, table: str, *, asking: bool = False) -> str:
        """The letters of `of` on one table; those on some of its columns only are included."""
        found = self.of(principal, asking=asking)
        return in_order(x for r in found if r.table in (ALL, table) for x in r.letters)

    @cached_property
    def _accounts(self) -> Mapping[str, tuple[Account, ...]]:
        found: dict[str, list[Account]] = defaultdict(list)
        for account in self.grants.accounts:
            found[account.name].append(account)
        return {name: tuple(same) for name, same in found.items()}

    @cached_property
    def _given(self) -> Mapping[str, tuple[Right, ...]]:
        found: dict[str, list[Right]] = defaultdict(list)
        for right in self.grants.rights:
            found[right.principal].append(right)
        return {name: tuple(rights) for name, rights in found.items()}


def in_order(letters: Iterable[str]) -> str:
    """Letters, each once, in the order `CRUD`."""
    there = set(letters)
    return "".join(x for x in LETTERS if x in there)


def folded(
    principal: str,
    by: str,
    whole: Mapping[str, Iterable[str]],
    parts: Mapping[tuple[str, str], Iterable[str]],
    catalog: Iterable[str],
) -> Iterator[Right]:
    """Rights as few lines: one where they are the same on every table of the catalog.

    `whole` tells table → letters, `parts` table and letter → columns.
    """
    same = {in_order(letters) for letters in whole.values()}
    if len(whole) > 1 and len(same) == 1 and whole.keys() == set(catalog):
        yield Right(principal, ALL, same.pop(), by)
    else:
        for table, letters in whole.items():
            yield Right(principal, table, in_order(letters), by)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (table, letter), columns in parts.items():
        groups[table, tuple(sorted(columns))].append(letter)
    for (table, named), found in groups.items():
        yield Right(principal, table, in_order(found), by, named)
