"""Whose accounts those of people.yaml are: joined by pseudonym, where the key is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.key import Key
from crmaudit.workspace.people import Person


def accounts_of(people: Iterable[Person], key: Key) -> Mapping[tuple[str, str], str]:
    """System and pseudonym → id of the person who has the account."""
    return {
        (system, key.pseudonym(ACCOUNT, account_name(login))): person.id
        for person in people
        for system, login in person.accounts.items()
    }
