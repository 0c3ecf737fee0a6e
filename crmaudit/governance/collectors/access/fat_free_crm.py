"""Fat Free CRM: no roles; every record says who sees it.

Read from app/models/users/ability.rb of Fat Free CRM 0.25: whoever may see an
account, contact, lead, opportunity or campaign may change and delete it too.
That is everybody where its `access` is Public, else its maker, whom it is
assigned to, and those named in `permissions`. Tasks belong to their users.
Administrators may do everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from crmaudit.evidence.access import AccessLevel
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import administrator
from crmaudit.governance.collectors.access.model import (
    Account,
    Group,
    Read,
    Rights,
    Row,
    Told,
    row,
)
from crmaudit.governance.collectors.access.sharing import Opened, shared
from crmaudit.governance.collectors.access.tables import Tables, day

_TABLES: Mapping[str, str] = {
    "Account": "accounts",
    "Campaign": "campaigns",
    "Contact": "contacts",
    "Lead": "leads",
    "Opportunity": "opportunities",
}
_PUBLIC = "Public"
_OWN = row(("Organizational", "User", "User", "User"), (("everybody",), *(("everybody",),) * 3))
_OTHERS: Mapping[str, Row] = {
    # Made by whom it belongs to, or for whom it is assigned to.
    "Task": _OWN,
    "Comment": _OWN,
    "User": row(("None", "User", "User", "User"), ((), *(("everybody",),) * 3)),
}
_WORDS = frozenset({_PUBLIC, "Private", "Shared", "Lead", "Campaign"})


class _Reader:
    product = "fat_free_crm"
    rule = (
        "There are no roles. Each record is open to everybody (Public), to its maker and whom it "
        "is assigned to (Private), or also to accounts and groups named for it (Shared); who sees "
        "it may change and delete it. Administrators may do everything."
    )
    reads: tuple[Read, ...] = (
        *((table, ("access",)) for table in _TABLES.values()),
        ("permissions", ("user_id", "group_id", "asset_type", "asset_id")),
        ("groups", ("id", "name")),
        ("groups_users", ("group_id", "user_id")),
        ("users", ("id", "last_sign_in_at")),
    )

    def read(self, db: Tables) -> Told:
        found = _with_former_logins(db, accounts(db))
        members: dict[str, list[str]] = defaultdict(list)
        for group, user in db.rows("groups_users", "group_id", "user_id"):
            if group and user:
                members[account_name(user)].append(account_name(group))
        known = [replace(a, teams=tuple(sorted(set(members.get(a.key, ()))))) for a in found]
        by_record = {
            word: _counted(db, table) for word, table in _TABLES.items() if db.has(table, "access")
        }
        usual = _usual(by_record)
        why = ("administrator",)
        # The program imports nothing and has no change of many records at once.
        everything = Rights(
            administrator((*by_record, *_OTHERS)).objects, {"administer": why, "export": why}
        )

        def rights(account: Account) -> Rights:
            return everything if account.administrator else usual

        groups = ((id_, name) for id_, name in db.rows("groups", "id", "name") if id_)
        return Told(
            known,
            teams=[Group(account_name(id_), (name or "").strip()) for id_, name in groups],
            rights=rights if by_record else None,
            shared=shared(_opened(db)),
            by_record=by_record,
            objects={**_TABLES, "Task": "tasks", "Comment": "comments", "User": "users"},
            cannot="" if by_record else "there are no records that say who sees them",
        )


reader = _Reader()


def _with_former_logins(db: Tables, found: list[Account]) -> list[Account]:
    """The login before the last, where the last one is empty: it is one as well.

    Rows that were brought in, such as those of the program's own sample data,
    have it alone.
    """
    former = {account_name(i or ""): day(at) for i, at in db.rows("users", "id", "last_sign_in_at")}
    made = []
    for account in found:
        known = [d for d in (account.last_login, former.get(account.key)) if d]
        last = max(known, default=None)
        never = account.never_logged_in and last is None
        made.append(replace(account, last_login=last, never_logged_in=never))
    return made


def _counted(db: Tables, table: str) -> dict[str, int]:
    """How many records stand how; other values than the product's own are not told."""
    counts = Counter((access or "").strip() for (access,) in db.rows(table, "access"))
    found: dict[str, int] = {}
    for word, n in sorted(counts.items()):
        named = word if word in _WORDS else "not set" if not word else "other"
        found[named] = found.get(named, 0) + n
    return found


def _usual(by_record: Mapping[str, Mapping[str, int]]) -> Rights:
    """What everybody may do who is no administrator."""
    objects: dict[str, Row] = {}
    unknown = []
    for word, counts in by_record.items():
        records, public = sum(counts.values()), counts.get(_PUBLIC, 0)
        level: AccessLevel | None = "Organizational" if public == records else "User"
        if 0 < public < records:
            level = None
            unknown.append(
                f"{word}: {public:,} of {records:,} records are open to everybody, the others to "
                "few, so that no one level fits"
            )
        why = ("everybody",)
        objects[word] = row(("Organizational", level, level, level), (why, why, why, why))
    # Every list can be had as a file by whoever sees it.
    return Rights({**objects, **_OTHERS}, {"export": ("everybody",)}, tuple(unknown))


def _opened(db: Tables) -> Iterator[Opened]:
    columns = ("user_id", "group_id", "asset_type", "asset_id")
    for user, group, kind, record in db.rows("permissions", *columns):
        yield kind, record, user, group
