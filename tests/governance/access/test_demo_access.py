"""What is planted among the demo's accounts and roles stands in the evidence, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmaudit.demo import generate
from crmaudit.demo.clock import AS_OF
from crmaudit.evidence import Access
from crmaudit.evidence.access import CrmAccount, Held
from crmaudit.governance.collectors.access import collector
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace import load

from .vendor_tables import KEY, name

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbourlight"
DAY = date.fromisoformat(AS_OF)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    truth = generate(_folder(tmp_path_factory), contacts=500, seed=7)
    return {p.name: {str(k) for k in p.keys} for p in truth.plants}


@pytest.fixture(scope="module")
def found(planted: object, tmp_path_factory: pytest.TempPathFactory) -> Access:
    known = Known(map=load(EXAMPLE).map_of["crm"])
    with open_source(f"sqlite:///{_folder(tmp_path_factory) / 'crm.sqlite'}") as source:
        catalog = source.catalog("crm")
        parts = account_tables(source, catalog, known, None)
        task = Task(source, "crm", catalog, catalog.tables, known, (), KEY, accounts=lambda: parts)
        announced = {s.sql for s in collector.statements(task)}
        before = len(source.sent)
        (document,) = collector.collect(task)
        assert {s.sql for s in source.sent[before:] if s.by == "crmaudit"} <= announced
    assert isinstance(document, Access)
    return document


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.getbasetemp() / "demo-access"


def named(keys: Iterable[str]) -> set[str]:
    return {name(k) for k in keys}


def those(accounts: Iterable[CrmAccount]) -> set[str]:
    return {a.name for a in accounts}


def people(found: Access) -> list[CrmAccount]:
    return [a for a in found.accounts if a.person is not False]


def held(found: Access, account: CrmAccount, word: str) -> Held:
    (holding,) = [h for h in found.holdings if h.id == account.holding]
    (one,) = [h for h in holding.held if h.object == word]
    return one


def test_all_is_there(found: Access) -> None:
    assert (found.product, found.model) == ("BeaconCRM 6.4", "declared")
    assert len(found.accounts) == 60
    assert sum(a.person is False for a in found.accounts) == 2
    assert [u.parent for u in found.units] == ["", "1", "1", "1", "2", "2", "3"]
    assert {r.name for r in found.roles} >= {"System Administrator", "Front Desk", "Team Leader"}
    assert found.notes == ()
    assert all(not h.unknown and len(h.held) == 14 for h in found.holdings)


def test_accounts_with_something_wrong(found: Access, planted: dict[str, set[str]]) -> None:
    active = [a for a in people(found) if a.active]
    left = those(a for a in active if a.ended and a.ended < DAY)
    assert left == named(planted["user_leaver_active"])
    assert those(a for a in active if a.never_logged_in) == named(planted["user_never_logged_in"])
    long_ago = DAY - timedelta(days=180)
    dormant = those(a for a in active if not a.ended and a.last_login and a.last_login < long_ago)
    assert dormant == named(planted["user_dormant"])
    assert those(a for a in people(found) if not a.unit) == named(planted["user_without_unit"])
    assert those(a for a in people(found) if a.signs) == named(planted["user_shared_account"])


def test_rights_with_something_wrong(found: Access, planted: dict[str, set[str]]) -> None:
    administrators = those(a for a in people(found) if a.administrator)
    needless = named(planted["user_needless_administrator"])
    assert needless < administrators
    both = those(a for a in people(found) if {"7", "9"} <= set(a.roles))
    assert both == named(planted["user_duties_not_separated"])
    desk = those(a for a in people(found) if "8" in a.roles)
    assert desk == named(planted["user_desk_with_organizational_rights"])
    everybody = {r for a in found.accounts for r in a.roles}
    assert {r.id for r in found.roles} - everybody == planted["role_held_by_nobody"]
    own = {r.id: r.own for r in found.roles}
    one, other = sorted(planted["role_nearly_identical"])
    different = [
        (a.object, letter)
        for a, b in zip(own[one], own[other], strict=True)
        for letter in "CRUD"
        if a.level(letter) != b.level(letter)
    ]
    assert different == [("cases", "D")]


def test_a_level_says_where_it_comes_from(found: Access, planted: dict[str, set[str]]) -> None:
    by_name = {a.name: a for a in found.accounts}
    for key in planted["user_desk_with_organizational_rights"]:
        account = by_name[name(key)]
        delete = held(found, account, "contacts")
        assert delete.level("D") == "Organizational"
        assert delete.table == "contacts"
        why = ("administrator",) if account.administrator else ("8",)
        assert delete.why[3] == why


def test_nobody_is_named(found: Access) -> None:
    text = repr(found)
    assert "@" not in text
    for login in ("reception", "volunteer.desk", "harbourlight.example"):
        assert login not in text.casefold()
