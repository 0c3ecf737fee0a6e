"""CiviCRM: accounts elsewhere, or the standalone edition's roles.

Expected cells follow
https://docs.civicrm.org/user/en/4.6/initial-set-up/permissions-and-access-control/ (permissions
stand in the content management system, ACLs in CiviCRM), the list of permissions at
http://wiki.civicrm.org/confluence/display/CRMDOC32/Default+Permissions+and+Roles and the
descriptions in CRM_Core_Permission::getCorePermissions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, make, name, read, score

STAFF = (
    "access CiviCRM",
    "add contacts",
    "edit all contacts",
    "access CiviContribute",
    "edit contributions",
    "access CiviMember",
    "access my cases and activities",
    "view all activities",
    "import contacts",
)
ROLES = {
    1: ("everyone", "Everyone", ("view event info", "register for events"), 1),
    2: ("admin", "Administrator", ("all CiviCRM permissions and ACLs",), 1),
    3: ("staff", "Staff", STAFF, 1),
    4: ("deleter", "Deleter", ("delete contacts", "delete in CiviContribute"), 1),
    5: ("old", "Old", ("administer CiviCRM",), 0),
    6: ("self", "Self service", ("access CiviCRM", "edit my contact", "view my contact"), 1),
}
OF_USERS = {1: [2], 2: [3], 3: [3, 4], 4: [5], 5: [6]}
KINDS = (
    "Contact",
    "Activity",
    "Case",
    "Contribution",
    "Membership",
    "Event",
    "Participant",
    "Grant",
    "Pledge",
)
EXPECTED: dict[str | int, dict[str, str]] = {
    11: dict.fromkeys(KINDS, "OOOO"),
    12: {
        "Contact": "OOO-",
        "Contribution": "OOO-",
        "Membership": "-O--",
        "Case": "-UU-",
        "Activity": "OOO-",
        "Event": "----",
        "Pledge": "----",
    },
    13: {"Contact": "OOOO", "Contribution": "OOOO", "Membership": "-O--"},
    14: dict.fromkeys(KINDS, "----"),  # an inactive role gives nothing
    15: {"Contact": "-UU-", "Contribution": "----"},
}


def rows() -> dict[str, list[dict[str, Any]]]:
    return {
        "civicrm_uf_match": [
            {
                "id": n,
                "uf_id": n + 10,
                "uf_name": f"mail{n}@crm.example",
                "contact_id": n + 100,
                "username": f"login{n}",
                "is_active": 1,
                "when_last_accessed": "2026-03-04 10:00:00" if n == 2 else None,
            }
            for n in OF_USERS
        ],
        "civicrm_role": [
            {
                "id": r,
                "name": n,
                "label": label,
                "permissions": "\x01" + "\x01".join(ps) + "\x01",
                "is_active": on,
            }
            for r, (n, label, ps, on) in ROLES.items()
        ],
        "civicrm_user_role": [
            {"id": 10 * u + r, "user_id": u, "role_id": r} for u, rs in OF_USERS.items() for r in rs
        ],
    }


@pytest.mark.parametrize("dialect", dialects("sqlite", "mariadb"))
def test_the_standalone_edition_has_its_own_roles(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    make(db, "civicrm", rows())
    found = read(db.url, "civicrm")
    score(found, EXPECTED)
    assert beyond(found, 11) == {"administer", "export", "import", "mass change", "mass delete"}
    assert beyond(found, 12) == {"export", "import", "mass change"}
    assert beyond(found, 13) == {"export", "import", "mass change", "mass delete"}
    assert beyond(found, 14) == beyond(found, 15) == set()
    by_name = {a.name: a for a in found.accounts}
    assert by_name[name(11)].administrator is True
    assert by_name[name(12)].administrator is False
    assert by_name[name(12)].roles == ("1", "3")


def test_acl_rules_make_unknown_what_no_permission_settles(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    rules = [{"id": 1, "name": "Edit a group", "is_active": 1}]
    make(db, "civicrm", {**rows(), "civicrm_acl": rules})
    found = read(db.url, "civicrm")
    score(found, {12: {"Contact": "OOO-", "Contribution": "OOO-"}, 15: {"Contact": "-??-"}})


@pytest.mark.parametrize("version", ["civicrm-5", "civicrm"])
def test_elsewhere_accounts_are_not_read_and_the_reason_says_where(
    tmp_path: Path, version: str
) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    matches = [{"id": 1, "uf_id": 1, "uf_name": "mail@crm.example", "contact_id": 2}]
    rules = [{"id": n, "name": "Edit a group", "is_active": 1} for n in range(3)]
    without = ("civicrm_role", "civicrm_user_role") if version == "civicrm" else ()
    make(db, version, {"civicrm_uf_match": matches, "civicrm_acl": rules}, without)
    found = read(db.url, "civicrm")
    assert not found.accounts_read
    assert "content management system" in found.cannot
    assert (found.accounts, found.roles, found.holdings) == ((), (), ())
    (note,) = found.notes
    assert note.startswith("3 ACL rules")


# Cells derived from the vendor's source: `getEntityActionPermissions` and `getCorePermissions` of
# CRM/Core/Permission.php, CRM_ACL_API::whereClause, CRM_Case_BAO_Case::addSelectWhereClause,
# CRM/Case/Info.php and Civi\Standalone\Security::checkPermission.
BACKEND = "access CiviCRM"
SOURCE: list[tuple[str, tuple[str, ...], dict[str, str]]] = [
    ("no door, no right", ("edit all contacts", "add contacts"), {"Contact": "----"}),
    (
        "the API alone opens contacts and cases, nothing that asks for the backend",
        (
            "access AJAX API",
            "edit all contacts",
            "add contacts",
            "delete contacts",
            "access CiviContribute",
            "edit contributions",
            "access all cases and activities",
            "add cases",
            "delete in CiviCase",
        ),
        {"Contact": "-OO-", "Case": "-OO-", "Contribution": "----", "Activity": "----"},
    ),
    ("who may edit his own contact sees it", (BACKEND, "edit my contact"), {"Contact": "-UU-"}),
    ("to delete one has to be able to edit", (BACKEND, "delete contacts"), {"Contact": "----"}),
    (
        "all cases, but of visible contacts only",
        (BACKEND, "access all cases and activities", "view my contact", "delete in CiviCase"),
        {"Case": "-UUU", "Contact": "-U--"},
    ),
    (
        "cases without any visible contact are not seen",
        (BACKEND, "access all cases and activities", "add cases"),
        {"Case": "O---"},
    ),
    (
        "to administer CiviCase opens cases in some versions",
        (BACKEND, "administer CiviCase", "view all contacts"),
        {"Case": "-??-"},
    ),
    (
        "to administer CiviCRM opens the backend and no records",
        ("administer CiviCRM",),
        {"Contact": "----", "Contribution": "----", "Case": "----"},
    ),
    (
        "events are seen by those who may see event info",
        (BACKEND, "access CiviEvent", "delete in CiviEvent"),
        {"Event": "-O-O"},
    ),
    ("all events", (BACKEND, "access CiviEvent", "edit all events"), {"Event": "OOO-"}),
    ("events need their component", (BACKEND, "edit all events"), {"Event": "----"}),
    (
        "participants need the component of events",
        (BACKEND, "view all contacts", "view event participants", "edit event participants"),
        {"Participant": "----"},
    ),
    (
        "whoever may register may make participants",
        (BACKEND, "view all contacts", "access CiviEvent", "view event participants"),
        {"Participant": "OO--"},
    ),
    (
        "whoever may edit participants may delete them by the API",
        (BACKEND, "view all contacts", "access CiviEvent", "edit event participants"),
        {"Participant": "O-OO"},
    ),
    (
        "rights to edit without the component's access are none",
        (BACKEND, "view all contacts", "edit contributions", "edit memberships", "edit pledges"),
        {"Contribution": "----", "Membership": "----", "Pledge": "----"},
    ),
]


def with_permissions(*permissions: str, everybody: bool = True) -> dict[str, list[dict[str, Any]]]:
    """One account, 14, with these permissions beside those of everybody."""
    data = rows()
    data["civicrm_role"][4].update(is_active=1, permissions="\x01".join(permissions))
    data["civicrm_role"][0]["is_active"] = int(everybody)
    return data


@pytest.mark.parametrize(
    ("permissions", "expected"), [pytest.param(*given, id=what) for what, *given in SOURCE]
)
def test_cells_from_the_vendors_source(
    tmp_path: Path, permissions: tuple[str, ...], expected: dict[str, str]
) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "civicrm", with_permissions(*permissions))
    score(read(db.url, "civicrm"), {14: expected})


def test_a_role_everyone_that_is_switched_off_gives_nothing(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "civicrm", with_permissions(BACKEND, "access CiviEvent", everybody=False))
    score(read(db.url, "civicrm"), {14: {"Event": "----", "Participant": "----"}})


@pytest.mark.parametrize(
    ("about", "contact", "event"),
    [
        ("civicrm_group", "-??-", "OOO-"),
        ("civicrm_saved_search", "-??-", "OOO-"),
        ("civicrm_event", "-UU-", "OOO-"),
        ("civicrm_uf_group", "-UU-", "OOO-"),
        ("civicrm_custom_group", "-UU-", "OOO-"),
    ],
)
def test_acl_rules_concern_what_they_are_about(
    tmp_path: Path, about: str, contact: str, event: str
) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    data = with_permissions(BACKEND, "edit my contact", "access CiviEvent", "edit all events")
    rule = {"id": 1, "is_active": 1, "object_table": about}
    make(db, "civicrm", {**data, "civicrm_acl": [rule, {**rule, "id": 2, "is_active": 0}]})
    score(read(db.url, "civicrm"), {14: {"Contact": contact, "Event": event}})


def test_acl_rules_for_events_leave_events_open(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    data = with_permissions(BACKEND, "access CiviEvent", everybody=False)
    rules = [{"id": 1, "is_active": 1, "object_table": "civicrm_event"}]
    make(db, "civicrm", {**data, "civicrm_acl": rules})
    found = read(db.url, "civicrm")
    score(found, {14: {"Event": "-??-", "Contact": "----"}})


def test_without_the_table_of_acl_rules_nobody_knows_what_they_open(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "civicrm", rows(), without=["civicrm_acl"])
    found = read(db.url, "civicrm")
    score(found, {12: {"Contact": "OOO-"}, 15: {"Contact": "-??-"}})
    assert any("civicrm_acl" in u for h in found.holdings for u in h.unknown)


def test_without_the_table_of_who_has_which_role_no_right_is_alleged(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "civicrm", rows(), without=["civicrm_user_role"])
    found = read(db.url, "civicrm")
    assert len(found.accounts) == len(OF_USERS)
    assert {a.holding for a in found.accounts} == {""}
    assert {a.administrator for a in found.accounts} == {None}
    assert "civicrm_user_role" in found.cannot
