"""Which product a catalog is of: its own, none of the others, and never by force."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from databases import Database
from hypothesis import given
from hypothesis import strategies as st
from product_schemas import SCHEMAS, catalog, of_schema, schema

import crmaudit.demo
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.quality.products import product_maps, recognise, resolve, version_statements
from crmaudit.quality.products.recognition import _scores
from crmaudit.sources import ConnectionLostError, open_source

EDITIONS = {
    "civicrm-5": "",
    "civicrm": "standalone (users in the CRM's own tables)",
    "espocrm-7": "before 8.3",
    "espocrm-8": "8.3 or newer",
    "espocrm": "10 or newer",
    "odoo": "with CRM, with Sales, with Accounting",
    "sugarcrm_ce": "SugarCRM CE",
    "suitecrm": "SuiteCRM 7.13 or newer",
    "vtiger": "7.1 or newer",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_its_own_product_and_no_other(name: str) -> None:
    found = recognise(of_schema(name))
    assert found is not None
    assert found.product.id == schema(name)["product"]
    assert found.product.edition == EDITIONS.get(name, "")
    assert found.product.version == ""
    assert found.product.score >= found.product.enough
    others = [s.share for s in _scores(of_schema(name), None) if s.names.product != found.map]
    assert max(others) < 0.5


@pytest.mark.parametrize(
    "path", sorted((Path(crmaudit.demo.__file__).parent / "schema").glob("*.sql"))
)
def test_no_product_of_the_demo(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "demo.sqlite"
    connection = sqlite3.connect(file)
    connection.executescript(path.read_text(encoding="utf-8"))
    connection.close()
    with open_source(f"sqlite:///{file}") as source:
        assert source.catalog("demo").tables
        assert recognise(source.catalog("demo"), source.query) is None


@pytest.mark.parametrize(
    "tables",
    [
        {"contacts": ["id", "first_name", "email"], "accounts": ["id", "name"], "users": ["id"],
         "leads": ["id", "status"], "tasks": ["id", "due_at"], "campaigns": ["id", "name"],
         "opportunities": ["id", "amount", "stage"], "tags": ["id"], "settings": ["id"]},
        {"kunde": ["id", "name", "plz"], "ansprechpartner": ["id", "vorname"], "angebot": ["id"]},
        {"Account": ["Id", "Name"], "Contact": ["Id", "Email"], "Lead": ["Id"], "Task": ["Id"]},
        {"crm_contact": ["id"], "crm_domain": ["id"], "crm_activity": ["id"], "crm_note": ["id"]},
        {"contacts": ["email", "lifecyclestage"], "companies": ["domain", "phone"]},
        {"societe": ["rowid", "nom"], "const": ["rowid"], "propal": ["rowid"]},
    ],
)  # fmt: skip
def test_an_invented_crm_is_no_product(tables: dict[str, list[str]]) -> None:
    assert recognise(catalog(tables)) is None


def test_two_products_in_one_database_are_neither() -> None:
    both = {**schema("suitecrm")["tables"], **schema("civicrm-5")["tables"]}
    assert recognise(catalog(both)) is None


def test_half_of_a_product_is_not_enough() -> None:
    tables = schema("vtiger")["tables"]
    few = ("vtiger_contactdetails", "vtiger_tab", "vtiger_relatedlists", "vtiger_account")
    assert recognise(catalog({t: tables[t] for t in few})) is None


@pytest.mark.parametrize(
    ("name", "written", "prefix"),
    [
        ("dolibarr", "llx_", "erp_"), ("dolibarr", "llx_", ""), ("suitecrm", "", "lake_suite_"),
        ("civicrm-5", "", 'we"ird_'), ("salesforce", "", "sf_"),
    ],
)  # fmt: skip
def test_another_prefix_is_found(name: str, written: str, prefix: str) -> None:
    plain, tables = of_schema(name, "duckdb", "VARCHAR"), schema(name)["tables"]
    renamed = {prefix + t.removeprefix(written): columns for t, columns in tables.items()}
    moved = catalog(renamed, "duckdb", "VARCHAR")
    found, usual = recognise(moved), recognise(plain)
    assert found is not None
    assert usual is not None
    assert found.product.id == usual.product.id
    assert found.product.score == usual.product.score
    assert any("begin with" in r for r in found.product.reasons) == (prefix != "")
    here, there = resolve(found, moved), resolve(usual, plain)
    assert {t.table for t in here.tables} <= renamed.keys()
    for what in ("tables", "references", "polymorphic", "contact_points", "custom_columns"):
        assert len(getattr(here, what)) == len(getattr(there, what)), what


@pytest.mark.parametrize("name", ["salesforce", "dynamics", "hubspot"])
def test_case_does_not_matter_where_exports_change_it(name: str) -> None:
    tables = schema(name)["tables"]
    for change in (str.lower, str.upper):
        found = recognise(catalog({change(t): [change(c) for c in cs] for t, cs in tables.items()}))
        assert found is not None
        assert found.product.id == name


def test_case_matters_elsewhere() -> None:
    assert (
        recognise(catalog({t.upper(): cs for t, cs in schema("vtiger")["tables"].items()})) is None
    )


def test_a_product_in_a_schema_of_its_own() -> None:
    plain = of_schema("fat_free_crm", "postgresql")
    other = (Table("contacts", columns=(Column("id", "integer"),)),)
    tables = tuple(replace(t, schema="sales") for t in plain.tables)
    both = replace(plain, tables=other + tables)
    found = recognise(both)
    assert found is not None
    here = resolve(found, both)
    assert all(t.table.startswith("sales.") for t in here.tables)
    assert {r.to for r in here.references} <= {t.qualified for t in tables}
    ((sql, _),) = version_statements(found)
    assert '"sales"."schema_migrations"' in sql


def test_the_files_of_hubspot_are_known_by_their_headings(make_db: object) -> None:
    db: Database = make_db("folder")  # type: ignore[operator]
    (db.path / "all-contacts-2026-03.csv").write_text(
        "Record ID,First Name,Last Name,Email,Phone Number,Lifecycle Stage,Contact owner,"
        "Lead Status,Create Date,Shoe size\n"
        "1,Mara,Quill,mara@example.org,,Lead,Jo Fen,New,2026-01-02,41\n"
        "2,Ivo,Tarn,,+44 20 7946 0001,Customer,Jo Fen,,2026-01-03,39\n"
    )
    (db.path / "export companies.csv").write_text(
        "Record ID,Company name,Company Domain Name,Company owner,City\n"
        "9,Tarn Ltd,example.org,,York\n"
    )
    (db.path / "visits.csv").write_text("day,visits\n2026-01-01,4\n")
    with open_source(db.url) as source:
        exports = source.catalog("crm")
        found = recognise(exports, source.query)
        assert found is not None
        assert found.product.id == "hubspot"
        known = resolve(found, exports)
        rows = {(t.table, t.entity): t for t in known.tables}
        assert set(rows) == {
            ("all-contacts-2026-03", "person"),
            ("all-contacts-2026-03", "lead"),
            ("export companies", "organisation"),
        }
        person = rows["all-contacts-2026-03", "person"]
        assert person.key == ("Record ID",)
        assert person.name == ("First Name", "Last Name")
        assert (person.created_at, person.owner) == ("Create Date", "Contact owner")
        assert known.semantics["all-contacts-2026-03"]["Phone Number"] == "phone"
        assert "Shoe size" not in known.semantics["all-contacts-2026-03"]
        lead = rows["all-contacts-2026-03", "lead"]
        table = exports.table(lead.table)
        column = [table.column("Record ID")]
        assert source.stream(table, column, lead.where).read_all().to_pylist() == [
            {"Record ID": "1"}
        ]


def test_a_salesforce_export_is_known_by_its_files(make_db: object) -> None:
    db: Database = make_db("folder")  # type: ignore[operator]
    (db.path / "Account.csv").write_text(
        "Id,IsDeleted,Name,BillingPostalCode,SystemModstamp,CreatedDate,OwnerId\n"
        "001A,false,Tarn Ltd,YO1,2026,2026-01-01,005A\n001B,true,Quill,,2026,2026-01-01,005A\n"
    )
    (db.path / "Contact.csv").write_text(
        "Id,IsDeleted,AccountId,FirstName,LastName,Email,MailingPostalCode,SystemModstamp\n"
        "003A,0,001A,Mara,Quill,mara@example.org,YO1,2026\n"
    )
    (db.path / "Opportunity.csv").write_text("Id,StageName,AccountId\n006A,Won,001A\n")
    (db.path / "Task.csv").write_text("Id,Subject,WhoId,WhatId\n00TA,Call,003A,001A\n")
    with open_source(db.url) as source:
        exports = source.catalog("crm")
        found = recognise(exports)
        assert found is not None
        assert (found.product.id, found.product.verified) == ("salesforce", False)
        assert found.product.trust == "not verified on live data"
        known = resolve(found, exports)
        account = next(t for t in known.tables if t.table == "Account")
        assert account.where == ""
        table = exports.table("Account")
        gone = source.stream(table, [table.column("Id")], account.soft_delete).read_all()
        assert gone.to_pylist() == [{"Id": "001B"}]
        what = [r.to for group in known.alternatives for r in group if r.columns == ("WhatId",)]
        assert what == ["Account", "Opportunity"]
        # Of the two that it may refer to only one was exported.
        assert [(r.columns, r.to) for r in known.references if r.table == "Task"] == [
            (("WhoId",), "Contact")
        ]


class Asked:
    """Answers statements and keeps them."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []

    def __call__(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        self.sent.append(sql)
        assert purpose == "the version of Dolibarr ERP & CRM"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [] if answer is None else [(answer,)]


@pytest.mark.parametrize(
    ("answers", "version"),
    [
        (["18.0.2"], "18.0.2"),
        ([None, "17.0.0"], "17.0.0"),
        ([CrmauditError("no right"), "16"], "16"),
        (["", None], ""),
        ([CrmauditError("no"), CrmauditError("no")], ""),
        (["x" * 500], "x" * 40),
        (["1\x1b[31m.2\n\n3\x00"], "1[31m.2 3"),
    ],
)
def test_the_version_is_asked_in_one_row(answers: list[object], version: str) -> None:
    query = Asked(*answers)
    found = recognise(of_schema("dolibarr"), query)
    assert found is not None
    assert found.product.version == version
    assert not query.answers
    assert all(sql.startswith("SELECT `value` FROM `llx_const` WHERE") for sql in query.sent)
    assert all(sql.endswith(" LIMIT 1") for sql in query.sent)
    announced = [sql for sql, _ in version_statements(found)]
    assert query.sent == announced[: len(query.sent)]


def test_a_lost_connection_passes() -> None:
    with pytest.raises(ConnectionLostError):
        recognise(of_schema("dolibarr"), Asked(ConnectionLostError("gone")))


def test_nothing_is_recognised_in_nothing() -> None:
    assert recognise(catalog({})) is None
    assert recognise(catalog({"a": []})) is None
    assert recognise(of_schema("odoo"), maps=()) is None


@given(
    st.dictionaries(
        st.text(max_size=12), st.lists(st.text(max_size=8), max_size=4, unique=True), max_size=6
    )
)
def test_strange_names_do_no_harm(tables: dict[str, list[str]]) -> None:
    assert recognise(catalog(tables)) is None


def test_thousands_of_tables_take_no_time() -> None:
    tables = {f"app_{n}_contacts": [f"c{m}" for m in range(30)] for n in range(4000)}
    large: Catalog = catalog({**schema("espocrm")["tables"], **tables})
    began = time.process_time()
    found = recognise(large)
    assert found is not None
    assert found.product.id == "espocrm"
    assert time.process_time() - began < 3 * len(product_maps())
