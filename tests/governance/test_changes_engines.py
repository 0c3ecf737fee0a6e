"""What histories and records tell of change and loss, over every dialect."""

from __future__ import annotations

from datetime import date

import pytest
from databases import Database

from crmaudit.evidence import BulkChange, Changes, Overwritten, Removed, TrailOf
from crmaudit.workspace.accounts import History, TrailSetting, Users
from crmaudit.workspace.landscape import Map, TableMap
from governance.reading_accounts import acct, changes, read

USERS = [
    "CREATE TABLE account (id integer, login varchar(20), bot integer)",
    "INSERT INTO account VALUES (1, 'import', 1), (2, 'ana', 0), (3, 'ben', 0)",
]
LOG = (
    "CREATE TABLE log (kind varchar(40), record varchar(20), deed varchar(20), field varchar(40), "
    "before_it varchar(40), after_it varchar(40), who integer, happened timestamp NULL)"
)
PART = History(
    table="log",
    object_type="kind",
    object="record",
    by="who",
    at="happened",
    action="deed",
    field="field",
    old=("before_it",),
    new=("after_it",),
)
CONTACTS = [
    "CREATE TABLE contacts (id integer PRIMARY KEY, author integer, made timestamp NULL, "
    "changer integer, changed timestamp NULL, gone integer)",
    "INSERT INTO contacts VALUES (1, 2, '2026-01-01 09:00:11', 2, '2026-01-01 09:00:11', 0), "
    "(2, 2, '2026-01-02 09:01:44', 2, '2026-03-01 09:00:00', 1), "
    "(9, 2, '2026-01-02 09:01:57', 2, '2026-03-01 09:00:00', 0)",
]
ROW = TableMap(
    table="contacts",
    entity="person",
    key="id",
    created_at="made",
    created_by="author",
    modified_at="changed",
    modified_by="changer",
    soft_delete="gone = 1",
)
MAP = Map(
    system="crm",
    users=Users(table="account", key="id", login="login", not_persons="bot = 1"),
    history=(PART,),
    tables=(ROW,),
)
WORDS = [
    "('contacts', '1', 'create', NULL, NULL, NULL, 2, '2026-01-01 09:00:11')",
    "('contacts', '1', 'Update', 'phone', '555', '556', 2, '2026-01-05 10:20:31')",
    "('contacts', '1', 'Update', 'phone', '556', '556', 2, '2026-01-06 10:21:40')",
    "('contacts', '1', 'Update', 'phone', ' ', '557', 2, '2026-01-06 11:22:50')",
    "('contacts', '2', 'Update', 'phone', '558', NULL, 1, '2026-02-06 02:00:09')",
    "('contacts', '2', 'DELETED', NULL, NULL, NULL, 3, '2026-03-01 09:00:00')",
    "('contacts', '5', 'DELETED', NULL, NULL, NULL, 3, '2026-03-02 09:12:30')",
    "('contacts', '6', 'DELETED', NULL, NULL, NULL, 3, '2026-03-03 09:30:00')",
    "('contacts', '6', 'looked at', NULL, NULL, NULL, 3, '2026-03-03 09:31:00')",
]


def log(rows: list[str]) -> list[str]:
    return [*USERS, *CONTACTS, LOG, f"INSERT INTO log VALUES {', '.join(rows)}"]


def test_a_history_by_kind_of_record(db: Database) -> None:
    db.execute(log(WORDS))
    told = changes(db, MAP)
    (trail,) = told.trails
    assert (trail.table, trail.rows, trail.accounts) == ("log", 9, 3)
    # Of three said to be deleted one is still there, marked.
    assert trail.of == (
        TrailOf(
            "contacts", "contacts", 9, date(2026, 1, 1), date(2026, 3, 3),
            created=1, changed=4, deleted=3, gone=2, keeps_old=True,
        ),
    )  # fmt: skip
    # The same value again, or one where none was, replaces nothing.
    assert told.overwritten == (
        Overwritten("contacts", "phone", 2, 1, 1, date(2026, 1, 5), date(2026, 2, 6)),
    )
    assert told.bulk == ()
    assert told.cannot == {}


def test_removed_records(db: Database) -> None:
    db.execute([*USERS, *CONTACTS])
    told = changes(db, MAP.model_copy(update={"history": ()}))
    # Numbers 1, 2 and 9: six between were deleted, or never given out.
    assert told.removed == (Removed("contacts", 3, 1, 6),)
    assert told.cannot == {"": "where a history is kept is not known"}


def test_deeds_in_bulk(db: Database) -> None:
    nights = [
        *(("delete", 3, f"2026-03-01 22:10:{n:02d}", n) for n in range(30)),
        *(("delete", 3, f"2026-03-01 22:11:{n:02d}", 100 + n) for n in range(25)),
        # Nineteen in a minute, and forty in an hour, are handwork.
        *(("delete", 2, f"2026-03-05 22:10:{n:02d}", 200 + n) for n in range(19)),
        *(("update", 2, f"2026-03-06 22:{n:02d}:30", 300 + n) for n in range(40)),
        # Thirty fields of one record are one record.
        *(("update", 2, "2026-03-07 10:10:10", 1) for _ in range(30)),
    ]
    rows = [
        f"('contacts', '{n}', '{deed}', 'f', 'a', 'b', {who}, '{at}')"
        for deed, who, at, n in nights
    ]
    db.execute(log(rows))
    told = changes(db, MAP)
    day = date(2026, 3, 1)
    assert told.bulk == (BulkChange("contacts", "deleted", acct(3), day, 55, "log"),)
    assert (told.bulk_runs, told.bulk_rows) == ({"deleted": 2}, {"deleted": 55})


def test_records_made_and_changed_in_bulk(db: Database) -> None:
    made = ", ".join(
        f"({100 + n}, 1, '2026-02-01 03:00:{n:02d}', 3, '2026-02-09 17:30:{n:02d}', 0)"
        for n in range(22)
    )
    db.execute([*USERS, *CONTACTS, f"INSERT INTO contacts VALUES {made}"])
    told = changes(db, MAP.model_copy(update={"history": ()}))
    assert {(b.action, b.by, b.day, b.rows) for b in told.bulk} == {
        ("created", acct(1), date(2026, 2, 1), 22),
        ("changed", acct(3), date(2026, 2, 9), 22),
    }


def test_without_a_key_deeds_have_no_author(db: Database) -> None:
    made = ", ".join(
        f"({100 + n}, 1, '2026-02-01 03:00:{n:02d}', NULL, NULL, 0)" for n in range(22)
    )
    db.execute([*USERS, *CONTACTS, f"INSERT INTO contacts VALUES {made}"])
    (told,) = read(db, "changes", MAP.model_copy(update={"history": ()}), key=None)
    assert isinstance(told, Changes)
    assert [b.by for b in told.bulk] == [""]


def test_settings_of_a_trail(db: Database) -> None:
    db.execute(
        [
            *USERS,
            *CONTACTS,
            "CREATE TABLE kept (kind varchar(40), is_on integer)",
            "INSERT INTO kept VALUES ('contacts', 0), ('invoices', 1), (NULL, 1)",
        ]
    )
    setting = TrailSetting(table="kept", object_type="kind", kept="is_on = 1")
    told = changes(db, Map(system="crm", tables=(ROW,), trail=(setting,)))
    assert told.kept_on == {"contacts": False, "invoices": True}


def test_hostile_words_stay_out(db: Database) -> None:
    odd = "=cmd|''/c calc''!A1 <b>of</b> somebody@example.org"
    rows = [f"('{odd[:38]}', '{n}', 'delete', '{odd[:38]}', 'x', 'y', 3, NULL)" for n in range(5)]
    rows.append("('o''k\\', '1', 'delete', NULL, NULL, NULL, 3, '2026-01-01 10:00:01')")
    if db.dialect in ("mariadb", "mysql"):
        rows[-1] = rows[-1].replace("\\", "\\\\")
    db.execute(log(rows))
    told = changes(db, MAP)
    assert {k.object for t in told.trails for k in t.of} == {"other kinds"}
    assert not [b for b in told.bulk if b.table != "contacts"]


def test_a_reckoned_history_says_nothing_of_old_values(db: Database) -> None:
    rows = [
        f"('contacts', '{n}', 'update', NULL, NULL, NULL, 2, "
        f"'2026-01-{1 + n % 28:02d} 10:{n:02d}:20')"
        for n in range(40)
    ]
    db.execute(log(rows))
    told = changes(db, MAP)
    assert told.trails[0].of[0].keeps_old is None
    assert "nearly the same second" in told.cannot["log"]


def test_a_history_without_any_word(db: Database) -> None:
    """One table for one kind of record, a field and its values: every row is a change."""
    db.execute(
        [
            *USERS,
            *CONTACTS,
            "CREATE TABLE contacts_audit (parent integer, who integer, happened timestamp NULL, "
            "field varchar(9), s varchar(9), t varchar(9), u varchar(9), v varchar(9))",
            "INSERT INTO contacts_audit VALUES "
            "(1, 2, '2026-01-05 10:00:01', 'name', 'a', NULL, 'b', NULL), "
            "(1, 2, '2026-01-06 10:10:15', 'text', NULL, 'long', NULL, '')",
        ]
    )
    part = History(
        table="contacts_audit", pattern="%\\_audit", object="parent", by="who", at="happened",
        field="field", old=("s", "t"), new=("u", "v"),
    )  # fmt: skip
    told = changes(db, MAP.model_copy(update={"history": (part,)}))
    (kind,) = told.trails[0].of
    assert (kind.object, kind.table, kind.changed, kind.keeps_old) == (
        "contacts",
        "contacts",
        2,
        True,
    )
    assert [(o.field, o.rows, o.emptied) for o in told.overwritten] == [
        ("name", 1, 0),
        ("text", 1, 1),
    ]


def test_values_in_a_table_of_their_own(db: Database) -> None:
    """As vtiger and Odoo keep them: who and when in one table, field and values in another."""
    db.execute(
        [
            *USERS,
            *CONTACTS,
            "CREATE TABLE basic (id integer PRIMARY KEY, kind varchar(9), record integer, "
            "who integer, happened timestamp NULL, status integer)",
            "CREATE TABLE detail (id integer, field varchar(9), pre varchar(9), post varchar(9))",
            "INSERT INTO basic VALUES (1, 'contacts', 1, 2, '2026-01-05 10:00:01', 0), "
            "(2, 'contacts', 9, 1, '2026-01-06 02:10:15', 0), "
            "(3, 'contacts', 2, 1, '2026-01-06 02:10:16', 2)",
            "INSERT INTO detail VALUES (1, 'phone', '1', '2'), (1, 'city', 'a', ''), "
            "(2, 'phone', '3', NULL), (3, 'phone', NULL, '5')",
        ]
    )
    codes = {"0": "changed", "2": "created"}
    basic = History(
        table="basic", object_type="kind", object="record", by="who", at="happened",
        action="status", codes=codes,
    )  # fmt: skip
    detail = History(table="detail", field="field", old=("pre",), new=("post",))
    told = changes(db, MAP.model_copy(update={"history": (basic, detail)}))
    first, second = (trail.of[0] for trail in told.trails)
    # Whether old values are kept, the first table alone cannot say.
    assert (first.table, first.changed, first.keeps_old) == ("contacts", 2, None)
    assert (second.table, second.changed, second.keeps_old) == ("contacts", 3, True)
    assert told.overwritten == (
        Overwritten("contacts", "city", 1, 1, 0, date(2026, 1, 5), date(2026, 1, 5)),
        Overwritten("contacts", "phone", 2, 1, 1, date(2026, 1, 5), date(2026, 1, 6)),
    )


@pytest.mark.parametrize("gone", ["", "nosuch = 1"])
def test_what_fails_leaves_the_others(db: Database, gone: str) -> None:
    db.execute(log(WORDS))
    broken = ROW.model_copy(update={"soft_delete": gone})
    told = changes(db, MAP.model_copy(update={"tables": (broken,)}))
    assert told.trails
    assert bool(told.removed) is (gone == "")
    assert told.provenance.status.state == ("partly" if gone else "done")
