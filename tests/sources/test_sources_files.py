"""SQLite and DuckDB files, folders of exports: what only they can do wrong."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
from databases import Database

from crmaudit.errors import CrmauditError
from crmaudit.sources import open_source

BIG = "x" * 5_000_000
Make = Callable[[str], Database]


def read(url: str | Path, name: str) -> list[dict[str, Any]]:
    with open_source(str(url)) as source:
        table = source.catalog("x").table(name)
        rows: list[dict[str, Any]] = source.stream(table, table.columns).read_all().to_pylist()
        return rows


def fingerprint(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def audit(path: Path) -> None:
    with open_source(str(path)) as source:
        for table in source.catalog("x").tables:
            source.stream(table, table.columns).read_all()


# ---- SQLite


@pytest.mark.parametrize("mode", ["delete", "wal", "truncate"])
def test_an_audit_leaves_no_trace(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "crm.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (1)")
    connection.commit()
    connection.close()
    before = fingerprint(tmp_path)
    audit(path)
    assert fingerprint(tmp_path) == before


def test_a_copied_log_is_read_in_a_copy(tmp_path: Path) -> None:
    live, copied = tmp_path / "live", tmp_path / "copied"
    live.mkdir()
    copied.mkdir()
    connection = sqlite3.connect(live / "crm.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (42)")
    connection.commit()
    for name in ("crm.db", "crm.db-wal"):
        shutil.copy(live / name, copied / name)
    connection.close()
    before = fingerprint(copied)
    assert read(copied / "crm.db", "t") == [{"a": "42"}]
    assert fingerprint(copied) == before


def test_a_concurrent_commit_is_not_seen(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute("CREATE TABLE t (a)")
    with open_source(str(path)) as source:
        first = source.query("SELECT count(*) FROM t", "test")
        writer.execute("INSERT INTO t VALUES (1)")
        assert source.query("SELECT count(*) FROM t", "test") == first
    with open_source(str(path)) as later:
        assert later.query("SELECT count(*) FROM t", "test") == [(1,)]
        assert later.snapshot != source.snapshot


def test_the_same_file_is_the_same_snapshot(make_db: Make) -> None:
    for dialect in ("sqlite", "duckdb"):
        db = make_db(dialect)
        db.execute(["CREATE TABLE t (a integer)"])
        with open_source(db.url) as one, open_source(db.url) as two:
            assert one.snapshot == two.snapshot
        os.utime(db.path, ns=(1, 1))
        with open_source(db.url) as three:
            assert three.snapshot != one.snapshot


def test_a_file_changed_under_an_immutable_reading_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute("CREATE TABLE t (a)")
    writer.close()
    with open_source(str(path)) as source:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(CrmauditError, match="changed while it was read"):
            source.query("SELECT count(*) FROM t", "test")
        writer.close()


class Interrupted(set[int]):
    """Asked for one action, Ctrl-C comes: SQLite's Python then says that it was refused."""

    def __contains__(self, action: object) -> bool:
        if action == self.at:
            raise KeyboardInterrupt
        return super().__contains__(action)

    at = sqlite3.SQLITE_SELECT


@pytest.mark.parametrize(
    "at", [sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION]
)
def test_ctrl_c_within_a_callback_is_no_refusal(
    make_db: Make, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    from crmaudit.sources import sqlite

    db = make_db("sqlite")
    db.execute(["CREATE TABLE t (i integer)"])
    with open_source(db.url) as source:
        source.query("SELECT 1 FROM t", "before")
        with monkeypatch.context() as patched:
            asked = Interrupted(sqlite._ALLOWED)
            asked.at = at
            patched.setattr(sqlite, "_ALLOWED", asked)
            with pytest.raises(KeyboardInterrupt):
                source.query("SELECT length(i) FROM t", "now")
        # What the program itself refuses stays a refusal.
        with pytest.raises(CrmauditError, match="not authorized"):
            source.query("SELECT * FROM pragma_database_list", "refused")


def test_sqlite_values_of_every_sort(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    values: list[Any] = ["nul\0here", b"\0\1", 1.5, 7, None, float("inf"), "", "ü"]
    connection.executemany("INSERT INTO t (v) VALUES (?)", [(v,) for v in values])
    connection.execute("INSERT INTO t (v) VALUES (CAST(x'4dfc6c6c6572' AS TEXT))")
    connection.commit()
    connection.close()
    with open_source(str(path)) as source:
        table = source.catalog("x").table("t")
        rows = source.stream(table, table.columns).read_all().to_pylist()
        assert source.broken == {"v": 2}
    assert [r["v"] for r in rows] == [
        "nul\ufffdhere", "<binary 2 bytes>", "1.5", "7", None, "Inf", "", "ü", "M\ufffdller",
    ]  # fmt: skip


def test_sqlite_oddities_in_the_catalog(make_db: Make) -> None:
    db = make_db("sqlite")
    db.execute(
        [
            "CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT, "
            "twice INT GENERATED ALWAYS AS (n * 2), \"\" TEXT)",
            "CREATE TABLE norow (a TEXT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID",
            "CREATE UNIQUE INDEX part ON kept (n) WHERE n > 1",
            "CREATE INDEX expr ON kept (abs(n))",
            "CREATE VIRTUAL TABLE notes USING fts5(body)",
            "INSERT INTO notes VALUES ('hello')",
            "CREATE TABLE gone (x)",
            "CREATE VIEW broken AS SELECT x FROM gone",
            "CREATE VIEW overflows AS SELECT abs(-9223372036854775807 - 1) AS n",
            "DROP TABLE gone",
            "CREATE TABLE child (p REFERENCES kept)",
        ]
    )  # fmt: skip
    with open_source(db.url) as source:
        catalog = source.catalog("x")
        view = catalog.table("overflows")
        with pytest.raises(CrmauditError, match="overflow"):
            source.stream(view, view.columns)
    by_name = {t.name: t for t in catalog.tables}
    assert set(by_name) == {"broken", "child", "kept", "norow", "notes", "overflows"}
    kept = by_name["kept"]
    assert [c.name for c in kept.columns] == ["id", "n", "twice", ""]
    assert kept.column("twice").default == "GENERATED"
    assert not kept.column("id").nullable
    assert not any(i.unique for i in kept.indexes)
    assert ("(expression)",) in [i.columns for i in kept.indexes]
    assert by_name["norow"].primary_key == ("b", "a")
    assert by_name["notes"].note == "virtual table"
    assert by_name["notes"].rows == 1
    assert not by_name["broken"].readable
    assert "gone" in by_name["broken"].note
    assert by_name["overflows"].readable
    assert by_name["child"].foreign_keys[0].ref_columns == ()


@pytest.mark.parametrize("content", [b"no database at all" * 500, os.urandom(8192)])
@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database(tmp_path: Path, scheme: str, content: bytes) -> None:
    path = tmp_path / "crm.db"
    path.write_bytes(content)
    with pytest.raises(CrmauditError) as caught:
        open_source(f"{scheme}:///{path}")
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_damaged_sqlite_file_fails_table_by_table(make_db: Make) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE a (x)", "INSERT INTO a VALUES ('x')", "CREATE TABLE b (x)"])
    db.execute([f"INSERT INTO b VALUES ('{'y' * 3000}')"] * 50)
    with db.path.open("r+b") as file:
        file.seek(-20 * 4096, os.SEEK_END)
        file.write(b"\xff" * 20 * 4096)
    with open_source(db.url) as source:
        catalog = source.catalog("x")
        table = catalog.table("a")
        assert source.stream(table, table.columns).read_all().num_rows == 1
        table = catalog.table("b")
        with pytest.raises(CrmauditError, match="malformed"):
            source.stream(table, table.columns).read_all()


def test_a_hot_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE t (a)")
    writer.execute("INSERT INTO t VALUES (randomblob(100000))")
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.execute("UPDATE t SET a = randomblob(2000000)")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("crm.db", "crm.db-journal"):
        shutil.copy(tmp_path / name, crashed / name)
    writer.execute("ROLLBACK")
    before = fingerprint(crashed)
    with pytest.raises(CrmauditError) as caught:
        open_source(str(crashed / "crm.db"))
    assert caught.value.hint
    assert fingerprint(crashed) == before


# ---- DuckDB


def test_duckdb_values_and_notes(make_db: Make) -> None:
    db = make_db("duckdb")
    db.execute(
        [
            "CREATE SCHEMA other",
            "CREATE TYPE mood AS ENUM ('fine')",
            "CREATE TABLE t (n double, ts timestamp, tz timestamptz, l int[], s struct(a int), "
            "m mood, u uuid, h hugeint, i interval, z varchar)",
            "INSERT INTO t VALUES ('nan', 'infinity', '2026-01-01 12:00:00+01', [1, NULL], "
            "{'a': 1}, 'fine', '550e8400-e29b-41d4-a716-446655440000', "
            "170141183460469231731687303715884105727, INTERVAL 1 DAY, chr(0) || 'x')",
            "CREATE TABLE other.t (a int)",
            "COMMENT ON TABLE t IS 'the table'",
            "CREATE TABLE gone (x int)",
            "CREATE VIEW broken AS SELECT x FROM gone",
            "DROP TABLE gone",
        ]
    )
    with open_source(db.url) as source:
        catalog = source.catalog("x")
        table = catalog.table("t")
        (row,) = source.stream(table, table.columns).read_all().to_pylist()
        assert source.broken == {"z": 1}
    assert row["n"] == "nan"
    assert row["ts"] == "infinity"
    assert row["tz"] == "2026-01-01 11:00:00+00"
    assert row["z"] == "\ufffdx"
    assert table.comment == "the table"
    assert {t.qualified for t in catalog.tables} == {"t", "other.t", "broken"}
    assert not catalog.table("broken").readable
    with open_source(db.url, schema="other") as source:
        assert [t.qualified for t in source.catalog("x").tables] == ["t"]
    with open_source(db.url, schema="nonsense") as source, pytest.raises(CrmauditError):
        source.catalog("x")


def test_duckdb_sees_no_other_file(make_db: Make, tmp_path: Path) -> None:
    db = make_db("duckdb")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_source(db.url) as source:
        for sql in (
            f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
            f"SELECT * FROM '{tmp_path / 'secret.csv'}'",
        ):
            with pytest.raises(CrmauditError):
                source.query(sql, "test")
        for sql in (
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(CrmauditError):
                source._ask(sql, "test", "refused")  # type: ignore[attr-defined]
    assert not (tmp_path / "out.csv").exists()


def test_a_duckdb_file_with_a_damaged_header(make_db: Make) -> None:
    db = make_db("duckdb")
    with db.path.open("r+b") as file:
        file.seek(12)
        file.write((9999).to_bytes(8, "little"))
    with pytest.raises(CrmauditError) as caught:
        open_source(db.url)
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_duckdb_file_locked_by_another_program(make_db: Make) -> None:
    db = make_db("duckdb")
    code = f"import duckdb; c = duckdb.connect({str(db.path)!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(CrmauditError) as caught:
            open_source(db.url)
        other.communicate(b"\n")
    assert "another program" in caught.value.hint


def test_a_duckdb_file_open_elsewhere(make_db: Make) -> None:
    db = make_db("duckdb")
    with (
        duckdb.connect(str(db.path)),
        pytest.raises(CrmauditError, match="cannot open") as caught,
    ):
        open_source(db.url)
    assert caught.value.hint


# ---- folders


@pytest.mark.parametrize(
    ("name", "content", "rows", "note"),
    [
        ("t.csv", b'a,b\n1,"x, y"\n2,""\n3,\n', [("1", "x, y"), ("2", ""), ("3", None)], ""),
        ("t.csv", "a;b\r\n1;é\r\n".encode("cp1252"), [("1", "é")], "encoding cp1252"),
        ("t.csv", "a\tb\n1\tÄ\n".encode("utf-16"), [("1", "Ä")], "encoding utf-16"),
        ("t.csv", codecs.BOM_UTF8 + "a,b\n1,Ä\n".encode(), [("1", "Ä")], ""),
        ("t.csv", b'a,b\n1,"two\nlines"\n', [("1", "two\nlines")], ""),
        ("t.csv", b"sep=;\r\na;b\r\n1;2\r\n", [("1", "2")], ""),
        ("t.tsv", b"a\tb\n1\tx,y\n", [("1", "x,y")], ""),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0), [("1", "2")], ""),
        ("t.csv", b"1,Anna\n2,Bob\n", [("1", "Anna"), ("2", "Bob")], "no header line"),
        ("t.csv", b"a,b\n", [], ""),
        ("t.csv", b"", [], "the file is empty"),
        ("t.csv", b"\n\n", [], "the file is empty"),
        ("t.csv", b"a\n1\n\n\"\"\n", [("1",), (None,), ("",)], ""),
        ("t.csv", b"a,b\n1\n2,3,4\n5,6\n", [("5", "6"), ("1", None), ("2", "3")], "2 lines"),
        ("t.csv", b"A,a,\n1,2,3\n", [("1", "2", "3")], "numbered"),
        ("t.csv", b"a,b\n1," + BIG.encode() + b"\n2,y\n", [("1", BIG), ("2", "y")], ""),
        ("t.csv", b"a,b\n<script>,=cmd|' /C calc'!A0\n", [("<script>", "=cmd|' /C calc'!A0")], ""),
    ],
)  # fmt: skip
def test_csv(tmp_path: Path, name: str, content: bytes, rows: list[Any], note: str) -> None:
    (tmp_path / name).write_bytes(content)
    with open_source(str(tmp_path)) as source:
        (table,) = source.catalog("x").tables
        found = source.stream(table, table.columns).read_all()
    assert (table.name, table.kind, table.rows) == ("t", "file", len(rows))
    assert [tuple(r.values()) for r in found.to_pylist()] == rows
    assert note in table.note if note else not table.note


def test_a_huge_cell_after_many_small_ones(tmp_path: Path) -> None:
    small = "".join(f"{i},x\n" for i in range(600_000))
    (tmp_path / "t.csv").write_text(f"a,b\n{small}600000,{BIG}\n600001,y\n")
    with open_source(str(tmp_path)) as source:
        assert source.catalog("x").table("t").rows == 600_002


def test_broken_bytes_in_csv_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("a,b\n1,äöüéè\n".encode() + b"2,\xff\xfe\n3,nu\0l\n")
    with open_source(str(tmp_path / "t.csv")) as source:
        table = source.catalog("x").table("t")
        rows = source.stream(table, table.columns).read_all().to_pylist()
        assert source.broken == {"b": 2}
    assert [r["b"] for r in rows] == ["äöüéè", "\ufffd\ufffd", "nu\ufffdl"]


def test_a_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense")
    (tmp_path / "bad2.csv.gz").write_bytes(b"no gzip")
    (tmp_path / "good.csv").write_text("a,b\n1,2\n")
    pa.parquet.write_table(pa.table({"i": [1, None], "b": [b"\0", None]}), tmp_path / "p.parquet")
    with open_source(f"folder:///{tmp_path}") as source:
        catalog = source.catalog("x")
        assert [(t.name, t.rows, t.readable) for t in catalog.tables] == [
            ("bad", None, False),
            ("bad2", None, False),
            ("good", 1, True),
            ("p", 2, True),
        ]
        table = catalog.table("p")
        assert [c.type for c in table.columns] == ["BIGINT", "BLOB"]
        assert source.stream(table, table.columns).read_all().to_pylist() == [
            {"i": "1", "b": "<binary 1 bytes>"},
            {"i": None, "b": None},
        ]
        table = catalog.table("bad")
        with pytest.raises(CrmauditError, match="bad"):
            source.stream(table, table.columns)
        for statement in ("DELETE FROM good", "CREATE TABLE x (a int)", "DROP TABLE good"):
            with pytest.raises(CrmauditError, match="read-only"):
                source._ask(statement, "test", "refused")  # type: ignore[attr-defined]
        with pytest.raises(CrmauditError):
            source.query(f"SELECT * FROM read_csv('{tmp_path}/good.csv')", "test")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "bad.parquet", "bad2.csv.gz", "good.csv", "p.parquet",
    ]  # fmt: skip


def test_names_that_clash_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match="no exports"):
        open_source(str(tmp_path))
    for name in ('it\'s "a".csv', "A.csv", "a.tsv"):
        (tmp_path / name).write_text("x\ty\n1\t2\n")
    with open_source(str(tmp_path)) as source:
        names = [t.name for t in source.catalog("x").tables]
    assert names == ["A", "a.tsv", 'it\'s "a"']
