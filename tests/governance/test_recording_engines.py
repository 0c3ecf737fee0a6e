"""Who recorded and logged in, over every dialect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from databases import Database

from crmaudit.errors import CrmauditError
from crmaudit.evidence import AtOnce, FilledBy, LoggedIn, MappedTable, Recorded, Recording
from crmaudit.workspace.accounts import Session, Users
from crmaudit.workspace.landscape import Attribute, Entity, Map, TableMap
from governance.reading_accounts import KEY, acct, read, recording

Make = Callable[[str], Database]
USERS = [
    "CREATE TABLE account (id integer, login varchar(20), bot integer, licence varchar(9))",
    "INSERT INTO account VALUES (1, 'system', 1, NULL), (2, 'ana', 0, 'named')",
    "INSERT INTO account VALUES (3, 'Ben', 0, 'shared'), (4, 'cyd', 0, 'shared')",
]
ROWS = [
    "CREATE TABLE contact (id integer, surname varchar(20), email varchar(40), author integer, "
    "made timestamp NULL, changer varchar(20), changed timestamp NULL, auto integer, "
    "trial integer)",
    "INSERT INTO contact VALUES "
    "(1, 'A', 'a@b.example', 2, '2026-03-01 10:00:07', 'ana', '2026-03-01 10:00:08', 0, 0), "
    "(2, 'B', ' ', 2, '2026-03-05 11:20:31', 'BEN', '2026-05-02 09:00:00', 0, 0), "
    "(3, 'C', NULL, 3, '2026-04-05 12:40:59', 'ben', '2026-06-02 09:30:00', 0, 0), "
    "(4, NULL, 'd@e.example', 1, '2026-04-06 02:00:00', NULL, NULL, 1, 0), "
    "(5, 'E', 'e@e.example', NULL, '2026-04-07 02:00:03', NULL, NULL, 0, 0), "
    "(6, 'F', 'f@e.example', 0, '2026-04-07 02:10:00', NULL, NULL, 0, 0), "
    "(7, 'G', 'g@e.example', 2, NULL, NULL, NULL, 0, 0), "
    "(8, 'H', 'h@e.example', 2, '2026-03-09 11:00:00', NULL, NULL, 0, 1)",
    # Twenty-one in one minute are no handwork; nineteen are.
    "INSERT INTO contact VALUES "
    + ", ".join(
        f"({100 + n}, 'X', 'x@e.example', 4, '2026-05-10 08:15:{n:02d}', NULL, NULL, 0, 0)"
        for n in range(21)
    ),
    "INSERT INTO contact VALUES "
    + ", ".join(
        f"({200 + n}, 'Y', '', 4, '2026-05-11 08:15:{n:02d}', 'cyd', "
        f"'2026-06-11 08:15:{n:02d}', 0, 0)"
        for n in range(19)
    ),
    # Their stamps are days: whether they came in bulk cannot be told.
    "CREATE TABLE note (id integer, made date, author integer)",
    "INSERT INTO note VALUES "
    + ", ".join(f"({n}, '2026-0{1 + n // 30}-02', 2)" for n in range(60)),
    "CREATE TABLE epoch (id integer, made bigint, author integer)",
    "INSERT INTO epoch VALUES (1, 1767225600, 3), (2, 1769904000, 3), (3, 1769904000, 3)",
    "INSERT INTO epoch VALUES (4, 0, 3)",
    "CREATE TABLE demo (id integer, made timestamp NULL, author integer)",
    "INSERT INTO demo VALUES (1, '2026-01-01 00:00:01', 2), (2, '2026-01-01 00:00:02', 3)",
    "CREATE TABLE reckoned (id integer, made timestamp NULL, author integer)",
    "INSERT INTO reckoned VALUES "
    + ", ".join(f"({n}, '2026-01-{1 + n % 28:02d} 0{n % 9}:{n:02d}:41', 2)" for n in range(40)),
    "CREATE TABLE blank (id integer, made timestamp NULL, author integer)",
    "CREATE TABLE nobodys (id integer, made timestamp NULL, author integer)",
    "INSERT INTO nobodys VALUES (1, '2026-01-01 00:00:01', NULL), (2, '2026-01-02 00:00:01', NULL)",
    "CREATE TABLE plain (id integer)",
    "INSERT INTO plain VALUES (1)",
]
LOGINS = [
    "CREATE TABLE login (who varchar(20), came timestamp NULL, went timestamp NULL)",
    "INSERT INTO login VALUES ('ana', '2026-03-02 08:00:00', '2026-03-02 12:00:00'), "
    # Overlaps the one before, and is the same account's: one at a time.
    "('ana', '2026-03-02 09:00:00', '2026-03-02 10:00:00'), "
    "('ana', '2026-03-03 08:00:00', '2026-03-03 09:00:00'), "
    "('Ben', '2026-03-02 09:30:00', '2026-03-02 11:00:00'), "
    "('cyd', '2026-03-02 10:00:00', '2026-03-02 10:30:00'), "
    "('cyd', '2026-04-02 10:00:00', NULL), (NULL, '2026-04-02 10:00:00', NULL)",
]


def table(name: str, entity: str, **more: str) -> TableMap:
    stamps = {"created_at": "made", "created_by": "author"}
    return TableMap(table=name, entity=entity, key="id", **{**stamps, **more})


CONTACT = table(
    "contact",
    "person",
    modified_at="changed",
    modified_by="changer",
    automatic="auto = 1",
    test_rows="trial = 1",
)
MAP = Map(
    system="crm",
    users=Users(table="account", key="id", login="login", not_persons="bot = 1", licence="licence"),
    sessions=(Session(table="login", user="who", login_at="came", logout_at="went"),),
    tables=(
        CONTACT,
        table("note", "activity"),
        table("epoch", "visit"),
        table("demo", "order"),
        table("reckoned", "task"),
        table("blank", "case"),
        table("nobodys", "event"),
        TableMap(table="plain", entity="list"),
    ),
)
PERSON = Entity(
    id="person", attributes=(Attribute(name="surname", required=True), Attribute(name="e-mail"))
)


def month(number: int) -> date:
    return date(2026, number, 1)


def test_rows_by_account_and_month(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    told = recording(db, MAP.model_copy(update={"sessions": ()}), [PERSON])
    contact = {r for r in told.recorded if r.table == "contact"}
    ana, ben, cyd = acct(2), acct(3), acct(4)
    assert contact == {
        Recorded(ana, "contact", month(3), created=2),
        Recorded(ben, "contact", month(4), created=1),
        # The changer's column holds logins, in any spelling; a second later is no change.
        Recorded(ben, "contact", month(5), changed=1),
        Recorded(ben, "contact", month(6), changed=1),
        Recorded(acct(1), "contact", month(4), created=1, automatic=1),
        Recorded("", "contact", month(4), created=2),
        Recorded(cyd, "contact", month(5), created=40, bulk=21),
        Recorded(cyd, "contact", month(6), changed=19),
    }
    assert sum(r.by_hand for r in contact if r.account == cyd) == 38
    assert "contact: 1 rows have no readable date of making" in told.notes
    notes = [r for r in told.recorded if r.table == "note"]
    assert [(r.created, r.bulk) for r in notes] == [(30, 0), (30, 0)]
    assert {r.month: r.created for r in told.recorded if r.table == "epoch"} == {
        month(1): 1,
        month(2): 2,
    }
    assert (told.since, told.until) == (month(1), month(6))


def test_what_cannot_be_told(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    told = recording(db, MAP.model_copy(update={"sessions": ()}))
    assert set(told.tables) == {"contact", "note", "epoch"}
    assert told.cannot == {
        "demo": "all 2 rows were made within one second, as demonstration data are",
        "reckoned": "all 40 rows bear nearly the same second of the minute: their dates were "
        "reckoned, as those of demonstration data",
        "blank": "it has no rows",
        "nobodys": "none of its rows names an author",
        "plain": "no column with the author or date of a row",
    }


def test_important_columns_by_account(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    told = recording(db, MAP.model_copy(update={"sessions": ()}), [PERSON])
    filled = {f for f in told.filled if f.table == "contact"}
    # Rows in bulk, of the program and of trials are left out; a blank is no value.
    assert filled >= {
        FilledBy(acct(2), "contact", "surname", 2, 2),
        FilledBy(acct(2), "contact", "email", 2, 1),
        FilledBy(acct(3), "contact", "email", 1, 0),
        FilledBy(acct(4), "contact", "email", 19, 0),
        FilledBy(acct(4), "contact", "surname", 19, 19),
    }
    assert not {f.account for f in filled} & {acct(1)}


def test_logins_and_the_most_at_once(db: Database) -> None:
    db.execute([*USERS, *LOGINS])
    told = recording(db, MAP.model_copy(update={"tables": ()}))
    assert set(told.logged_in) == {
        LoggedIn(acct(2), month(3), 3, 2),
        LoggedIn(acct(3), month(3), 1, 1),
        LoggedIn(acct(4), month(3), 1, 1),
        LoggedIn(acct(4), month(4), 1, 1),
    }
    assert told.logins_since == date(2026, 3, 2)
    assert told.at_once == (
        AtOnce(month(3), "named", 1, 3, 3),
        AtOnce(month(3), "shared", 2, 2, 2),
        AtOnce(month(4), "shared", 1, 1, 0),
    )


def test_sessions_without_ends_do_not_tell_the_most_at_once(db: Database) -> None:
    db.execute([*USERS, *LOGINS, "UPDATE login SET went = NULL WHERE who <> 'Ben'"])
    told = recording(db, MAP.model_copy(update={"tables": ()}))
    assert told.at_once == ()
    assert told.notes == (
        "1 of 6 sessions have an end: how many accounts were in at one time cannot be told",
    )


def test_two_entities_in_one_table_stay_apart(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    halves = tuple(table("note", e, where=w) for e, w in (("a", "id < 20"), ("b", "id >= 20")))
    told = recording(db, Map(system="crm", users=MAP.users, tables=halves))
    assert {(r.entity, r.month.month, r.created) for r in told.recorded} == {
        ("a", 1, 20),
        ("b", 1, 10),
        ("b", 2, 30),
    }


def test_stamps_in_a_joined_table(db: Database) -> None:
    db.execute(
        [
            *USERS,
            "CREATE TABLE base (number integer, maker integer, born timestamp NULL, gone integer)",
            "CREATE TABLE lead (leadid integer, city varchar(9))",
            "INSERT INTO base VALUES (1, 2, '2026-01-03 09:00:05', 0), "
            "(2, 3, '2026-02-03 09:07:00', 0), (3, 3, '2026-02-04 10:08:50', 1)",
            "INSERT INTO lead VALUES (1, 'Rye'), (2, ''), (3, 'Lund'), (4, 'Oslo')",
        ]
    )
    row = MappedTable(
        table="lead",
        entity="lead",
        key=("leadid",),
        where="base.gone = 0",
        created_at="base.born",
        created_by="base.maker",
        join={"base.number": "leadid"},
    )
    told = recording(db, Map(system="crm", users=MAP.users), measured=[row])
    assert set(told.recorded) == {
        Recorded(acct(2), "lead", month(1), created=1),
        Recorded(acct(3), "lead", month(2), created=1),
    }
    assert set(told.filled) == {
        FilledBy(acct(2), "lead", "city", 1, 1),
        FilledBy(acct(3), "lead", "city", 1, 0),
    }


def test_a_table_that_fails_leaves_the_others(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    broken = table("note", "activity", where="nosuch = 1")
    told = recording(db, Map(system="crm", users=MAP.users, tables=(broken, CONTACT)))
    assert told.provenance.status.state == "partly"
    assert set(told.tables) == {"contact"}
    assert "note" in told.cannot


def test_a_condition_that_is_none_is_refused(db: Database) -> None:
    db.execute([*USERS, *ROWS])
    evil = table("note", "activity", where="1 = 1; DELETE FROM note")
    told = recording(db, Map(system="crm", users=MAP.users, tables=(evil, CONTACT)))
    assert "not a single condition" in told.cannot["note"]


def test_without_a_key_nobody_is_told(db: Database) -> None:
    db.execute([*USERS, *ROWS, *LOGINS])
    (told,) = read(db, "recording", MAP, key=None)
    assert isinstance(told, Recording)
    assert (told.recorded, told.filled, told.logged_in) == ((), (), ())
    assert all("CRMAUDIT_KEY" in told.cannot[name] for name in ("contact", "note", "login"))
    assert read(db, "recording", Map(system="crm"), key=KEY) == []


@pytest.mark.parametrize("author", ['o\'Hara "x"', "<b>&", "Ωé" * 100])
def test_authors_of_any_spelling(db: Database, author: str) -> None:
    wanted = author.replace("'", "''")
    db.execute(
        [
            "CREATE TABLE t (id integer, made timestamp NULL, who varchar(300))",
            f"INSERT INTO t VALUES (1, '2026-01-03 09:00:05', '{wanted}'), "
            f"(2, '2026-01-04 09:02:08', '{wanted}')",
        ]
    )
    row = table("t", "person", created_by="who")
    told = recording(db, Map(system="crm", tables=(row,)))
    assert told.recorded == (Recorded(acct(author), "t", month(1), created=2),)


def test_a_lost_connection_passes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmaudit.sources.base import ConnectionLostError
    from crmaudit.sources.session import Session as Open

    db.execute([*USERS, *ROWS])
    asked = Open.query

    def lost(self: Open, sql: str, purpose: str) -> list[tuple[object, ...]]:
        if "who made rows" in purpose:
            raise ConnectionLostError("the server is gone")
        return asked(self, sql, purpose)

    monkeypatch.setattr(Open, "query", lost)
    with pytest.raises(CrmauditError, match="the server is gone"):
        recording(db, MAP)


def test_exports_in_a_folder(make_db: object) -> None:
    """CSV files have text only, Parquet files true times."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    db: Database = make_db("folder")  # type: ignore[operator]
    (db.path / "account.csv").write_text("id,login,bot,licence\n1,system,1,\n2,ana,0,named\n")
    (db.path / "note.csv").write_text(
        "id,made,author\n1,2026-01-03T09:00:05Z,2\n2,2026-02-04 10:07:31,ana\n3,soon,2\n"
    )
    times = [datetime(2026, 3, 1, 8, 0, 4), datetime(2026, 3, 2, 9, 30, 44), None]
    pq.write_table(pa.table({"id": [1, 2, 3], "made": times, "author": [2, 1, 2]}),
                   db.path / "visit.parquet")  # fmt: skip
    rows = (table("note", "activity"), table("visit", "visit"))
    told = recording(db, Map(system="crm", users=MAP.users, tables=rows))
    assert told.cannot == {}
    assert set(told.recorded) == {
        Recorded(acct(2), "note", month(1), created=1),
        Recorded(acct(2), "note", month(2), created=1),
        Recorded(acct(2), "visit", month(3), created=1),
        Recorded(acct(1), "visit", month(3), created=1),
    }
    assert len(told.notes) == 2


def test_a_licence_that_names_somebody_is_hidden(make_db: Make) -> None:
    """Without evidence of access the logins tell which words are names."""
    db = make_db("sqlite")
    db.execute(
        [
            "CREATE TABLE account (id integer, login text, bot integer, licence text)",
            "INSERT INTO account VALUES (1, 'marlene', 0, 'Marlene 2026')",
            "INSERT INTO account VALUES (2, 'b.frost', 0, 'full')",
            "CREATE TABLE came (who integer, at text, left_at text)",
            "INSERT INTO came VALUES (1, '2026-03-02 09:00:10', '2026-03-02 10:00:11'), "
            "(2, '2026-03-02 09:30:27', '2026-03-02 09:40:51')",
        ]
    )
    users = Users(table="account", key="id", login="login", licence="licence")
    came = Session(table="came", user="who", login_at="at", logout_at="left_at")
    found = recording(db, Map(system="crm", users=users, sessions=(came,)))
    words = {x.licence for x in found.at_once}
    assert "full" in words
    assert len(words) == 2
    assert not [w for w in words if "marlene" in w.lower()]
