"""Dashboards: when the CRM says that somebody last looked, and what that means."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from databases import Database

from crmaudit.evidence import Board, Provenance, Recording
from crmaudit.governance.reports import days_unused, looks
from crmaudit.workspace.accounts import Dashboards, Opened, Users
from crmaudit.workspace.landscape import Map, Need, TableMap
from governance.reading_accounts import recording

TABLES = [
    "CREATE TABLE account (id integer, login varchar(20), surname varchar(20))",
    "INSERT INTO account VALUES (1, 'admin', NULL), (2, 'a.okonkwo', 'Okonkwo')",
    "CREATE TABLE board (id integer, title varchar(60), who varchar(30), gone integer, "
    "made timestamp NULL, looked timestamp NULL)",
    "INSERT INTO board VALUES "
    "(1, 'Open cases', 'Services', 0, '2024-01-02 10:00:00', '2026-05-30 17:12:44'), "
    "(2, 'Funnel of Okonkwo', 'Okonkwo', 0, '2024-01-03 10:00:00', '2025-01-30 09:00:00'), "
    "(3, 'Data quality', 'Management', 0, '2024-01-04 10:00:00', NULL), "
    "(4, 'Thrown away', 'Management', 1, '2024-01-05 10:00:00', NULL)",
    "CREATE TABLE trail (kind varchar(9), item integer, at_time timestamp NULL)",
    "INSERT INTO trail VALUES ('board', 1, '2026-04-01 08:00:00'), "
    "('board', 1, '2026-05-01 08:00:00'), ('other', 3, '2026-05-02 08:00:00'), "
    "('board', 2, NULL)",
]
USERS = Users(table="account", key="id", login="login", name=("surname",))
BOARDS = Dashboards(
    table="board", key="id", name="title", audience="who", created="made", viewed="looked",
    where="gone = 0",
)  # fmt: skip
TRACED = BOARDS.model_copy(
    update={
        "viewed": "",
        "opened": Opened(table="trail", board="item", at="at_time", where="kind = 'board'"),
    }
)


def crm(boards: Dashboards, users: Users | None = USERS) -> Map:
    return Map(system="crm", users=users, dashboards=(boards,),
               tables=(TableMap(table="board", role="system"),))  # fmt: skip


def test_the_last_look_and_no_name_of_a_person(db: Database) -> None:
    db.execute(TABLES)
    told = recording(db, crm(BOARDS))
    assert told.looks_since is None
    shown = {b.name: (b.audience, b.created, b.viewed) for b in told.boards}
    assert len(shown) == 3
    assert shown["Open cases"] == ("Services", date(2024, 1, 2), date(2026, 5, 30))
    assert shown["Data quality"] == ("Management", date(2024, 1, 4), None)
    (masked,) = (n for n in shown if n not in ("Open cases", "Data quality"))
    assert masked.startswith("board-")
    assert shown[masked][0].startswith("audience-")
    assert "konkwo" not in repr(told)
    assert "17:12" not in repr(told), "a day, and no time of day"


def test_looks_that_are_kept_for_a_while(db: Database) -> None:
    db.execute(TABLES)
    told = recording(db, crm(TRACED))
    assert told.looks_since == date(2026, 4, 1)
    viewed = {b.created: b.viewed for b in told.boards}
    assert viewed[date(2024, 1, 2)] == date(2026, 5, 1)
    assert viewed[date(2024, 1, 4)] is None


def test_without_known_accounts_no_name_is_shown(db: Database) -> None:
    db.execute(TABLES)
    told = recording(db, crm(BOARDS, None))
    assert [b.name for b in told.boards] == ["", "", ""]


def test_a_trail_without_a_look_says_so(db: Database) -> None:
    db.execute([*TABLES, "DELETE FROM trail"])
    told = recording(db, crm(TRACED))
    assert told.boards == ()
    assert told.cannot["board"] == "it has no trace of a look"


def read(*boards: Board, since: date | None = None) -> dict[str, Recording]:
    taken = datetime(2026, 6, 10, tzinfo=UTC)
    about = Provenance("crm", "x", "sqlite", "s", taken, "t")
    return {"crm": Recording(about, boards=boards, looks_since=since)}


DAY = date(2026, 6, 30)
NEED = Need(id="b", kind="dashboard", text="Cases by age", called="Open  cases",
            last_consulted=date(2026, 6, 29))  # fmt: skip


@pytest.mark.parametrize(
    ("board", "since", "days"),
    [
        # Counted up to the reading: what came after it, nobody knows.
        (Board("t", "open cases", viewed=date(2026, 6, 1)), None, 9),
        (Board("t", "open cases", created=date(2026, 5, 11)), None, 30),
        (Board("t", "open cases"), None, None),
        (Board("t", "open cases", created=date(2020, 1, 1)), date(2026, 5, 31), 10),
    ],
)
def test_what_is_recorded_outweighs_what_is_declared(
    board: Board, since: date | None, days: int | None
) -> None:
    (look,) = looks([NEED], read(board, since=since))
    assert look.need is NEED
    assert look.never is (board.viewed is None and since is None)
    assert days_unused(NEED, DAY, look) == days
    assert days_unused(NEED, DAY) == 1


def test_dashboards_of_other_systems_and_names_are_not_met() -> None:
    other = NEED.model_copy(update={"sources": ("billing",)})
    question = Need(id="q", text="Open cases")
    for need in (other, question):
        (look,) = looks([need], read(Board("t", "Open cases")))
        assert look.need is None
    nameless = looks([NEED], read(Board("t", ""), Board("t", "")))
    assert [x.need for x in nameless] == [None, None]


def test_of_one_name_that_last_opened_counts() -> None:
    found = looks([NEED], read(Board("t", "Open cases", viewed=date(2025, 1, 1)),
                               Board("t", "Open cases", viewed=date(2026, 1, 1))))  # fmt: skip
    assert [x.viewed for x in found] == [date(2026, 1, 1)]
