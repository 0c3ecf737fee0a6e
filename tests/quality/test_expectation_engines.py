"""One test body over every dialect: the same rows keep or break the same expectations."""

from __future__ import annotations

from databases import Database
from expecting import by_name, counts, task

from crmaudit.evidence import from_json, to_json
from crmaudit.quality.collectors.expectations import collector
from crmaudit.sources import open_source


def _contact(i: int) -> str:
    closed = "NULL" if i % 3 else f"'2026-02-{i:02d}'"
    return (
        f"INSERT INTO contact VALUES ({i}, 'p{i}@example.org', 'C{i:03d}', "
        f"'{'open' if i % 3 else 'closed'}', {i}.50, '2026-01-{i:02d}', {closed}, "
        f"'2026-01-{i:02d} 12:00:00', {i % 3 + 1}, 0, '{'P' if i <= 15 else 'O'}')"
    )


TABLES = [
    "CREATE TABLE account (id integer PRIMARY KEY, name varchar(40))",
    *(f"INSERT INTO account VALUES ({i}, 'A{i}')" for i in range(1, 4)),
    "CREATE TABLE contact (id integer PRIMARY KEY, email varchar(80), code varchar(9), "
    "status varchar(20), amount decimal(9,2), opened date, closed date, seen timestamp NULL, "
    "account_id integer, is_deleted integer, kind varchar(9))",
    *map(_contact, range(1, 19)),
    # Faults: no e-mail, a bad one, a code twice, a wrong status, an orphan, dates the wrong way.
    "INSERT INTO contact VALUES (19, ' ', 'C001', 'opne', -5, '2026-03-02', '2026-03-01', "
    "'2026-03-05 00:00:00', 99, 0, 'P')",
    "INSERT INTO contact VALUES (20, 'nobody', 'x', NULL, NULL, NULL, NULL, NULL, NULL, 1, 'P')",
]

EXPECTED = {
    "required": (19, 20),
    "unique": (18, 20),
    "pattern": (18, 19),
    "domain": (18, 19),
    "minimum": (18, 19),
    "maximum": (9, 19),
    "compare": (6, 7),
    "compare-day": (19, 19),
    "compare-or": (19, 19),
    # False and unknown is false.
    "compare-number": (18, 20),
    "reference": (18, 19),
    "where": (14, 14),
    "rows": (None, 20),
    "sql": 1,
}

ASKED = [
    {"id": "required", "table": "contact", "column": "email", "required": True},
    {"id": "unique", "table": "contact", "column": "code", "unique": True},
    {"id": "pattern", "table": "contact", "column": "email", "pattern": "^[^@ ]+@[^@ ]+$"},
    {"id": "domain", "table": "contact", "column": "status", "domain": ["open", "closed"]},
    {"id": "minimum", "table": "contact", "column": "amount", "minimum": 0},
    {"id": "maximum", "table": "contact", "column": "amount", "maximum": 9},
    {"id": "compare", "table": "contact", "compare": "closed >= opened"},
    # Noon of a day is that day.
    {"id": "compare-day", "table": "contact", "compare": "opened >= seen or seen > '2026-03-01'"},
    {
        "id": "compare-or",
        "table": "contact",
        "compare": "status <> 'closed' or closed is not null",
    },
    {"id": "compare-number", "table": "contact", "compare": "amount > 0 and id < 20"},
    {"id": "reference", "table": "contact", "column": "account_id", "reference": "account.id"},
    {
        "id": "where",
        "table": "contact",
        "column": "email",
        "where": "kind = 'P' AND id < 15",
        "required": True,
    },
    {"id": "rows", "table": "contact", "rows_at_least": 10},
    {
        "id": "sql",
        "table": "contact",
        "sql": "SELECT count(*) FROM contact WHERE closed < opened",
    },
]


def test_the_same_in_every_dialect(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        asked = task(source, ASKED)
        would_send = {s.sql for s in collector.statements(asked)}
        before = len(source.sent)
        found = counts(asked)
        sent = {s.sql for s in source.sent[before:]}
    assert found == EXPECTED
    # The dry run told all of it, apart from what the engine's own work needs.
    assert {s for s in sent if "contact" in s or "account" in s} <= would_send


def test_an_entity_is_its_rows_that_are_not_deleted(db: Database) -> None:
    db.execute(TABLES)
    map_ = {
        "tables": [
            {
                "table": "contact",
                "entity": "person",
                "where": "kind = 'P'",
                "soft_delete": "is_deleted = 1",
                "columns": {"code": "identifier"},
            }
        ]
    }
    asked = [
        {"id": "mail", "entity": "person", "column": "E-Mail", "required": True},
        {"id": "code", "entity": "person", "column": "identifier", "unique": True},
        {"id": "rows", "entity": "person", "rows_at_most": 5},
        {"id": "all", "table": "contact", "column": "email", "required": True},
        {"id": "sql", "entity": "person", "sql": "SELECT count(*) FROM contact WHERE email = ' '"},
    ]
    with open_source(db.url) as source:
        (document,) = collector.collect(task(source, asked, map_, [{"id": "person"}]))
        found = {t.expectation: t for t in document.tests}  # type: ignore[attr-defined]
    assert (found["mail"].passed, found["mail"].applicable) == (15, 16)
    assert found["mail"].left_out == ("rows of other entities", "deleted rows")
    assert (found["mail"].column, found["mail"].entity) == ("email", "person")
    assert (found["code"].passed, found["code"].applicable) == (14, 16)
    assert found["rows"].applicable == 16
    assert (found["all"].applicable, found["all"].left_out) == (20, ())
    assert (found["sql"].faults, found["sql"].applicable) == (1, 16)
    assert from_json(to_json(document)) == document


def test_names_that_need_quoting(db: Database) -> None:
    quote = "`" if db.dialect == "mariadb" else '"'
    double = quote * 2

    def q(name: str) -> str:
        return quote + name.replace(quote, double) + quote

    table, odd = "case", f"or{quote}der by; --"
    db.execute(
        [
            f"CREATE TABLE {q(table)} ({q('from')} integer, {q(odd)} varchar(20), {q('and')} date)",
            f"INSERT INTO {q(table)} VALUES (1, 'it''s', '2026-01-01'), (2, NULL, '2026-01-02')",
        ]
    )
    compared = '"from" >= 1 and "and" >= \'2026-01-01\''
    asked = [
        {"id": "odd", "table": table, "column": odd, "required": True},
        {"id": "listed", "table": table, "column": odd, "domain": ["it's", "'; DROP TABLE x"]},
        {"id": "both", "table": table, "compare": compared},
        {"id": "to", "table": table, "column": "from", "reference": f"{table}.from"},
    ]
    with open_source(db.url) as source:
        assert counts(task(source, asked)) == {
            "odd": (1, 2),
            "listed": (1, 1),
            "both": (2, 2),
            "to": (2, 2),
        }


def test_what_cannot_be_tested_says_why(db: Database) -> None:
    db.execute(TABLES)
    asked = [
        {"id": "table", "table": "nowhere", "column": "x", "required": True},
        {"id": "column", "table": "contact", "column": "nothing", "required": True},
        {"id": "compared", "table": "contact", "compare": "nothing > 1"},
        {"id": "entity", "entity": "robot", "column": "x", "required": True},
        {"id": "bare", "table": "contact", "required": True},
        {"id": "text", "table": "contact", "column": "status", "minimum": 3},
        {"id": "literal", "table": "contact", "compare": "opened > 'soon'"},
        {"id": "to", "table": "contact", "column": "id", "reference": "gone.id"},
        {"id": "condition", "table": "contact", "where": "1 = 1; DROP TABLE contact",
         "rows_at_least": 1},
        {"id": "wrong", "table": "contact", "where": "no_such_column = 1", "rows_at_least": 1},
        {"id": "writes", "table": "contact", "sql": "DELETE FROM contact"},
        {"id": "two", "table": "contact", "sql": "SELECT 1, 2"},
        {"id": "word", "table": "contact", "sql": "SELECT 'many'"},
        {"id": "broken", "table": "contact", "sql": "SELECT count(*) FROM nowhere"},
        {"id": "after", "table": "contact", "column": "code", "required": True},
    ]  # fmt: skip
    with open_source(db.url) as source:
        found = counts(task(source, asked))
    for name, words in {
        "table": "there is no table 'nowhere'",
        "column": "there is no column 'nothing' in",
        "compared": "there is no column 'nothing' in",
        "entity": "no table of crm is known to hold robot",
        "bare": "required needs a column",
        "text": "no number",
        "literal": "'soon' is no date",
        "to": "there is no column 'gone.id'",
        "condition": "not a single condition",
        "writes": "only statements that read",
        "two": "one number",
        "word": "a whole number",
    }.items():
        assert words in found[name], (name, found[name])
    assert isinstance(found["wrong"], str)
    assert isinstance(found["broken"], str)
    assert found["after"] == (20, 20)
    assert db.execute(["SELECT count(*) FROM contact"])[-1][0] == 20


def test_days_are_kept_for_the_audit_to_judge(db: Database) -> None:
    db.execute(TABLES)
    asked = [
        {"id": "fresh", "table": "contact", "column": "seen", "max_age_days": 3},
        {"id": "none", "table": "contact", "column": "status", "max_age_days": 3},
    ]
    with open_source(db.url) as source:
        found = by_name(task(source, asked))
    assert found["fresh"][0].latest[:2] == ("2026-03-05", "2026-01-18")
    assert len(found["fresh"][0].latest) == 19
    assert "no date" in found["none"][0].status.reason
