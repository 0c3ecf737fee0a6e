"""What holds for every reader: privacy, steadiness, tables that are hostile, empty or missing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from databases import Database, sqlite_file

from crmaudit.evidence import Access
from crmaudit.evidence.codec import to_json

from . import test_dynamics_access as dynamics
from . import test_odoo_access as odoo
from . import test_salesforce_access as salesforce
from . import test_vtiger_access as vtiger
from .vendor_tables import make, read

Rows = dict[str, list[dict[str, Any]]]
PRODUCTS: dict[str, ModuleType] = {
    "dynamics": dynamics,
    "odoo": odoo,
    "salesforce": salesforce,
    "vtiger": vtiger,
}
LOGINS = {
    "dynamics": ("systemuser", "domainname"),
    "odoo": ("res_users", "login"),
    "salesforce": ("User", "Username"),
    "vtiger": ("vtiger_users", "user_name"),
}
ROLES = {
    "dynamics": ("role", "name"),
    "odoo": ("res_groups", "name"),
    "salesforce": ("PermissionSet", "Label"),
    "vtiger": ("vtiger_profile", "profilename"),
}


@pytest.fixture
def file(tmp_path: Path) -> Database:
    return sqlite_file(tmp_path / "crm.db")


def written(access: Access) -> str:
    """The evidence as it is kept, but for the time it was taken at."""
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return to_json(replace(access, provenance=replace(access.provenance, taken_at=when)))


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_no_login_and_no_name_is_in_the_evidence(product: str, file: Database) -> None:
    rows: Rows = PRODUCTS[product].rows()
    table, column = LOGINS[product]
    for n, row in enumerate(rows[table]):
        row[column] = f"gwendolen.quillfeather{n}"
    table, column = ROLES[product]
    rows[table][0][column] = "Rights of Quillfeather"
    make(file, product, rows)
    text = written(read(file.url, product)).casefold()
    for word in ("quillfeather", "gwendolen", "muster", "beispiel", "harbour.example"):
        assert word not in text


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_the_same_tables_give_the_same_evidence(product: str, file: Database) -> None:
    make(file, product, PRODUCTS[product].rows())
    assert written(read(file.url, product)) == written(read(file.url, product))


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_empty_tables_are_no_fault(product: str, file: Database) -> None:
    make(file, product, {})
    found = read(file.url, product)
    assert found.accounts == ()
    assert found.holdings == ()


@pytest.mark.parametrize("product", sorted(PRODUCTS))
@pytest.mark.parametrize("value", [None, "", "\ufffd'); DROP TABLE x --", "<b>=1+1</b>", "9" * 400])
def test_whatever_stands_in_a_column_is_no_fault(
    product: str, value: str | None, file: Database
) -> None:
    rows: Rows = PRODUCTS[product].rows()
    key = {"dynamics": "systemuserid", "odoo": "id", "salesforce": "Id", "vtiger": "id"}[product]
    accounts = LOGINS[product][0]
    for table, some in rows.items():
        for n, row in enumerate(some):
            if n % 2:
                row.update(dict.fromkeys((c for c in row if (table, c) != (accounts, key)), value))
    for some in rows.values():
        # One type for a column, so that every value can stand in it.
        for row in some:
            row.update({c: None if v is None else str(v) for c, v in row.items()})
    make(file, product, rows)
    found = read(file.url, product)
    assert len(found.accounts) == len(rows[accounts])
    assert written(found)


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_each_table_may_be_missing(product: str, tmp_path: Path) -> None:
    rows: Rows = PRODUCTS[product].rows()
    accounts = LOGINS[product][0]
    for n, table in enumerate(t for t in rows if t != accounts):
        file = sqlite_file(tmp_path / f"{n}.db")
        try:
            make(file, product, rows, without=[table])
            found = read(file.url, product)
        except AssertionError:
            # Without it nobody would know the product.
            assert table in ("ir_module_module", "res_partner", "vtiger_tab", "UserRole")
            continue
        # What is not known is said: as a reason for all accounts, or with their rights.
        whole = all(None not in h.levels for x in found.holdings for h in x.held)
        assert whole or all(
            x.unknown for x in found.holdings if any(None in h.levels for h in x.held)
        )
        assert found.cannot or all(a.holding for a in found.accounts)


def _many() -> Rows:
    """Ten thousand accounts with two hundred groups, nearly each with a set of its own."""
    rows: Rows = odoo.rows()
    accounts, groups = range(1000, 11_000), range(100, 300)
    rows["res_groups"] += [{"id": g, "name": f"Group {g}"} for g in groups]
    rows["res_users"] = [dict(rows["res_users"][2], id=u, login=f"q{u}x") for u in accounts]
    rows["res_groups_users_rel"] = [
        {"gid": g, "uid": u} for u in accounts for g in (1, 2, 100 + u % 199, 100 + u % 97)
    ]
    rows["ir_model_access"] += [
        dict(rows["ir_model_access"][0], id=1000 * model + g, model_id=model, group_id=g)
        for model in range(1, 5)
        for g in groups
    ]
    return rows


@pytest.mark.slow
def test_ten_thousand_accounts_take_seconds(file: Database) -> None:
    make(file, "odoo", _many())
    start = time.process_time()
    found = read(file.url, "odoo")
    assert len(found.accounts) == 10_000
    assert time.process_time() - start < 30


# Columns without which a right would be narrower or wider than it is.
COLUMNS = [
    ("vtiger", "vtiger_profile2tab", "permissions"),
    ("vtiger", "vtiger_profile2standardpermissions", "operation"),
    ("vtiger", "vtiger_user2role", "roleid"),
    ("vtiger", "vtiger_datashare_role2role", "permission"),
    ("odoo", "ir_model_access", "group_id"),
    ("odoo", "ir_model_access", "perm_unlink"),
    ("odoo", "ir_rule", "domain_force"),
    ("odoo", "rule_group_rel", "group_id"),
    ("salesforce", "ObjectPermissions", "PermissionsViewAllRecords"),
    ("salesforce", "ObjectPermissions", "PermissionsModifyAllRecords"),
    ("salesforce", "User", "UserRoleId"),
    ("salesforce", "UserRole", "ParentRoleId"),
]


@pytest.mark.parametrize(("product", "table", "column"), COLUMNS)
def test_without_a_column_a_cell_is_the_same_or_unknown(
    product: str, table: str, column: str, tmp_path: Path
) -> None:
    files = [sqlite_file(tmp_path / f"{n}.db") for n in range(2)]
    for file in files:
        make(file, product, PRODUCTS[product].rows())
    files[1].execute([f'ALTER TABLE "{table}" DROP COLUMN "{column}"'])
    whole, less = (read(file.url, product) for file in files)
    assert whole.holdings
    unsure = 0
    for one, other in zip(whole.accounts, less.accounts, strict=True):
        for word, levels in _levels(whole, one.holding).items():
            known = _levels(less, other.holding).get(word, (None,) * 4)
            unsure += known.count(None)
            assert all(k in (None, level) for k, level in zip(known, levels, strict=True)), word
    assert unsure
    said = [u for h in less.holdings for u in h.unknown]
    assert less.cannot or said


def _levels(access: Access, holding: str) -> dict[str, tuple[str | None, ...]]:
    return {h.object: h.levels for x in access.holdings if x.id == holding for h in x.held}
