"""Accounts: which may be named, and whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.principals import HIDDEN, Naming, administers, owns, systems_of
from crmaudit.workspace.landscape import Principal


@pytest.mark.parametrize(
    "name", ["crm_app", "reportRo", "postgres", "sync@10.0.0.4", "beacon_rw", "PUBLIC"]
)
def test_programs_are_named(name: str) -> None:
    assert Naming(words=("BeaconCRM", "Beacon")).shown(name) == name


@pytest.mark.parametrize("name", ["dana.quill", "jdoe", "quill@10.0.0.4"])
def test_who_may_be_a_person_is_not(name: str) -> None:
    shown = Naming().shown(name)
    assert name.partition("@")[0] not in shown
    assert shown.partition("@")[2] == name.partition("@")[2]


def test_a_declared_account_is_named_on_every_host() -> None:
    naming = Naming((Principal(principal="jdoe", system="crm"),))
    assert naming.shown("jdoe@10.0.0.4") == "jdoe@10.0.0.4"


@given(st.text(max_size=30))
def test_showing_twice_changes_nothing_more(name: str) -> None:
    naming = Naming()
    assert naming.shown(naming.shown(name)) == naming.shown(name)


def test_a_host_outweighs_none() -> None:
    found = systems_of(
        [Principal(principal="app", system="crm"), Principal(principal="app@shop", system="shop")]
    )
    assert [found(a) for a in ("app", "app@any", "app@shop", "other")] == [
        "crm",
        "crm",
        "shop",
        None,
    ]
    assert owns("app", "app@any")
    assert not owns("app@shop", "app@any")


@pytest.mark.parametrize(
    ("name", "everything", "answer"),
    [
        ("postgres", False, True),
        ("root@localhost", False, True),
        ("mariadb.sys@localhost", False, True),
        ("rds_superuser", False, True),
        ("pg_read_all_data", False, True),
        ("admin", False, False),
        ("admin", True, True),
        ("crm_app", True, False),
        ("postgres_app", False, False),
    ],
)
def test_administration(name: str, everything: bool, answer: bool) -> None:
    assert administers(name, everything) is answer


def test_the_host_of_a_hidden_account_names_nobody() -> None:
    for name, shown in {
        "ada@%": f"{HIDDEN}@%",
        "ada@10.0.0.%": f"{HIDDEN}@10.0.0.%",
        "ada@fe80::1": f"{HIDDEN}@fe80::1",
        "ada@localhost": f"{HIDDEN}@localhost",
        "ada@adas-laptop.local": HIDDEN,
        "ada@lovelace.org": HIDDEN,
        "ada@lovelace.org@127.0.0.1": HIDDEN,
        "crm_app@web.example.org": "crm_app@web.example.org",
    }.items():
        assert Naming().shown(name) == shown
