"""Databases in the vendors' own tables, with the roles a test gives them, and what is read there.

Tables and columns are those of `tests/schemas/`; `MORE` has tables that no
product map names and the access readers do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from databases import Database

from crmaudit.evidence import Access
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.governance.collectors.access import collector
from crmaudit.key import Key
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

SCHEMAS = Path(__file__).parents[2] / "schemas"
KEY = Key(b"k" * 32)
SHORT = {
    None: "?",
    "None": "-",
    "User": "U",
    "Business Unit": "B",
    "Parent: Child": "P",
    "Organizational": "O",
}
_AT_ONCE = 400
_SHARES = ("Account", "Contact", "Lead", "Opportunity", "Case", "Campaign")
_AREAS = ("role2role", "role2rs", "rs2role", "rs2rs", "grp2role", "grp2rs", "grp2grp")
_FROM = {"role": "share_roleid", "rs": "share_roleandsubid", "grp": "share_groupid"}
_TO = {"role": "to_roleid", "rs": "to_roleandsubid", "grp": "to_groupid", "group": "to_groupid"}
MORE: Mapping[str, Mapping[str, list[str]]] = {
    "vtiger": {
        "vtiger_group2rs": ["groupid", "roleandsubid"],
        "vtiger_group2grouprel": ["groupid", "containsgroupid"],
        "vtiger_datashare_module_rel": ["shareid", "tabid", "relationtype"],
        "vtiger_datashare_relatedmodule_permission": ["shareid", "permission"],
        **{
            f"vtiger_datashare_{pair}": ["shareid", _FROM[a], _TO[b], "permission"]
            for pair in (*_AREAS, "role2group", "rs2grp")
            for a, b in [pair.split("2")]
        },
    },
    "odoo": {
        "rule_group_rel": ["rule_group_id", "group_id"],
        "ir_model_inherit": ["id", "model_id", "parent_id", "parent_field_id"],
    },
    "dynamics": {
        "fieldpermission": ["fieldpermissionid"],
    },
    "salesforce": {
        "PermissionSetGroup": ["Id", "MasterLabel", "DeveloperName", "HasActivationRequired"],
        "PermissionSetGroupComponent": ["Id", "PermissionSetGroupId", "PermissionSetId"],
        "UserLicense": ["Id", "Name"],
        "EntityDefinition": ["QualifiedApiName", "InternalSharingModel", "ExternalSharingModel"],
        **{
            f"{kind}Share": ["Id", "UserOrGroupId", "RowCause", f"{kind}AccessLevel"]
            + (["ContactAccessLevel", "OpportunityAccessLevel", "CaseAccessLevel"])
            * (kind == "Account")
            for kind in _SHARES
        },
    },
}


def make(db: Database, product: str, rows: Rows, without: Iterable[str] = ()) -> None:
    """Fills a database with all tables of the product but `without`, and these rows."""
    schema = json.loads((SCHEMAS / f"{product}.json").read_text(encoding="utf-8"))["tables"]
    tables = {**schema, **MORE.get(product, {})}
    unknown = rows.keys() - tables.keys()
    assert not unknown, unknown
    quote = "`" if db.dialect == "mariadb" else '"'
    # One transaction, and many rows a statement: files would be synchronised after each.
    statements = ["BEGIN"]
    for table, columns in tables.items():
        if table in without:
            continue
        mine = [dict(r) for r in rows.get(table, ())]
        strange = {c for r in mine for c in r} - set(columns)
        assert not strange, (table, strange)
        typed = ", ".join(f"{quote}{c}{quote} {_type(c, mine, db.dialect)}" for c in columns)
        statements.append(f"CREATE TABLE {quote}{table}{quote} ({typed})")
        for start in range(0, len(mine), _AT_ONCE):
            some = mine[start : start + _AT_ONCE]
            used = list(dict.fromkeys(c for r in some for c in r))
            names = ", ".join(f"{quote}{c}{quote}" for c in used)
            values = ", ".join(
                f"({', '.join(_literal(r.get(c), db.dialect) for c in used)})" for r in some
            )
            statements.append(f"INSERT INTO {quote}{table}{quote} ({names}) VALUES {values}")
    db.execute([*statements, "COMMIT"])


def _type(column: str, rows: list[dict[str, Any]], dialect: str) -> str:
    value = next((r[column] for r in rows if r.get(column) is not None), None)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "jsonb" if isinstance(value, dict) and dialect == "postgresql" else "text"


def _literal(value: Any, dialect: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower() if dialect == "postgresql" else str(int(value))
    if isinstance(value, int):
        return str(value)
    text = json.dumps(value) if isinstance(value, dict) else str(value)
    return "'" + text.replace("'", "''") + "'"


def read(url: str, product: str) -> Access:
    """What the collector finds; every statement that it sends stood in its dry run."""
    with open_source(url) as source:
        catalog = source.catalog("crm")
        parts = account_tables(source, catalog, Known(), None)
        assert parts.product is not None
        assert parts.product.id == product
        task = Task(source, "crm", catalog, catalog.tables, key=KEY, accounts=lambda: parts)
        announced = {s.sql for s in collector.statements(task)}
        before = len(source.sent)
        (found,) = collector.collect(task)
        sent = {s.sql for s in source.sent[before:] if s.by == "crmaudit"}
    assert sent <= announced, sent - announced
    assert isinstance(found, Access)
    assert found.model == product
    return found


def name(account: str | int) -> str:
    """The pseudonym of an account's key."""
    return KEY.pseudonym(ACCOUNT, str(account))


def cells(access: Access, account: str | int) -> dict[str, str]:
    """Kind of record → a letter for create, read, update, delete: - U B P O, or ? if unknown."""
    (one,) = [a for a in access.accounts if a.name == name(account)]
    (holding,) = [h for h in access.holdings if h.id == one.holding]
    return {h.object: "".join(SHORT[level] for level in h.levels) for h in holding.held}


def beyond(access: Access, account: str | int) -> set[str]:
    """The rights of an account that no single record bears."""
    (one,) = [a for a in access.accounts if a.name == name(account)]
    (holding,) = [h for h in access.holdings if h.id == one.holding]
    assert set(holding.why) == set(holding.beyond)
    return set(holding.beyond)


def score(access: Access, expected: Mapping[str | int, Mapping[str, str]]) -> int:
    """Holds every expected cell against what was read; how many there are, if all are right."""
    wrong = []
    total = 0
    for account, objects in expected.items():
        found = cells(access, account)
        for word, letters in objects.items():
            for letter, want, got in zip("CRUD", letters, found[word], strict=True):
                total += 1
                if want != got:
                    wrong.append(f"{account} {word} {letter}: {want} expected, {got} read")
    assert not wrong, f"{total - len(wrong)} of {total} cells right\n" + "\n".join(wrong)
    return total
