"""Single records opened to accounts or teams: counted, never listed."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.governance.collectors.access.model import Shared

Opened = tuple[str | None, str | None, str | None, str | None]
"""Kind of record, key of the record, the account it is opened to, or the team."""


def shared(rows: Iterable[Opened]) -> tuple[Shared, ...]:
    """How many records of each kind are opened, and to how many accounts and teams."""
    found: dict[str, tuple[set[int], set[int], set[int]]] = {}
    for kind, record, account, team in rows:
        if not record or not (account or team):
            continue
        # Hashes take a fraction of the memory: there may be millions.
        records, accounts, teams = found.setdefault((kind or "").strip(), (set(), set(), set()))
        records.add(hash(record))
        if account:
            accounts.add(hash(account))
        if team:
            teams.add(hash(team))
    return tuple(
        Shared(kind, len(records), len(accounts), len(teams))
        for kind, (records, accounts, teams) in sorted(found.items())
    )
