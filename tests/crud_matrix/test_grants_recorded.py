"""Rights of MySQL 8, of which no server is at hand, from tables as its manual describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from crmaudit.crud_matrix.collectors import grants_mysql
from crmaudit.crud_matrix.collectors.grants import collector
from crmaudit.crud_matrix.collectors.grants_mysql import MYSQL_ROLES
from crmaudit.crud_matrix.principals import Naming
from crmaudit.crud_matrix.rights import Rights
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Grants, Provenance, Table
from crmaudit.sources import open_source
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.task import Task

Rows = Sequence[tuple[object, ...]]
EDGES, DEFAULTS, SETTINGS, LOCKS, ATTRIBUTES = MYSQL_ROLES
_NO = ("N", "N", "N", "N", "N")


class Recorded(Source):
    """Answers to statements; others fail as a server without such a table does."""

    def __init__(self, answers: Mapping[str, Rows], message: str = "") -> None:
        self.engine = "mysql"
        self.address = "mysql://recorded"
        self.snapshot = "s"
        self.sent = []
        self.broken = {}
        self.database = self.default_schema = "crm"
        self._answers = answers
        self._message = message or "Table 'mysql.x' doesn't exist"

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        if sql in self._answers:
            return list(self._answers[sql])
        raise CrmauditError(f"cannot answer a query ({purpose}): {self._message}")

    def catalog(self, system: str) -> Catalog:
        origin = Provenance(system, "x", "mysql", "s", datetime(2026, 1, 1, tzinfo=UTC), "t")
        return Catalog(origin, "MySQL 8.0.36", (Table("contact"), Table("invoice")))

    def statement(self, *_: object) -> NoReturn:
        raise NotImplementedError

    def stream(self, *_: object) -> NoReturn:
        raise NotImplementedError

    def quote(self, name: str) -> str:
        return f"`{name}`"

    def close(self) -> None: ...


BASE: dict[str, Rows] = {
    grants_mysql.ME.sql: [("auditor@%",)],
    grants_mysql.ACCOUNTS.sql: [
        ("app", "%", *_NO, "N", "N"),
        ("auditor", "%", "Y", *_NO[1:], "N", "N"),
        ("etl", "10.%", "Y", "Y", "Y", "Y", "Y", "N", "N"),
        ("root", "localhost", "Y", "Y", "Y", "Y", "Y", "Y", "Y"),
        ("reading", "%", *_NO, "N", "N"),
        ("writing", "%", *_NO, "N", "N"),
    ],
    grants_mysql.DATABASES.sql: [("reading", "%", "crm", "Y", *_NO[1:])],
    grants_mysql.TABLES.sql: [("writing", "%", "CONTACT", "Insert,Update")],
    grants_mysql.COLUMNS.sql: [("app", "%", "invoice", "total", "Select")],
    grants_mysql.PROXIES.sql: [],
}
EIGHT: dict[str, Rows] = {
    **BASE,
    EDGES.sql: [("app", "%", "reading", "%"), ("app", "%", "writing", "%")],
    DEFAULTS.sql: [("app", "%", "reading", "%")],
    SETTINGS.sql: [(0, "")],
    LOCKS.sql: [("reading", "%", "Y"), ("etl", "10.%", "Y")],
    ATTRIBUTES.sql: [
        ("etl", "10.%", '{"Restrictions": [{"Database": "crm", "Privileges": ["DELETE", "DROP"]}]}')
    ],
}


def read(answers: Mapping[str, Rows], message: str = "") -> Grants:
    source = Recorded(answers, message)
    catalog = source.catalog("crm")
    names = ("app", "auditor", "etl", "reading", "writing")
    task = Task(source, "crm", catalog, catalog.tables)
    return grants_mysql.read(task, Naming(words=names))


def test_roles_default_and_asked_for() -> None:
    grants = read(EIGHT)
    rights = Rights(grants)
    assert rights.letters("app@%", "contact") == "R"
    assert rights.letters("app@%", "contact", asking=True) == "CRU"
    assert rights.letters("app@%", "invoice") == "R"
    accounts = {a.name: a for a in grants.accounts}
    assert accounts["reading@%"].kind == "role"
    assert accounts["reading@%"].note == ""
    assert accounts["app@%"].member_of == ("reading@%",)
    assert accounts["app@%"].may_become == ("writing@%",)
    assert grants.provenance.status.state == "done"
    assert grants.reader == "auditor@%"


def test_all_roles_may_be_active_without_asking() -> None:
    grants = read({**EIGHT, SETTINGS.sql: [(1, "")]})
    assert Rights(grants).letters("app@%", "contact") == "CRU"


def test_mandatory_roles_are_everybodys() -> None:
    grants = read({**EIGHT, SETTINGS.sql: [(1, "`reading`,'writing'@'%'")]})
    rights = Rights(grants)
    assert rights.letters("auditor@%", "contact") == "CRU"
    assert rights.letters("writing@%", "contact") == "CU"


def test_partial_revokes_and_locks() -> None:
    grants = read(EIGHT)
    assert Rights(grants).letters("etl@10.%", "contact") == "CRU"
    (etl,) = (a for a in grants.accounts if a.name == "etl@10.%")
    assert etl.note == "locked; D on this database was taken from its global rights"
    (root,) = (a for a in grants.accounts if a.name == "root@localhost")
    assert root.everything


def test_a_server_without_roles() -> None:
    grants = read({**BASE, LOCKS.sql: []})
    assert grants.provenance.status.state == "done"
    assert Rights(grants).letters("app@%", "contact") == ""


def test_roles_that_may_not_be_read_leave_it_partly() -> None:
    grants = read(BASE, "SELECT command denied to user for table `mysql`.`role_edges`")
    assert grants.provenance.status.state == "partly"
    assert "role_edges" in grants.provenance.status.reason


@pytest.mark.parametrize("lacking", [grants_mysql.ACCOUNTS, grants_mysql.COLUMNS])
def test_a_part_that_may_not_be_read_leaves_the_own_rights(lacking: Statement) -> None:
    own = [s.sql for s in grants_mysql.OWN]
    answers = {
        **{sql: rows for sql, rows in EIGHT.items() if sql != lacking.sql},
        own[0]: [("'auditor'@'%'", "USAGE", "", "")],
        own[1]: [("'auditor'@'%'", "SELECT", "crm", "")],
        own[2]: [],
        own[3]: [],
    }
    grants = read(answers)
    assert grants.provenance.status.state == "partly"
    assert [a.name for a in grants.accounts] == ["auditor@%"]
    assert Rights(grants).letters("auditor@%", "contact") == "R"


def test_rights_of_a_dump(tmp_path: Path) -> None:
    dump = tmp_path / "schema.sql"
    dump.write_text(
        "-- PostgreSQL database dump\n"
        "CREATE TABLE public.contact (id integer);\n"
        "ALTER TABLE public.contact OWNER TO crm_owner;\n"
        "GRANT SELECT ON TABLE public.contact TO report_ro;\n"
    )
    with open_source(str(dump)) as source:
        catalog = source.catalog("crm")
        (grants,) = collector.collect(Task(source, "crm", catalog, catalog.tables))
    assert isinstance(grants, Grants)
    assert grants.origin == "dump"
    assert Rights(grants).letters("report_ro", "contact") == "R"
    assert Rights(grants).letters("crm_owner", "contact") == "CRUD"
    dump.write_text("CREATE TABLE contact (id integer);\n")
    with open_source(str(dump)) as source:
        catalog = source.catalog("crm")
        assert list(collector.collect(Task(source, "crm", catalog, catalog.tables))) == []
