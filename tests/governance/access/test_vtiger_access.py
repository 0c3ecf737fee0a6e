"""vtiger: profiles, role tree, sharing defaults and sharing rules, as the vendor describes them.

Expected cells follow
https://help.vtiger.com/faq/155130375 (sharing modes: read-only, read-write, read-write-delete,
private with the roles below), https://code.vtiger.com/vtiger/vtigercrm-manual/-/wikis/Profiles
(module permissions view, create, edit, delete; tools import and export) and
https://code.vtiger.com/vtiger/vtigercrm-manual/-/wikis/Sharing-Rules (rules between roles, roles
with subordinates, and groups; read, or read and write).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, cells, make, name, read, score

MODULES = {
    "Accounts": 6,
    "Contacts": 4,
    "Leads": 7,
    "Potentials": 2,
    "HelpDesk": 13,
    "PriceBooks": 19,
    "Calendar": 9,
}
DEFAULTS = {"Accounts": 2, "Contacts": 1, "Potentials": 0, "Leads": 3, "HelpDesk": 3, "Calendar": 3}
ROLES = {
    "H1": ("Organisation", "H1", 1),
    "H2": ("Direction", "H1::H2", 1),
    "H3": ("Sales lead", "H1::H2::H3", 2),
    "H4": ("Sales", "H1::H2::H3::H4", 3),
    "H5": ("Support", "H1::H2::H3::H5", 3),
    "H6": ("Analysis", "H1::H2::H6", 1),
}
HOLDERS = {1: "H2", 5: "H2", 6: "H3", 7: "H4", 8: "H5", 9: "H6"}
PROFILES = {
    1: ("Sales", dict.fromkeys(MODULES, "CRU"), ""),
    2: ("Support", {"HelpDesk": "CRUDX", "Contacts": "RU", "Leads": "RU", "Calendar": "CRUD"}, ""),
    3: ("Deleting", {"Accounts": "D", "Leads": "D", "PriceBooks": "D", "Calendar": "D"}, ""),
    4: ("View all", {"Accounts": "R", "Leads": "R"}, "view"),
}
OF_ROLE = {"H2": [1, 3], "H3": [1, 3], "H4": [1, 3], "H5": [2], "H6": [4]}


def rows() -> dict[str, list[dict[str, Any]]]:
    actions = {"C": 7, "R": 4, "U": 1, "D": 2}
    profiles: dict[str, list[dict[str, Any]]] = {
        "vtiger_profile": [],
        "vtiger_profile2tab": [],
        "vtiger_profile2standardpermissions": [],
        "vtiger_profile2utility": [],
        "vtiger_profile2globalpermissions": [],
    }
    for profile, (title, allowed, over) in PROFILES.items():
        profiles["vtiger_profile"].append({"profileid": profile, "profilename": title})
        for action in (1, 2):
            profiles["vtiger_profile2globalpermissions"].append(
                {
                    "profileid": profile,
                    "globalactionid": action,
                    "globalactionpermission": 0 if over == "view" and action == 1 else 1,
                }
            )
        for module, tab in MODULES.items():
            here = {"profileid": profile, "tabid": tab}
            letters = allowed.get(module, "")
            profiles["vtiger_profile2tab"].append({**here, "permissions": 0 if letters else 1})
            for letter, action in actions.items():
                one = {**here, "operation": action, "permissions": 0 if letter in letters else 1}
                profiles["vtiger_profile2standardpermissions"].append(one)
            for action in (5, 6):
                permission = 0 if "X" in letters and action == 6 else 1
                profiles["vtiger_profile2utility"].append(
                    {**here, "activityid": action, "permission": permission}
                )
    return {
        **profiles,
        "vtiger_tab": [
            {
                "tabid": tab,
                "name": module,
                "presence": 0,
                "isentitytype": 1,
                "ownedby": int(module == "PriceBooks"),
            }
            for module, tab in MODULES.items()
        ],
        "vtiger_entityname": [
            {"tabid": 6, "modulename": "Accounts", "tablename": "vtiger_account"},
            {"tabid": 4, "modulename": "Contacts", "tablename": "vtiger_contactdetails"},
        ],
        "vtiger_def_org_share": [
            {"ruleid": n, "tabid": MODULES[m], "permission": p, "editstatus": 0}
            for n, (m, p) in enumerate(DEFAULTS.items())
        ],
        "vtiger_role": [
            {"roleid": r, "rolename": n, "parentrole": p, "depth": 1, "allowassignedrecordsto": g}
            for r, (n, p, g) in ROLES.items()
        ],
        "vtiger_role2profile": [
            {"roleid": r, "profileid": p} for r, ps in OF_ROLE.items() for p in ps
        ],
        "vtiger_user2role": [{"userid": u, "roleid": r} for u, r in HOLDERS.items()],
        "vtiger_users": [
            {
                "id": u,
                "user_name": f"user{u}",
                "is_admin": "on" if u == 1 else "off",
                "status": "Inactive" if u == 9 else "Active",
                "deleted": 0,
                "first_name": "",
                "last_name": f"Beispiel{u}",
            }
            for u in HOLDERS
        ],
        "vtiger_groups": [{"groupid": 100, "groupname": "Campaign team", "description": ""}],
        "vtiger_group2role": [{"groupid": 100, "roleid": "H5"}],
        "vtiger_datashare_module_rel": [
            {"shareid": 1, "tabid": 13, "relationtype": "ROLE::ROLE"},
            {"shareid": 2, "tabid": 7, "relationtype": "RS::GRP"},
        ],
        # Those who sell may read what support works on; the group may change the leads of sales.
        "vtiger_datashare_role2role": [
            {"shareid": 1, "share_roleid": "H5", "to_roleid": "H4", "permission": 0}
        ],
        "vtiger_datashare_rs2grp": [
            {"shareid": 2, "share_roleandsubid": "H4", "to_groupid": 100, "permission": 1}
        ],
    }


EXPECTED = {
    # Administrators may do everything.
    1: dict.fromkeys(MODULES, "OOOO"),
    # At the top of the tree: of private modules the records of those below.
    5: {
        "Accounts": "OOOO",
        "Contacts": "OOO-",
        "Potentials": "OOP-",
        "Leads": "OPPP",
        "HelpDesk": "OPP-",
        "PriceBooks": "OOOO",
        "Calendar": "O???",
    },
    6: {
        "Accounts": "POOO",
        "Contacts": "POO-",
        "Potentials": "POP-",
        "Leads": "PPPP",
        "HelpDesk": "PPP-",
        "PriceBooks": "POOO",
    },
    # Nobody below: own records, and what is open to everybody or by rule.
    7: {
        "Accounts": "UOOO",
        "Contacts": "UOO-",
        "Potentials": "UOU-",
        "Leads": "UUUU",
        "HelpDesk": "UBU-",
        "PriceBooks": "UOOO",
        "Calendar": "U?UU",
    },
    8: {
        "Accounts": "----",
        "Contacts": "-OO-",
        "Potentials": "----",
        "Leads": "-BB-",
        "HelpDesk": "UUUU",
        "PriceBooks": "----",
    },
    # The global right to view all opens every module, even those that the profile closes.
    9: {"Accounts": "-O--", "Leads": "-O--", "HelpDesk": "-O--"},
}


@pytest.mark.parametrize("dialect", dialects("sqlite", "mariadb"))
def test_every_cell_is_as_the_vendor_describes(
    dialect: str, make_db: Callable[[str], Database]
) -> None:
    db = make_db(dialect)
    make(db, "vtiger", rows())
    assert score(read(db.url, "vtiger"), EXPECTED) == 144


@pytest.fixture
def file(tmp_path: Path) -> Database:
    return sqlite_file(tmp_path / "vtiger.db")


def test_what_goes_beyond_single_records(file: Database) -> None:
    make(file, "vtiger", rows())
    found = read(file.url, "vtiger")
    assert beyond(found, 1) == {"administer", "export", "import", "mass change", "mass delete"}
    assert beyond(found, 7) == {"mass change", "mass delete"}
    assert beyond(found, 8) == {"export", "mass change"}
    assert beyond(found, 9) == set()


def test_accounts_have_roles_groups_and_units(file: Database) -> None:
    make(file, "vtiger", rows())
    found = read(file.url, "vtiger")
    of = {a.name: a for a in found.accounts}
    assert of[name(8)].roles == ("2", "H5")
    assert of[name(8)].teams == ("100",)
    assert of[name(8)].unit == "H5"
    assert [of[name(u)].active for u in (8, 9)] == [True, False]
    assert [(u.id, u.parent, u.members) for u in found.units][2:5] == [
        ("H3", "H2", 1),
        ("H4", "H3", 1),
        ("H5", "H3", 1),
    ]
    assert {r.id: r.kind for r in found.roles}["H5"] == "role"
    assert {r.id: r.name for r in found.roles}["2"] == "Support"
    held = {
        h.object: h for h in next(h for h in found.holdings if h.id == of[name(7)].holding).held
    }
    assert held["Contacts"].table == "vtiger_contactdetails"
    assert held["HelpDesk"].why[1] == ("1", "sharing")
    assert held["Contacts"].why[1] == ("1", "everybody")


def test_a_role_shared_with_itself_is_a_business_unit(file: Database) -> None:
    data = rows()
    data["vtiger_datashare_role2role"] = [
        {"shareid": 1, "share_roleid": "H4", "to_roleid": "H4", "permission": 1}
    ]
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["HelpDesk"] == "UBB-"


def test_all_roles_shared_are_the_organisation(file: Database) -> None:
    data = rows()
    data["vtiger_datashare_module_rel"][0]["tabid"] = 7
    data["vtiger_datashare_role2role"] = []
    data["vtiger_datashare_rs2role"] = [
        {"shareid": 1, "share_roleandsubid": "H2", "to_roleid": "H4", "permission": 0}
    ]
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["Leads"] == "UOUU"


def test_before_version_7_creating_was_editing(file: Database) -> None:
    data = rows()
    data["vtiger_profile2standardpermissions"] = [
        r for r in data["vtiger_profile2standardpermissions"] if r["operation"] != 7
    ]
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 8)["Contacts"] == "UOO-"


def test_without_the_tables_of_sharing_rules_private_modules_are_unknown(file: Database) -> None:
    make(file, "vtiger", rows(), without=["vtiger_datashare_role2role"])
    found = read(file.url, "vtiger")
    assert cells(found, 7)["Leads"] == "U??U"
    assert cells(found, 7)["Contacts"] == "UOO-"
    (holding,) = {a.holding for a in found.accounts if a.name == name(7)}
    (rights,) = [h for h in found.holdings if h.id == holding]
    assert any("vtiger_datashare_role2role" in u for u in rights.unknown)


def test_without_profiles_no_right_is_known(file: Database) -> None:
    make(file, "vtiger", rows(), without=["vtiger_profile2tab"])
    found = read(file.url, "vtiger")
    assert set(cells(found, 7).values()) == {"????"}
    assert cells(found, 1)["Leads"] == "OOOO"


def test_of_what_no_profile_speaks_nobody_can_tell(file: Database) -> None:
    data = rows()
    data["vtiger_profile2standardpermissions"] = [
        r for r in data["vtiger_profile2standardpermissions"] if r["tabid"] != MODULES["Leads"]
    ]
    make(file, "vtiger", data)
    found = read(file.url, "vtiger")
    assert cells(found, 7)["Leads"] == "????"
    (account,) = [a for a in found.accounts if a.name == name(7)]
    (rights,) = [h for h in found.holdings if h.id == account.holding]
    assert "Leads: no profile says what may be done there." in rights.unknown


def test_without_the_table_of_tools_export_is_not_denied(file: Database) -> None:
    make(file, "vtiger", rows(), without=["vtiger_profile2utility"])
    found = read(file.url, "vtiger")
    assert cells(found, 8)["HelpDesk"] == "UUUU"
    (account,) = [a for a in found.accounts if a.name == name(8)]
    (rights,) = [h for h in found.holdings if h.id == account.holding]
    assert rights.unknown[0] == "Who may import and export is not in this database."


# Cells derived from the vendor's source, edition 8.1.0 where nothing else is said: `isPermitted`
# and `getCombinedUser…Permissions` in include/utils/UserInfoUtil.php, GetUserGroups.php beside it,
# and `getUserModuleSharingObjects` in modules/Users/CreateUserPrivilegeFile.php.
Data = dict[str, list[dict[str, Any]]]


def off(data: Data, module: str, *profiles: int) -> None:
    """Closes a module for some profiles and leaves its actions allowed."""
    for one in data["vtiger_profile2tab"]:
        if one["tabid"] == MODULES[module] and one["profileid"] in profiles:
            one["permissions"] = 1


def rule(data: Data, kind: str, module: str, source: object, to: object, write: int) -> None:
    """Adds a sharing rule, such as `role2rs`."""
    a, b = kind.split("2")
    columns = {"role": "roleid", "rs": "roleandsubid", "grp": "groupid", "group": "groupid"}
    share = 10 + len(data["vtiger_datashare_module_rel"])
    data["vtiger_datashare_module_rel"].append({"shareid": share, "tabid": MODULES[module]})
    row = {"shareid": share, f"share_{columns[a]}": source, f"to_{columns[b]}": to}
    data.setdefault(f"vtiger_datashare_{kind}", []).append({**row, "permission": write})


def test_a_module_closed_by_all_profiles_is_closed_whatever_its_actions_say(
    file: Database,
) -> None:
    data = rows()
    off(data, "Leads", 1, 3)
    off(data, "Accounts", 1)
    make(file, "vtiger", data)
    # Of Accounts the second profile opens the module, and the first still allows the actions.
    score(read(file.url, "vtiger"), {7: {"Leads": "----", "Accounts": "UOOO"}})


@pytest.mark.parametrize(("actions", "create"), [((1, 2, 4, 7), "-"), ((1, 2, 4), "O")])
def test_to_edit_all_opens_closed_modules_and_creating_before_6_6(
    file: Database, actions: tuple[int, ...], create: str
) -> None:
    data = rows()
    for one in data["vtiger_profile2globalpermissions"]:
        if (one["profileid"], one["globalactionid"]) == (4, 2):
            one["globalactionpermission"] = 0
    data["vtiger_profile2standardpermissions"] = [
        p for p in data["vtiger_profile2standardpermissions"] if p["operation"] in actions
    ]
    make(file, "vtiger", data)
    found = read(file.url, "vtiger")
    score(found, {9: {"Leads": f"{create}OO-", "HelpDesk": f"{create}OO-"}})


@pytest.mark.parametrize(("write", "expected"), [(1, "UOB-"), (0, "UOU-")])
def test_rules_that_let_write_count_under_a_read_only_default(
    file: Database, write: int, expected: str
) -> None:
    data = rows()
    rule(data, "role2role", "Potentials", "H5", "H4", write)
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["Potentials"] == expected


def test_rules_to_a_role_with_those_below_reach_down_and_others_do_not(file: Database) -> None:
    data = rows()
    rule(data, "role2rs", "Leads", "H6", "H3", 0)
    rule(data, "role2role", "HelpDesk", "H6", "H3", 1)
    make(file, "vtiger", data)
    found = read(file.url, "vtiger")
    # No rule lets delete, and a rule for the role above is none for those below.
    score(found, {7: {"Leads": "UBUU", "HelpDesk": "UBU-"}, 6: {"Leads": "PPPP"}})


def test_groups_within_groups_and_by_roles_with_those_below(file: Database) -> None:
    data = rows()
    data["vtiger_groups"] += [{"groupid": g, "groupname": f"Group {g}"} for g in (101, 102)]
    data["vtiger_group2grouprel"] = [{"groupid": 101, "containsgroupid": 100}]
    data["vtiger_group2rs"] = [{"groupid": 102, "roleandsubid": "H3"}]
    data["vtiger_datashare_rs2grp"] = []
    rule(data, "rs2grp", "Leads", "H6", 101, 0)
    rule(data, "role2group", "HelpDesk", "H6", 102, 1)
    make(file, "vtiger", data)
    found = read(file.url, "vtiger")
    score(found, {8: {"Leads": "-BU-", "HelpDesk": "UBBU"}, 7: {"Leads": "UUUU"}})


@pytest.mark.parametrize(
    ("version", "default", "expected"),
    [("6.5.0", 3, "UBU-"), ("6.5.0", 0, "UUU-"), ("8.1.0", 3, "UUU-")],
)
def test_before_version_7_contacts_go_by_the_rules_for_organisations(
    file: Database, version: str, default: int, expected: str
) -> None:
    # Edition 5.4: CreateUserPrivilegeFile.php, "Constructing Contact Sharing Rules".
    data = rows()
    data["vtiger_version"] = [{"id": 1, "old_version": "", "current_version": version}]
    for one in data["vtiger_def_org_share"]:
        if one["tabid"] == MODULES["Contacts"]:
            one["permission"] = 3
        if one["tabid"] == MODULES["Accounts"]:
            one["permission"] = default
    rule(data, "role2role", "Accounts", "H5", "H4", 0)
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["Contacts"] == expected


def test_what_one_profile_denies_and_another_does_not_mention_is_unknown(file: Database) -> None:
    data = rows()
    off(data, "Leads", 1)
    data["vtiger_profile2tab"] = [
        t
        for t in data["vtiger_profile2tab"]
        if (t["profileid"], t["tabid"]) != (3, MODULES["Leads"])
    ]
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["Leads"] == "????"


def test_without_global_rights_of_a_profile_nobody_knows_what_it_opens(file: Database) -> None:
    data = rows()
    data["vtiger_profile2globalpermissions"] = [
        g for g in data["vtiger_profile2globalpermissions"] if g["profileid"] != 1
    ]
    make(file, "vtiger", data)
    score(read(file.url, "vtiger"), {7: {"Accounts": "U??O"}, 8: {"HelpDesk": "UUUU"}})


def test_without_sharing_defaults_only_what_disregards_them_is_sure(file: Database) -> None:
    make(file, "vtiger", rows(), without=["vtiger_def_org_share"])
    found = read(file.url, "vtiger")
    score(found, {7: {"Leads": "U???", "PriceBooks": "UOOO"}, 9: {"Leads": "-O--"}})


def test_a_read_only_calendar_is_changed_as_its_owners_say(file: Database) -> None:
    data = rows()
    data["vtiger_def_org_share"][5]["permission"] = 0
    make(file, "vtiger", data)
    assert cells(read(file.url, "vtiger"), 7)["Calendar"] == "UO?U"


def test_an_account_without_a_role_is_not_said_to_have_no_right(file: Database) -> None:
    data = rows()
    data["vtiger_user2role"] = [u for u in data["vtiger_user2role"] if u["userid"] != 7]
    make(file, "vtiger", data)
    assert set(cells(read(file.url, "vtiger"), 7).values()) == {"????"}


def test_modules_that_are_switched_off_are_no_kinds_of_record(file: Database) -> None:
    data = rows()
    data["vtiger_tab"][2]["presence"] = 1
    make(file, "vtiger", data)
    found = read(file.url, "vtiger")
    assert all("Leads" not in cells(found, u) for u in (1, 7, 9))
