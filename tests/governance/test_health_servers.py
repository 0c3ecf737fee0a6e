"""What real servers and files show of their upkeep, against what was planted in them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from databases import Database, dialects

from crmaudit.evidence import Health, IndexHealth, Keys, Reference, from_json, to_json
from crmaudit.governance.collectors.health import collector
from crmaudit.governance.upkeep_server import (
    bloated,
    invalid,
    recovery,
    stale,
    switched_off,
    unused,
)
from crmaudit.sources import open_source
from crmaudit.sources.task import Task

Make = Callable[[str], Database]

TABLES = [
    "CREATE TABLE people (id integer PRIMARY KEY, name varchar(80), town varchar(80))",
    "CREATE TABLE notes (id integer PRIMARY KEY, person_id integer, colour varchar(20), "
    "day varchar(10), author_id integer, room_id integer, "
    "FOREIGN KEY (person_id) REFERENCES people (id))",
    "CREATE INDEX by_person ON notes (person_id)",
    "CREATE INDEX by_colour ON notes (colour)",
    "CREATE INDEX by_colour_day ON notes (colour, day)",
    "CREATE INDEX by_day ON notes (day)",
    "CREATE UNIQUE INDEX one_note ON notes (id, day)",
    "CREATE UNIQUE INDEX id_again ON notes (id)",
]
SPARE = {"by_colour": "by_colour_day"}


def read(db_url: str, keys: tuple[Reference, ...] = (), earlier: tuple[Health, ...] = ()) -> Health:
    """The health of a database; what was sent is what was announced."""
    with open_source(db_url) as source:
        catalog = source.catalog("crm")
        found = (*earlier, *((Keys(catalog.provenance, references=keys),) if keys else ()))
        task = Task(source, "crm", catalog, catalog.tables, evidence=found)
        announced = list(collector.statements(task))
        before = len(source.sent)
        (health,) = collector.collect(task)
        sent = [s.sql for s in source.sent[before:] if s not in source.on_failure]
    needed = [s.sql for s in announced if not s.template]
    possible = [s.sql for s in announced]
    assert [s for s in sent if s in needed] == needed
    assert [s for s in possible if s in sent] == sent
    assert isinstance(health, Health)
    assert from_json(to_json(health)) == health
    return health


def named(health: Health, table: str = "notes") -> dict[str, IndexHealth]:
    return {i.name: i for i in health.indexes if i.table == table}


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "mariadb"))
def test_spare_indexes_are_those_that_another_covers(make_db: Make, dialect: str) -> None:
    db = make_db(dialect)
    db.execute(TABLES)
    health = read(db.url)
    spare = {i.name: i.covered_by for i in health.indexes if i.covered_by}
    key = {"sqlite": "primary key", "postgresql": "notes_pkey", "mariadb": "PRIMARY"}[dialect]
    assert spare == {**SPARE, "id_again": key}
    notes = named(health)
    assert notes["one_note"].unique
    assert notes["by_person"].needed == "foreign key"
    assert notes[key].needed == "primary key"


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_indexes_that_only_look_alike_are_not_spare(make_db: Make, dialect: str) -> None:
    db = make_db(dialect)
    db.execute([
        "CREATE TABLE notes (id integer PRIMARY KEY, a varchar(9), b varchar(9))",
        "CREATE INDEX plain ON notes (a, b)",
        "CREATE INDEX backwards ON notes (a DESC)",
        "CREATE INDEX partly ON notes (a) WHERE b IS NOT NULL",
        "CREATE INDEX other_case ON notes (lower(a))",
        "CREATE INDEX other_order ON notes (b, a)",
        "CREATE UNIQUE INDEX rule ON notes (a)",
    ])  # fmt: skip
    assert [i.name for i in read(db.url).indexes if i.covered_by] == []


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "mariadb"))
def test_of_two_that_are_the_same_one_is_spare(make_db: Make, dialect: str) -> None:
    db = make_db(dialect)
    db.execute([
        "CREATE TABLE notes (id integer PRIMARY KEY, a integer, b integer)",
        "CREATE INDEX second_a ON notes (a)",
        "CREATE INDEX first_a ON notes (a)",
        "CREATE INDEX third_a ON notes (a)",
    ])  # fmt: skip
    spare = {i.name: i.covered_by for i in read(db.url).indexes if i.covered_by}
    assert spare == {"second_a": "first_a", "third_a": "first_a"}


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_declared_references_without_an_index(make_db: Make, dialect: str) -> None:
    db = make_db(dialect)
    db.execute([
        "CREATE TABLE people (id integer PRIMARY KEY, x integer, y integer, UNIQUE (x, y))",
        "CREATE TABLE notes (id integer PRIMARY KEY REFERENCES people (id), "
        "a integer REFERENCES people (id), b integer REFERENCES people (id), "
        "c integer REFERENCES people (id), x integer, y integer, "
        "FOREIGN KEY (x, y) REFERENCES people (x, y))",
        "CREATE INDEX by_b ON notes (b, a)",
        "CREATE INDEX by_c ON notes (c) WHERE c IS NOT NULL",
        "CREATE INDEX by_y ON notes (y, x, a)",
    ])  # fmt: skip
    health = read(db.url)
    assert [(u.table, u.columns, u.to, u.declared) for u in health.unindexed] == [
        ("notes", ("a",), "people", True)
    ]
    assert health.references == 5


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "mariadb"))
def test_references_that_the_audit_found_count_where_rows_confirm_them(
    make_db: Make, dialect: str
) -> None:
    db = make_db(dialect)
    db.execute(TABLES)

    def found(column: str, **more: object) -> Reference:
        told = {"filled": 9, "orphans": 0, "confidence": 0.9, **more}
        return Reference("notes", (column,), "people", ("id",), **told)  # type: ignore[arg-type]

    keys = (
        found("author_id"),
        found("room_id", filled=None),
        found("day", confidence=0.5),
        found("person_id"),
    )
    health = read(db.url, keys)
    assert [(u.columns, u.declared) for u in health.unindexed] == [(("author_id",), False)]
    assert health.references == 2


POSTGRES_ROWS = (
    [
        "CREATE TABLE town (id integer PRIMARY KEY, name text)",
        "INSERT INTO town SELECT n, repeat('x', 40) FROM generate_series(1, 3000) n",
        "CREATE TABLE visit (id integer PRIMARY KEY, town_id integer REFERENCES town (id), "
        "day date, room integer)",
        "CREATE INDEX visit_town ON visit (town_id)",
        "CREATE INDEX visit_day ON visit (day)",
        "CREATE INDEX visit_room ON visit (room)",
        "INSERT INTO visit SELECT n, 1 + n % 3000, date '2020-01-01' + n % 900, n % 70 "
        "FROM generate_series(1, 60000) n",
        "CREATE TABLE gift (id integer PRIMARY KEY, note text)",
        "INSERT INTO gift SELECT n, repeat('y', 200) FROM generate_series(1, 40000) n",
    ],
    ["ANALYZE town", "ANALYZE visit", "VACUUM ANALYZE gift"],
    # Planted: half of a table is new, most of another gone, one never analysed.
    [
        "INSERT INTO town SELECT n, 'new' FROM generate_series(3001, 6000) n",
        "DELETE FROM gift WHERE id % 10 <> 0",
        "CREATE TABLE fresh (id integer PRIMARY KEY, note text)",
        "INSERT INTO fresh SELECT n, 'z' FROM generate_series(1, 5000) n",
    ],
    ["VACUUM ANALYZE gift"],
    ["SET enable_seqscan = off", "SELECT count(*) FROM visit WHERE day = '2020-01-02'"],
)
"""Each in a session of its own: the server adds up what was done when a session ends."""


def plant(db: Database) -> None:
    for session in POSTGRES_ROWS:
        db.execute(session)


@pytest.mark.server
def test_what_was_planted_in_postgresql_is_found_and_nothing_else(make_db: Make) -> None:
    db = make_db("postgresql")
    plant(db)
    health = read(db.url)
    assert {s.table.table for s in stale(health, 0.2, 1000)} == {"town", "fresh"}
    assert {s.table.table: s.share for s in stale(health, 0.2, 1000)}["town"] == 0.5
    assert [t.table for t in bloated(health, 0.4, 2**20)] == ["gift"]
    assert {i.name for i in unused(health)} == {"visit_room"}
    assert named(health, "visit")["visit_day"].uses
    assert health.release
    assert health.version.startswith("PostgreSQL")
    assert health.counted_since is not None
    assert recovery(health).on is False
    assert health.cannot == {}
    tables = {t.table: t for t in health.tables}
    assert tables["gift"].vacuumed is not None
    assert tables["visit"].analysed is not None
    assert tables["visit"].bloat == pytest.approx(0, abs=0.06)
    assert tables["fresh"].bloat is None
    assert sum(i.bytes or 0 for i in named(health, "visit").values()) == tables["visit"].index_bytes


@pytest.mark.server
def test_a_server_that_does_not_count_alleges_nothing(make_db: Make) -> None:
    db = make_db("postgresql")
    plant(db)
    db.execute([f"ALTER DATABASE {db.url.rpartition('/')[2]} SET track_counts = off"])
    health = read(db.url)
    assert unused(health) == ()
    assert {i.uses for i in health.indexes} == {None}
    assert "track_counts" in health.cannot["uses"]
    # What was never analysed is seen without counters.
    assert {s.table.table for s in stale(health, 0.2, 1000)} == {"fresh"}
    assert "track_counts" in switched_off(health)
    # Bloat is reckoned without them.
    assert [t.table for t in bloated(health, 0.4, 2**20)] == ["gift"]


@pytest.mark.server
def test_bloat_is_estimated_close_to_what_a_full_reading_says(make_db: Make) -> None:
    db = make_db("postgresql")
    try:
        db.execute(["CREATE EXTENSION pgstattuple"])
    except Exception as error:
        pytest.skip(f"pgstattuple is not installed: {type(error).__name__}")
    make = {
        "narrow": "(id integer, flag boolean, n bigint)",
        "wide": "(id integer, body text, made timestamptz, tag varchar(20))",
        "holes": "(id bigint, a text, b text, c smallint, d double precision)",
    }
    fill = {
        "narrow": "SELECT n, n % 2 = 0, n FROM generate_series(1, 50000) n",
        "wide": "SELECT n, repeat('t', n % 300), now(), 'tag' FROM generate_series(1, 30000) n",
        "holes": "SELECT n, CASE WHEN n % 3 = 0 THEN 'aa' END, CASE WHEN n % 2 = 0 THEN 'b' END, "
        "n % 9, n / 7.0 FROM generate_series(1, 50000) n",
    }
    for name, columns in make.items():
        for kept in (100, 60, 25):
            table = f"{name}_{kept}"
            db.execute([
                f"CREATE TABLE {table} {columns}",
                f"INSERT INTO {table} {fill[name]}",
                f"DELETE FROM {table} WHERE id % 100 >= {kept}",
                f"VACUUM ANALYZE {table}",
            ])  # fmt: skip
    tables = {t.table: t for t in read(db.url).tables}
    for table, health in tables.items():
        ((free, size),) = db.execute([
            f"SELECT free_space, table_len FROM pgstattuple('{table}')"
        ])  # fmt: skip
        assert health.bloat == pytest.approx(free / size, abs=0.08), table


@pytest.mark.server
def test_a_broken_index_is_found(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute(["CREATE TABLE people (mail text)", "INSERT INTO people VALUES ('a'), ('a')"])
    with pytest.raises(Exception, match="could not create unique index"):
        db.execute(["CREATE UNIQUE INDEX CONCURRENTLY by_mail ON people (mail)"])
    assert [i.name for i in invalid(read(db.url))] == ["by_mail"]


@pytest.mark.server
def test_partitions_count_for_their_table(make_db: Make) -> None:
    db = make_db("postgresql")
    db.execute([
        "CREATE TABLE visit (id integer, day integer) PARTITION BY RANGE (day)",
        "CREATE TABLE v1 PARTITION OF visit FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE v2 PARTITION OF visit FOR VALUES FROM (10) TO (20)",
        "CREATE INDEX by_day ON visit (day)",
        "CREATE INDEX only_v1 ON v1 (day, id)",
        "INSERT INTO visit SELECT n, n % 20 FROM generate_series(1, 4000) n",
    ])  # fmt: skip
    db.execute(["ANALYZE v1"])
    health = read(db.url)
    (visit,) = health.tables
    assert (visit.table, visit.rows, visit.changed, visit.analysed) == ("visit", 4000, 2000, None)
    assert {i.name: i.covered_by for i in health.indexes} == {"by_day": "", "only_v1": ""}
    assert {i.table for i in health.indexes} == {"visit"}


@pytest.mark.server
def test_a_postgresql_account_without_rights_gets_less_and_is_told(make_db: Make) -> None:
    db = make_db("postgresql")
    name = db.url.rpartition("/")[2]
    plant(db)
    db.execute([
        f"CREATE ROLE {name}_guest LOGIN PASSWORD 'guest'",
        f"GRANT SELECT ON town TO {name}_guest",
    ])  # fmt: skip
    try:
        health = read(db.url_of(f"{name}_guest", "guest"))
    finally:
        db.execute([f"DROP OWNED BY {name}_guest", f"DROP ROLE {name}_guest"])
    tables = {t.table: t for t in health.tables}
    assert tables["gift"].bloat is None
    assert tables["town"].bloat is not None
    assert "2 of 4 tables" in health.cannot["bloat"]
    assert "grant SELECT" in health.cannot["bloat"]
    assert {s.table.table for s in stale(health, 0.2, 1000)} == {"town", "fresh"}
    assert "archive_mode" in health.settings


MARIADB_ROWS = [
    "CREATE TABLE town (id integer PRIMARY KEY, name varchar(80)) ENGINE=InnoDB",
    "INSERT INTO town SELECT seq, 'a' FROM seq_1_to_3000",
    "CREATE TABLE visit (id integer PRIMARY KEY, town_id integer, day integer, room integer, "
    "FOREIGN KEY visit_town (town_id) REFERENCES town (id)) ENGINE=InnoDB",
    "CREATE INDEX visit_day ON visit (day)",
    "CREATE INDEX visit_room ON visit (room)",
    "CREATE INDEX visit_head ON visit (room, day)",
    "INSERT INTO visit SELECT seq, 1 + seq % 3000, seq % 90, seq % 70 FROM seq_1_to_20000",
    "ANALYZE TABLE town, visit",
    "SELECT count(*) FROM visit FORCE INDEX (visit_day) WHERE day = 3",
]


@pytest.mark.server
def test_what_was_planted_in_mariadb_is_found_and_nothing_else(make_db: Make) -> None:
    db = make_db("mariadb")
    db.execute(MARIADB_ROWS)
    health = read(db.url)
    visit = named(health, "visit")
    assert {i.name for i in unused(health)} == {"visit_head"}
    assert {i.name: i.covered_by for i in visit.values() if i.covered_by} == {
        "visit_room": "visit_head"
    }
    assert visit["visit_day"].uses
    assert visit["visit_town"].needed == "foreign key"
    assert visit["visit_room"].bytes
    assert health.version.startswith("MariaDB")
    assert health.release.count(".") == 1
    assert recovery(health).on is False
    assert health.cannot == {}
    tables = {t.table: t for t in health.tables}
    assert tables["town"].analysed is not None
    assert stale(health, 0.2, 1000) == ()


@pytest.mark.server
def test_free_extents_of_mariadb_are_bloat(make_db: Make) -> None:
    db = make_db("mariadb")
    db.execute([
        "CREATE TABLE gift (id integer PRIMARY KEY, note varchar(900)) ENGINE=InnoDB",
        "INSERT INTO gift SELECT seq, REPEAT('y', 800) FROM seq_1_to_30000",
        "DELETE FROM gift WHERE id > 3000",
    ])  # fmt: skip
    # Deleted rows are purged in the background.
    deadline = time.monotonic() + 30
    while not (found := bloated(read(db.url), 0.4, 4 * 2**20)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert [t.table for t in found] == ["gift"]
    assert found[0].bloat_by == "free extents"


@pytest.mark.server
def test_a_mariadb_account_without_rights_gets_less_and_is_told(make_db: Make) -> None:
    db = make_db("mariadb")
    name = db.url.rpartition("/")[2]
    guest = f"'{name}'@'127.0.0.1'"
    db.execute([
        *TABLES,
        f"CREATE USER {guest} IDENTIFIED BY 'guest'",
        f"GRANT SELECT ON {name}.* TO {guest}",
    ])  # fmt: skip
    try:
        health = read(db.url_of(name, "guest"))
    finally:
        db.execute([f"DROP USER {guest}"])
    assert health.cannot["statistics"].startswith("SELECT on mysql.innodb_table_stats")
    assert health.cannot["uses"].startswith("SELECT on performance_schema")
    assert health.cannot["changes"].startswith("the right PROCESS")
    assert health.cannot["size"].startswith("SELECT on mysql.innodb_index_stats")
    assert all(i.uses is None for i in health.indexes)
    assert unused(health) == ()
    assert {i.name: i.covered_by for i in health.indexes if i.covered_by} == {
        **SPARE,
        "id_again": "PRIMARY",
    }


def test_an_sqlite_file_tells_free_pages_and_whether_it_was_analysed(make_db: Make) -> None:
    db = make_db("sqlite")
    db.execute([
        "CREATE TABLE gift (id integer PRIMARY KEY, note text)",
        "CREATE INDEX by_note ON gift (note)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
        "INSERT INTO gift SELECT i, printf('%0200d', i) FROM n",
    ])  # fmt: skip
    before = read(db.url)
    assert [s.share for s in stale(before, 0.2, 1000)] == [None]
    assert before.settings == {"statistics": "never gathered"}
    db.execute(["ANALYZE", "DELETE FROM gift WHERE id > 1500"])
    after = read(db.url)
    assert after.settings == {"statistics": "gathered"}
    assert after.free is not None
    assert after.bytes is not None
    assert after.free / after.bytes == pytest.approx(0.62, abs=0.05)
    assert [s.share for s in stale(after, 0.2, 1000)] == [1.0]
    assert after.version == ""
    assert "uses" in after.cannot
    assert unused(after) == ()


def test_a_duckdb_file_says_that_it_has_little_to_say(make_db: Make) -> None:
    db = make_db("duckdb")
    db.execute(["CREATE TABLE people (id integer)", "INSERT INTO people VALUES (1)"])
    health = read(db.url)
    assert set(health.cannot) == {"bloat", "indexes", "statistics", "uses"}
    assert (health.indexes, health.unindexed, health.references) == ((), (), 0)


def test_a_folder_of_files_has_no_health(make_db: Make) -> None:
    db = make_db("folder")
    (db.path / "people.csv").write_text("id,name\n1,a\n")
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables)
        assert list(collector.statements(task)) == []
        assert list(collector.collect(task)) == []


HOSTILE = [
    'CREATE TABLE "select" ("a""b" integer PRIMARY KEY, "<i>" integer, "x; y" integer, '
    'FOREIGN KEY ("<i>") REFERENCES "select" ("a""b"))',
    'CREATE INDEX "in""dex" ON "select" ("x; y")',
    'CREATE INDEX "=cmd" ON "select" ("x; y", "<i>")',
    "CREATE TABLE empty_one (a integer)",
]


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "duckdb"))
def test_names_that_are_hostile(make_db: Make, dialect: str) -> None:
    db = make_db(dialect)
    db.execute(HOSTILE if dialect != "duckdb" else HOSTILE[:1])
    health = read(db.url)
    if dialect != "duckdb":
        assert named(health, "select")['in"dex'].covered_by == "=cmd"
        assert [u.columns for u in health.unindexed] == [("<i>",)]


def test_sizes_of_earlier_readings_are_carried_on(make_db: Make) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE people (id integer, name text)"])
    first = read(db.url)
    old = replace(
        first,
        provenance=replace(
            first.provenance, taken_at=first.provenance.taken_at - timedelta(days=90), snapshot="x"
        ),
    )
    db.execute(["INSERT INTO people VALUES (1, hex(zeroblob(50000)))"])
    second = read(db.url, earlier=(old,))
    assert [e.bytes for e in second.earlier] == [first.bytes]
    third = read(db.url, earlier=(second,))
    # The same snapshot twice is one size.
    assert third.earlier == second.earlier
