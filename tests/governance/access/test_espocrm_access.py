"""EspoCRM: roles of users and teams, merged.

Expected cells follow https://docs.espocrm.com/administration/roles-management/ (the roles Salesman
and Sales Manager of its example, merging, permissions by default, assignment, export and mass
update permission) and the vendor's answer on merging with "not set":
https://forum.espocrm.com/forum/general/88422-difference-between-not-set-and-disabled-in-admin-roles-access
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, make, name, read, score

SALESMAN = {
    scope: {"create": "yes", "read": "team", "edit": "own", "delete": "no", "stream": "team"}
    for scope in ("Lead", "Opportunity")
}
MANAGER = {
    scope: {"create": "yes", "read": "team", "edit": "team", "delete": "team", "stream": "team"}
    for scope in ("Lead", "Opportunity")
}
ROLES: dict[str, tuple[Any, str, str, str]] = {
    "r1": ({**SALESMAN, "Case": False}, "team", "no", "no"),
    "r2": (MANAGER, "all", "yes", "yes"),
    "r3": ({"Case": {"create": "no", "read": "all"}, "Import": True}, "not-set", "not-set", "no"),
    "r4": ("{broken", "no", "no", "no"),
}
OF_USERS = {"u3": ["r2"], "u4": ["r3"], "u6": ["r4"], "u1": []}
EXPECTED: dict[str | int, dict[str, str]] = {
    "u1": dict.fromkeys(("Lead", "Opportunity", "Case", "User", "Team"), "OOOO"),
    # Salesman by the team: reads the team's, edits own, deletes none, assigns to the team.
    "u2": {"Lead": "BBU-", "Opportunity": "BBU-", "Case": "----", "User": "-U--", "Team": "-B--"},
    # Salesman by the team and Sales Manager of his own.
    "u3": {"Lead": "OBBB", "Opportunity": "OBBB", "Case": "----"},
    # Disabled by one role, allowed by the other; not set by the other.
    "u4": {"Lead": "BBU-", "Case": "-O--", "User": "-U--"},
    # Without a role, a file decides.
    "u5": {"Lead": "????", "User": "????"},
    "u6": {"Lead": "????", "Case": "????"},
}


def rows(version: str) -> dict[str, list[dict[str, Any]]]:
    kept: dict[str, Any] = {"deleted": False}
    return {
        "user": [
            {
                "id": f"u{n}",
                "user_name": f"login{n}",
                "type": "admin" if n == 1 else "portal" if n == 7 else "regular",
                "is_active": True,
                "first_name": "Ada",
                "last_name": f"Beispiel{n}",
                **kept,
            }
            for n in range(1, 8)
        ],
        "role": [
            {
                "id": r,
                "name": f"Role {r}",
                "assignment_permission": assign,
                "export_permission": export,
                "mass_update_permission": mass,
                "data": data if isinstance(data, str) else json.dumps(data),
                **kept,
            }
            for r, (data, assign, export, mass) in ROLES.items()
        ],
        "role_user": [
            *({"role_id": r, "user_id": u, **kept} for u, rs in OF_USERS.items() for r in rs),
            {"role_id": "r2", "user_id": "u2", "deleted": True},
        ],
        "team": [{"id": "t1", "name": "Sales Department", **kept}],
        "team_user": [{"team_id": "t1", "user_id": u, **kept} for u in ("u2", "u3", "u4")],
        "role_team": [{"role_id": "r1", "team_id": "t1", **kept}],
        "auth_log_record": [
            {
                "id": f"l{n}",
                "user_id": "u2",
                "created_at": f"2026-05-0{1 + n % 3} 10:0{n % 10}:00",
                "ip_address": f"192.0.2.{n}",
                "is_denied": False,
                **kept,
            }
            for n in range(15)
        ],
    }


@pytest.mark.parametrize("version", ["espocrm", "espocrm-8", "espocrm-7"])
@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_the_cells_are_those_of_the_documentation(
    make_db: Callable[[str], Database], dialect: str, version: str
) -> None:
    db = make_db(dialect)
    make(db, version, rows(version))
    found = read(db.url, "espocrm")
    score(found, EXPECTED)
    assert beyond(found, "u2") == set()
    assert beyond(found, "u3") == {"export", "mass change", "mass delete"}
    assert beyond(found, "u4") == {"import"}


def test_a_portal_user_has_no_rights_of_these_roles(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "espocrm", rows("espocrm"))
    found = {a.name: a for a in read(db.url, "espocrm").accounts}
    assert found[name("u7")].person is False
    assert found[name("u7")].holding == ""


def test_last_logins_are_looked_up_and_addresses_counted(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "espocrm", rows("espocrm"))
    found = read(db.url, "espocrm")
    by_name = {a.name: a for a in found.accounts}
    busy, other = by_name[name("u2")], by_name[name("u3")]
    assert str(busy.last_login) == "2026-05-03"
    assert busy.signs == ("logins from 5 addresses on one day",)
    # The log is pruned: who is not in it may have logged in before.
    assert other.last_login is None
    assert other.never_logged_in is None
    assert str(found.logins_since) == "2026-05-01"


def test_kinds_of_record_are_brought_to_their_tables(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    changed = rows("espocrm")
    scopes = {"Lead": {"read": "sideways"}, "TargetList": {"read": "all"}, "Calendar": True}
    changed["role"][2]["data"] = json.dumps(scopes)
    make(db, "espocrm", changed)
    found = read(db.url, "espocrm")
    by_name = {a.name: a for a in found.accounts}
    (holding,) = [h for h in found.holdings if h.id == by_name[name("u4")].holding]
    tables = {h.object: h.table for h in holding.held}
    assert tables["Lead"] == "lead"
    assert tables["TargetList"] == "target_list"
    assert tables["Calendar"] == ""
    # A level that the product does not have is unknown, not none.
    (lead,) = [h for h in holding.held if h.object == "Lead"]
    assert lead.level("R") is None
    assert len(holding.unknown) == 1
