"""What statements do: the traps, what has to be unknown, and that nothing is ever raised."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.sql import DIALECTS, Name, Tables, fingerprint, understand
from crmaudit.evidence import Catalog, Column, ForeignKey, Provenance, Table

SECRET = "Zx9Secret"


def catalog(**tables: str) -> Catalog:
    """Tables with their columns, in one text each."""
    seen = Provenance(
        "crm", "postgresql://h/crm", "postgresql", "s", datetime(2026, 1, 1, tzinfo=UTC), "t"
    )
    made = [Table(n, columns=tuple(Column(c, "") for c in cs.split())) for n, cs in tables.items()]
    return Catalog(seen, tables=tuple(made))


KNOWN = Tables(catalog(t="id a b c", s="id x y tid", u="id v"), "postgresql")


def effects(sql: str, dialect: str, tables: Tables | None = None) -> str:
    """`t:RU s:R`, or `? reason`."""
    found = understand(sql, dialect, tables)
    if found.unknown:
        return f"? {found.unknown}"
    return " ".join(sorted(f"{name}:{letters}" for name, letters in found.effects))


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        # What a parser of SQL takes for something else.
        ("postgresql", "COPY t (a, b) FROM '/x.csv'", "t:C"),
        ("postgresql", "COPY (SELECT * FROM t) TO STDOUT", "t:R"),
        ("postgresql", "SELECT * INTO n FROM t", "n:C t:R"),
        ("postgresql", "SELECT a FROM t WHERE b IN ($1,$2) AND c=$3", "t:R"),
        ("postgresql", "UPDATE u t SET v = 1 FROM t x WHERE x.id = t.id", "t:R u:RU"),
        ("tsql", "UPDATE q SET a = 1 FROM t q JOIN s ON s.id = q.id", "s:R t:RU"),
        ("mysql", "DELETE FROM x, y USING t x JOIN s y ON x.id = y.tid", "s:RD t:RD"),
        ("mysql", "DELETE FROM `x`.*, y.* USING t x JOIN s y", "s:RD t:RD"),
        ("mysql", "DELETE QUICK x.*, y FROM t x JOIN s y JOIN u", "s:RD t:RD u:R"),
        ("mysql", "DELETE t.* FROM t", "t:RD"),
        ("mysql", "DELETE a.t FROM a.t JOIN b.t ON a.t.id = b.t.id", "a.t:RD b.t:R"),
        ("mysql", "DELETE t FROM t JOIN b.t ON b.t.id = 1", "b.t:R t:RD"),
        ("mysql", "DELETE x, q FROM t x", "? the table to be deleted from is not among those read"),
        (
            "mysql",
            "DELETE FROM t, s WHERE id = 1",
            "? the tables to be deleted from are not understood",
        ),
        ("mysql", "SELECT * FROM t LIMIT ?, ...", "t:R"),
        (
            "mysql",
            "SELECT * FROM (SELECT * FROM t LIMIT ?, ...",
            "? it was cut off where it comes from",
        ),
        ("mysql", "SELECT 1 FROM { OJ t LEFT OUTER JOIN s ON s.tid = {fn ABS(t.id)} }", "s:R t:R"),
        ("postgresql", "UPDATE t SET a = 1 WHERE CURRENT OF c", "t:U"),
        ("tsql", "DELETE FROM t WHERE CURRENT OF GLOBAL c", "t:D"),
        # Of the session alone, or of a schema that is only called so.
        ("sqlite", "CREATE TABLE temp.n AS SELECT a FROM t; DELETE FROM n; DROP TABLE n", "t:R"),
        ("sqlite", "CREATE TABLE main.n AS SELECT a FROM t", "main.n:C t:R"),
        ("sqlite", "CREATE TEMP TABLE N AS SELECT a FROM t; SELECT * FROM n", "t:R"),
        ("postgresql", "SELECT a INTO pg_temp.n FROM t; TRUNCATE n; TRUNCATE pg_temp.n", "t:R"),
        ("mysql", "INSERT INTO temp.n SELECT a FROM t", "t:R temp.n:C"),
        ("tsql", "DELETE q FROM t q", "t:D"),
        ("tsql", "DELETE FROM q OUTPUT deleted.id INTO u (id) FROM t q", "t:RD u:C"),
        ("tsql", "UPDATE TOP (5) t SET a += 1", "t:RU"),
        ("tsql", "SELECT * INTO #x FROM t", "t:R"),
        ("tsql", "INSERT INTO t (a) EXEC dbo.p 1", "t:C"),
        ("mysql", "SELECT a INTO OUTFILE '/x' FIELDS TERMINATED BY ',' FROM t", "t:R"),
        ("mysql", "SELECT max(a) INTO @x FROM t", "t:R"),
        ("mysql", "REPLACE INTO t SELECT * FROM s", "s:R t:CD"),
        ("mysql", "INSERT t SET a = 1 ON DUPLICATE KEY UPDATE a = 2", "t:CRU"),
        ("mysql", "LOAD DATA LOCAL INFILE '/x' REPLACE INTO TABLE t (a)", "t:CD"),
        ("mysql", "UPDATE t JOIN s ON s.tid = t.id SET s.x = t.a", "s:RU t:R"),
        ("mysql", "DELETE q, s FROM t q JOIN s USING (id)", "s:RD t:RD"),
        ("mysql", "DELETE t.* FROM t, s WHERE t.id = s.tid", "s:R t:RD"),
        ("mysql", "UPDATE LOW_PRIORITY IGNORE t USE INDEX (i) SET a = 1", "t:U"),
        ("sqlite", "SELECT * FROM t WHERE a IN s", "s:R t:R"),
        ("sqlite", "UPDATE OR REPLACE t SET a = 1", "t:UD"),
        ("sqlite", "SELECT * FROM [t] JOIN `s` ON 1 JOIN \"u\" ON 1", "s:R t:R u:R"),
        ("oracle", "INSERT ALL INTO t (a) VALUES (1) INTO u (v) VALUES (2) SELECT 1 FROM dual",
         "T:C U:C"),
        ("oracle", "DELETE t WHERE id = 1", "T:RD"),
        # Names that are none.
        ("postgresql", "WITH t AS (SELECT * FROM s) SELECT * FROM t", "s:R"),
        ("postgresql", "WITH t AS (SELECT * FROM t) SELECT * FROM t", "t:R"),
        ("postgresql", "WITH q AS (SELECT * FROM s) SELECT * FROM t", "t:R"),
        ("mariadb", "WITH q AS (SELECT * FROM s) SELECT * FROM t", "s:R t:R"),
        ("postgresql", "UPDATE t SET a = 1 RETURNING t", "t:RU"),
        ("postgresql", "SELECT t.id FROM s AS t, u AS s", "s:R u:R"),
        ("postgresql", "SELECT * FROM generate_series(1, 2) g, LATERAL f(g) x", ""),
        ("postgresql", "SELECT * FROM pg_catalog.pg_class, information_schema.tables", ""),
        ("postgresql", "SELECT EXTRACT(year FROM a), trim(both FROM b) FROM t", "t:R"),
        ("postgresql", "SELECT a IS DISTINCT FROM b FROM t", "t:R"),
        ("postgresql", 'SELECT * FROM "Order;s"', "Order;s:R"),
        ("postgresql", "SELECT * FROM Person", "person:R"),
        ("oracle", "SELECT * FROM person", "PERSON:R"),
        # Targets that are read, and those that are not.
        ("postgresql", "UPDATE t SET a = 1", "t:U"),
        ("postgresql", "UPDATE t SET a = DEFAULT", "t:U"),
        ("postgresql", "UPDATE t SET a = 1 RETURNING id", "t:RU"),
        ("postgresql", "UPDATE t SET a = s.x FROM s WHERE s.id = 1", "s:R t:U"),
        ("postgresql", "DELETE FROM t", "t:D"),
        ("postgresql", "DELETE FROM t USING s WHERE s.id = t.id", "s:R t:RD"),
        ("postgresql", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "t:C"),
        ("postgresql", "INSERT INTO t VALUES (1) ON CONFLICT (id) DO NOTHING", "t:CR"),
        ("postgresql", "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
         "t:CRU"),
        ("postgresql", "INSERT INTO t DEFAULT VALUES RETURNING *", "t:CR"),
        ("postgresql", "WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT id FROM d",
         "t:RD u:C"),
        ("postgresql", "MERGE INTO t USING s ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
         "s:R t:C"),
        ("postgresql", "MERGE INTO t USING s ON t.id = s.tid WHEN MATCHED THEN DELETE "
         "WHEN NOT MATCHED THEN INSERT (a) VALUES (s.x)", "s:R t:CRD"),
        # What runs, and what does not.
        ("postgresql", "EXPLAIN DELETE FROM t", ""),
        ("postgresql", "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t", "t:D"),
        ("postgresql", "EXPLAIN (ANALYZE false) DELETE FROM t", ""),
        ("mariadb", "ANALYZE FORMAT=JSON UPDATE t SET a = 1", "t:U"),
        ("postgresql", "ANALYZE t", ""),
        ("postgresql", "DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE", "t:R"),
        ("postgresql", "CREATE TABLE n AS SELECT * FROM t WITH NO DATA", ""),
        ("postgresql", "CREATE TABLE n (a int, b text DEFAULT 'x')", ""),
        ("mysql", "CREATE TABLE n (a int) ENGINE=InnoDB SELECT b FROM t", "n:C t:R"),
        ("mysql", "SET @a = (SELECT max(a) FROM t)", "t:R"),
        ("postgresql", "TRUNCATE TABLE t, other.u RESTART IDENTITY", "other.u:D t:D"),
        ("postgresql", "BEGIN; UPDATE t SET a = 1; DELETE FROM u; COMMIT", "t:U u:D"),
        ("mysql", "/*!40101 SET NAMES utf8 */", ""),
        ("mysql", "/*!50003 DELETE */ FROM t", "t:D"),
        ("mysql", "HANDLER t READ FIRST", "t:R"),
        ("postgresql", "", ""),
        ("postgresql", "-- nothing", ""),
    ],
)  # fmt: skip
def test_effects(dialect: str, sql: str, expected: str) -> None:
    assert effects(sql, dialect) == expected
    if "'" not in sql.partition("FROM")[0] or dialect != "mysql":
        assert effects(fingerprint(sql, dialect).text, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "sql", "why"),
    [
        ("postgresql", "SELECT * FROM {table} WHERE id = 1", "run time"),
        ("mysql", "SELECT * FROM prefix_%s WHERE id = 1", "run time"),
        ("mysql", "UPDATE ? SET a = 1", "run time"),
        ("postgresql", "TRUNCATE ?", "run time"),
        ("postgresql", "EXECUTE find(1)", "what it runs"),
        ("tsql", "EXEC sp_executesql N'DELETE FROM t'", "run time"),
        ("tsql", "EXEC (@sql)", "run time"),
        ("postgresql", "SELECT * FROM dblink('x', 'DELETE FROM t') AS d(a int)", "as a text"),
        ("postgresql", "SELECT query_to_xml('SELECT 1 FROM t', true, true, '')", "as a text"),
        ("postgresql", "UPDATE t SET a = (SELECT max(x) FROM s)", "which table"),
        ("mysql", "UPDATE t, s SET a = 1", "which table"),
        ("mysql", "SELECT * FROM \"t\"", "name of a table"),
        ("postgresql", "TRUNCATE t CASCADE", "CASCADE"),
        ("postgresql", "SELEC * FROM t", "parsed|understood"),
        ("postgresql", "SELECT * FROM t WHERE", "parsed"),
        ("mysql", "SELECT a, b FROM t WHERE c = ...", "cut off"),
        ("postgresql", "SELECT " + "(" * 200 + "1" + ")" * 200, "too deep"),
        ("ansi", "FROBNICATE t", "parsed|understood"),
        ("duckdb", "EXPORT DATABASE 'x'", "understood"),
    ],
)  # fmt: skip
def test_unknown(dialect: str, sql: str, why: str) -> None:
    found = understand(sql, dialect)
    assert any(w in found.unknown for w in why.split("|")), found
    assert understand(fingerprint(sql, dialect).text, dialect).unknown


def test_columns_of_the_catalog_settle_what_names_do_not() -> None:
    assert effects("UPDATE t SET a = (SELECT max(x) FROM s)", "postgresql", KNOWN) == "s:R t:U"
    assert effects(
        "UPDATE t SET a = (SELECT max(x) FROM s WHERE tid = c)", "postgresql", KNOWN
    ) == ("s:R t:RU")
    assert effects("UPDATE t, s SET a = 1", "mysql", KNOWN) == "s:R t:U"
    assert effects("UPDATE t, s SET a = y, x = 2", "mysql", KNOWN) == "s:RU t:U"
    assert effects("UPDATE t SET a = x FROM s WHERE tid = 1", "postgresql", KNOWN) == "s:R t:U"
    # Of no table at hand: a variable, or SQLite's text in double quotes.
    assert effects('UPDATE t SET a = "hello"', "sqlite", KNOWN) == "t:U"


def test_certain_letters_of_what_was_cut_off() -> None:
    found = understand("INSERT INTO t (a) VALUES (?), (?...", "mysql")
    assert found.effects == ((Name(("t",)), "C"),)
    assert "cut off" in found.unknown


def test_truncate_follows_the_keys_that_the_catalog_knows() -> None:
    one = catalog(t="id")
    child = Table(
        "child", columns=(Column("t_id", ""),), foreign_keys=(ForeignKey(("t_id",), "t"),)
    )
    tables = Tables(Catalog(one.provenance, tables=(*one.tables, child)), "postgresql")
    assert effects("TRUNCATE t CASCADE", "postgresql", tables) == "child:D t:D"


def test_temporary_tables_and_what_is_dropped_and_defined() -> None:
    made = understand("CREATE TEMP TABLE x AS SELECT * FROM t", "postgresql")
    assert (made.creates_temporary, made.effects) == ((Name(("x",)),), ((Name(("t",)), "R"),))
    dropped = understand("DROP TABLE IF EXISTS a, b.c", "postgresql")
    assert dropped.drops == (Name(("a",)), Name(("b", "c")))
    viewed = understand("CREATE OR REPLACE VIEW v AS SELECT * FROM t", "postgresql")
    assert (viewed.defines, viewed.effects) == ((Name(("v",)), "view"), ())


def test_calls() -> None:
    assert understand("CALL s.p(1, (SELECT a FROM t))", "mysql").calls[0] == Name(("s", "p"))
    found = understand("SELECT own(a), s.other(1) FROM t, third(2)", "postgresql").calls
    assert {str(n) for n in found} >= {"own", "s.other", "third"}


@pytest.mark.parametrize(
    ("dialect", "body", "expected"),
    [
        ("postgresql", "DO $$ DECLARE n int := (SELECT count(*) FROM q); BEGIN "
         "FOR r IN SELECT * FROM a LOOP UPDATE b SET x = r.x WHERE id = r.id; END LOOP; "
         "IF EXISTS (SELECT 1 FROM c) THEN DELETE FROM d; ELSIF n > 1 THEN RETURN; END IF; "
         "SELECT max(x) INTO STRICT n FROM e; n := n + 1; "
         "INSERT INTO g VALUES (1) RETURNING id INTO n; "
         "EXCEPTION WHEN others THEN RAISE NOTICE 'x'; END $$",
         "a:R b:RU c:R d:D e:R g:CR q:R"),
        ("tsql", "BEGIN IF EXISTS (SELECT 1 FROM a) UPDATE b SET x = 1 ELSE INSERT c SELECT 1 "
         "DECLARE @n int = (SELECT max(i) FROM d) WHILE @n > 0 BEGIN DELETE e; SET @n -= 1 END END",
         "a:R b:U c:C d:R e:D"),
        ("oracle", "DECLARE v NUMBER; BEGIN FOR r IN (SELECT * FROM a) LOOP "
         "UPDATE b SET x = r.x WHERE b.id = r.id; END LOOP; SELECT max(i) INTO v FROM c; END;",
         "A:R B:RU C:R"),
    ],
)  # fmt: skip
def test_blocks(dialect: str, body: str, expected: str) -> None:
    assert effects(body, dialect) == expected
    assert effects(fingerprint(body, dialect).text, dialect) == expected


def test_what_runs_a_text_makes_a_block_unknown() -> None:
    found = understand("DO $$ BEGIN DELETE FROM t; EXECUTE 'x' || name; END $$", "postgresql")
    assert found.effects == ((Name(("t",)), "D"),)
    assert found.unknown
    assert effects("DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$", "postgresql") == "t:D"


_WORDS = """
    SELECT FROM WHERE INSERT INTO UPDATE SET DELETE MERGE USING ON VALUES ( ) , . ; = * ? 1 'x' t s
    a b WITH AS RETURNING CASE WHEN END BEGIN IF THEN DECLARE CURSOR FOR TABLE CREATE VIEW TRIGGER
    TRUNCATE COPY TO REPLACE EXEC CALL IN JOIN UNION ALL LIMIT DO OUTPUT ... @v $1
"""
_PARTS = st.lists(st.sampled_from(_WORDS.split()), max_size=25)


@given(st.sampled_from(DIALECTS), _PARTS)
def test_nothing_is_raised(dialect: str, parts: list[str]) -> None:
    sql = " ".join(parts)
    assert understand(sql, dialect) == understand(sql, dialect)


@given(st.sampled_from(DIALECTS), st.text(max_size=120))
def test_whatever_comes_in(dialect: str, sql: str) -> None:
    understand(sql, dialect)


@given(st.sampled_from(DIALECTS), _PARTS)
def test_no_reason_quotes_a_value(dialect: str, parts: list[str]) -> None:
    sql = " ".join(parts).replace("'x'", f"'{SECRET}'").replace(" 1", " 98765")
    told = understand(sql, dialect).unknown
    assert SECRET not in told
    assert "98765" not in told


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t WHERE " + " OR ".join(f"a = {i}" for i in range(2_000)),
        "SELECT " + "CASE WHEN a THEN " * 300 + "1" + " END" * 300 + " FROM t",
        "SELECT * FROM (" * 70 + "SELECT 1 FROM t" + ") x" * 70,
        " UNION ALL ".join(["SELECT a FROM t"] * 1_000),
        "SELECT " + "NOT " * 3_000 + "a FROM t",
        "INSERT INTO t VALUES " + ", ".join(f"({i}, 'x', now())" for i in range(20_000)),
        "SELECT " + "f(" * 75 + ")" * 75,
    ],
)
def test_no_statement_takes_long(sql: str) -> None:
    begun = time.perf_counter()
    understand(sql, "postgresql")
    assert time.perf_counter() - begun < 5


def test_names_find_their_tables() -> None:
    seen = catalog().provenance
    tables = (Table("person"), Table("Person", "other"), Table("odd", "other"))
    known = Tables(Catalog(seen, tables=tables), "postgresql", "public")
    assert known.qualified(Name(("person",))) == "person"
    assert known.qualified(Name(("public", "person"))) == "person"
    assert known.qualified(Name(("crm", "public", "person"))) == "person"
    assert known.qualified(Name(("other", "person"))) == "other.Person"
    assert known.qualified(Name(("elsewhere", "person"))) == "elsewhere.person"
    assert known.qualified(Name(("odd",))) == "odd"
    assert (
        Tables(Catalog(seen, tables=tables), "postgresql", "other").qualified(Name(("odd",)))
        == "other.odd"
    )
