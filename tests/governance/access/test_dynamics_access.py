"""Dynamics 365 / Dataverse: the standard roles, as the vendor lists their privileges.

Depths are those of the pages "Account entity privileges" and "Lead entity privileges"
(https://learn.microsoft.com/en-us/previous-versions/ms913471(v=msdn.10),
https://learn.microsoft.com/en-us/previous-versions/dynamicscrm-2015/developers-guide/gg334808(v=crm.7)),
masks those of
https://learn.microsoft.com/en-us/previous-versions/dynamicscrm-2016/developers-guide/gg308072(v=crm.8),
templates of roles those of
https://learn.microsoft.com/en-us/power-apps/developer/data-platform/security-roles. That several
roles, and those of teams, add up and the highest counts:
https://learn.microsoft.com/en-us/power-platform/admin/how-record-access-determined.
"""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from databases import Database, sqlite_file

from crmaudit.evidence.access import LEVELS

from .vendor_tables import SCHEMAS, beyond, cells, make, name, read, score

ROLES = ("ceo", "vp", "manager", "seller", "agent", "agent-lead", "marketing", "admin")
# Create, read, write, delete, by role in the order of ROLES.
DEPTHS = {
    "Account": ("GDLBBBBG", "GGGGGGGG", "GGGGGGGG", "GDLBBBBG"),
    "Lead": ("GDLBBBBG", "GGGGGGGG", "GGGGBBGG", "GDLBBBBG"),
}
MASK = {"B": 1, "L": 2, "D": 4, "G": 8}
SHOWN = {"B": "U", "L": "B", "D": "P", "G": "O"}
VERBS = {"Create": 32, "Read": 1, "Write": 2, "Delete": 65536}
SYSTEM_ADMINISTRATOR = "{627090FF-40A3-4053-8790-584EDC5BE201}"


def guid(word: str, n: int = 0) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{word}{n}.example"))


def rows() -> dict[str, list[dict[str, Any]]]:
    privileges = [
        {"privilegeid": guid(v + o), "name": f"prv{v}{o}", "accessright": right}
        for o in DEPTHS
        for v, right in VERBS.items()
    ]
    privileges += [
        {"privilegeid": guid("bulk"), "name": "prvBulkDelete", "accessright": 1},
        {"privilegeid": guid("xls"), "name": "prvExportToExcel", "accessright": 0},
        {"privilegeid": guid("appe"), "name": "prvAppendAccount", "accessright": 4},
        {"privilegeid": guid("elsewhere"), "name": "prvReadTableElsewhere", "accessright": 1},
    ]
    ids = {p["name"]: p["privilegeid"] for p in privileges}
    held = [
        (guid(role), ids[f"prv{verb}{o}"], MASK[depths[n]])
        for o, letters in DEPTHS.items()
        for verb, depths in zip(VERBS, letters, strict=True)
        for n, role in enumerate(ROLES)
    ]
    held += [(guid("ceo"), ids["prvExportToExcel"], 8), (guid("admin"), ids["prvBulkDelete"], 8)]
    held += [(guid("seller"), ids["prvAppendAccount"], 8)]
    users = {f"u-{role}": [guid(role)] for role in ROLES}
    users |= {"u-two": [guid("seller"), guid("manager")], "u-team": [], "u-read": [guid("ceo")]}
    users |= {"u-copy": [guid("seller", 7)], "u-nothing": [], "u-settings": [guid("admin")]}
    modes = {"u-read": 2, "u-settings": 1}
    return {
        "privilege": privileges,
        "roleprivileges": [
            {"roleid": r, "privilegeid": p, "privilegedepthmask": m} for r, p, m in held
        ],
        "role": [
            {
                "roleid": guid(role),
                "name": role.title(),
                "businessunitid": guid("head"),
                "parentrootroleid": "{" + guid(role).upper() + "}",
                "roletemplateid": SYSTEM_ADMINISTRATOR if role == "admin" else None,
            }
            for role in ROLES
        ]
        # The copy of a role in another unit, without rows of its own.
        + [
            {
                "roleid": guid("seller", 7),
                "name": "Seller",
                "businessunitid": guid("west"),
                "parentrootroleid": guid("seller"),
                "roletemplateid": None,
            }
        ],
        "systemuser": [
            {
                "systemuserid": u,
                "domainname": f"{u}@harbour.example",
                "firstname": "Mara",
                "lastname": "Muster",
                "businessunitid": guid("west"),
                "isdisabled": False,
                "accessmode": modes.get(u, 0),
                "caltype": 7,
            }
            for u in users
        ],
        "systemuserroles": [
            {"systemuserroleid": f"{u}-{r}", "systemuserid": u.upper(), "roleid": r}
            for u, rs in users.items()
            for r in rs
        ],
        "team": [{"teamid": guid("team"), "name": "Owner team", "businessunitid": guid("west")}],
        "teamroles": [{"teamid": guid("team"), "roleid": guid("manager")}],
        "teammembership": [{"teamid": guid("team"), "systemuserid": "u-team"}],
        "businessunit": [
            {"businessunitid": guid("head"), "name": "Head", "parentbusinessunitid": None},
            {"businessunitid": guid("west"), "name": "West", "parentbusinessunitid": guid("head")},
        ],
        "principalobjectaccess": [
            {
                "objectid": f"account-{n}",
                "objecttypecode": 1,
                "principalid": f"u-{n % 2}",
                "principaltypecode": 8,
                "accessrightsmask": 0 if n == 4 else 1,
                "inheritedaccessrightsmask": 0,
            }
            for n in range(5)
        ],
    }


def expected() -> dict[str, dict[str, str]]:
    made = {
        f"u-{role}": {
            o.lower(): "".join(SHOWN[depths[n]] for depths in letters)
            for o, letters in DEPTHS.items()
        }
        for n, role in enumerate(ROLES)
    }
    made["u-two"] = made["u-team"] = made["u-manager"]
    made["u-copy"] = made["u-seller"]
    made["u-read"] = {"account": "-O--", "lead": "-O--"}
    made["u-settings"] = made["u-nothing"] = {"account": "----", "lead": "----"}
    return made


@pytest.fixture
def file(tmp_path: Path) -> Database:
    return sqlite_file(tmp_path / "dynamics.db")


def test_every_cell_is_as_the_vendor_lists_it(file: Database) -> None:
    make(file, "dynamics", rows())
    assert score(read(file.url, "dynamics"), expected()) == 112


def test_exports_of_files_are_read_alike(tmp_path: Path) -> None:
    schema = json.loads((SCHEMAS / "dynamics.json").read_text(encoding="utf-8"))["tables"]
    data = rows()
    deleted = dict(data["systemuserroles"][0], systemuserid="u-nothing", IsDelete="True")
    data["systemuserroles"].append(deleted)
    for table, columns in schema.items():
        with (tmp_path / f"{table}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, [*columns, "IsDelete"])
            writer.writeheader()
            writer.writerows(data.get(table, ()))
    assert score(read(f"folder:///{tmp_path}", "dynamics"), expected()) == 112


def test_what_goes_beyond_single_records(file: Database) -> None:
    make(file, "dynamics", rows())
    found = read(file.url, "dynamics")
    everything = {"administer", "export", "import", "mass change", "mass delete"}
    assert beyond(found, "u-admin") == everything
    assert beyond(found, "u-ceo") == {"export"}
    assert beyond(found, "u-seller") == set()
    assert beyond(found, "u-settings") == {"administer"}


def test_accounts_roles_teams_and_shares(file: Database) -> None:
    make(file, "dynamics", rows())
    found = read(file.url, "dynamics")
    of = {a.name: a for a in found.accounts}
    assert of[name("u-team")].roles == (guid("manager"),)
    assert of[name("u-team")].teams == (guid("team"),)
    assert of[name("u-copy")].roles == (guid("seller"),)
    assert [of[name(u)].administrator for u in ("u-admin", "u-ceo")] == [True, False]
    assert {a.licence for a in found.accounts} == {"Enterprise"}
    assert {a.unit for a in found.accounts} == {guid("west")}
    assert [r.by_teams for r in found.roles if r.id == guid("manager")] == [(guid("team"),)]
    assert len(found.roles) == len(ROLES)
    assert {(u.name, u.parent) for u in found.units} == {("Head", ""), ("West", guid("head"))}
    (shared,) = found.shared
    assert (shared.object, shared.records, shared.accounts, shared.teams) == ("account", 4, 2, 0)
    (holding,) = [h for h in found.holdings if h.id == of[name("u-team")].holding]
    (row,) = [h for h in holding.held if h.object == "account"]
    assert row.table == "account"
    assert row.why[0] == (guid("manager"), f"team {guid('team')}")


def test_a_copys_inherited_privileges_stand_higher_in_the_mask(file: Database) -> None:
    data = rows()
    data["roleprivileges"] = [
        dict(r, roleid=guid("seller", 7), privilegedepthmask=r["privilegedepthmask"] << 4)
        for r in data["roleprivileges"]
        if r["roleid"] == guid("seller")
    ]
    make(file, "dynamics", data)
    found = read(file.url, "dynamics")
    assert cells(found, "u-copy") == expected()["u-seller"]
    assert cells(found, "u-seller") == expected()["u-seller"]


def test_without_the_tables_of_teams_only_the_widest_is_sure(file: Database) -> None:
    make(file, "dynamics", rows(), without=["teamroles"])
    found = read(file.url, "dynamics")
    assert cells(found, "u-ceo")["account"] == "OOOO"
    assert cells(found, "u-seller")["account"] == "?OO?"
    assert cells(found, "u-nothing")["account"] == "????"
    assert all(h.unknown for h in found.holdings if any(None in x.levels for x in h.held))


def test_without_the_privileges_no_right_is_alleged(file: Database) -> None:
    make(file, "dynamics", rows(), without=["roleprivileges"])
    found = read(file.url, "dynamics")
    assert {a.holding for a in found.accounts} == {""}
    assert "roleprivileges" in found.cannot
    assert len(found.accounts) == len(ROLES) + 6


def test_without_templates_nobody_is_called_an_administrator(file: Database) -> None:
    data = rows()
    for role in data["role"]:
        del role["roletemplateid"]
    make(file, "dynamics", data)
    file.execute(['ALTER TABLE "role" DROP COLUMN "roletemplateid"'])
    found = read(file.url, "dynamics")
    assert {a.administrator for a in found.accounts} == {None}
    assert cells(found, "u-admin")["account"] == "OOOO"


def test_levels_are_the_five(file: Database) -> None:
    make(file, "dynamics", rows())
    held = [h for x in read(file.url, "dynamics").holdings for h in x.held]
    assert {level for h in held for level in h.levels} == set(LEVELS)
