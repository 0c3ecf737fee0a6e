"""What only those know who work on the databases, and how it is struck out of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.evidence.use import Grants, Statements
from crmaudit.facts import Facts

ACCOUNT = re.compile(r"\b(?:acct|rec|unit)-[0-9a-f]{8,}\b")
"""A pseudonym, as it stands in texts."""
_TOKEN = re.compile(r"[\w$]+(?:[.:/][\w$]+)*")
"""A name with what qualifies it: `crm:event_registrations`, `payments.paid_on`."""
_PLACE = re.compile(r"\.[a-z]+\w*:\d+$")
_OWN = frozenset({"not_assessed"})
"""Words of the blocks themselves, whatever a database calls its columns."""


class Inside:
    """Names of tables, columns and database accounts that no other word can be taken for.

    A plain word, like a table `contacts`, is everybody's; it counts where a
    system stands before it (`crm:contacts`).
    """

    def __init__(self, facts: Facts) -> None:
        self._names = frozenset(n for n in _names(facts) if _technical(n)) - _OWN
        self._systems = frozenset(s.id for s in facts.workspace.systems)

    def strike(self, text: str, instead: str) -> str:
        """The text with `instead` in place of such names and of places in code."""
        if not self._names and ":" not in text:
            return text
        return _TOKEN.sub(lambda m: instead if self._is(m[0]) else m[0], text)

    def _is(self, token: str) -> bool:
        if not self._names.isdisjoint(re.split(r"[.:/]", token)):
            return True
        system, colon, _ = token.partition(":")
        return bool(colon) and (system in self._systems or _PLACE.search(token) is not None)


def _names(facts: Facts) -> Iterator[str]:
    for catalog in facts.evidence.catalogs.values():
        for table in catalog.tables:
            yield table.name
            yield from (c.name for c in table.columns)
    for document in facts.evidence.documents:
        if isinstance(document, Statements):
            yield from (u.principal for u in document.uses)
            yield from (c.principal for c in document.called)
        elif isinstance(document, Grants):
            yield from (a.name for a in document.accounts)
            yield document.reader


def _technical(name: str) -> bool:
    """Whether nobody writes so but a database: `paid_on`, `ParentID`, `t02`."""
    return re.search(r"\w_\w|[a-z][A-Z]|[A-Za-z]\d|\$", name) is not None
