"""Whose accounts those of people.yaml are: joined by pseudonym, where the key is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.key import Key
from crmaudit.workspace.people import Person


def accounts_of(people: Iterable[Person], key: Key) -> Mapping[tuple[str, str], str]:
    """System and pseudonym → id of the person who has the account.

    An account that several are said to have is left out: whose job it should
    be compared with cannot be told.
    """
    found: dict[tuple[str, str], str | None] = {}
    for person in people:
        for system, login in person.accounts.items():
            account = system, key.pseudonym(ACCOUNT, account_name(login))
            found[account] = None if account in found else person.id
    return {account: who for account, who in found.items() if who is not None}
