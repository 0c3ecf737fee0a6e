"""PostgreSQL and MariaDB: snapshots, rights, lost connections, the servers' logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from databases import Database, dialects
from servers import PASSWORD, mariadb_statements, postgres_statements

from crmaudit.errors import CrmauditError
from crmaudit.sources import ConnectionLostError, Source, open_source

pytestmark = pytest.mark.server
Make = Callable[[str], Database]


@pytest.fixture(params=dialects("postgresql", "mariadb"))
def db(request: pytest.FixtureRequest, make_db: Make) -> Database:
    return make_db(request.param)


def read(source: Source, name: str) -> list[dict[str, Any]]:
    table = source.catalog("x").table(name)
    rows: list[dict[str, Any]] = source.stream(table, table.columns).read_all().to_pylist()
    return rows


def account(db: Database, name: str, grants: list[str]) -> str:
    """The address of a new account with these rights and no others."""
    name = f"{name}_{db.url.rsplit('/', 1)[1]}"
    if db.dialect == "postgresql":
        db.execute([f"CREATE ROLE {name} LOGIN PASSWORD 'own-secret'"])
        db.execute([f"{g} TO {name}" for g in grants])
    else:
        db.execute([f"CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'own-secret'"])
        db.execute([f"{g} TO {name}@'127.0.0.1'" for g in grants])
    return db.url_of(name, "own-secret")


def test_a_concurrent_commit_is_not_seen(db: Database) -> None:
    db.execute(["CREATE TABLE t (a integer)", "CREATE TABLE u (a integer)"])
    with open_source(db.url) as source:
        db.execute(["INSERT INTO t VALUES (1)", "INSERT INTO u VALUES (1)"])
        assert read(source, "t") == []
        with pytest.raises(CrmauditError):
            source.query("SELECT nonsense FROM t", "test")
        assert read(source, "u") == []
    with open_source(db.url) as later:
        assert len(read(later, "t")) == 1
        assert later.snapshot != source.snapshot


def test_postgres_refuses_what_writes_in_passing(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(["CREATE SEQUENCE s", "CREATE TABLE t (a integer)"])
    with open_source(db.url) as source:
        for sql in (
            "SELECT nextval('s')",
            "CREATE TEMP TABLE q (a integer)",
            "SELECT * INTO q FROM t",
            "WITH d AS (DELETE FROM t RETURNING a) SELECT * FROM d",
            "SELECT * FROM t FOR UPDATE",
        ):
            with pytest.raises(CrmauditError):
                source._ask(sql, "test", "refused")  # type: ignore[attr-defined]


def test_a_lost_connection_says_run_again(db: Database) -> None:
    db.execute(["CREATE TABLE t (a varchar(200))", f"INSERT INTO t VALUES ('{'x' * 200}')"])
    db.execute(["INSERT INTO t SELECT a FROM t"] * 18)
    with open_source(db.url) as source:
        table = source.catalog("x").table("t")
        reader = source.stream(table, table.columns)
        reader.read_next_batch()
        if db.dialect == "postgresql":
            db.execute(
                [
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'crmaudit' AND datname = current_database()"
                ]
            )
        else:
            ((number,),) = db.execute(
                [
                    "SELECT id FROM information_schema.processlist "
                    "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                ]
            )
            db.execute([f"KILL {number}"])
        with pytest.raises(ConnectionLostError, match="lost") as caught:
            for _ in reader:
                pass
        assert "finished tables are kept" in caught.value.hint
        with pytest.raises(ConnectionLostError):
            source.query("SELECT 1", "test")


@pytest.mark.parametrize("what", ["password", "user", "database"])
def test_what_keeps_us_out_is_said(db: Database, what: str) -> None:
    url = {
        "password": db.url.replace(PASSWORD, "not-the-pass-word"),
        "user": db.url.replace("//admin", "//nobody"),
        "database": db.url + "_gone",
    }[what]
    with pytest.raises(CrmauditError, match="cannot connect") as caught:
        open_source(url)
    assert "\n" not in str(caught.value)
    assert what in caught.value.hint
    assert "not-the-pass-word" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_the_password_may_come_from_the_drivers_own_variable(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD" if db.dialect == "postgresql" else "MYSQL_PWD", PASSWORD)
    with open_source(db.url.replace(f":{PASSWORD}", "")) as source:
        assert source.query("SELECT 1", "test") == [(1,)]


def test_a_source_closed_in_the_middle_of_a_stream(db: Database) -> None:
    db.execute(["CREATE TABLE t (a varchar(200))", f"INSERT INTO t VALUES ('{'x' * 200}')"])
    db.execute(["INSERT INTO t SELECT a FROM t"] * 17)
    with open_source(db.url) as source:
        table = source.catalog("x").table("t")
        source.stream(table, table.columns).read_next_batch()
    source.close()


def test_a_driver_that_quotes_the_password_is_scrubbed(db: Database) -> None:
    with open_source(db.url) as source:
        db.execute(["CREATE TABLE t (a integer)"])
        with pytest.raises(CrmauditError) as caught:
            source.query(f"SELECT {PASSWORD.replace('-', '_')}, `{PASSWORD}`", "test")
        assert PASSWORD not in str(caught.value)


def test_rights_table_by_table_and_column_by_column(db: Database) -> None:
    db.execute(
        [
            "CREATE TABLE open (a integer, b integer)",
            "CREATE TABLE partly (a integer, secret integer)",
            "CREATE TABLE closed (a integer)",
            "INSERT INTO open VALUES (1, 2)",
            "INSERT INTO partly VALUES (1, 2)",
        ]
    )
    url = account(db, "r", ["GRANT SELECT ON open", "GRANT SELECT (a) ON partly"])
    if db.dialect == "mariadb":
        db.execute([f"GRANT INSERT ON closed TO {url.split('//')[1].split(':')[0]}@'127.0.0.1'"])
    with open_source(url) as source:
        catalog = source.catalog("x")
        assert [(t.name, t.readable) for t in catalog.tables if t.name == "open"] == [
            ("open", True)
        ]
        closed = catalog.table("closed")
        assert not closed.readable
        with pytest.raises(CrmauditError, match="'closed'") as caught:
            source.stream(closed, closed.columns)
        assert "GRANT SELECT" in caught.value.hint or "grant SELECT" in caught.value.hint
        partly = catalog.table("partly")
        assert partly.readable
        if db.dialect == "postgresql":
            assert "secret" in partly.note
            with pytest.raises(CrmauditError, match="'partly'"):
                source.stream(partly, partly.columns)
        rows = source.stream(partly, [partly.column("a")]).read_all().to_pylist()
        assert rows == [{"a": "1"}]
        table = catalog.table("open")
        assert source.stream(table, table.columns).read_all().num_rows == 1


def test_a_view_that_fails_does_not_hide_the_others(db: Database) -> None:
    db.execute(["CREATE TABLE t (a integer)", "INSERT INTO t VALUES (0), (1)"])
    if db.dialect == "postgresql":
        db.execute(
            [
                "CREATE VIEW fails AS SELECT 1 / a AS n FROM t",
                "CREATE VIEW leaks AS SELECT ('anna@example.org' || a)::integer AS n FROM t",
            ]
        )
    else:
        db.execute(
            [
                "CREATE TABLE gone (a integer)",
                "CREATE VIEW fails AS SELECT a AS n FROM gone",
                "CREATE VIEW leaks AS SELECT a AS n FROM t WHERE a = (SELECT a FROM t)",
                "DROP TABLE gone",
            ]
        )
    with open_source(db.url) as source:
        catalog = source.catalog("x")
        for name in ("fails", "leaks"):
            view = catalog.table(name)
            with pytest.raises(CrmauditError, match=name) as caught:
                source.stream(view, view.columns or catalog.table("t").columns).read_all()
            assert "anna" not in str(caught.value)
        assert len(read(source, "t")) == 2
        if db.dialect == "mariadb":
            assert not catalog.table("fails").readable


def test_sent_is_what_the_server_logged(db: Database, request: pytest.FixtureRequest) -> None:
    db.execute(["CREATE TABLE t (a integer, b varchar(20))", "INSERT INTO t VALUES (1, 'x')"])
    if db.dialect == "postgresql":
        url = account(db, "log", ["GRANT SELECT ON t"])
        server = request.getfixturevalue("postgres_server")
        before = len(postgres_statements(server, db.url.rsplit("/", 1)[1]))
    else:
        url = account(db, "log", ["GRANT SELECT ON t"])
        server = request.getfixturevalue("mariadb_server")
    with open_source(url) as source:
        assert len(read(source, "t")) == 1
        with pytest.raises(CrmauditError):
            source.query("SELECT nonsense FROM t", "test")
        assert source.query("SELECT count(*) FROM t WHERE b LIKE '%x'", "count") == [(1,)]
        sent = [s.sql.strip() for s in source.sent]
        drivers = [s.sql for s in source.sent if s.by == "driver"]
    if db.dialect == "postgresql":
        logged = postgres_statements(server, db.url.rsplit("/", 1)[1])[before:]
        # A statement that does not parse is an error in the log, not a statement.
        sent.remove("SELECT nonsense FROM t")
        assert drivers == []
    else:
        logged = mariadb_statements(server, url.split("//")[1].split(":")[0])
        assert drivers == ["SET NAMES utf8mb4"]
    assert logged == sent


# ---- PostgreSQL alone


def test_row_level_security_is_told(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(
        [
            "CREATE TABLE contact (tenant text, name text)",
            "INSERT INTO contact VALUES ('a', 'Anna')",
            "ALTER TABLE contact ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON contact USING (tenant = current_setting('app.tenant', true))",
        ]
    )
    url = account(db, "rls", ["GRANT SELECT ON contact"])
    with open_source(url) as source:
        assert "no tenant is set" in source.catalog("x").table("contact").note
        assert read(source, "contact") == []
    with open_source(db.url) as source:
        assert "exempt" in source.catalog("x").table("contact").note


def test_postgres_oddities_in_the_catalog(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(
        [
            "CREATE SCHEMA sales",
            "CREATE DOMAIN email AS varchar(99) NOT NULL",
            "CREATE TABLE contact (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "mail email, up text GENERATED ALWAYS AS (upper(plain)) STORED, "
            "plain text DEFAULT 'x')",
            "COMMENT ON TABLE contact IS 'people'",
            "COMMENT ON COLUMN contact.mail IS 'address'",
            "CREATE UNIQUE INDEX part ON contact (plain) WHERE plain <> ''",
            "CREATE INDEX expr ON contact (lower(plain), id) INCLUDE (mail)",
            "CREATE TABLE sales.deal (id integer, contact integer REFERENCES contact)",
            "CREATE TABLE log (at date, n integer) PARTITION BY RANGE (at)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
            "CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
            "INSERT INTO log SELECT date '2025-12-01' + i, i FROM generate_series(0, 59) i",
            "CREATE MATERIALIZED VIEW summary AS SELECT count(*) AS n FROM log WITH NO DATA",
            "ANALYZE",
        ]
    )
    with open_source(db.url) as source:
        catalog = source.catalog("x")
        assert len(read(source, "log")) == 60
        summary = catalog.table("summary")
        with pytest.raises(CrmauditError, match="summary"):
            source.stream(summary, summary.columns)
    assert [t.qualified for t in catalog.tables] == ["contact", "log", "summary", "sales.deal"]
    contact = catalog.table("contact")
    assert contact.comment == "people"
    assert contact.column("mail").comment == "address"
    assert contact.column("mail").type == "character varying(99)"
    assert not contact.column("mail").nullable
    assert contact.column("up").default.startswith("GENERATED ALWAYS AS (")
    assert "IDENTITY" in contact.column("id").default
    assert {(i.name, i.columns, i.unique) for i in contact.indexes} == {
        ("contact_pkey", ("id",), True),
        ("part", ("plain",), False),
        ("expr", ("(expression)", "id"), False),
    }
    assert catalog.table("log").rows == 60
    assert str(catalog.table("log").rows_method) == "estimate"
    assert "2 partitions" in catalog.table("log").note
    (key,) = catalog.table("sales.deal").foreign_keys
    assert (key.ref_schema, key.ref_table) == ("", "contact")
    with open_source(db.url, schema="sales") as source:
        catalog = source.catalog("x")
        assert [t.qualified for t in catalog.tables] == ["deal"]
        assert catalog.table("deal").foreign_keys[0].ref_schema == "public"
        assert read(source, "deal") == []
    with open_source(db.url, schema="gone") as source, pytest.raises(CrmauditError, match="gone"):
        source.catalog("x")


def test_postgres_values_of_every_sort(make_db: Make) -> None:
    db = make_db("postgresql")
    values = {
        "numeric": ("'NaN'", "NaN"),
        "float8": ("'-infinity'", "-Infinity"),
        "timestamptz": ("'infinity'", "infinity"),
        "timestamp": ("'0044-03-15 12:00:00 BC'", "0044-03-15 12:00:00 BC"),
        "date": ("'294000-01-01'", "294000-01-01"),
        "money": ("12.5", "12.50"),
        "interval": ("'1 year 2 days'", "1 year 2 days"),
        "int[]": ("'{1,NULL,3}'", "{1,NULL,3}"),
        "text[]": ("ARRAY['a\"b', E'c\\\\d']", '{"a\\"b","c\\\\d"}'),
        "jsonb": ('\'{"a": "x\\\\ny"}\'', '{"a": "x\\\\ny"}'),
        "uuid": ("'550e8400-e29b-41d4-a716-446655440000'", "550e8400-e29b-41d4-a716-446655440000"),
        "inet": ("'10.0.0.1/8'", "10.0.0.1/8"),
        "int4range": ("'[1,5)'", "[1,5)"),
        "bit(3)": ("B'101'", "101"),
        "char(5)": ("'ab'", "ab"),
        "boolean": ("true", "true"),
        "point": ("'(1,2)'", "(1,2)"),
        "mood": ("'fine'", "fine"),
        "bytea": ("'\\xff00'", "<binary 2 bytes>"),
        "timestamptz(0)": ("'2026-07-01 12:00:00+02'", "2026-07-01 10:00:00+00"),
    }
    columns = ", ".join(f"c{i} {t}" for i, t in enumerate(values))
    db.execute(
        [
            "SET standard_conforming_strings = on",
            "CREATE TYPE mood AS ENUM ('fine', 'bad')",
            f"CREATE TABLE t ({columns})",
            f"INSERT INTO t VALUES ({', '.join(v for v, _ in values.values())})",
            f"INSERT INTO t VALUES ({', '.join('NULL' for _ in values)})",
        ]
    )
    with open_source(db.url) as source:
        one, two = read(source, "t")
    assert list(one.values()) == [text for _, text in values.values()]
    assert set(two.values()) == {None}


def test_a_locked_table_does_not_hold_up_the_audit(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(["CREATE TABLE free (a integer)", "CREATE TABLE locked (a integer)"])
    with psycopg.connect(db.url) as other, open_source(db.url, timeout=0.5) as source:
        other.execute("LOCK TABLE locked")
        catalog = source.catalog("x")
        assert "sizes" in catalog.notes[0]
        table = catalog.table("locked")
        with pytest.raises(CrmauditError, match="locked"):
            source.stream(table, table.columns)
        assert read(source, "free") == []


def test_a_database_without_encoding(make_db: Make, postgres_url: str) -> None:
    db = make_db("postgresql")
    name = db.url.rsplit("/", 1)[1] + "_ascii"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        try:
            url = f"{db.url}_ascii"
            with psycopg.connect(url, autocommit=True) as writer:
                writer.execute("CREATE TABLE t (a text)")
                writer.execute("INSERT INTO t VALUES (E'M\\xfcller'), ('ok')")
            with open_source(url) as source:
                table = source.catalog("x").table("t")
                rows = source.stream(table, table.columns).read_all().to_pylist()
                assert rows == [{"a": "M\ufffdller"}, {"a": "ok"}]
                assert source.broken == {"a": 1}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


# ---- MariaDB alone


def test_mariadb_values_of_every_sort(make_db: Make) -> None:
    db = make_db("mariadb")
    values = {
        "date": ("'0000-00-00'", "0000-00-00"),
        "datetime(3)": ("'2026-02-28 13:14:15.123'", "2026-02-28 13:14:15.123"),
        "bit(1)": ("b'1'", "1"),
        "bit(9)": ("b'100000001'", "257"),
        "time": ("'-838:59:59'", "-838:59:59"),
        "year": ("2026", "2026"),
        "decimal(30,10)": ("12345678901234567890.0123456789", "12345678901234567890.0123456789"),
        "set('a','b')": ("'a,b'", "a,b"),
        "enum('x','y')": ("'y'", "y"),
        "json": ("'{\"a\": 1}'", '{"a": 1}'),
        "uuid": ("'550e8400-e29b-41d4-a716-446655440000'", "550e8400-e29b-41d4-a716-446655440000"),
        "inet6": ("'::1'", "::1"),
        "point": ("ST_GeomFromText('POINT(1 2)')", "<binary 25 bytes>"),
        "varbinary(9)": ("x'00ff'", "<binary 2 bytes>"),
        "varchar(9) character set latin1": ("'Müller'", "Müller"),
        "bigint unsigned": ("18446744073709551615", "18446744073709551615"),
        "tinyint(1)": ("1", "1"),
    }
    columns = ", ".join(f"c{i} {t}" for i, t in enumerate(values))
    db.execute(
        [
            "SET sql_mode = ''",
            f"CREATE TABLE t ({columns})",
            f"INSERT INTO t VALUES ({', '.join(v for v, _ in values.values())})",
            f"INSERT INTO t VALUES ({', '.join('NULL' for _ in values)})",
        ]
    )
    with open_source(db.url) as source:
        one, two = read(source, "t")
    assert list(one.values()) == [text for _, text in values.values()]
    assert set(two.values()) == {None}


def test_mariadb_oddities_in_the_catalog(make_db: Make) -> None:
    db = make_db("mariadb")
    db.execute(
        [
            "CREATE TABLE t (id integer AUTO_INCREMENT PRIMARY KEY COMMENT 'the key', n integer, "
            "twice integer AS (n * 2) VIRTUAL, s varchar(9) DEFAULT 'x') COMMENT 'the table'",
            "CREATE TABLE old (a integer) ENGINE=MyISAM",
            "CREATE SEQUENCE numbers",
            "CREATE TABLE parts (a integer) PARTITION BY HASH (a) PARTITIONS 3",
        ]
    )
    with open_source(db.url) as source:
        catalog = source.catalog("x")
    assert [t.name for t in catalog.tables] == ["old", "parts", "t"]
    table = catalog.table("t")
    assert table.comment == "the table"
    assert table.column("id").comment == "the key"
    assert table.column("id").default == "AUTO_INCREMENT"
    assert table.column("twice").default.startswith("GENERATED")
    assert table.column("n").default == ""
    assert "MyISAM" in catalog.table("old").note
    assert "partitioned" in catalog.table("parts").note
