"""SuiteCRM and SugarCRM CE: ACL actions, several roles, security groups.

Expected cells follow
https://docs.suitecrm.com/admin/administration-panel/roles-and-security-groups/ (All, Group, Owner,
None, Enabled, Disabled by action; Not Set is the default) and
https://store.suitecrm.com/docs/securitysuite/options (additive rights: the greatest of all roles;
user role precedence: roles of the user before those of the groups).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, cells, make, name, read, score

MODULES = ("Accounts", "Contacts", "Leads", "Cases")
ACTIONS = ("access", "view", "list", "edit", "delete", "import", "export", "massupdate")
NONE, DISABLED, OWNER, GROUP, ALL = -99, -98, 75, 80, 90
SALES = {
    "Contacts": {
        "view": GROUP,
        "list": GROUP,
        "edit": OWNER,
        "delete": NONE,
        "import": NONE,
        "export": NONE,
        "massupdate": NONE,
    },
    "Accounts": {"view": ALL, "list": OWNER, "delete": OWNER, "export": NONE, "import": NONE},
    "Leads": {"access": DISABLED},
    "Cases": {"edit": NONE, "delete": NONE, "export": NONE, "import": NONE},
}
READER = {"Contacts": {"view": ALL, "list": ALL}, "Leads": {"edit": GROUP}}
ROLES = {"sales": SALES, "copy": SALES, "reader": READER, "silent": {}}
OF_USERS = {"u3": ["sales"], "u5": ["sales", "reader"], "u6": ["reader"], "u7": ["copy", "sales"]}
OF_USERS["u8"] = ["silent"]
ALL_OF_IT = dict.fromkeys(MODULES, "OOOO")
SOLD = {"Contacts": "UBU-", "Accounts": "OOOU", "Leads": "----", "Cases": "-O--"}
EXPECTED: dict[str | int, dict[str, str]] = {
    "u1": ALL_OF_IT,
    "u2": ALL_OF_IT,  # without a role the actions' own levels hold
    "u3": SOLD,
    "u4": SOLD,  # by the group
    # Both say what lists and records show; only one of them says anything of the rest.
    "u5": {"Contacts": "U?U-", "Accounts": "OOOU", "Leads": "----", "Cases": "-O--"},
    # An own role and one of the group: precedence may leave the group's out.
    "u6": {"Contacts": "????", "Accounts": "OOO?", "Leads": "????", "Cases": "?O??"},
    "u7": SOLD,  # the same twice
    "u8": ALL_OF_IT,  # a role that is not set anywhere
}


def rows() -> dict[str, list[dict[str, Any]]]:
    kept = {"deleted": 0}
    return {
        "users": [
            {
                "id": f"u{n}",
                "user_name": f"login{n}",
                "first_name": "Ada" if n != 9 else None,
                "last_name": f"Beispiel{n}" if n != 9 else None,
                "is_admin": int(n == 1),
                "status": "Active",
                "deleted": 0,
                "date_entered": "2021-03-04 08:00:00",
            }
            for n in range(1, 10)
        ],
        "acl_actions": [
            {
                "id": f"{m}-{a}",
                "category": m,
                "name": a,
                "acltype": "module",
                "aclaccess": 89 if a == "access" else ALL,
                **kept,
            }
            for m in MODULES
            for a in ACTIONS
        ],
        "acl_roles": [
            *({"id": r, "name": f"Role {r}", **kept} for r in ROLES),
            {"id": "gone", "name": "Gone", "deleted": 1},
        ],
        "acl_roles_actions": [
            {
                "role_id": role,
                "action_id": f"{m}-{a}",
                "access_override": modules.get(m, {}).get(a, 0),
                **kept,
            }
            for role, modules in ROLES.items()
            for m in MODULES
            for a in ACTIONS
        ],
        "acl_roles_users": [
            *({"user_id": u, "role_id": r, **kept} for u, rs in OF_USERS.items() for r in rs),
            {"user_id": "u2", "role_id": "sales", "deleted": 1},
        ],
    }


def groups() -> dict[str, list[dict[str, Any]]]:
    kept = {"deleted": 0}
    return {
        "securitygroups": [{"id": "g1", "name": "North team", **kept}],
        "securitygroups_users": [
            {"securitygroup_id": "g1", "user_id": u, **kept} for u in ("u4", "u6")
        ],
        "securitygroups_acl_roles": [{"securitygroup_id": "g1", "role_id": "sales", **kept}],
        "securitygroups_records": [
            {"securitygroup_id": "g1", "module": "Contacts", "record_id": f"c{n}", **kept}
            for n in range(3)
        ],
    }


@pytest.mark.parametrize("dialect", dialects("sqlite", "mariadb"))
def test_the_cells_are_those_of_the_documentation(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    make(db, "suitecrm", {**rows(), **groups()})
    found = read(db.url, "suitecrm")
    score(found, EXPECTED)
    assert beyond(found, "u1") == {"administer", "export", "import", "mass change", "mass delete"}
    assert beyond(found, "u2") == {"export", "import", "mass change", "mass delete"}
    # Mass changes of accounts, where nothing forbids them; it deletes its own accounts only.
    assert beyond(found, "u3") == {"mass change"}


def test_what_a_setting_decides_is_unknown_and_says_why(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "suitecrm", {**rows(), **groups()})
    found = read(db.url, "suitecrm")
    held = {h.id: h for h in found.holdings}
    accounts = {a.name: a for a in found.accounts}
    assert not held[accounts[name("u3")].holding].unknown
    (reason,) = held[accounts[name("u5")].holding].unknown
    assert "security suite" in reason
    # The same rights are one holding, however they came.
    assert accounts[name("u2")].holding == accounts[name("u8")].holding
    assert accounts[name("u4")].teams == ("g1",)
    assert accounts[name("u4")].roles == ("sales",)
    (team,) = found.teams
    assert (team.name, team.members) == ("North team", 2)
    (opened,) = found.shared
    assert (opened.object, opened.table, opened.records, opened.teams) == (
        "Contacts",
        "contacts",
        3,
        1,
    )


def test_without_security_groups_the_lowest_level_counts(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "sugarcrm_ce", rows())
    found = read(db.url, "suitecrm")
    assert cells(found, "u5")["Contacts"] == "UBU-"
    assert cells(found, "u6") == {
        "Contacts": "OOOO",
        "Accounts": "OOOO",
        "Leads": "BOBO",
        "Cases": "OOOO",
    }
    assert "lowest" in found.rule
    assert "security" not in found.rule
