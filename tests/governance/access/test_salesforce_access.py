"""Salesforce from an export: profiles, permission sets, defaults, the tree of roles, sharing rules.

Expected cells follow
https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-objectpermissions.html
(rights by kind of record; View All and Modify All regardless of sharing),
https://developer.salesforce.com/docs/atlas.en-us.264.0.apexcode.meta/pages/apex_bulk_sharing_understanding.htm
(defaults, ownership, the role hierarchy, sharing rules),
https://help.salesforce.com/s/articleView?id=000385525 (Public Read/Write does not let delete; those
above in the tree may), and
https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-permissionsetgroupcomponent.html
(groups of permission sets).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from databases import Database, sqlite_file

from .vendor_tables import MORE, SCHEMAS, beyond, cells, make, name, read, score

OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "Case", "Campaign")
DEFAULTS = {
    "DefaultAccountAccess": "Read",
    "DefaultContactAccess": "ControlledByParent",
    "DefaultLeadAccess": "ReadEditTransfer",
    "DefaultOpportunityAccess": "None",
    "DefaultCaseAccess": "None",
    "DefaultCampaignAccess": "All",
}
LETTERS = {
    "C": "PermissionsCreate",
    "R": "PermissionsRead",
    "U": "PermissionsEdit",
    "D": "PermissionsDelete",
    "V": "PermissionsViewAllRecords",
    "M": "PermissionsModifyAllRecords",
}


def sid(prefix: str, n: int, check: str = "") -> str:
    return f"{prefix}{n:012d}{check}"


BOSS, LEAD, SELLER, SUPPORT = (sid("00E", n) for n in (1, 2, 3, 4))
# Profile → rights by kind of record, rights to everything.
PROFILES = {
    1: ({}, ["PermissionsModifyAllData", "PermissionsViewAllData", "PermissionsManageUsers"]),
    2: (dict.fromkeys(OBJECTS, "CRUD"), ["PermissionsExportReport"]),
    3: ({"Account": "R", "Contact": "R", "Case": "CRU"}, []),
    4: ({}, ["PermissionsViewAllData"]),
}
SETS = {11: ({"Case": "RV"}, []), 12: ({"Campaign": "RU"}, ["PermissionsApiEnabled"])}
# Account → profile, place in the tree, sets, groups of sets.
USERS = {
    1: (1, "", [], []),
    2: (2, BOSS, [], []),
    3: (2, LEAD, [], []),
    4: (2, SELLER, [], []),
    5: (3, SUPPORT, [11], []),
    6: (3, "", [], [21]),
    7: (4, "", [], []),
}


def rows() -> dict[str, list[dict[str, Any]]]:
    permissions = []
    for n, (objects, _) in {**PROFILES, **SETS}.items():
        for word, letters in objects.items():
            flags = {LETTERS[x]: x in letters for x in LETTERS}
            permissions.append({"ParentId": sid("0PS", n), "SobjectType": word, **flags})
    return {
        "Profile": [
            {
                "Id": sid("00e", n, "AAA"),
                "Name": f"Profile {n}",
                "UserLicenseId": sid("100", 1),
                "PermissionsModifyAllData": "PermissionsModifyAllData" in flags,
            }
            for n, (_, flags) in PROFILES.items()
        ],
        "UserLicense": [{"Id": sid("100", 1), "Name": "Salesforce"}],
        "PermissionSet": [
            {
                "Id": sid("0PS", n),
                "Label": f"Set {n}",
                "IsOwnedByProfile": n in PROFILES,
                "ProfileId": sid("00e", n) if n in PROFILES else None,
                **dict.fromkeys(flags, True),
            }
            for n, (_, flags) in {**PROFILES, **SETS}.items()
        ],
        "ObjectPermissions": permissions,
        "PermissionSetAssignment": [
            {
                "AssigneeId": sid("005", u),
                "PermissionSetId": sid("0PS", s) if s else None,
                "PermissionSetGroupId": sid("0PG", g) if g else None,
                "IsActive": True,
            }
            for u, (profile, _, sets, groups) in USERS.items()
            for s, g in [(profile, 0), *((s, 0) for s in sets), *((0, g) for g in groups)]
        ]
        + [
            # One that has run out.
            {
                "AssigneeId": sid("005", 4),
                "PermissionSetId": sid("0PS", 11),
                "PermissionSetGroupId": None,
                "IsActive": False,
            }
        ],
        "PermissionSetGroup": [{"Id": sid("0PG", 21), "MasterLabel": "Campaigning"}],
        "PermissionSetGroupComponent": [
            {"PermissionSetGroupId": sid("0PG", 21), "PermissionSetId": sid("0PS", 12)}
        ],
        "User": [
            {
                "Id": sid("005", u, "AAE"),
                "Username": f"mara.muster{u}@harbour.example",
                "FirstName": "Mara",
                "LastName": "Muster",
                "IsActive": True,
                "UserType": "Standard",
                "ProfileId": sid("00e", p),
                "UserRoleId": role,
                "CreatedDate": "2024-01-02T03:04:05.000Z",
            }
            for u, (p, role, *_) in USERS.items()
        ],
        "UserRole": [
            {"Id": BOSS, "Name": "Direction", "ParentRoleId": None},
            {"Id": LEAD, "Name": "Sales lead", "ParentRoleId": BOSS},
            {"Id": SELLER, "Name": "Sales", "ParentRoleId": LEAD},
            {"Id": SUPPORT, "Name": "Support", "ParentRoleId": BOSS},
        ],
        "Organization": [DEFAULTS],
        "Group": [
            {"Id": sid("00G", 1), "Name": "", "Type": "Role", "RelatedId": SELLER},
            {
                "Id": sid("00G", 2),
                "Name": "Helpers",
                "Type": "Regular",
                "RelatedId": None,
                "DoesIncludeBosses": False,
            },
        ],
        "GroupMember": [{"GroupId": sid("00G", 2), "UserOrGroupId": sid("005", 3)}],
        # Of two opportunities one is open to sales by a rule; of two cases both to the group.
        "OpportunityShare": [
            *share("Opportunity", sid("005", 2), "Owner", "All"),
            *share("Opportunity", sid("005", 3), "Owner", "All"),
            *share("Opportunity", sid("00G", 1), "Rule", "Read"),
            *share("Opportunity", sid("005", 5), "Manual", "Edit"),
        ],
        "CaseShare": [
            *share("Case", sid("005", 5), "Owner", "All"),
            *share("Case", sid("005", 5), "Owner", "All"),
            *share("Case", sid("00G", 2), "Rule", "Edit"),
            *share("Case", sid("00G", 2), "Rule", "Edit"),
        ],
    }


def share(kind: str, to: str, cause: str, level: str) -> list[dict[str, Any]]:
    return [{"UserOrGroupId": to, "RowCause": cause, f"{kind}AccessLevel": level}]


EXPECTED = {
    1: dict.fromkeys(OBJECTS, "OOOO"),
    # Above others in the tree: records of those below.
    2: {
        "Account": "UOPP",
        "Contact": "UOPP",
        "Lead": "UOOP",
        "Opportunity": "UPPP",
        "Case": "UPPP",
        "Campaign": "UOOO",
    },
    # Below: what a rule opens to the group, here all cases there are.
    3: {"Account": "UOPP", "Lead": "UOOP", "Opportunity": "UPPP", "Case": "UOOP"},
    # At the leaves: own records, and what a rule opens to the role.
    4: {
        "Account": "UOUU",
        "Contact": "UOUU",
        "Lead": "UOOU",
        "Opportunity": "UBUU",
        "Case": "UUUU",
        "Campaign": "UOOO",
    },
    # The set gives View All of cases on top.
    5: {"Account": "-O--", "Contact": "-O--", "Case": "UOU-", "Opportunity": "----"},
    6: {"Campaign": "-OO-", "Case": "UUU-", "Lead": "----"},
    7: dict.fromkeys(OBJECTS, "-O--"),
}


@pytest.fixture
def file(tmp_path: Path) -> Database:
    return sqlite_file(tmp_path / "salesforce.db")


def users(expected: dict[int, dict[str, str]]) -> dict[str | int, dict[str, str]]:
    return {sid("005", u, "AAE"): cells for u, cells in expected.items()}


def test_every_cell_is_as_the_vendor_describes(file: Database) -> None:
    make(file, "salesforce", rows())
    assert score(read(file.url, "salesforce"), users(EXPECTED)) == 140


def test_a_folder_of_files_is_read_alike(tmp_path: Path) -> None:
    schema = json.loads((SCHEMAS / "salesforce.json").read_text(encoding="utf-8"))["tables"]
    data = rows()
    for table, columns in {**schema, **MORE["salesforce"]}.items():
        with (tmp_path / f"{table}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(data.get(table, ()))
    assert score(read(f"folder:///{tmp_path}", "salesforce"), users(EXPECTED)) == 140


def test_what_goes_beyond_single_records(file: Database) -> None:
    make(file, "salesforce", rows())
    found = read(file.url, "salesforce")
    assert beyond(found, sid("005", 1, "AAE")) == {"administer"}
    assert beyond(found, sid("005", 2, "AAE")) == {"export"}
    assert beyond(found, sid("005", 6, "AAE")) == {"export"}
    assert beyond(found, sid("005", 5, "AAE")) == set()


def test_accounts_and_roles(file: Database) -> None:
    make(file, "salesforce", rows())
    found = read(file.url, "salesforce")
    of = {a.name: a for a in found.accounts}
    assert [of[name(sid("005", u, "AAE"))].administrator for u in (1, 2)] == [True, False]
    assert of[name(sid("005", 6, "AAE"))].roles == (
        *(sid("00e", 3), sid("0PG", 21), sid("0PS", 12)),
    )
    assert of[name(sid("005", 3, "AAE"))].teams == (sid("00G", 2),)
    assert of[name(sid("005", 4, "AAE"))].unit == SELLER
    assert {a.licence for a in found.accounts} == {"Salesforce"}
    kinds = {r.id: r.kind for r in found.roles}
    assert sorted(kinds.values()) == ["group", *["permission set"] * 2, *["profile"] * 4]
    (group,) = [r for r in found.roles if r.kind == "group"]
    assert group.includes == (sid("0PS", 12),)
    (own,) = [h for h in group.own if h.object == "Campaign"]
    assert own.levels == ("None", "Organizational", "Organizational", "None")
    assert own.why[1] == (sid("0PG", 21), "everybody")


def test_without_sharing_rules_private_kinds_are_unknown(file: Database) -> None:
    make(file, "salesforce", rows(), without=["OpportunityShare"])
    found = read(file.url, "salesforce")
    # Deleting no rule can give.
    assert cells(found, sid("005", 4, "AAE"))["Opportunity"] == "U??U"
    assert cells(found, sid("005", 4, "AAE"))["Case"] == "UUUU"
    assert cells(found, sid("005", 1, "AAE"))["Opportunity"] == "OOOO"


def test_without_the_tree_of_roles_only_those_outside_are_sure(file: Database) -> None:
    data = rows()
    make(file, "salesforce", data, without=["UserRole"])
    found = read(file.url, "salesforce")
    assert cells(found, sid("005", 4, "AAE"))["Case"] == "U???"
    assert cells(found, sid("005", 6, "AAE"))["Case"] == "UUU-"


def test_without_defaults_only_what_disregards_sharing_is_sure(file: Database) -> None:
    make(file, "salesforce", rows(), without=["Organization"])
    found = read(file.url, "salesforce")
    assert cells(found, sid("005", 4, "AAE"))["Account"] == "U???"
    assert cells(found, sid("005", 5, "AAE"))["Case"] == "UO?-"


@pytest.mark.parametrize("table", ["ObjectPermissions", "PermissionSet"])
def test_without_permissions_no_right_is_alleged(file: Database, table: str) -> None:
    make(file, "salesforce", rows(), without=[table])
    found = read(file.url, "salesforce")
    assert {a.holding for a in found.accounts} == {""}
    assert table in found.cannot
    assert len(found.accounts) == len(USERS)


def test_without_assignments_sets_may_give_more(file: Database) -> None:
    make(file, "salesforce", rows(), without=["PermissionSetAssignment"])
    found = read(file.url, "salesforce")
    assert set(cells(found, sid("005", 4, "AAE")).values()) == {"????"}


def test_what_a_muting_set_takes_away_is_unknown_or_summed_up(file: Database) -> None:
    data = rows()
    data["PermissionSetGroupComponent"].append(
        {"PermissionSetGroupId": sid("0PG", 21), "PermissionSetId": sid("0QM", 1)}
    )
    make(file, "salesforce", data)
    # At most all that the sets of the group permit, at least nothing of it.
    found = read(file.url, "salesforce")
    expected = {"Campaign": "-??-", "Case": "UUU-", "Account": "-O--", "Lead": "----"}
    score(found, users({6: expected}))
    (one,) = [a for a in found.accounts if a.name == name(sid("005", 6, "AAE"))]
    (rights,) = [h for h in found.holdings if h.id == one.holding]
    assert any(f"{sid('0PG', 21)} takes away" in u for u in rights.unknown)
    assert "export" not in rights.beyond


def test_the_set_that_sums_up_a_group_counts(file: Database) -> None:
    data = rows()
    data["PermissionSetGroupComponent"].append(
        {"PermissionSetGroupId": sid("0PG", 21), "PermissionSetId": sid("0QM", 1)}
    )
    data["PermissionSet"].append(
        {"Id": sid("0PS", 99), "Label": "Sum", "PermissionSetGroupId": sid("0PG", 21)}
    )
    flags = {LETTERS[x]: x == "R" for x in LETTERS}
    data["ObjectPermissions"].append(
        {"ParentId": sid("0PS", 99), "SobjectType": "Campaign", **flags}
    )
    make(file, "salesforce", data)
    found = read(file.url, "salesforce")
    assert cells(found, sid("005", 6, "AAE"))["Campaign"] == "-O--"
    assert sid("0PS", 99) not in {r.id for r in found.roles}


def test_an_export_without_the_permissions_to_all_data_tells_no_level(file: Database) -> None:
    make(file, "salesforce", rows())
    file.execute(['ALTER TABLE "PermissionSet" DROP COLUMN "PermissionsViewAllData"'])
    found = read(file.url, "salesforce")
    assert set(cells(found, sid("005", 4, "AAE")).values()) == {"????"}
    assert any("PermissionsViewAllData" in u for h in found.holdings for u in h.unknown)


# Cells derived from Salesforce's own pages:
# https://developer.salesforce.com/docs/atlas.en-us.securityImplGuide.meta/securityImplGuide/security_owd_external.htm
# (external defaults are no wider than internal ones; who is external),
# https://developer.salesforce.com/docs/atlas.en-us.260.0.object_reference.meta/object_reference/sforce_api_objects_sessionpermsetactivations.htm
# (sets that wait for a session, and do not within a group),
# https://developer.salesforce.com/docs/atlas.en-us.264.0.apexcode.meta/pages/apex_bulk_sharing_understanding.htm
# (those above reach what is owned by or shared with users below),
# https://developer.salesforce.com/docs/atlas.en-us.264.0.api_meta.meta/api_meta/meta_group.htm
# (doesIncludeBosses: whether that holds for what is shared with a public group), and
# https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-objectpermissions.html
# (View All and Modify All, regardless of sharing).
Data = dict[str, list[dict[str, Any]]]


def found_in(file: Database, data: Data, expected: dict[int, dict[str, str]]) -> Any:
    make(file, "salesforce", data)
    found = read(file.url, "salesforce")
    score(found, users(expected))
    return found


def give(data: Data, profile: int, word: str, letters: str) -> None:
    """Takes a profile's rights to a kind of record away and gives it these."""
    rights = [
        r
        for r in data["ObjectPermissions"]
        if (r["ParentId"], r["SobjectType"]) != (sid("0PS", profile), word)
    ]
    flags = {LETTERS[x]: x in letters for x in LETTERS}
    row = {"ParentId": sid("0PS", profile), "SobjectType": word, **flags}
    data["ObjectPermissions"] = [*rights, row]


@pytest.mark.parametrize(("bosses", "expected"), [(True, "UOOP"), (False, "UPPP"), (None, "U??P")])
def test_what_is_shared_with_those_below_is_shared_with_those_above(
    file: Database, bosses: bool | None, expected: str
) -> None:
    data = rows()
    data["Group"][1]["DoesIncludeBosses"] = bosses
    # Account 3 is in the group to which a rule opens all cases, account 2 is above it.
    found_in(file, data, {2: {"Case": expected}, 3: {"Case": "UOOP"}, 4: {"Case": "UUUU"}})


def test_a_rule_for_a_role_reaches_those_above_and_not_those_beside_or_below(
    file: Database,
) -> None:
    data = rows()
    data["OpportunityShare"] += share("Opportunity", sid("00G", 1), "Rule", "Read")
    found_in(
        file,
        data,
        {
            2: {"Opportunity": "UOPP"},
            3: {"Opportunity": "UOPP"},
            4: {"Opportunity": "UOUU"},
            5: {"Opportunity": "----"},
        },
    )


def test_a_rule_for_internal_roles_with_those_below_reaches_down(file: Database) -> None:
    data = rows()
    data["Group"].append(
        {
            "Id": sid("00G", 3),
            "Name": "",
            "Type": "RoleAndSubordinatesInternal",
            "RelatedId": BOSS,
        }
    )
    data["OpportunityShare"] += share("Opportunity", sid("00G", 3), "Rule", "Edit")
    found_in(file, data, {4: {"Opportunity": "UBBU"}, 2: {"Opportunity": "UPPP"}})


def test_manual_shares_and_teams_are_no_rules(file: Database) -> None:
    data = rows()
    give(data, 3, "Opportunity", "RU")
    data["OpportunityShare"] += share("Opportunity", sid("005", 4), "Team", "Edit")
    found_in(file, data, {5: {"Opportunity": "-UU-"}, 4: {"Opportunity": "UBUU"}})


@pytest.mark.parametrize(
    ("internal", "outside", "expected"),
    [
        ("Read", None, "-???"),
        ("Read", "Private", "-??U"),
        ("Read", "Read", "-O?U"),
        ("None", None, "-??U"),
        ("None", "Read", "-??U"),
    ],
)
@pytest.mark.parametrize("kind", ["PowerPartner", "CspLitePortal", "Guest"])
def test_external_accounts_go_by_defaults_of_their_own(
    file: Database, kind: str, internal: str, outside: str | None, expected: str
) -> None:
    data = rows()
    give(data, 3, "Account", "RUD")
    data["Organization"] = [{**DEFAULTS, "DefaultAccountAccess": internal}]
    data["User"][5]["UserType"] = kind
    if outside:
        data["EntityDefinition"] = [
            {"QualifiedApiName": "Account", "ExternalSharingModel": outside}
        ]
    # Account 6 is in the same way held, but for being external; account 5 is a colleague.
    inside = "-OUU" if internal == "Read" else "-UUU"
    found = found_in(file, data, {6: {"Account": expected}, 5: {"Account": inside}})
    assert any("external accounts" in u for h in found.holdings for u in h.unknown)


def test_view_all_needs_no_default_even_outside(file: Database) -> None:
    data = rows()
    data["User"][6]["UserType"] = "CustomerSuccess"
    give(data, 4, "Case", "RUM")
    found_in(file, data, {7: {"Account": "-O--", "Case": "-OOO"}})


def test_sets_that_wait_for_a_session_may_give_more(file: Database) -> None:
    data = rows()
    for one in data["PermissionSet"]:
        one["HasActivationRequired"] = one["Id"] in (sid("0PS", 11), sid("0PS", 12))
    # Within a group they do not wait: account 6 has its set by one.
    found = found_in(file, data, {5: {"Case": "U?U-", "Account": "-O--"}, 6: {"Campaign": "-OO-"}})
    assert any("only in sessions" in u for h in found.holdings for u in h.unknown)


def test_whether_a_waiting_set_makes_an_administrator_is_not_known(file: Database) -> None:
    data = rows()
    for one in data["PermissionSet"]:
        waits = one["Id"] == sid("0PS", 11)
        one.update(HasActivationRequired=waits, PermissionsModifyAllData=waits)
    found = found_in(file, data, {5: {"Case": "????", "Lead": "????"}, 4: {"Case": "UUUU"}})
    of = {a.name: a for a in found.accounts}
    assert of[name(sid("005", 5, "AAE"))].administrator is None


def test_a_muting_set_takes_away_only_what_its_own_group_gives(file: Database) -> None:
    data = rows()
    data["PermissionSetGroupComponent"].append(
        {"PermissionSetGroupId": sid("0PG", 21), "PermissionSetId": sid("0QM", 1)}
    )
    data["PermissionSetAssignment"].append(
        {"AssigneeId": sid("005", 6), "PermissionSetId": sid("0PS", 12), "IsActive": True}
    )
    found_in(file, data, {6: {"Campaign": "-OO-", "Case": "UUU-"}})


def test_assignments_that_are_revoked_or_have_run_out_give_nothing(file: Database) -> None:
    data = rows()
    for one in data["PermissionSetAssignment"]:
        if one["PermissionSetId"] == sid("0PS", 11):
            one.update(IsActive=True, IsRevoked=True)
        if one["PermissionSetGroupId"]:
            one["IsActive"] = False
    found_in(file, data, {5: {"Case": "UUU-"}, 6: {"Campaign": "----", "Case": "UUU-"}})


def test_rights_of_an_account_that_is_inactive_stand_and_it_is_said(file: Database) -> None:
    data = rows()
    data["User"][0]["IsActive"] = False
    found = found_in(file, data, {1: dict.fromkeys(OBJECTS, "OOOO")})
    of = {a.name: a for a in found.accounts}
    assert of[name(sid("005", 1, "AAE"))].active is False
