"""No value comes through the text of a statement, whatever the statement is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmaudit.crud_matrix.collectors.shown import Shown, without_rows
from crmaudit.crud_matrix.collectors.tally import Tally
from crmaudit.crud_matrix.principals import Naming
from crmaudit.evidence import Catalog, Column, Provenance, Table, to_json

ORIGIN = Provenance("crm", "x", "postgresql", "s", datetime(2026, 11, 1, tzinfo=UTC), "crmaudit 0")
CATALOG = Catalog(
    ORIGIN,
    tables=(Table("contact", columns=(Column("Full Name", "text"), Column("mail", "text"))),),
)
HOSTILE = {
    "postgresql": [
        "ALTER ROLE app PASSWORD 'zylphia'",
        "CREATE SUBSCRIPTION s CONNECTION 'host=h password=zylphia' PUBLICATION p",
        "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'zylphia', password 'zylphia')",
        r"SELECT E'zyl\'phia zylphia', $$zylphia$$, $q$zylphia$q$, U&'zylphia' FROM contact",
        "SELECT mail FROM contact -- zylphia\n/* zylphia /* zylphia */ zylphia */",
        "COPY contact FROM STDIN;\n1\tzylphia\n2\tzylphia@example.org\n\\.\n",
        "BEGIN; COPY contact (mail) FROM STDIN WITH (FORMAT csv);\nzylphia,zylphia\n",
        "UPDATE contact SET mail = 'x' WHERE \"Full Name\" = \"Zylphia O'Neil\"",
        "Zylphia O'Neil', mail = 'zylphia@example.org' WHERE id = 7",
        "zylphia@example.org, Zylphia (north) wants a call back",
        "SELECT mail AS \"zylphia@example.org\" FROM contact",
        "FROBNICATE zylphia IN contact.zylphia",
        "SELECT 'zylphia",
        "SELECT $$zylphia",
        "EXECUTE zylphia ('zylphia')",
    ],
    "mariadb": [
        "CREATE USER a@b IDENTIFIED BY 'zylphia'",
        "SET PASSWORD FOR a = PASSWORD('zylphia')",
        "CHANGE MASTER TO MASTER_PASSWORD='zylphia'",
        "SELECT _utf8'zylphia', \"zylphia\", x'7a', 0x7a796c, N'zylphia' FROM contact # zylphia",
        "SELECT * FROM contact WHERE mail = zylphia@example.org AND",
        "SELECT mail AS `zylphia o'neil` FROM contact",
        "LOAD DATA INFILE '/home/zylphia.csv' INTO TABLE contact",
    ],
    "ansi": [
        'SELECT * FROM contact WHERE mail = "zylphia@example.org"',
        'INSERT INTO contact (mail) VALUES ("zylphia")',
        "SELECT q'[it's zylphia]' FROM contact",
    ],
    "tsql": [
        'SELECT * FROM contact WHERE mail = "zylphia"',
        "CREATE LOGIN app WITH PASSWORD = N'zylphia'",
        "EXEC sp_addlogin 'app', 'zylphia'",
    ],
    "oracle": ["SELECT q'[zylphia's]', nq'{zylphia}' FROM contact"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "sql"), [(dialect, sql) for dialect, all_ in HOSTILE.items() for sql in all_]
)
@pytest.mark.parametrize("catalog", [CATALOG, Catalog(ORIGIN)], ids=["tables", "none known"])
def test_no_value_is_kept(catalog: Catalog, dialect: str, sql: str) -> None:
    tally = Tally(catalog, dialect, Naming())
    tally.take(sql, "app")
    tally.take(sql, "app", session="1", cut=True)
    document = tally.document(ORIGIN, "log")
    assert "zylphia" not in to_json(document).lower()
    assert document.calls == 2


def test_what_is_shown_of_a_name() -> None:
    shown = Shown(CATALOG, "postgresql")
    text = 'SELECT "Full Name", count(?) AS "all" FROM contact'
    assert shown.text(text) == text
    assert shown.text('SELECT ? AS "per cent %" FROM t') == 'SELECT ? AS "…" FROM t'
    assert shown.text("CALL tidy(contact.mail, ?)", understood=False) == "CALL …(contact.mail, ?)"
    assert Shown(CATALOG, "ansi").text('SELECT "Full Name", "Ada"') == 'SELECT "Full Name", "…"'
    assert len(shown.text("SELECT " + "a, " * 900)) == 400


def test_rows_behind_copy_are_no_statement() -> None:
    text = "COPY t (a) FROM STDIN;\n1\tx;y\n\\.\nSELECT 1 FROM t"
    assert without_rows(text) == "COPY t (a) FROM STDIN;\nSELECT 1 FROM t"
    assert without_rows("COPY t FROM STDIN") == "COPY t FROM STDIN"


def test_a_prepared_statement_counts_where_its_session_executes_it() -> None:
    tally = Tally(CATALOG, "postgresql", Naming())
    tally.take("PREPARE gone (int) AS DELETE FROM contact WHERE mail = $1", "app", session="1")
    assert tally.document(ORIGIN, "log").uses == ()
    for session in ("1", "1", "2"):
        tally.take("EXECUTE gone (7)", "app", session=session)
    tally.ended("1")
    tally.take("EXECUTE gone (7)", "app", session="1")
    document = tally.document(ORIGIN, "log")
    assert {(u.letter, u.calls) for u in document.uses} == {("D", 2), ("R", 2)}
    # Of another session, or of one that is over, nobody knows what it means.
    assert [u.times for u in document.unread] == [2]
    assert (document.calls, document.understood_calls) == (5, 3)
