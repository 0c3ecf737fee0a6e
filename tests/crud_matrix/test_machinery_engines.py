"""A database's own machinery, read from real servers and files, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import Database, dialects

from crmaudit.crud_matrix.collectors import machinery
from crmaudit.crud_matrix.machinery import expand
from crmaudit.evidence import Code, from_json, to_json
from crmaudit.evidence.use import Effect, Machinery
from crmaudit.sources import open_source
from crmaudit.sources.task import Task

SECRET = "s3cret-literal"
CASCADES = [
    "CREATE TABLE account (id integer PRIMARY KEY, name varchar(80))",
    "CREATE TABLE contact (id integer PRIMARY KEY, name varchar(80), account_id integer, "
    "CONSTRAINT of_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE)",
    "CREATE TABLE note (id integer PRIMARY KEY, contact_id integer, body varchar(80), "
    "CONSTRAINT of_contact FOREIGN KEY (contact_id) REFERENCES contact (id) ON DELETE SET NULL)",
    "CREATE TABLE audit (what varchar(80))",
    f"CREATE VIEW named AS SELECT id, name FROM contact WHERE name <> '{SECRET}'",
    "CREATE VIEW twice AS SELECT n.id, o.body FROM named n JOIN note o ON o.contact_id = n.id",
]
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER log_contact AFTER INSERT ON contact BEGIN "
        f"INSERT INTO audit VALUES ('{SECRET}'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO audit VALUES ('{SECRET}'); RETURN NEW; END $$",
        "CREATE TRIGGER log_contact AFTER INSERT ON contact FOR EACH ROW EXECUTE FUNCTION log_it()",
    ],
    "mariadb": [
        "CREATE TRIGGER log_contact AFTER INSERT ON contact FOR EACH ROW BEGIN "
        f"INSERT INTO audit VALUES ('{SECRET}'); END",
    ],
}


def read(url: str) -> tuple[Machinery, ...]:
    with open_source(url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables)
        announced = machinery.statements(task)
        before = len(source.sent)
        found = machinery.machinery(task)
        templates = [s.sql.rstrip("…") for s in announced if s.template]
        sent = [s.sql for s in source.sent[before:]]
        assert [x for x in sent if not x.startswith(tuple(templates) or "-")] == [
            s.sql for s in announced if not s.template
        ]
    document = Code(catalog.provenance, database="crm", machinery=found)
    assert from_json(to_json(document)) == document
    assert SECRET not in to_json(document)
    return found


def named(found: tuple[Machinery, ...]) -> dict[str, Machinery]:
    return {m.name: m for m in found}


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "mariadb"))
def test_the_same_in_every_dialect(make_db: Callable[[str], Database], dialect: str) -> None:
    db = make_db(dialect)
    db.execute(CASCADES + TRIGGERS[dialect])
    found = read(db.url)
    assert not [m.unread for m in found if m.unread]
    parts = named(found)
    assert parts["named"].effects == (Effect("contact", "R"),)
    assert parts["twice"].effects == (Effect("named", "R"), Effect("note", "R"))
    assert (parts["log_contact"].on, parts["log_contact"].event) == ("contact", "C")
    cascades = {(m.on, m.event, m.effects) for m in found if m.kind == "cascade"}
    assert cascades == {
        ("account", "D", (Effect("contact", "D"),)),
        ("contact", "D", (Effect("note", "U"),)),
    }
    assert expand([Effect("twice", "R")], found) == {
        "contact": {"R": "through view twice, through view named"},
        "named": {"R": "through view twice"},
        "note": {"R": "through view twice"},
    }
    assert expand([Effect("account", "D")], found) == {
        "contact": {"D": "by cascade from account"},
        "note": {"U": "by cascade from account, by cascade from contact"},
    }
    assert "audit" in expand([Effect("named", "C")], found)
    assert expand([Effect("contact", "U")], found) == {}


def test_duckdb(make_db: Callable[[str], Database]) -> None:
    db = make_db("duckdb")
    db.execute(
        [
            "CREATE TABLE contact (id integer, name varchar)",
            f"CREATE VIEW named AS SELECT id FROM contact WHERE name <> '{SECRET}'",
            "CREATE MACRO newest() AS (SELECT max(id) FROM contact)",
            "CREATE MACRO listed(x) AS TABLE SELECT * FROM named WHERE id = x",
        ]
    )
    parts = named(read(db.url))
    assert parts["named"].effects == (Effect("contact", "R"),)
    assert parts["newest"].effects == (Effect("contact", "R"),)
    assert parts["listed"].effects == (Effect("named", "R"),)


@pytest.mark.server
def test_postgresql(make_db: Callable[[str], Database]) -> None:
    db = make_db("postgresql")
    db.execute(
        [
            "CREATE SCHEMA other",
            "CREATE TABLE t (id integer PRIMARY KEY, a text)",
            'CREATE TABLE other."Odd; Name" (id integer)',
            "CREATE TABLE visit (id integer, day date) PARTITION BY RANGE (day)",
            "CREATE TABLE visit_2025 PARTITION OF visit "
            "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
            'CREATE MATERIALIZED VIEW stock AS SELECT count(*) FROM other."Odd; Name"',
            "CREATE RULE keep AS ON DELETE TO t DO ALSO INSERT INTO visit (id) VALUES (old.id)",
            "CREATE FUNCTION plain(n integer) RETURNS integer LANGUAGE sql AS "
            "$$ UPDATE t SET a = 'x' WHERE id = n; SELECT 1 $$",
            "CREATE FUNCTION standard() RETURNS bigint LANGUAGE sql "
            'BEGIN ATOMIC; SELECT count(*) FROM other."Odd; Name"; END',
            "CREATE FUNCTION hidden(n text) RETURNS void LANGUAGE plpgsql AS "
            "$$ BEGIN DELETE FROM t; EXECUTE 'SELECT ' || n; END $$",
            "CREATE FUNCTION outer_one() RETURNS void LANGUAGE plpgsql AS "
            "$$ DECLARE r record; BEGIN FOR r IN SELECT * FROM visit LOOP "
            "PERFORM plain(r.id); END LOOP; END $$",
            "CREATE VIEW calling AS SELECT plain(1) AS n",
        ]
    )
    found = read(db.url)
    parts = named(found)
    assert parts["stock"].kind == "materialised view"
    assert parts["stock"].effects == (Effect("other.Odd; Name", "R"),)
    assert parts["visit_2025"] == Machinery("visit_2025", "partition", (Effect("visit", "R"),))
    assert parts["keep"].effects == (Effect("visit", "C"),)
    assert parts["plain"].effects == (Effect("t", "RU"),)
    assert parts["standard"].effects == (Effect("other.Odd; Name", "R"),)
    assert parts["hidden"].effects == (Effect("t", "D"),)
    assert "run" in parts["hidden"].unread
    assert parts["outer_one"].calls == ("plain",)
    assert expand([Effect("visit_2025", "CD")], found)["visit"] == {
        "C": "through partition visit_2025",
        "D": "through partition visit_2025",
    }
    assert expand([Effect("calling", "R")], found)["t"] == {
        "R": "through view calling, by routine plain",
        "U": "through view calling, by routine plain",
    }
    assert expand([], found, ["outer_one"])["visit"] == {"R": "by routine outer_one"}
    assert expand([Effect("t", "D")], found) == {"visit": {"C": "by rule keep on t"}}


@pytest.mark.server
def test_mariadb_tells_what_it_may_not_see(make_db: Callable[[str], Database]) -> None:
    db = make_db("mariadb")
    db.execute(
        [
            "CREATE TABLE t (id integer PRIMARY KEY, a varchar(20))",
            "CREATE PROCEDURE p(n integer) BEGIN DECLARE done int DEFAULT 0; "
            "DECLARE c CURSOR FOR SELECT id FROM t; "
            "DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; "
            "OPEN c; read_loop: LOOP FETCH c INTO n; IF done THEN LEAVE read_loop; END IF; "
            "UPDATE t SET a = 'x' WHERE id = n; END LOOP; CLOSE c; END",
            "CREATE TRIGGER tr BEFORE DELETE ON t FOR EACH ROW CALL p(OLD.id)",
            "CREATE VIEW v AS SELECT a FROM t",
            "CREATE TABLE `odd ``one` (t_id integer, "
            "FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE SET NULL)",
            "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM t WHERE id < 0",
            "DROP USER IF EXISTS looker@'127.0.0.1'",
            "CREATE USER looker@'127.0.0.1' IDENTIFIED BY 'x'",
            f"GRANT SELECT ON {db.url.rpartition('/')[2]}.* TO looker@'127.0.0.1'",
        ]
    )
    try:
        found = read(db.url)
        parts = named(found)
        assert parts["p"].effects == (Effect("t", "RU"),)
        assert parts["tr"].calls == ("p",)
        assert parts["nightly"].effects == (Effect("t", "RD"),)
        derived = expand([Effect("t", "D")], found)["t"]
        assert derived["U"] == "by trigger tr on t, by routine p"
        less = named(read(db.url_of("looker", "x")))
    finally:
        db.execute(["DROP USER looker@'127.0.0.1'"])
    assert less["v"].unread == "the account may not read its definition"
    assert less["triggers"].unread == "the account may not see triggers"
    assert less["odd `one on delete set null"].effects == (Effect("odd `one", "U"),)
    assert less["events"].unread == "the account may not see events"
