"""Rights out of files: scripts, what clients print, lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from databases import Database, dialects
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.collectors.grants_files import documents
from crmaudit.crud_matrix.collectors.grants_script import Given, in_statement
from crmaudit.crud_matrix.rights import Rights
from crmaudit.crud_matrix.sql import DIALECTS, Name
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Grants, to_json
from crmaudit.sources import open_source
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces

WANTED = {
    ("crm_app", "contact"): "CRU",
    ("crm_app", "orders"): "R",
    ("report_ro", "contact"): "",
    ("report_ro", "orders"): "R",
}
"""What every listing below says, each in its own way."""

SCRIPT = """
CREATE ROLE crm_app LOGIN PASSWORD 'Zylphia';
CREATE ROLE reading NOLOGIN;
CREATE SEQUENCE public.contact_id_seq;
ALTER TABLE public.contact_id_seq OWNER TO crm_app;
GRANT SELECT, INSERT, UPDATE ON TABLE public.contact TO crm_app WITH GRANT OPTION;
GRANT ALL ON public.contact TO report_ro;
REVOKE ALL PRIVILEGES ON public.contact FROM report_ro CASCADE;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO report_ro;
GRANT USAGE ON SCHEMA public TO report_ro;
GRANT SELECT ON orders TO reading;
GRANT reading TO crm_app, "report_ro";
REVOKE GRANT OPTION FOR SELECT ON contact FROM crm_app;
GRANT EXECUTE ON FUNCTION f(integer) TO crm_app;
"""
SHOWN = """
Grants for crm_app@10.0.0.%
GRANT USAGE ON *.* TO `crm_app`@`10.0.0.%` IDENTIFIED BY PASSWORD '*D444382BB1D93DC8001F163047EC4'
GRANT SELECT, INSERT, UPDATE ON `crm`.`contact` TO `crm_app`@`10.0.0.%`
GRANT SELECT ON `crm`.`orders` TO `crm_app`@`10.0.0.%`
GRANT ALL PRIVILEGES ON `archive`.* TO `crm_app`@`10.0.0.%`
Grants for report_ro@%
GRANT USAGE ON *.* TO `report_ro`@`%`
GRANT SELECT (`id`, `total`) ON `crm`.`orders` TO `report_ro`@`%`
"""
DP = """
                                  Access privileges
 Schema |  Name   | Type  |   Access privileges    | Column privileges | Policies
--------+---------+-------+------------------------+-------------------+----------
 public | contact | table | postgres=arwdDxt/postgres+|                |
        |         |       | crm_app=ar*w/postgres  |                   |
 public | orders  | table | postgres=arwdDxt/postgres+| id:           +|
        |         |       | =r/postgres            |   report_ro=w/postgres |
 public | c_seq   | sequence | report_ro=rwU/postgres |              |
(3 rows)
"""
CSV = """grantee,table_schema,table_name,privilege_type
crm_app,public,contact,SELECT
crm_app,public,contact,INSERT
crm_app,public,contact,UPDATE
crm_app,public,contact,REFERENCES
crm_app,public,orders,SELECT
report_ro,public,orders,select
"""
OWN_SHEET = """Account;Table;Privileges
crm_app;contact;CRU
crm_app;orders;Select
report_ro;orders;SELECT, TRIGGER
"""
PRINTED = """
+-----------+------------+----------------+
| grantee   | table_name | privilege_type |
+-----------+------------+----------------+
| crm_app   | contact    | SELECT         |
| crm_app   | contact    | INSERT         |
| crm_app   | contact    | UPDATE         |
| crm_app   | orders     | SELECT         |
| report_ro | orders     | SELECT         |
+-----------+------------+----------------+
"""
FORMS = {
    "script": SCRIPT,
    "csv": CSV,
    "own sheet": OWN_SHEET,
    "printed": PRINTED,
    "tabs": OWN_SHEET.replace(";", "\t"),
}

_WORDS = (
    *("GRANT", "REVOKE", "SELECT", "ALL", "ON", "TO", "FROM", "TABLE"),
    *("TABLES", "IN", "SCHEMA", "OBJECT", "::", ".", ",", "("),
    *(")", "*", "t", "'u'", "@", "@h", "`b`", '"q"'),
    *("USER", "ROLE", "OWNER", "ALTER", "CREATE", "SEQUENCE", "DEFAULT", "WITH"),
    *("OPTION", "FOR", ";"),
)


@pytest.mark.parametrize("name", FORMS)
def test_forms_say_the_same(tmp_path: Path, name: str) -> None:
    found = Rights(_read(tmp_path, FORMS[name]))
    assert {key: found.letters(*key) for key in WANTED} == WANTED
    assert "Zylphia" not in to_json(found.grants)


def test_roles_and_logins_of_a_script(tmp_path: Path) -> None:
    accounts = {a.name: (a.kind, a.member_of) for a in _read(tmp_path, SCRIPT).accounts}
    assert accounts == {
        "crm_app": ("account", ("reading",)),
        "reading": ("role", ()),
        "report_ro": ("account", ("reading",)),
    }


def test_what_show_grants_prints(tmp_path: Path) -> None:
    grants = _read(tmp_path, SHOWN)
    found = Rights(grants)
    assert found.letters("crm_app@10.0.0.%", "contact") == "CRU"
    assert found.letters("crm_app@10.0.0.%", "orders") == "R"
    (columns,) = (r for r in grants.rights if r.principal == "report_ro@%")
    assert (columns.table, columns.letters, columns.columns) == ("orders", "R", ("id", "total"))
    assert any("archive" in note for note in grants.notes)
    assert "D444382" not in to_json(grants)


@pytest.mark.parametrize("frame", ["| {} |", "Grants for a@b: {}", "{};", "*** 1. row ***\n{}"])
def test_frames_of_show_grants(tmp_path: Path, frame: str) -> None:
    lines = [frame.format("GRANT SELECT ON `crm`.* TO `crm_app`@`%`")] * 2
    (right,) = _read(tmp_path, "\n".join(lines)).rights
    assert (right.table, right.letters, right.by) == ("*", "R", "schema")


def test_dp_of_psql(tmp_path: Path) -> None:
    grants = _read(tmp_path, DP)
    assert {(r.principal, r.table, r.letters, r.by, r.columns) for r in grants.rights} == {
        ("postgres", "contact", "CRUD", "owner", ()),
        ("postgres", "orders", "CRUD", "owner", ()),
        ("crm_app", "contact", "CRU", "grant", ()),
        ("PUBLIC", "orders", "R", "PUBLIC", ()),
        ("report_ro", "orders", "U", "grant", ("id",)),
    }


@pytest.mark.parametrize(
    ("sql", "dialect", "wanted"),
    [
        ("GRANT SELECT ANY TABLE TO bi", "oracle", Given("everywhere", ("bi",), "R")),
        (
            "GRANT SELECT, DELETE ON [dbo].[Contact] TO [crm app]",
            "tsql",
            Given("table", ("crm app",), "RD", (Name(("dbo", "Contact")),)),
        ),
        (
            "GRANT CONTROL ON SCHEMA::sales TO etl",
            "tsql",
            Given("schema", ("etl",), "CRUD", (Name(("sales",)),)),
        ),
        (
            "DENY UPDATE ON OBJECT::dbo.Contact TO etl",
            "tsql",
            Given("table", ("etl",), "U", (Name(("dbo", "Contact")),), taken=True),
        ),
        (
            "GRANT ALL ON *.* TO 'a'@localhost",
            "mysql",
            Given("everywhere", ("a@localhost",), "CRUD"),
        ),
        (
            "GRANT UPDATE (name, mail), SELECT ON TABLE ONLY_ONE TO a",
            "mysql",
            None,
        ),
        ("GRANT USAGE ON *.* TO a", "mysql", None),
        ("GRANT EXECUTE ON PROCEDURE p TO a", "postgresql", None),
        ("SELECT 'GRANT SELECT ON t TO a'", "postgresql", None),
    ],
)
def test_statements(sql: str, dialect: str, wanted: Given | None) -> None:
    found = list(in_statement(sql, dialect))
    if wanted is not None:
        assert found == [wanted]
    elif "name, mail" in sql:
        assert {(g.letters, g.columns) for g in found} == {("U", ("mail", "name")), ("R", ())}
    else:
        assert not [g for g in found if g.letters]


def test_superusers_and_defaults(tmp_path: Path) -> None:
    grants = _read(
        tmp_path,
        "CREATE ROLE admin;\nALTER ROLE admin WITH SUPERUSER LOGIN;\n"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO report_ro;\n",
    )
    assert [(a.name, a.everything) for a in grants.accounts] == [("admin", True)]
    assert not grants.rights
    assert any("tables to come" in note for note in grants.notes)


def test_a_persons_account_is_hidden(tmp_path: Path) -> None:
    text = to_json(_read(tmp_path, CSV.replace("crm_app", "mary.miller")))
    assert "mary" not in text
    assert "acct-hidden" in text


@pytest.mark.parametrize("name", ["script", "csv"])
@pytest.mark.parametrize("db", dialects("sqlite", "postgresql"), indirect=True)
def test_with_a_database_its_tables_count(tmp_path: Path, db: Database, name: str) -> None:
    db.execute(["CREATE TABLE contact (id INT)", "CREATE TABLE invoice (id INT)"])
    text = FORMS[name] + (
        "GRANT UPDATE ON ALL TABLES IN SCHEMA public TO crm_app;" if name == "script" else ""
    )
    with open_source(db.url) as source:
        grants = _read(tmp_path, text, source)
    rights = {(r.principal, r.table, r.letters) for r in grants.rights}
    assert {t for _, t, _ in rights} <= {"contact", "invoice", "*"}
    assert Rights(grants).letters("crm_app", "contact") == "CRU"
    if name == "script" and db.dialect == "postgresql":
        assert Rights(grants).letters("crm_app", "invoice") == "U"


def test_the_schema_of_a_listing_is_that_of_a_copy_without_schemas(
    tmp_path: Path, make_db: Callable[[str], Database]
) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE contact (id INT)", "CREATE TABLE orders (id INT)"])
    path = tmp_path / "rights.csv"
    path.write_text(
        "grantee,table_schema,table_name,privilege_type\n"
        "crm_app,beacon,contact,SELECT\ncrm_app,beacon,orders,DELETE\n"
        "crm_app,beacon,gone,UPDATE\ncrm_app,archive,contact,DELETE\n"
        + "crm_app,archive,boxes,DELETE\n"
        * 9
    )
    with open_source(db.url) as source:
        known = Known(traces=Traces(grants=(str(path),)))
        (found,) = documents(Task(source, "crm", source.catalog("crm"), (), known))
    assert isinstance(found, Grants)
    assert {(r.table, r.letters) for r in found.rights} == {("contact", "R"), ("orders", "D")}
    # What is not counted is said.
    assert any("taken to be beacon" in note and "archive" in note for note in found.notes)
    assert "10 rights are on other databases" in found.notes
    assert "1 rights are on what is no table of this database" in found.notes


def test_what_is_no_listing_is_refused(tmp_path: Path) -> None:
    for text in ("", "name;age\nmary;7\n", "\x00\x01"):
        with pytest.raises(CrmauditError, match="is no listing of rights"):
            _read(tmp_path, text)


@given(st.sampled_from(list(FORMS.values())), st.integers(0, 300), st.text(max_size=8))
def test_damage_does_not_crash(
    tmp_path_factory: pytest.TempPathFactory, text: str, at: int, piece: str
) -> None:
    try:
        found = _read(tmp_path_factory.mktemp("g"), text[:at] + piece + text[at + 1 :])
    except CrmauditError:
        return
    assert all(r.letters and set(r.letters) <= set("CRUD") for r in found.rights)


@given(
    st.lists(
        st.sampled_from(_WORDS),
        max_size=14,
    ),
    st.sampled_from(DIALECTS),
)
def test_any_words_are_survived(words: list[str], dialect: str) -> None:
    list(in_statement(" ".join(words), dialect))


def _read(folder: Path, text: str, source: object = None) -> Grants:
    path = folder / "rights.txt"
    path.write_text(text, encoding="utf-8", newline="")
    here = source or AbsentSource([str(path)])
    known = Known(traces=Traces(grants=(str(path),)), words=("crm", "report", "reading"))
    (found,) = documents(Task(here, "crm", here.catalog("crm"), (), known))  # type: ignore[attr-defined,arg-type]
    assert isinstance(found, Grants)
    return found
