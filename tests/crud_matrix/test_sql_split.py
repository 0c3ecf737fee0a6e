"""Scripts cut into statements, with the lines on which they begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.sql import DIALECTS, split
from crmaudit.crud_matrix.sql.split import split_lines

POSTGRESQL = r"""
-- a; comment
SELECT 1; /* a; /* nested; */ */ SELECT 'x;
y' AS a;
CREATE FUNCTION f() RETURNS void AS $body$ BEGIN; END; $body$ LANGUAGE plpgsql;
COPY t (a) FROM stdin;
1;2 '
\.
\connect other
\copy t FROM 'x.csv'
SELECT E'a\';b';
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC; SELECT 1; END;
"""
MYSQL = r"""
DROP TABLE x;
DELIMITER ;;
/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a=1; END */;;
DELIMITER ;
SELECT 'it\'s; ' # foo; bar
, 1; -- x; y
CREATE PROCEDURE p() BEGIN IF a THEN SET x = CASE WHEN 1 THEN 2 END; END IF; SELECT 1; END;
"""
SQLITE = """
CREATE TRIGGER t AFTER INSERT ON x BEGIN
  UPDATE y SET a = CASE WHEN 1 THEN 2 END; DELETE FROM z; END;
.mode csv
SELECT [a;b], `c;d`;
"""
TSQL = """SELECT a FROM t WITH (NOLOCK) WHERE x=1
UPDATE t SET a=1 FROM t JOIN s ON s.id = t.id
INSERT INTO x (a)
SELECT 1 UNION ALL SELECT 2
GO
CREATE PROC p AS SELECT 1; UPDATE t SET b=1
go
DROP TABLE IF EXISTS t
IF EXISTS (SELECT 1 FROM t) DELETE FROM t ELSE BEGIN EXEC p END
;WITH c AS (SELECT 1 a) SELECT a FROM c
MERGE t USING s ON s.i = t.i WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN
INSERT (a) VALUES (1);
DECLARE c CURSOR FOR SELECT a FROM t OPEN c
"""
ORACLE = """
SET ECHO OFF
CREATE PROCEDURE p IS v int; BEGIN UPDATE t SET a=1; END;
/
SELECT q'[it's; so]' FROM dual;
REM nothing; at all
BEGIN p; END;
/
"""


@pytest.mark.parametrize(
    ("dialect", "script", "expected"),
    [
        (
            "postgresql", POSTGRESQL,
            [(3, "SELECT 1"), (3, "SELECT 'x;\ny' AS a"), (5, "CREATE FUNCTION f"),
             (6, "COPY t (a) FROM stdin"), (10, "COPY t FROM 'x.csv'"), (11, "SELECT E'a\\';b'"),
             (12, "CREATE FUNCTION g() RETURNS int BEGIN ATOMIC; SELECT 1; END")],
        ),
        (
            "mysql", MYSQL,
            [(2, "DROP TABLE x"), (4, "/*!50003 CREATE*/"), (6, "SELECT 'it\\'s; '"),
             (8, "CREATE PROCEDURE p() BEGIN IF a THEN")],
        ),
        ("sqlite", SQLITE, [(2, "CREATE TRIGGER t"), (5, "SELECT [a;b], `c;d`")]),
        (
            "tsql", TSQL,
            [(1, "SELECT a FROM t"), (2, "UPDATE t SET"), (3, "INSERT INTO x (a)\nSELECT 1 UNION"),
             (6, "CREATE PROC p AS SELECT 1; UPDATE"), (8, "DROP TABLE IF EXISTS t"),
             (9, "IF EXISTS (SELECT 1 FROM t)"), (9, "DELETE FROM t"), (9, "ELSE"), (9, "BEGIN"),
             (9, "EXEC p"), (9, "END"), (10, "WITH c AS (SELECT 1 a) SELECT a FROM c"),
             (11, "MERGE t USING s"), (13, "DECLARE c CURSOR FOR SELECT a FROM t"), (13, "OPEN c")],
        ),
        (
            "oracle", ORACLE,
            [(3, "CREATE PROCEDURE p IS v int; BEGIN UPDATE t SET a=1; END;"),
             (5, "SELECT q'[it's; so]' FROM dual"), (7, "BEGIN p; END;")],
        ),
    ],
)  # fmt: skip
def test_scripts(dialect: str, script: str, expected: list[tuple[int, str]]) -> None:
    found = list(split(script, dialect))
    assert [line for line, _ in found] == [line for line, _ in expected]
    for (_, sql), (_, begins) in zip(found, expected, strict=True):
        assert sql.startswith(begins), (sql, begins)
        assert not sql.endswith("\n")


_QUOTES = {"mysql": "'\"`", "mariadb": "'\"`", "sqlite": "'\"`", "ansi": "'\"`"}


@given(
    st.sampled_from([d for d in DIALECTS if d != "tsql"]),
    st.lists(st.text(alphabet="a;'\"`\n -#/*$@\\", max_size=20), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_quoted_cuts_nothing(dialect: str, inner: list[str], data: st.DataObject) -> None:
    statements = []
    for text in inner:
        quote = data.draw(st.sampled_from(_QUOTES.get(dialect, "'\"")))
        if dialect in ("mysql", "mariadb"):
            text = text.replace("\\", "\\\\")
        statements.append(f"SELECT {quote}{text.replace(quote, quote * 2)}{quote} FROM t")
    found = [sql for _, sql in split(";\n".join(statements) + ";", dialect)]
    assert found == statements


@given(st.sampled_from(DIALECTS), st.text(max_size=200))
def test_whatever_comes_in(dialect: str, script: str) -> None:
    lines = script.count("\n") + 1
    for line, sql in split(script, dialect):
        assert sql.strip()
        assert 1 <= line <= lines


@given(st.sampled_from(["postgresql", "mysql", "sqlite"]), st.integers(1, 40))
def test_pieces_of_a_line_are_as_good_as_the_line(dialect: str, size: int) -> None:
    script = "INSERT INTO t VALUES (1,'a;,''b',2),(3,\"x,;\",4);\nSELECT 1, 2;\n"
    pieces, held = [], ""
    for start in range(0, len(script), size):
        held += script[start : start + size]
        cut = max(held.rfind(","), held.rfind("\n")) + 1
        pieces.append(held[:cut])
        held = held[cut:]
    pieces.append(held)
    found = [sql for _, sql in split_lines(pieces, dialect)]
    assert found == [sql for _, sql in split(script, dialect)]


def test_of_a_long_statement_only_the_beginning_is_kept() -> None:
    rows = (f"({i},'a;b'),\n" for i in range(10_000))
    lines = ["INSERT INTO t VALUES\n", *rows, "(0,'');\n", "SELECT 1;\n"]
    first, second = split_lines(lines, "mysql", 100)
    assert first[1].startswith("INSERT INTO t VALUES\n(0,'a;b'),")
    assert first[1].endswith("...")
    assert len(first[1]) < 110
    assert second == (10_003, "SELECT 1")
