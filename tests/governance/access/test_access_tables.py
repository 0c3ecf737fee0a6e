"""Reading a CRM's own tables by the product's names, and what may be called by its own name."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from databases import sqlite_file
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.governance.collectors.access import reader_of
from crmaudit.governance.collectors.access.model import Account
from crmaudit.governance.collectors.access.naming import Names, post
from crmaudit.governance.collectors.access.operations import meaning, reach
from crmaudit.governance.collectors.access.tables import Tables, day, truth
from crmaudit.sources import open_source
from crmaudit.sources.account_tables import AccountTables
from crmaudit.workspace.accounts import Access

from .vendor_tables import KEY, make, read

READS = (("a", ("x", "y", "absent")), ("b", ("z",)), ("nothing", ("x",)))
EMPTY: tuple[str, ...] = ("", "0000-00-00 00:00:00", "1970-01-01", "soon", "12", "2024-13-45")


@pytest.fixture
def path(tmp_path: Path) -> str:
    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(
        [
            "CREATE TABLE a (x text, y int)",
            "INSERT INTO a VALUES ('one', 1), (NULL, 2), ('o''ne', NULL)",
            "CREATE TABLE b (z text)",
            "INSERT INTO b VALUES ('z')",
        ]
    )
    return db.url


def test_rows_in_the_order_asked_for_and_none_where_there_is_nothing(path: str) -> None:
    with open_source(path) as source:
        db = Tables(source, source.catalog("crm"), AccountTables(), READS)
        assert list(db.rows("a", "y", "absent", "x")) == [
            ("1", None, "one"),
            ("2", None, None),
            (None, None, "o'ne"),
        ]
        assert list(db.rows("nothing", "x")) == []
        assert db.has("a", "x", "y")
        assert not db.has("a", "absent")
        assert not db.has("nothing")
        assert db.unread == {}


def test_what_was_not_announced_is_not_read(path: str) -> None:
    with open_source(path) as source:
        db = Tables(source, source.catalog("crm"), AccountTables(), READS)
        sent = len(source.sent)
        for table, column, where in (("b", "y", ""), ("c", "x", ""), ("a", "x", "y = 1")):
            with pytest.raises(LookupError, match="not announced"):
                db.rows(table, column, where=where)
        assert len(source.sent) == sent


def test_a_table_is_read_to_its_end_before_the_next(path: str) -> None:
    with open_source(path) as source:
        db = Tables(source, source.catalog("crm"), AccountTables(), READS)
        first = db.rows("a", "x")
        next(first)
        assert list(db.rows("b", "z")) == [("z",)]
        with pytest.raises(RuntimeError, match="to its end"):
            list(first)
        assert db.unread == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-03-04 10:11:12.5", date(2026, 3, 4)),
        ("2026-03-04T23:59:59Z", date(2026, 3, 4)),
        ("1772582400", date(2026, 3, 4)),
        ("1772582400.0", date(2026, 3, 4)),
        ("1772582400000", date(2026, 3, 4)),
        *((text, None) for text in EMPTY),
        (None, None),
    ],
)
def test_days(text: str | None, expected: date | None) -> None:
    assert day(text) == expected


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_none_and_a_flag_or_none(text: str) -> None:
    assert day(text) is None or isinstance(day(text), date)
    assert truth(text) in (True, False, None)


def test_flags() -> None:
    assert [truth(t) for t in ("1", "true", "T", "yes", "0", "false", "", None, "maybe")] == [
        *[True] * 4,
        *[False] * 3,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "login",
    [
        "reception",
        "Front.Desk",
        "volunteer_desk2",
        "info@crm.example",
        "empfang",
        "buchhaltung",
        "secretariat",
        "accueil",
        "recepcion",
        "salesteam",
        "admin1",
    ],
)
def test_logins_that_are_posts(login: str) -> None:
    assert post(login)


@pytest.mark.parametrize("login", ["amara.okafor", "jdoe", "b.office", "", "42", "sales.lindqvist"])
def test_logins_that_are_not(login: str) -> None:
    assert not post(login)


def test_names_with_a_persons_word_in_them_are_hidden() -> None:
    accounts = [
        Account("1", logins=("jlindqvist7",), names=("Jana", "Lindqvist")),
        Account("2", logins=("okafora",), email="bea.mbeki@crm.example"),
        Account("3", logins=("front.desk",), names=()),
    ]
    names = Names(accounts, KEY)
    for harmless in ("Front Desk", "Sales Manager", "Field Service", "", "Région Nord", "R&D 2019"):
        assert names.shown("role", harmless) == harmless
    for personal in (
        "Lindqvist",
        "Team of JANA",
        "Lindqvists Rechte",
        "okafor",
        "a@b.example",
        "MbekiAccess",
    ):
        assert names.shown("role", personal).startswith("role-")
        assert names.shown("role", personal) == KEY.pseudonym("role", personal)
    assert Names(accounts, None).shown("team", "Jana") == "team-hidden"


def test_words_for_rights_and_reaches() -> None:
    said = {"approve": "U", "purge": "mass delete", "strange": "XYZ"}
    letters = {
        w: m.letters if (m := meaning(w, said)) else None
        for w in (
            "create",
            "can_view",
            "Löschen",
            "modifier",
            "approve",
            "*",
            "frobnicate",
            "strange",
        )
    }
    assert letters == {
        "create": "C",
        "can_view": "R",
        "Löschen": "D",
        "modifier": "U",
        "approve": "U",
        "*": None,
        "frobnicate": None,
        "strange": None,
    }
    found = meaning("purge", said)
    assert found is not None
    assert found.beyond == ("mass delete",)
    access = Access(levels={"8": "organisation", "x": "administrator"}, codes={"c": {"1": "x"}})
    assert reach("8", access) == ("Organizational", False)
    assert reach("1", access, "c") == ("Organizational", True)
    assert reach("business unit", access) == ("Business Unit", False)
    assert reach("true", access) == ("Organizational", False)
    assert reach("0", access) == ("None", False)
    assert reach("moon", access) == (None, False)


def test_a_reader_is_found_by_its_product_and_by_nothing_else() -> None:
    for product in ("suitecrm", "espocrm", "fat_free_crm", "civicrm", "dolibarr"):
        reader = reader_of(product)
        assert reader is not None
        assert reader.product == product
        assert reader.rule.endswith(".")
    for other in ("model", "tables", "declared", "../x", "", "os", "nothing"):
        assert reader_of(other) is None


@pytest.mark.parametrize(
    ("product", "table"),
    [
        *(
            ("suitecrm", t)
            for t in ("acl_roles_actions", "acl_roles_users", "securitygroups_users")
        ),
        *(("espocrm", t) for t in ("role_user", "role_team", "team_user", "team")),
        *(("dolibarr", t) for t in ("llx_user_rights", "llx_usergroup_rights")),
        ("dolibarr", "llx_usergroup_user"),
    ],
)
def test_without_who_holds_what_no_right_is_told(product: str, table: str, tmp_path: Path) -> None:
    """Neither as none, nor as what the product gives to whom no role is given."""
    module = import_module(f"{__package__}.test_{product}_access")
    rows = module.rows(product) if product == "espocrm" else module.rows()
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, product, {t: r for t, r in rows.items() if t != table}, without=[table])
    found = read(db.url, product)
    assert found.accounts
    assert not found.holdings
    assert table in found.cannot
    # Groups of Dolibarr are told without the rights that they give.
    assert product == "dolibarr" or not any(a.roles for a in found.accounts)
