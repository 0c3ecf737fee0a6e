"""Fat Free CRM: no roles; records are public, private or shared.

Expected cells follow app/models/users/ability.rb of the project (commit 6c7f4eee9e42): `manage` on
public records, on one's own and on those assigned to one, on shared ones by `permissions`; own
tasks; administrators manage all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, make, name, read, score

ENTITIES = ("Account", "Campaign", "Contact", "Lead", "Opportunity")


def rows() -> dict[str, list[dict[str, Any]]]:
    return {
        "users": [
            {
                "id": n,
                "username": f"login{n}",
                "email": f"login{n}@crm.example",
                "first_name": "Ada",
                "last_name": "Beispiel",
                "admin": n == 1,
                "suspended_at": "2026-01-02 10:00:00" if n == 3 else None,
                "current_sign_in_at": "2026-02-03 09:00:00" if n == 2 else None,
            }
            for n in (1, 2, 3)
        ],
        "accounts": [{"id": n, "access": "Public"} for n in range(4)],
        "contacts": [{"id": n, "access": ("Public", "Private", "Shared")[n % 3]} for n in range(6)],
        "leads": [{"id": n, "access": "Private"} for n in range(3)],
        "campaigns": [{"id": 1, "access": None}],
        "groups": [{"id": 5, "name": "North"}],
        "groups_users": [{"group_id": 5, "user_id": 2}],
        "permissions": [
            {"id": 1, "user_id": 2, "group_id": None, "asset_type": "Contact", "asset_id": 2},
            {"id": 2, "user_id": None, "group_id": 5, "asset_type": "Contact", "asset_id": 5},
            {"id": 3, "user_id": 3, "group_id": None, "asset_type": "Contact", "asset_id": 5},
        ],
    }


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_the_cells_follow_what_the_records_say(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    make(db, "fat_free_crm", rows())
    found = read(db.url, "fat_free_crm")
    usual = {
        "Account": "OOOO",
        "Contact": "O???",
        "Lead": "OUUU",
        "Campaign": "OUUU",
        "Opportunity": "OOOO",
        "Task": "OUUU",
        "User": "-UUU",
    }
    everything = dict.fromkeys((*ENTITIES, "Task", "User"), "OOOO")
    score(found, {1: everything, 2: usual, 3: usual})
    assert beyond(found, 1) == {"administer", "export"}
    assert beyond(found, 2) == {"export"}
    assert found.by_record == {
        "accounts": {"Public": 4},
        "campaigns": {"not set": 1},
        "contacts": {"Private": 2, "Public": 2, "Shared": 2},
        "leads": {"Private": 3},
        "opportunities": {},
    }
    (opened,) = found.shared
    assert (opened.table, opened.records, opened.accounts, opened.teams) == ("contacts", 2, 2, 1)
    assert found.roles == ()


def test_a_mixture_of_records_has_no_one_level(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "fat_free_crm", rows())
    found = read(db.url, "fat_free_crm")
    by_name = {a.name: a for a in found.accounts}
    (holding,) = [h for h in found.holdings if h.id == by_name[name(2)].holding]
    assert holding.unknown[0].startswith("Contact: 2 of 6 records are open to everybody")
    assert by_name[name(3)].active is False
    assert by_name[name(1)].never_logged_in is True
    assert by_name[name(2)].never_logged_in is False


def test_the_login_before_the_last_is_one_too(tmp_path: Path) -> None:
    """Devise keeps both; rows that were brought in may have the former alone."""
    db = sqlite_file(tmp_path / "crm.sqlite")
    given = rows()
    given["users"][0]["last_sign_in_at"] = "2026-01-05 08:00:00"
    given["users"][1]["last_sign_in_at"] = "2026-01-31 08:00:00"
    make(db, "fat_free_crm", given)
    found = {a.name: a for a in read(db.url, "fat_free_crm").accounts}
    told = [(found[name(n)].last_login, found[name(n)].never_logged_in) for n in (1, 2, 3)]
    assert told == [(date(2026, 1, 5), False), (date(2026, 2, 3), False), (None, True)]
