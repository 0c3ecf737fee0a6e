"""What a driver says about a value: no message of ours repeats it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import Database, dialects

from crmaudit.errors import CrmauditError
from crmaudit.sources import open_source

Make = Callable[[str], Database]


def said(db: Database, sql: str) -> str:
    with open_source(db.url) as source:
        with pytest.raises(CrmauditError) as caught:
            source.query(sql, "test")
        return str(caught.value)


@pytest.mark.parametrize("value", ["Jane", 'Ja"ne', "Ja\nne", "Ja'ne", "+49 170 123456"])
@pytest.mark.parametrize("dialect", dialects("postgresql", "duckdb"))
def test_a_value_that_is_no_number(make_db: Make, dialect: str, value: str) -> None:
    db = make_db(dialect)
    written = value.replace("'", "''")
    db.execute(["CREATE TABLE t (a varchar(20))", f"INSERT INTO t VALUES ('{written}')"])
    told = said(db, "SELECT count(*) FROM t WHERE CAST(a AS integer) > 0")
    assert not [part for part in ("Jane", "Ja", "ne'", "170", "123456") if part in told]


def test_duckdb_functions_that_repeat_a_value(make_db: Make) -> None:
    db = make_db("duckdb")
    db.execute(["CREATE TABLE t (a varchar)", "INSERT INTO t VALUES ('(Jane')"])
    for sql in (
        "SELECT regexp_matches('x', a) FROM t",
        "SELECT error(a) FROM t",
        "SELECT strptime(a, '%Y') FROM t",
    ):
        assert "Jane" not in said(db, sql)


@pytest.mark.server
def test_what_code_of_the_database_raises(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(
        [
            "CREATE TABLE t (a text)",
            "INSERT INTO t VALUES ('Jane')",
            "CREATE FUNCTION boom(v text) RETURNS integer LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'customer % is blocked', v; END $$",
        ]
    )
    told = said(db, "SELECT boom(a) FROM t")
    assert "Jane" not in told
    assert "P0001" in told


@pytest.mark.server
def test_what_code_of_mariadb_signals(make_db: Make) -> None:
    db = make_db("mariadb")
    db.execute(
        [
            "CREATE TABLE t (a varchar(20))",
            "INSERT INTO t VALUES ('Jane')",
            "CREATE FUNCTION boom(v varchar(20)) RETURNS integer DETERMINISTIC "
            "BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = v; RETURN 1; END",
        ]
    )
    told = said(db, "SELECT boom(a) FROM t")
    assert "Jane" not in told
    assert "SIGNAL" in told
