"""Dynamics 365 / Dataverse: single records that were shared with an account or a team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from crmaudit.governance.collectors.access.model import Read, Shared
from crmaudit.governance.collectors.access.tables import Cells, Tables

SHARES: tuple[Read, ...] = (
    (
        "principalobjectaccess",
        (
            *("objectid", "objecttypecode", "principalid", "principaltypecode"),
            *("accessrightsmask", "inheritedaccessrightsmask", "isdelete"),
        ),
    ),
)
"""What `shared_records` reads."""

TYPES = {
    "1": "account",
    "2": "contact",
    "3": "opportunity",
    "4": "lead",
    "5": "annotation",
    "112": "incident",
    "1010": "contract",
    "1084": "quote",
    "1088": "salesorder",
    "1090": "invoice",
    "4200": "activitypointer",
    "4300": "list",
    "4400": "campaign",
}
"""Numbers that stand for kinds of record; exports have their names as well."""
_TEAM = frozenset({"9", "team"})


def shared_records(db: Tables, rows: Callable[..., Iterator[Cells]]) -> list[Shared]:
    """By kind of record: how many records are shared, with how many accounts and teams.

    A row with no right left, as unsharing leaves it, counts for nothing.
    """
    records: dict[str, set[int]] = defaultdict(set)
    accounts: dict[str, set[str]] = defaultdict(set)
    teams: dict[str, set[str]] = defaultdict(set)
    columns = SHARES[0][1][:-1]
    for item, kind, principal, of, mask, inherited in rows(*columns):
        if not (_any(mask) or _any(inherited)):
            continue
        word = TYPES.get((kind or "").strip(), (kind or "").strip().casefold())
        records[word].add(hash(item))
        holders = teams if (of or "").strip().casefold() in _TEAM else accounts
        holders[word].add((principal or "").casefold())
    return [Shared(w, len(records[w]), len(accounts[w]), len(teams[w])) for w in sorted(records)]


def _any(mask: str | None) -> bool:
    return (mask or "0").strip() not in ("", "0", "0.0")
