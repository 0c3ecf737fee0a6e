"""Schema dumps as sources: what they say is what the database itself says."""

from __future__ import annotations

import glob
import gzip
import shutil
import sqlite3
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import Database

from crmaudit.crud_matrix.collectors.machinery import machinery
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Table
from crmaudit.evidence.use import Effect
from crmaudit.sources import open_source
from crmaudit.sources.dump import DumpSource
from crmaudit.sources.task import Task

TABLES = [
    "CREATE TABLE organisation (id integer PRIMARY KEY, name varchar(80) NOT NULL UNIQUE)",
    "CREATE TABLE person (id integer PRIMARY KEY, first_name varchar(40) DEFAULT 'it''s; -- a', "
    "budget decimal(9,2) NOT NULL DEFAULT 0, organisation_id integer, "
    "CONSTRAINT of_organisation FOREIGN KEY (organisation_id) REFERENCES organisation (id) "
    "ON DELETE CASCADE)",
    "CREATE TABLE membership (person_id integer, organisation_id integer, since date, "
    "PRIMARY KEY (person_id, organisation_id))",
    "CREATE INDEX by_name ON person (first_name, budget)",
    "CREATE UNIQUE INDEX one_since ON membership (since)",
    "CREATE VIEW rich AS SELECT id, first_name FROM person WHERE budget > 1000",
    "INSERT INTO organisation VALUES (1, 'Harbour; \"Light')",
    "INSERT INTO person VALUES (1, 'CREATE TABLE fake (id int);', 5, 1)",
]


def told(catalog: Catalog) -> dict[str, object]:
    """What a dump can tell, without defaults as each engine spells them."""

    def of(table: Table) -> object:
        return (
            table.kind,
            [(c.name, c.type.lower(), c.nullable) for c in table.columns if table.kind == "table"],
            table.primary_key,
            [(k.columns, k.ref_schema, k.ref_table, k.ref_columns) for k in table.foreign_keys],
            sorted((i.columns, i.unique) for i in table.indexes if i.columns != table.primary_key),
            table.comment,
        )

    return {t.qualified: of(t) for t in catalog.tables}


def of_file(path: Path) -> Catalog:
    with open_source(str(path)) as source:
        return source.catalog("crm")


def test_sqlite_as_its_own_dump(make_db: Callable[[str], Database], tmp_path: Path) -> None:
    db = make_db("sqlite")
    db.execute(TABLES)
    script = tmp_path / "crm.sql"
    with sqlite3.connect(db.path) as connection:
        script.write_text("PRAGMA foreign_keys=OFF;\n" + "\n".join(connection.iterdump()))
    with open_source(db.url) as source:
        live = told(source.catalog("crm"))
    assert told(of_file(script)) == live
    with open_source(str(script)) as source:
        assert (source.engine, source.has_rows) == ("sqlite", False)
        catalog = source.catalog("crm")
        assert all(t.readable and t.rows is None for t in catalog.tables)
        assert {t.note for t in catalog.tables} == {"structure only"}
        found = {m.name: m for m in machinery(Task(source, "crm", catalog, catalog.tables))}
    assert found["rich"].effects == (Effect("person", "R"),)
    cascade = found["person on delete cascade"]
    assert (cascade.on, cascade.effects) == ("organisation", (Effect("person", "D"),))


@pytest.mark.server
def test_mariadb_as_it_tells_of_itself(make_db: Callable[[str], Database], tmp_path: Path) -> None:
    db = make_db("mariadb")
    db.execute(
        [
            *TABLES,
            "CREATE TABLE odd (`a ``b` int unsigned AUTO_INCREMENT PRIMARY KEY, "
            "kind enum('x;','y''s') COMMENT 'it''s\\n\\\\one', KEY by_kind (kind)) "
            "COMMENT='all; sorts'",
        ]
    )
    names = [row[0] for row in db.execute(["SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'"])]
    made = [db.execute([f"SHOW CREATE TABLE `{n}`"])[0][1] for n in names]
    made.append(db.execute(["SHOW CREATE VIEW rich"])[0][1])
    script = tmp_path / "crm.sql"
    script.write_text(";\n".join(made) + ";\n", encoding="utf-8")
    with open_source(db.url) as source:
        live = source.catalog("crm")
    assert told(of_file(script)) == told(live)
    odd = of_file(script).table("odd")
    assert [c.comment for c in odd.columns] == [c.comment for c in live.table("odd").columns]


@pytest.mark.server
def test_postgresql_as_pg_dump_tells_it(make_db: Callable[[str], Database], tmp_path: Path) -> None:
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_dump"))
    program = installed[-1] if installed else shutil.which("pg_dump")
    if not program:
        pytest.skip("pg_dump is not installed")
    db = make_db("postgresql")
    db.execute(
        [
            *TABLES,
            "CREATE SCHEMA other",
            'CREATE TABLE other."Odd; Name" (id bigserial PRIMARY KEY, "select" text[] NOT NULL, '
            "at timestamp with time zone DEFAULT now(), p integer REFERENCES person)",
            "COMMENT ON TABLE person IS 'who; it''s'",
            "COMMENT ON COLUMN person.budget IS 'in euros'",
            "CREATE INDEX lower_name ON person (lower(first_name))",
            "CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "DELETE FROM membership; RETURN NEW; END $$",
            "CREATE TRIGGER tr AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION log_it()",
        ]
    )
    script = tmp_path / "crm.sql"
    with script.open("w") as out:
        subprocess.run([program, "--no-sync", db.url], stdout=out, check=True)
    with open_source(db.url) as source:
        live = source.catalog("crm")
        tables = live.tables
        by_itself = machinery(Task(source, "crm", live, tables))
    with open_source(str(script)) as source:
        assert source.engine == "postgresql"
        catalog = source.catalog("crm")
        from_text = machinery(Task(source, "crm", catalog, catalog.tables))
    assert told(catalog) == told(live)
    assert catalog.version == live.version.partition(" (")[0]
    assert from_text == by_itself
    comments = {c.name: c.comment for c in catalog.table("person").columns}
    assert comments["budget"] == "in euros"


@pytest.mark.parametrize(
    ("text", "engine", "expected"),
    [
        (
            "SET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[Contact](\n [Id] [int] IDENTITY(1,1) NOT "
            "NULL,\n [Name] [nvarchar](80) NULL,\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)"
            "\n) ON [PRIMARY]\nGO\nALTER TABLE [dbo].[Contact] WITH CHECK ADD CONSTRAINT [FK] "
            "FOREIGN KEY([Name]) REFERENCES [crm].[Names] ([Name])\nGO\n",
            "tsql",
            {"Contact": (["Id", "Name"], ("Id",), [("Name",)])},
        ),
        (
            'CREATE TABLE contact (id NUMBER(10) PRIMARY KEY, "Name" VARCHAR2(80 CHAR)) '
            "TABLESPACE users;\n/\n",
            "oracle",
            {"CONTACT": (["ID", "Name"], ("ID",), [])},
        ),
        (
            "create table if not exists contact (id int, name text, primary key (id), "
            "org int references org (id), key int);",
            "ansi",
            {"contact": (["id", "name", "org", "key"], ("id",), [("org",)])},
        ),
        (
            "-- phpMyAdmin SQL Dump\nCREATE TABLE `c` (`id` int(11) NOT NULL, `n` varchar(9)) "
            "ENGINE=InnoDB;\nALTER TABLE `c` ADD PRIMARY KEY (`id`), ADD KEY `n` (`n`);\n"
            "ALTER TABLE `c` MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, ADD CONSTRAINT `f` "
            "FOREIGN KEY (`n`) REFERENCES `d` (`x`) ON DELETE SET NULL;\n",
            "mysql",
            {"c": (["id", "n"], ("id",), [("n",)])},
        ),
    ],
)
def test_dialects(tmp_path: Path, text: str, engine: str, expected: dict[str, object]) -> None:
    script = tmp_path / "schema.sql"
    script.write_text(text, encoding="utf-16" if engine == "tsql" else "utf-8")
    with open_source(str(script)) as source:
        assert source.engine == engine
        tables = source.catalog("crm").tables
    found = {
        t.qualified: (
            [c.name for c in t.columns], t.primary_key, [k.columns for k in t.foreign_keys],
        )
        for t in tables
    }  # fmt: skip
    assert found == expected


def test_statements_are_told_with_their_lines(tmp_path: Path) -> None:
    script = tmp_path / "schema.sql.gz"
    text = "CREATE TABLE t (id serial);\n-- x\nGRANT SELECT ON t TO app;\n"
    script.write_bytes(gzip.compress(text.encode()))
    with open_source(str(script)) as source:
        assert isinstance(source, DumpSource)
        assert list(source.statements()) == [
            (1, "CREATE TABLE t (id serial)"),
            (3, "GRANT SELECT ON t TO app"),
        ]
        with pytest.raises(CrmauditError, match="rows are not read"):
            source.query("SELECT 1", "ask")
        (table,) = source.catalog("crm").tables
        with pytest.raises(CrmauditError):
            source.stream(table, table.columns)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\1\2", b"PGDMP\1\2", b"CREATE TABLE", b"CREATE TABLE t (",
        b"\xff\xfe", b"CREATE TABLE \xff\xfe (a int);", b"ALTER TABLE ONLY", b"COMMENT ON COLUMN",
        b"CREATE TABLE t (a int, CONSTRAINT);", b"'", b"/*", b"$$", b"CREATE INDEX ON",
        b"CREATE TABLE t (PRIMARY KEY);" * 3, b"CREATE TABLE t (a enum('" + b"x" * 100_000,
        b"CREATE VIEW v", b"CREATE TABLE t (FOREIGN KEY (a) REFERENCES);",
    ],
)  # fmt: skip
def test_hostile_files(tmp_path: Path, content: bytes) -> None:
    script = tmp_path / "schema.sql"
    script.write_bytes(content)
    if content.startswith((b"PGDMP", b"\0")):
        with pytest.raises(CrmauditError, match=r"schema\.sql"):
            open_source(str(script))
        return
    with open_source(str(script)) as source:
        catalog = source.catalog("crm")
        machinery(Task(source, "crm", catalog, catalog.tables))


def test_data_is_passed_over_in_constant_memory(tmp_path: Path) -> None:
    script = tmp_path / "data.sql"
    with script.open("w") as out:
        out.write("-- MySQL dump\nCREATE TABLE `t` (`id` int, `a` text) ENGINE=InnoDB;\n")
        row = "(1,'" + "CREATE TABLE fake (x int); " * 40 + "'),"
        out.write("INSERT INTO `t` VALUES " + row * 20_000 + "(2,'');\n")
        out.write("CREATE TABLE `u` (`id` int);\n")
    assert script.stat().st_size > 20e6
    tracemalloc.start()
    try:
        catalog = of_file(script)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [t.name for t in catalog.tables] == ["t", "u"]
    assert peak < 12e6


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("-- Host: 127.0.0.1    Database: my crm\n-- ------\n", "my crm"),
        ("-- Host: localhost    Database: \n-- ------\nUSE `crm`;\n", "crm"),
        ("--\n-- Database: `crm`\n--\n", "crm"),
        ("\\connect crm\n", "crm"),
        ("\\connect -reuse-previous=on \"dbname='crm'\"\n", "crm"),
        ("USE [Crm]\nGO\n", "Crm"),
        ("-- The database: of nobody\nCREATE TABLE t (use int);\n", ""),
    ],
)
def test_the_databases_name(tmp_path: Path, head: str, name: str) -> None:
    path = tmp_path / "x.sql"
    path.write_text(head + "CREATE TABLE a (id int);\n")
    with open_source(str(path)) as source:
        assert source.database == name
