"""Whose a record is, read anew: the same over every dialect, recorded, and nothing of it shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from collecting import workspace
from databases import Database, sqlite_file
from governance.access import test_dynamics_access as dynamics
from governance.access.vendor_tables import make

from crmaudit.audit import Audit
from crmaudit.collect.reveal import RECORD, reveal_accounts
from crmaudit.collect.seeing import whose
from crmaudit.errors import CrmauditError
from crmaudit.governance.accounts import Accounts
from crmaudit.governance.accounts_sight import who_sees

SCHEMA = [
    "CREATE TABLE staff (id integer, login varchar(20), unit varchar(9))",
    "INSERT INTO staff VALUES (1, 'ana.sample', 'north'), (2, 'ben.sample', 'north'), "
    "(3, 'cyd.sample', 'south'), (4, 'dee.sample', 'south')",
    "CREATE TABLE office (id varchar(9), name varchar(9), above varchar(9))",
    "INSERT INTO office VALUES ('all', 'All', NULL), ('north', 'North', 'all'), "
    "('south', 'South', 'all')",
    "CREATE TABLE role (id integer, name varchar(9))",
    "INSERT INTO role VALUES (1, 'Clerk'), (2, 'Lead')",
    "CREATE TABLE staff_role (staff integer, role integer)",
    "INSERT INTO staff_role VALUES (1, 1), (2, 2), (3, 1), (4, 1)",
    "CREATE TABLE grants (role integer, kind varchar(20), act varchar(9), lev varchar(9))",
    "INSERT INTO grants VALUES (1, 'client', 'read', 'own'), (1, 'client', 'update', 'own'), "
    "(2, 'client', 'read', 'unit'), (2, 'client', 'delete', 'unit')",
    "CREATE TABLE client (id integer PRIMARY KEY, surname varchar(20), owner integer, "
    "maker integer)",
    "INSERT INTO client VALUES (17, 'Very-Secret', 1, 3), (18, 'Also-Secret', NULL, 3), "
    "(19, 'More-Secret', 77, 3)",
    "CREATE TABLE opened (client integer, kind varchar(20), staff integer)",
    "INSERT INTO opened VALUES (17, 'client', 4), (18, 'other', 4)",
]
MAP = """
system: crm
tables:
- {table: client, entity: customer, role: primary, key: id, owner: owner, created_by: maker}
users: {table: staff, key: id, login: login, unit: unit}
access:
  roles: [{table: role, key: id, name: name}]
  assignments: [{table: staff_role, role: role, holder: staff}]
  grants: [{table: grants, role: role, object_type: kind, operation: act, level: lev}]
  units: [{table: office, key: id, name: name, parent: above}]
  sharing: [{table: opened, holder: [staff], object_type: kind, object: client}]
  levels: {own: user, unit: business unit}
"""


@pytest.fixture
def audit(db: Database, tmp_path: Path) -> Audit:
    db.execute(SCHEMA)
    root = workspace(tmp_path / "audit", {"crm": db.url})
    (root / "entities.yaml").write_text("entities:\n- {id: customer, kind: person}\n")
    (root / "maps").mkdir()
    (root / "maps" / "crm.yaml").write_text(MAP)
    found = Audit(root)
    found.collect(only=("entities", "access"))
    return found


def of(audit: Audit) -> Accounts:
    return audit.governance.accounts(audit.facts.day)["crm"]


def seen(audit: Audit, key: str) -> dict[str, str]:
    """Login → letters, and in small ones what cannot be told."""
    accounts = of(audit)
    found = whose(audit.facts, accounts, "client", key)
    logins = reveal_accounts(audit.workspace, accounts.access)
    (kind,) = (k for k in accounts.kinds if k.entity)
    return {
        logins[s.name].partition(".")[0]: s.letters + s.open.lower()
        for s in who_sees(accounts, kind, found.belongs)
    }


def test_owner_unit_and_sharing_decide(audit: Audit) -> None:
    assert seen(audit, "17") == {"ana": "RU", "ben": "RD", "dee": "Rud"}
    assert seen(audit, "18") == {}
    # Its owner is no account that was read: which unit is not known.
    assert seen(audit, "19") == {"ben": "rd"}
    lines = (audit.root / ".crmaudit" / RECORD).read_text().splitlines()
    told = [json.loads(line)["what"] for line in lines]
    assert told.count("who can see a record of crm.client") == 3
    assert told.count("accounts of crm") == 3
    assert "17" not in "".join(told)


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        ("client", "99", "no record with that key"),
        ("grants", "1", "no table 'grants'"),
        ("client", "1' OR '1'='1", "plain key"),
        ("client", "a\\", "plain key"),
        ("client", "", "plain key"),
    ],
)
def test_what_is_not_there_is_said(audit: Audit, table: str, key: str, message: str) -> None:
    with pytest.raises(CrmauditError, match=message) as failed:
        whose(audit.facts, of(audit), table, key)
    assert all(p.hint for p in failed.value.problems)
    assert "Secret" not in str(failed.value)


def test_another_key_answers_nothing(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = of(audit)
    monkeypatch.setenv("CRMAUDIT_KEY", "f" * 64)
    with pytest.raises(CrmauditError, match="another key"):
        reveal_accounts(audit.workspace, accounts.access)
    with pytest.raises(CrmauditError, match="another key"):
        whose(audit.facts, accounts, "client", "17")


def test_fat_free_crms_records_speak_for_themselves(tmp_path: Path) -> None:
    """Who may see one may change and delete it (app/models/users/ability.rb of the project)."""
    db = sqlite_file(tmp_path / "crm.sqlite")
    users = [
        {"id": n, "username": login, "email": f"{login}@crm.example", "admin": login == "boss"}
        for n, login in enumerate(("boss", "ana", "ben", "cyd", "dee"), 1)
    ]
    records = [
        {"id": 1, "access": "Private", "user_id": 2, "assigned_to": None},
        {"id": 2, "access": "Private", "user_id": 2, "assigned_to": 3},
        {"id": 3, "access": "Shared", "user_id": 2, "assigned_to": None},
        {"id": 4, "access": "Public", "user_id": 2, "assigned_to": None},
    ]
    opened = {"asset_type": "Contact", "asset_id": 3}
    make(
        db,
        "fat_free_crm",
        {
            "users": users,
            "contacts": records,
            "groups": [{"id": 9, "name": "North"}],
            "groups_users": [{"group_id": 9, "user_id": 4}],
            "permissions": [
                {"id": 1, "user_id": 3, "group_id": None, **opened},
                {"id": 2, "user_id": None, "group_id": 9, **opened},
                {"id": 3, "user_id": 5, "group_id": None, **opened, "asset_type": "Lead"},
            ],
        },
    )
    audit = Audit(workspace(tmp_path / "audit", {"crm": db.url}))
    audit.collect(only=("entities", "access"))
    accounts = of(audit)
    logins = reveal_accounts(audit.workspace, accounts.access)
    (kind,) = (k for k in accounts.kinds if k.object == "Contact")

    def told(key: str) -> dict[str, str]:
        belongs = whose(audit.facts, accounts, "contacts", key).belongs
        return {
            logins[s.name]: f"{s.letters}{s.open.lower()}: {s.why}"
            for s in who_sees(accounts, kind, belongs)
            if logins[s.name] != "boss"
        }

    assert told("1") == {"ana": "RUD: its own record"}
    assert told("2") == dict.fromkeys(("ana", "ben"), "RUD: its own record")
    assert told("3") == {
        "ana": "RUD: its own record",
        "ben": "RUD: opened to it",
        "cyd": "RUD: opened to its team",
    }
    assert set(told("4")) == {"ana", "ben", "cyd", "dee"}
    assert told("4")["ana"] == "RUD: the record is open to everybody; its own record"


def test_dynamics_shares_what_their_masks_and_the_roles_say(tmp_path: Path) -> None:
    """https://learn.microsoft.com/power-apps/developer/data-platform/security-sharing-assigning
    (no right by sharing that no role gives) and the bits of accessrightsmask there."""
    given = dynamics.rows()
    given["account"] = [{"accountid": "a-1", "ownerid": "u-ceo"}]
    share = {"objectid": "a-1", "principaltypecode": 8, "inheritedaccessrightsmask": 0}
    given["principalobjectaccess"] = [
        {**share, "objecttypecode": "account", "principalid": "u-seller", "accessrightsmask": 3},
        # As the export of a table has it: the number of the kind of record.
        {**share, "objecttypecode": 1, "principalid": "u-marketing", "accessrightsmask": 65539},
        {**share, "objecttypecode": "account", "principalid": "u-nothing", "accessrightsmask": 3},
        {**share, "objecttypecode": "account", "principalid": "u-agent", "accessrightsmask": 0},
        {**share, "objecttypecode": "lead", "principalid": "u-agent", "accessrightsmask": 65539},
    ]
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "dynamics", given)
    audit = Audit(workspace(tmp_path / "audit", {"crm": db.url}))
    audit.collect(only=("entities", "access"))
    accounts = of(audit)
    logins = reveal_accounts(audit.workspace, accounts.access)
    (kind,) = (k for k in accounts.kinds if k.object == "account")
    belongs = whose(audit.facts, accounts, "account", "a-1").belongs
    told = {
        logins[s.name].partition("@")[0]: (s.letters, s.why)
        for s in who_sees(accounts, kind, belongs)
    }
    everybody = "all records of the organisation"
    # Everybody reads and writes accounts by the standard roles; to delete one's own alone is given.
    assert told["u-seller"] == ("RU", f"{everybody}; opened to it")
    assert told["u-marketing"] == ("RUD", f"{everybody}; opened to it")
    assert told["u-agent"] == ("RU", everybody)
    assert "u-nothing" not in told
