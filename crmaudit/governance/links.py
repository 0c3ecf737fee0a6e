"""Whose accounts those of people.yaml are: joined by pseudonym, where the key is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmaudit.evidence import Document
from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.key import Key
from crmaudit.workspace.people import Person


def linkable(evidence: Iterable[Document], key: Key | None) -> frozenset[str]:
    """The systems whose evidence was not made with another key than this one."""
    if key is None:
        return frozenset()
    documents = list(evidence)
    others = {d.provenance.system for d in documents if d.provenance.key_id not in ("", key.id)}
    return frozenset(d.provenance.system for d in documents) - others


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
