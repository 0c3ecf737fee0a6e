"""A workload of known letters: three accounts, statements, what each does to which table.

`does` are the letters by the statement itself, on tables and views as they are
named; `calls` a routine it calls. `also` is what views, triggers, cascades and
routines add to that. Rows are chosen so that nothing fails.
"""

# ruff: noqa: E501 - a statement stands on one line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ACCOUNTS = ("crm_app", "billing_app", "report_ro")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of an account; `values` go as parameters of a prepared statement."""

    account: str
    sql: str
    does: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""
    values: tuple[object, ...] | None = None


_TABLES = (
    "CREATE TABLE organisation (id integer PRIMARY KEY, name varchar(60), city varchar(40))",
    "CREATE TABLE contact (id integer PRIMARY KEY, name varchar(60), email varchar(60), organisation_id integer)",
    "CREATE TABLE activity (id integer PRIMARY KEY, contact_id integer, subject varchar(60), done integer)",
    "CREATE TABLE tag (contact_id integer, tag varchar(20), PRIMARY KEY (contact_id, tag))",
    "CREATE TABLE invoice (id integer PRIMARY KEY, contact_id integer, total decimal(9,2), status varchar(10))",
    "CREATE TABLE invoice_line (id integer PRIMARY KEY, invoice_id integer, amount decimal(9,2), FOREIGN KEY (invoice_id) REFERENCES invoice (id) ON DELETE CASCADE)",
    "CREATE TABLE payment (id integer PRIMARY KEY, invoice_id integer, amount decimal(9,2))",
    "CREATE TABLE journal (what varchar(40), invoice_id integer)",
    "CREATE VIEW open_invoices AS SELECT i.id, i.total, c.name FROM invoice i JOIN contact c ON c.id = i.contact_id WHERE i.status = 'open'",
    "INSERT INTO organisation VALUES (1, 'North', 'Y'), (2, 'South', 'Z'), (3, 'East', 'Z')",
    "INSERT INTO contact VALUES (1, 'a', 'a@example.org', 1), (2, 'b', 'b@example.org', 2), (3, 'c', NULL, 2), (4, 'd', NULL, 3)",
    "INSERT INTO activity VALUES (1, 1, 's', 0), (2, 2, 't', 1), (3, 3, 'u', 1)",
    "INSERT INTO invoice VALUES (1, 1, 10, 'open'), (2, 2, 20, 'open'), (3, 3, 30, 'paid'), (4, 3, 40, 'paid'), (5, 3, 40, 'paid')",
    "INSERT INTO invoice_line VALUES (1, 1, 10), (2, 3, 30), (3, 4, 40)",
    "INSERT INTO payment VALUES (1, 3, 30), (2, 4, 40)",
)

SETUP = {
    "postgresql": (
        *_TABLES,
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO journal VALUES ('changed', NEW.id); RETURN NEW; END $$",
        "CREATE TRIGGER invoice_changed AFTER UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION note()",
        "CREATE PROCEDURE settle(n integer) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO payment SELECT 1000 + n, id, total FROM invoice WHERE id = n; DELETE FROM tag WHERE contact_id = n; END $$",
    ),
    "mariadb": (
        *_TABLES,
        "CREATE TRIGGER invoice_changed AFTER UPDATE ON invoice FOR EACH ROW INSERT INTO journal VALUES ('changed', NEW.id)",
        "CREATE PROCEDURE settle(n integer) BEGIN INSERT INTO payment SELECT 1000 + n, id, total FROM invoice WHERE id = n; DELETE FROM tag WHERE contact_id = n; END",
    ),
}

_VIEWED = {"invoice": "R", "contact": "R"}
_NOTED = {"journal": "C"}
_SETTLED = {"payment": "C", "invoice": "R", "tag": "RD"}
_BOTH = (
    Step("crm_app", "SELECT id, name FROM contact WHERE name LIKE 'a%' ORDER BY name", {"contact": "R"}),
    Step("crm_app", "SELECT c.name, o.name FROM contact c LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.id = 1", {"contact": "R", "organisation": "R"}),
    Step("crm_app", "INSERT INTO contact (id, name, email) VALUES (10, 'secret-name', 'x@example.org')", {"contact": "C"}),
    Step("crm_app", "INSERT INTO contact (id, name) VALUES (11, 'x'), (12, 'y'), (13, 'z')", {"contact": "C"}),
    Step("crm_app", "UPDATE contact SET email = 'y@example.org' WHERE id = 10", {"contact": "RU"}),
    Step("crm_app", "UPDATE contact SET organisation_id = (SELECT min(id) FROM organisation) WHERE id IN (11, 12, 13)", {"contact": "RU", "organisation": "R"}),
    Step("crm_app", "DELETE FROM contact WHERE id = 13", {"contact": "RD"}),
    Step("crm_app", "INSERT INTO organisation VALUES (9, 'West', 'secret-town')", {"organisation": "C"}),
    Step("crm_app", "INSERT INTO tag (contact_id, tag) SELECT id, 'new' FROM contact WHERE id > 10", {"tag": "C", "contact": "R"}),
    Step("crm_app", "WITH busy AS (SELECT contact_id FROM activity GROUP BY contact_id) SELECT c.name FROM contact c JOIN busy b ON b.contact_id = c.id", {"contact": "R", "activity": "R"}),
    Step("crm_app", "INSERT INTO activity (id, contact_id, subject) VALUES (10, 1, 'call')", {"activity": "C"}),
    Step("crm_app", "UPDATE activity SET done = 1", {"activity": "U"}),
    Step("crm_app", "UPDATE activity SET done = done + 1 WHERE contact_id IN (SELECT id FROM contact WHERE name = 'a')", {"activity": "RU", "contact": "R"}),
    Step("crm_app", "DELETE FROM activity WHERE NOT EXISTS (SELECT 1 FROM contact c WHERE c.id = activity.contact_id)", {"activity": "RD", "contact": "R"}),
    Step("crm_app", "SELECT name FROM contact UNION SELECT name FROM organisation", {"contact": "R", "organisation": "R"}),
    Step("crm_app", "SELECT * FROM contact WHERE id = 1 FOR UPDATE", {"contact": "R"}),
    Step("crm_app", "BEGIN"),
    Step("crm_app", "COMMIT"),
    Step("billing_app", "SELECT id, total FROM invoice WHERE status = 'open'", {"invoice": "R"}),
    Step("billing_app", "SELECT name, email FROM contact WHERE id = 2", {"contact": "R"}),
    Step("billing_app", "INSERT INTO invoice VALUES (20, 1, 99.50, 'open')", {"invoice": "C"}),
    Step("billing_app", "INSERT INTO invoice_line (id, invoice_id, amount) VALUES (20, 20, 99.50)", {"invoice_line": "C"}),
    Step("billing_app", "UPDATE invoice SET status = 'paid' WHERE id = 20", {"invoice": "RU"}, _NOTED),
    Step("billing_app", "DELETE FROM invoice WHERE id = 4", {"invoice": "RD"}, {"invoice_line": "D"}),
    Step("billing_app", "INSERT INTO payment (id, invoice_id, amount) SELECT 50 + id, id, total FROM invoice WHERE id = 20", {"payment": "C", "invoice": "R"}),
    Step("billing_app", "SELECT i.id, sum(p.amount) FROM invoice i JOIN payment p ON p.invoice_id = i.id GROUP BY i.id HAVING sum(p.amount) > 5", {"invoice": "R", "payment": "R"}),
    Step("billing_app", "CALL settle(1)", {}, _SETTLED, "settle"),
    Step("billing_app", "DELETE FROM payment", {"payment": "D"}),
    Step("report_ro", "SELECT count(*) FROM contact", {"contact": "R"}),
    Step("report_ro", "SELECT * FROM open_invoices WHERE total > 5", {"open_invoices": "R"}, _VIEWED),
    Step("report_ro", "SELECT o.city, count(*) FROM organisation o, contact c WHERE c.organisation_id = o.id GROUP BY o.city", {"organisation": "R", "contact": "R"}),
    Step("report_ro", "CREATE TEMPORARY TABLE top_ten AS SELECT id, total FROM invoice ORDER BY total DESC LIMIT 10", {"invoice": "R"}),
    Step("report_ro", "INSERT INTO top_ten SELECT id, amount FROM payment", {"payment": "R"}),
    Step("report_ro", "UPDATE top_ten SET total = 0", {}),
    Step("report_ro", "SELECT t.total, a.subject FROM top_ten t JOIN activity a ON a.id = t.id", {"activity": "R"}),
    Step("report_ro", "SELECT (SELECT max(total) FROM invoice) AS most, (SELECT count(*) FROM tag) AS tags", {"invoice": "R", "tag": "R"}),
    Step("report_ro", "SELECT 1"),
)  # fmt: skip

STEPS: Mapping[str, tuple[Step, ...]] = {
    "postgresql": (
        *_BOTH,
        Step("crm_app", 'SELECT "name" FROM public."contact" AS "c" WHERE "c"."id" = %s', {"contact": "R"}, values=(3,)),
        Step("crm_app", "INSERT INTO tag VALUES (%s, %s)", {"tag": "C"}, values=(2, "secret-tag")),
        Step("crm_app", "INSERT INTO organisation (id, name) VALUES (9, 'n') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name", {"organisation": "CRU"}),
        Step("crm_app", "INSERT INTO tag VALUES (2, 'vip') ON CONFLICT DO NOTHING", {"tag": "C"}),
        Step("crm_app", "INSERT INTO activity (id, contact_id) VALUES (30, 1) RETURNING id", {"activity": "CR"}),
        Step("crm_app", "UPDATE contact AS c SET email = o.city FROM organisation o WHERE o.id = c.organisation_id", {"contact": "RU", "organisation": "R"}),
        Step("crm_app", "DELETE FROM tag t USING contact c WHERE c.id = t.contact_id AND c.name = 'nobody'", {"tag": "RD", "contact": "R"}),
        Step("crm_app", "WITH gone AS (DELETE FROM activity WHERE id = 30 RETURNING contact_id) INSERT INTO tag SELECT contact_id, 'gone' FROM gone", {"activity": "RD", "tag": "C"}),
        Step("crm_app", "PREPARE p (integer) AS DELETE FROM organisation WHERE id = $1"),
        Step("crm_app", "EXECUTE p (3)", {"organisation": "RD"}),
        Step("crm_app", "DECLARE c CURSOR WITH HOLD FOR SELECT amount FROM payment", {"payment": "R"}),
        Step("crm_app", "COPY journal TO STDOUT", {"journal": "R"}),
        Step("crm_app", "COPY (SELECT subject FROM activity) TO STDOUT", {"activity": "R"}),
        Step("billing_app", "MERGE INTO invoice i USING payment p ON p.invoice_id = i.id WHEN MATCHED THEN UPDATE SET status = 'paid' WHEN NOT MATCHED THEN INSERT VALUES (p.invoice_id, 1, 0, 'lost')", {"invoice": "CRU", "payment": "R"}, _NOTED),
        Step("billing_app", "TRUNCATE payment", {"payment": "D"}),
        Step("billing_app", "EXPLAIN SELECT * FROM organisation"),
        Step("billing_app", "SELECT i.id FROM invoice i CROSS JOIN LATERAL (SELECT sum(amount) AS s FROM invoice_line l WHERE l.invoice_id = i.id) x WHERE x.s > 1", {"invoice": "R", "invoice_line": "R"}),
        Step("billing_app", "TABLE invoice_line", {"invoice_line": "R"}),
        Step("report_ro", "SELECT count(*) FROM information_schema.tables"),
        Step("report_ro", "SELECT n FROM generate_series(1, 3) AS n"),
        Step("report_ro", "SELECT relname FROM pg_catalog.pg_class LIMIT 1"),
        Step("report_ro", "SET search_path TO public"),
    ),
    "mariadb": (
        *_BOTH,
        Step("crm_app", "INSERT INTO organisation (id, name) VALUES (9, 'n') ON DUPLICATE KEY UPDATE name = 'm'", {"organisation": "CU"}),
        Step("crm_app", "REPLACE INTO tag (contact_id, tag) VALUES (2, 'vip')", {"tag": "CD"}),
        Step("crm_app", "INSERT INTO activity SET id = 31, contact_id = 1", {"activity": "C"}),
        Step("crm_app", "INSERT IGNORE INTO tag VALUES (2, 'vip')", {"tag": "C"}),
        Step("crm_app", "UPDATE contact c JOIN organisation o ON o.id = c.organisation_id SET c.email = o.city WHERE o.id = 3", {"contact": "RU", "organisation": "R"}),
        Step("crm_app", "DELETE t FROM tag t JOIN contact c ON c.id = t.contact_id WHERE c.name = 'nobody'", {"tag": "RD", "contact": "R"}),
        Step("crm_app", "SELECT `name` FROM `{database}`.`contact` AS `c` WHERE `c`.`id` = 3", {"contact": "R"}),
        Step("crm_app", "SELECT /*! STRAIGHT_JOIN */ c.id FROM contact c, tag t WHERE t.contact_id = c.id", {"contact": "R", "tag": "R"}),
        Step("crm_app", "INSERT INTO tag SELECT id, 'old' FROM contact WHERE id = 12 ON DUPLICATE KEY UPDATE tag = 'old'", {"tag": "CU", "contact": "R"}),
        Step("crm_app", "SET @n = 5"),
        Step("billing_app", "SELECT id FROM invoice LIMIT 2, 5", {"invoice": "R"}),
        Step("billing_app", "TRUNCATE TABLE payment", {"payment": "D"}),
        Step("billing_app", "SELECT id FROM invoice_line WHERE amount BETWEEN 1 AND 9 LOCK IN SHARE MODE", {"invoice_line": "R"}),
        Step("billing_app", "EXPLAIN SELECT * FROM organisation"),
        Step("billing_app", "UPDATE invoice_line SET amount = 5 ORDER BY id LIMIT 1", {"invoice_line": "RU"}),
        Step("report_ro", "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'none'"),
        Step("report_ro", "SELECT SQL_NO_CACHE i.status, count(DISTINCT c.id) FROM invoice AS i STRAIGHT_JOIN contact AS c ON c.id = i.contact_id GROUP BY i.status WITH ROLLUP", {"invoice": "R", "contact": "R"}),
        Step("report_ro", "SELECT NOW() FROM DUAL"),
        Step("report_ro", "SHOW TABLES"),
        Step("report_ro", "SELECT CASE WHEN EXISTS (SELECT 1 FROM journal) THEN 1 ELSE 0 END", {"journal": "R"}),
    ),
}  # fmt: skip

GRANTS = {
    "crm_app": {"contact": "CRUD", "organisation": "CRUD", "activity": "CRUD", "tag": "CRUD", "journal": "R", "payment": "R"},
    "billing_app": {"contact": "R", "organisation": "R", "invoice": "CRUD", "invoice_line": "CRUD", "payment": "CRUD", "journal": "CR", "tag": "RD"},
    "report_ro": dict.fromkeys(("contact", "organisation", "activity", "tag", "invoice", "payment", "journal", "open_invoices"), "R"),
}  # fmt: skip

Matrix = Mapping[tuple[str, str], str]


def letters(steps: tuple[Step, ...], *, whole: bool = True) -> dict[tuple[str, str], str]:
    """(account, table) → letters, as the script has them; `whole` with what machinery adds."""
    found: dict[tuple[str, str], set[str]] = {}
    for step in steps:
        parts = (step.does, step.also) if whole else (step.does,)
        for part in parts:
            for table, told in part.items():
                found.setdefault((step.account, table), set()).update(told)
    return {key: "".join(x for x in "CRUD" if x in told) for key, told in sorted(found.items())}
