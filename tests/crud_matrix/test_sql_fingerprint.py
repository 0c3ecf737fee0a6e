"""Fingerprints: no value stays, statements that differ in values are one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.sql import DIALECTS, fingerprint
from crmaudit.crud_matrix.sql.fingerprint import LONGEST

SECRET = "Zx9Secret"


def quoted(text: str, dialect: str) -> str:
    if dialect in ("mysql", "mariadb"):
        text = text.replace("\\", "\\\\")
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("postgresql", "SELECT a1 FROM t_2 WHERE b = 'x''y' -- 5\n AND c=-1.5e3", "c=-?"),
        ("postgresql", "SELECT E'it\\'s', $$ a ' b $$, $tag$ $$ $tag$", "SELECT ?, ?, ?"),
        ("postgresql", "SELECT /* a /* b */ c */ 1", "SELECT ?"),
        ("postgresql", "SELECT U&'d\\0061', B'01', \"Odd 'Name\"", "SELECT ?, ?, \"Odd 'Name\""),
        ("mysql", "SELECT 'it\\'s', \"say \\\"x\\\"\", _utf8'x' # y", "SELECT ?, ?, ?"),
        ("mysql", "SELECT `a'b`, N'x', 0xFF FROM 2024_o", "SELECT `a'b`, ?, ? FROM 2024_o"),
        ("mysql", "/*!40101 SET a = 1 */", "SET a = ?"),
        ("tsql", "SELECT [a'b] FROM #tmp WHERE x = N'y' AND z = @p1", "x = ? AND z = ?"),
        ("oracle", "SELECT q'[it's]' WHERE a = :a AND b = :1", "SELECT ? WHERE a = ? AND b = ?"),
        ("postgresql", "a = %s AND b = %(n)s AND c = $1", "a = ? AND b = ? AND c = ?"),
        ("postgresql", "a = :d AND b = ? AND c = @p", "a = ? AND b = ? AND c = ?"),
        ("postgresql", "x::int, y[1:2], 'a'::text", "x::int, y[?:?], ?::text"),
        ("mysql", "a = {0} AND b = #{name} AND c = ${x}", "a = ? AND b = ? AND c = ?"),
        ("postgresql", "SELECT 1 WHERE a IN (1, 2, NULL) AND b in('x')", "a IN (?) AND b in (?)"),
        ("postgresql", "INSERT INTO t VALUES (1, 'a'), (2, 'b')", "INSERT INTO t VALUES (?)"),
        ("postgresql", "INSERT INTO t VALUES (1, now()), (2, now())", "VALUES (?, now())"),
        ("mysql", "INSERT INTO t VALUES (...) /* , ... */", "INSERT INTO t VALUES (?)"),
        ("mysql", "SELECT a FROM t WHERE b IN (...)", "b IN (?)"),
        ("postgresql", "SELECT d ? 'key', d ?| array['x']", "SELECT d ? ?, d ?| array[?]"),
        ("postgresql", "SELECT * FROM event_2024", "SELECT * FROM event_2024"),
        ("sqlite", "SELECT '", "SELECT ?"),
        ("postgresql", "DO $x$ BEGIN DELETE FROM t WHERE a = 'x'; END $x$",
         "DO $$ BEGIN DELETE FROM t WHERE a = ?; END $$"),
    ],
)  # fmt: skip
def test_values_go_and_names_stay(dialect: str, sql: str, expected: str) -> None:
    found = fingerprint(sql, dialect)
    assert expected in found.text
    assert fingerprint(found.text, dialect) == found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_that_differ_in_values_are_one(dialect: str) -> None:
    one = fingerprint("SELECT a FROM t  WHERE b = 'x' AND c IN (1,2,3) LIMIT 5;", dialect)
    other = fingerprint("SELECT a FROM t WHERE b = '' AND c IN ( 7 )\nLIMIT 50", dialect)
    assert one == other
    assert one.id != fingerprint("SELECT a FROM t WHERE d = 'x'", dialect).id


@given(st.sampled_from(DIALECTS), st.text(max_size=30), st.text(max_size=30))
def test_no_text_survives(dialect: str, before: str, behind: str) -> None:
    literal = quoted(before + SECRET + behind, dialect)
    sql = f"SELECT a FROM t WHERE b = {literal} AND c IN ({literal}, {literal}) OR d LIKE {literal}"
    found = fingerprint(sql, dialect).text
    assert SECRET not in found
    assert found == "SELECT a FROM t WHERE b = ? AND c IN (?) OR d LIKE ?"


@given(
    st.sampled_from(DIALECTS),
    st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), min_size=1),
)
def test_no_number_survives(dialect: str, numbers: list[float]) -> None:
    listed = ", ".join(str(n) for n in numbers)
    sql = f"INSERT INTO t (a) VALUES ({listed})"
    assert fingerprint(sql, dialect).text == "INSERT INTO t (a) VALUES (?)"


@given(st.sampled_from(DIALECTS), st.text(max_size=300))
def test_whatever_comes_in(dialect: str, sql: str) -> None:
    found = fingerprint(sql, dialect)
    assert len(found.text) <= LONGEST
    assert found == fingerprint(sql, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_huge_statement(dialect: str) -> None:
    rows = ",".join(f"({i},'some text',NULL,'2026-01-01')" for i in range(100_000))
    begun = time.perf_counter()
    found = fingerprint(f"INSERT INTO t (a, b, c, d) VALUES {rows}", dialect)
    assert found.text == "INSERT INTO t (a, b, c, d) VALUES (?)"
    assert time.perf_counter() - begun < 5
    long = fingerprint("SELECT " + ", ".join(f"column_{i}" for i in range(5_000)), dialect)
    assert len(long.text) <= LONGEST
    assert long.text.endswith("...")


@pytest.mark.parametrize("opening", ["(", "'", '"', "/*", "$$", "[", "IN (", "VALUES (1,", "E'\\"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_place_is_looked_at_again_and_again(dialect: str, opening: str) -> None:
    begun = time.perf_counter()
    fingerprint("SELECT " + opening * 20_000, dialect)
    assert time.perf_counter() - begun < 3
