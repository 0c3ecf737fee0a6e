"""Rights that the parts of `maps/` declare, in every dialect; and what is hostile or missing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from databases import Database, dialects
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import Access
from crmaudit.evidence.access import LEVELS
from crmaudit.governance.collectors.access import collector
from crmaudit.governance.collectors.access.merging import strictest, widest
from crmaudit.governance.collectors.access.model import Rights, row
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map

from .vendor_tables import KEY, beyond, cells, name

TABLES: dict[str, list[dict[str, Any]]] = {
    "people": [
        {"id": 1, "login": "amara.okafor", "mail": "a@crm.example", "on_": 1, "boss": 1, "unit": 1},
        {"id": 2, "login": "lindqvist", "mail": "b@crm.example", "on_": 1, "boss": 0, "unit": 2},
        {"id": 3, "login": "front.desk", "mail": "x@crm.example", "on_": 1, "boss": 0, "unit": 2},
        {"id": 4, "login": "sales", "mail": "X@crm.example", "on_": 0, "boss": 0, "unit": None},
        {"id": 5, "login": "order by", "mail": None, "on_": None, "boss": 0, "unit": 1},
        {"id": None, "login": "nobody", "mail": None, "on_": 1, "boss": 0, "unit": 1},
    ],
    "holder": [{"id": n, "first": f} for n, f in ((1, "Amara"), (2, "Ada"), (5, "Eva"))],
    "role": [
        {"id": 10, "title": "Adviser"},
        {"id": 11, "title": "Lindqvist's rights"},
        {"id": 12, "title": "Everyone"},
        {"id": 13, "title": "<b>=cmd|'x'</b>"},
    ],
    "has_role": [
        {"who": 2, "role": 10, "kind": "user", "until": None},
        {"who": 3, "role": 11, "kind": "user", "until": None},
        {"who": 7, "role": 13, "kind": "team", "until": None},
        {"who": 5, "role": 13, "kind": "user", "until": "gone"},
    ],
    "brings": [{"role": 11, "other": 10}, {"role": 10, "other": 11}],
    "may": [
        {"role": 10, "thing": "person", "what": "read", "reach": "unit", "off": 0},
        {"role": 10, "thing": "person", "what": "update", "reach": "own", "off": 0},
        {"role": 11, "thing": "person", "what": "read", "reach": "all", "off": 0},
        {"role": 11, "thing": "person", "what": "delete", "reach": "all", "off": 1},
        {"role": 12, "thing": "letter", "what": "read", "reach": "all", "off": 0},
        {"role": 13, "thing": "person", "what": "delete", "reach": "all", "off": 0},
        {"role": 13, "thing": "person", "what": "create", "reach": "moon", "off": 0},
        {"role": 13, "thing": "person", "what": "frobnicate", "reach": "all", "off": 0},
        {"role": 10, "thing": "person", "what": "export", "reach": "all", "off": 0},
    ],
    "team": [{"id": 7, "title": "North"}],
    "in_team": [{"team": 7, "who": 2}],
    "unit": [{"id": 1, "title": "Whole", "above": None}, {"id": 2, "title": "Desk", "above": 1}],
    "opened": [{"thing": "person", "no": n, "who": 2, "team": None} for n in (1, 2)],
}
MAP: dict[str, Any] = {
    "system": "crm",
    "product": "OwnCRM",
    "users": {
        "table": "people",
        "key": "id",
        "login": "login",
        "e-mail": "mail",
        "active": "on_ = 1",
        "admin": "boss = 1",
        "unit": "unit",
    },
    "access": {
        "roles": [{"table": "role", "key": "id", "name": "title"}],
        "assignments": [
            {
                "table": "has_role",
                "role": "role",
                "holder": "who",
                "holder_type": "kind",
                "active": "until IS NULL",
            }
        ],
        "inherited": [{"table": "brings", "role": "role", "includes": "other"}],
        "grants": [
            {
                "table": "may",
                "role": "role",
                "object_type": "thing",
                "operation": "what",
                "level": "reach",
                "deny": "off = 1",
            }
        ],
        "teams": [
            {
                "table": "team",
                "key": "id",
                "name": "title",
                "members": {"table": "in_team", "team": "team", "member": "who"},
            }
        ],
        "units": [{"table": "unit", "key": "id", "name": "title", "parent": "above"}],
        "sharing": [
            {"table": "opened", "holder": ["who", "team"], "object_type": "thing", "object": "no"}
        ],
        "levels": {"own": "user", "unit": "business unit", "all": "organisation"},
        "everybody": ["12"],
    },
}
ALL_DIALECTS = (*dialects(), pytest.param("folder"))


def fill(db: Database, tables: dict[str, list[dict[str, Any]]]) -> None:
    if db.dialect == "folder":
        for table, rows in tables.items():
            with (db.path / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return
    statements = []
    for table, rows in tables.items():
        kinds = {
            c: "integer" if any(isinstance(r[c], int) for r in rows) else "varchar(80)"
            for c in rows[0]
        }
        columns = ", ".join(f"{c} {k}" for c, k in kinds.items())
        statements.append(f"CREATE TABLE {table} ({columns})")
        for r in rows:
            values = (
                "NULL" if v is None else "'" + str(v).replace("'", "''") + "'" for v in r.values()
            )
            statements.append(f"INSERT INTO {table} VALUES ({', '.join(values)})")
    db.execute(statements)


def collected(db: Database, said: dict[str, Any], key: Any = KEY) -> Access:
    known = Known(map=Map.model_validate(said))
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        parts = account_tables(source, catalog, known, None)
        task = Task(source, "crm", catalog, catalog.tables, known, (), key, accounts=lambda: parts)
        announced = {s.sql for s in collector.statements(task)}
        before = len(source.sent)
        (found,) = collector.collect(task)
        sent = {s.sql for s in source.sent[before:] if s.by == "crmaudit"}
    assert sent <= announced, sent - announced
    assert isinstance(found, Access)
    return found


def without(part: str) -> dict[str, Any]:
    return {**MAP, "access": {k: v for k, v in MAP["access"].items() if k != part}}


@pytest.mark.parametrize("dialect", ALL_DIALECTS)
def test_the_parts_are_read_in_every_dialect(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    tables = {k: v for k, v in TABLES.items() if k != "holder"}
    fill(db, tables)
    found = collected(db, MAP)
    assert found.provenance.status.state == "done"
    assert len(found.accounts) == 5
    assert cells(found, 1) == {"person": "OOOO", "letter": "OOOO"}
    # Adviser brings Lindqvist's rights, which deny deleting whatever North gives; a reach nobody
    # knows leaves creating unknown.
    assert cells(found, 2) == {"person": "?OU-", "letter": "-O--"}
    assert cells(found, 3) == {"person": "-OU-", "letter": "-O--"}
    assert cells(found, 5) == {"person": "----", "letter": "-O--"}
    assert beyond(found, 2) == {"export"}
    accounts = {a.name: a for a in found.accounts}
    assert accounts[name(2)].roles == ("10", "11", "12", "13")
    assert accounts[name(2)].teams == ("7",)
    assert [accounts[name(n)].active for n in (1, 4, 5)] == [True, False, None]
    assert [accounts[name(n)].unit for n in (1, 2, 4)] == ["1", "2", ""]
    assert [(u.id, u.parent, u.members) for u in found.units] == [("1", "", 2), ("2", "1", 2)]
    assert [(s.object, s.records, s.accounts, s.teams) for s in found.shared] == [
        ("person", 2, 1, 0)
    ]
    assert any("frobnicate" in note for note in found.notes)
    assert any("level" in note for note in found.notes)


def test_shared_accounts_and_names(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    fill(db, TABLES)
    found = collected(db, MAP)
    signs = {a.name: a.signs for a in found.accounts}
    post = "the login is a word for a post or a team"
    mail = "has its e-mail address in common with 1 other account"
    assert signs[name(1)] == ()
    assert signs[name(3)] == (post, mail)
    assert signs[name(4)] == (post, mail)
    names = {r.id: r.name for r in found.roles}
    assert names["10"] == "Adviser"
    assert names["13"] == "<b>=cmd|'x'</b>"
    assert names["11"] == KEY.pseudonym("role", "Lindqvist's rights")
    text = repr(found)
    for secret in ("amara", "lindqvist", "crm.example", "front.desk", "Lindqvist"):
        assert secret not in text


def test_the_most_restrictive_role_counts_where_the_map_says_so(
    make_db: Callable[[str], Database],
) -> None:
    db = make_db("sqlite")
    fill(db, {k: v for k, v in TABLES.items() if k != "brings"})
    said = without("inherited")
    strict = {**said, "access": {**said["access"], "strictest": True, "everybody": []}}
    found = collected(db, strict)
    assert "restrictive" in found.rule
    # Adviser updates own people, North's role gives no right to update.
    assert cells(found, 2)["person"] == "----"
    wide = collected(db, said)
    assert cells(wide, 2)["person"] == "?BUO"


def test_without_rights_accounts_are_told_and_the_reason(
    make_db: Callable[[str], Database],
) -> None:
    db = make_db("sqlite")
    fill(db, TABLES)
    found = collected(db, without("grants"))
    assert len(found.accounts) == 5
    assert found.holdings == ()
    assert found.cannot == "the map names no table of rights"


def test_letters_that_no_row_speaks_of_are_unknown(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    fill(db, {**TABLES, "may": TABLES["may"][:1]})
    found = collected(db, MAP)
    assert cells(found, 2) == {"person": "?B??"}
    (holding,) = [h for h in found.holdings if any(x.levels[1] == "Business Unit" for x in h.held)]
    assert holding.unknown == ("no right speaks of creating or updating or deleting",)


def test_empty_tables_and_missing_ones(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    fill(db, {k: v for k, v in TABLES.items() if k not in ("may", "in_team", "unit")})
    db.execute(["CREATE TABLE may (role int, thing text, what text, reach text, off int)"])
    found = collected(db, MAP)
    assert len(found.accounts) == 5
    assert all(h.held == () for h in found.holdings)
    assert found.units == ()


def test_a_table_that_cannot_be_read_leaves_no_right_known(
    make_db: Callable[[str], Database],
) -> None:
    db = make_db("sqlite")
    fill(db, {k: v for k, v in TABLES.items() if k != "may"})
    # A view whose table is gone.
    db.execute(
        [
            "CREATE TABLE gone (role int, thing text, what text, reach text, off int)",
            "CREATE VIEW may AS SELECT * FROM gone",
            "DROP TABLE gone",
        ]
    )
    found = collected(db, MAP)
    assert len(found.accounts) == 5
    assert found.holdings == ()
    assert "could not be read" in found.cannot
    assert found.provenance.status.state == "partly"
    assert all(r.own == () for r in found.roles)


def test_without_a_key_no_account_is_named(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    fill(db, TABLES)
    found = collected(db, MAP, key=None)
    assert not found.accounts_read
    assert "key" in found.cannot
    assert found.accounts == ()
    assert "Lindqvist" not in repr(found)


LEVEL = st.sampled_from((None, *LEVELS))
CELLS = st.lists(st.tuples(LEVEL, LEVEL, LEVEL, LEVEL), min_size=1, max_size=4)


@given(CELLS)
def test_widest_and_strictest_never_claim_more_than_is_known(
    cells: list[tuple[Any, Any, Any, Any]],
) -> None:
    parts = [Rights({"x": row(c, [(str(n),)] * 4)}) for n, c in enumerate(cells)]
    for merged, pick, last in ((widest(parts), max, 4), (strictest(parts), min, 0)):
        for i, level in enumerate(merged.objects["x"].levels):
            given_ = [c[i] for c in cells]
            known = [LEVELS.index(x) for x in given_ if x is not None]
            if level is None:
                assert None in given_
                assert not known or pick(known) != last
            else:
                assert LEVELS.index(level) == pick(known)
                assert None not in given_ or LEVELS.index(level) == last
                why = merged.objects["x"].why[i]
                assert {given_[int(w)] for w in why} == {level}


def test_odd_names_and_values(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    odd = '"or""der; --"'
    db.execute(
        [
            f'CREATE TABLE {odd} ("select" text, "from""x" text)',
            f"INSERT INTO {odd} VALUES ('a''b', 'login<b>'), (' 7.0 ', '=cmd'), ('', 'nobody')",
            f"INSERT INTO {odd} VALUES (CAST(x'ff41' AS text), 'x'), ('7', 'again'), ('7.0', NULL)",
            "CREATE TABLE rights (who text, what text, thing text)",
            "INSERT INTO rights VALUES ('7', 'read', 'a thing'), ('7', NULL, NULL)",
            "INSERT INTO rights VALUES (NULL, 'read', 'x')",
        ]
    )
    said = {
        "system": "crm",
        "users": {"table": 'or"der; --', "key": "select", "login": 'from"x'},
        "access": {
            "grants": [
                {"table": "rights", "holder": "who", "operation": "what", "object_type": "thing"}
            ]
        },
    }
    found = collected(db, said)
    # 7, 7.0 and its blanks are one account; an empty key is none.
    assert len(found.accounts) == 3
    assert cells(found, "7") == {"a thing": "?O??"}
    assert cells(found, "a'b") == {"a thing": "?-??"}
    (holding,) = [h for h in found.holdings if h.held[0].levels[1] == "Organizational"]
    assert holding.held[0].why[1] == ("account",)


def test_a_column_that_lists_no_kinds_is_not_taken_for_one(
    make_db: Callable[[str], Database],
) -> None:
    db = make_db("sqlite")
    fill(db, {k: v for k, v in TABLES.items() if k != "may"})
    rows = ", ".join(f"(10, 'said number {n}', 'read', 'all', 0)" for n in range(2500))
    db.execute(
        [
            "CREATE TABLE may (role int, thing text, what text, reach text, off int)",
            f"INSERT INTO may VALUES {rows}",
        ]
    )
    found = collected(db, MAP)
    assert found.holdings == ()
    assert "2,500 kinds" in found.cannot
    assert "said number" not in repr(found)


def test_a_login_that_is_another_accounts_key_does_not_join_the_two(
    make_db: Callable[[str], Database],
) -> None:
    db = make_db("sqlite")
    db.execute(
        [
            "CREATE TABLE people (id int, login text)",
            "INSERT INTO people VALUES (1, '2'), (2, 'amara')",
        ]
    )
    users = {"table": "people", "key": "id", "login": "login"}
    found = collected(db, {"system": "crm", "users": users})
    also = {a.name: a.also for a in found.accounts}
    assert also == {name(1): (), name(2): (name("amara"),)}


@pytest.mark.parametrize("lost", ["people", "logins"])
def test_what_a_lost_table_takes_with_it(make_db: Callable[[str], Database], lost: str) -> None:
    db = make_db("sqlite")
    tables = {k: v for k, v in TABLES.items() if k != lost}
    if lost != "logins":
        tables["logins"] = [{"who": 1, "at": "2026-04-05 10:00:00"}]
    fill(db, tables)
    columns = "id, login, mail, on_, boss, unit" if lost == "people" else "who, at"
    made = f"CREATE TABLE gone ({columns})"
    db.execute([made, f"CREATE VIEW {lost} AS SELECT * FROM gone", "DROP TABLE gone"])
    logins = {"table": "logins", "holder": "who", "at": "at"}
    found = collected(db, {**MAP, "users": {**MAP["users"], "logins": logins}})
    assert found.provenance.status.state == "partly"
    assert lost in found.provenance.status.reason
    if lost == "people":
        assert not found.accounts_read
        assert "people" in found.cannot
    else:
        # Rights do not depend on who logged in when.
        assert len(found.holdings) > 1
        assert found.cannot == ""
        assert all(a.last_login is None for a in found.accounts)
