"""The demo's users and losses, recovered: of a seed that nobody has looked at while tuning."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from crmaudit.collect.collect import collector
from crmaudit.demo import Truth, generate
from crmaudit.evidence import Document
from crmaudit.facts import Facts, NotAssessed
from crmaudit.governance.adoption import by_entity, concentration, fills, measured
from crmaudit.governance.usage import Usage
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.resources import examples_root
from crmaudit.rules import Hit
from crmaudit.rules.discovery import all_rules
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace import load
from governance.reading_accounts import KEY, acct

SEED = 48_611


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("demo")
    return folder / "crm.sqlite", generate(folder, contacts=1_000, seed=SEED)


@pytest.fixture(scope="module")
def facts(made: tuple[Path, Truth]) -> Facts:
    workspace = load(examples_root() / "harbourlight")
    known = Known(workspace.map_of["crm"], workspace.entity)
    found: list[Document] = []
    with open_source(f"sqlite:///{made[0]}") as source:
        catalog = source.catalog("crm")
        accounts = partial(account_tables, source, catalog, known, None)
        task = Task(source, "crm", catalog, catalog.tables, known, key=KEY, accounts=accounts)
        for kind in ("access", "recording", "changes"):
            found += collector(kind).collect(task)
    return Facts.of(workspace, [catalog, *found], key=KEY)


@pytest.fixture(scope="module")
def use(facts: Facts) -> Usage:
    found = facts.governance.crm_usage(facts.day)
    assert found is not None
    return found


def asked(made: tuple[Path, Truth], sql: str) -> set[int]:
    connection = sqlite3.connect(made[0])
    try:
        return {row[0] for row in connection.execute(sql)}
    finally:
        connection.close()


def named(keys: Iterable[int]) -> set[str]:
    return {acct(key) for key in keys}


def test_who_recorded(made: tuple[Path, Truth], use: Usage) -> None:
    """Precision and recall of the accounts that recorded in the last year are both 1."""
    since, until = use.since(365), use.until
    told = {a.name for a in use.accounts if not a.program and a.recorded(since, until)}
    tables = ("contacts", "organisations", "activities", "cases", "memberships", "donations")
    by = [f"SELECT created_by FROM {t} WHERE created_at >= '2025-10-01'" for t in tables]
    by += [
        f"SELECT modified_by FROM {t} WHERE modified_at >= '2025-10-01' "
        "AND substr(modified_at, 1, 16) > substr(created_at, 1, 16)"
        for t in tables
    ]
    by[2] += " AND is_automatic = 0"
    true = asked(made, " UNION ".join(by)) - {1, 2}
    assert named(true) <= told
    others = ("campaigns", "campaign_responses", "events", "event_registrations", "households")
    more = [
        f"SELECT created_by FROM {t} WHERE created_at >= '2025-10-01'"
        for t in (*others, "referrals", "attachments")
    ]
    assert told <= named(true | asked(made, " UNION ".join(more)))
    assert not told & named((1, 2))


def test_adoption(made: tuple[Path, Truth], facts: Facts, use: Usage) -> None:
    truth = made[1]
    seen = measured(use, facts.governance.staff)
    assert seen is not None
    # Of active personal accounts those who left, sleep or never came are no users.
    idle = ("user_leaver_active", "user_dormant", "user_never_logged_in")
    lost = {n for name in idle for n in truth.plant(name).keys}
    assert seen.users == truth.fact("personal_accounts") - len(lost)
    assert seen.shared == truth.plant("user_shared_account").count
    assert (seen.staff, seen.above(0.8)) == (52, False)
    since = use.since(90)
    told = {a.name for a in use.own if a.enabled and not a.used(since, use.until)}
    assert told == named(int(str(n)) for n in lost)


def test_how_few_do_it(made: tuple[Path, Truth], use: Usage) -> None:
    few = concentration(use)
    assert few is not None
    assert few.top / few.rows == pytest.approx(0.62, abs=0.06)
    assert few.lorenz[0] == (0.0, 0.0)
    assert few.lorenz[-1] == (1.0, 1.0)
    entities = {e.entity: e for e in by_entity(use, 100_000)}
    assert entities["activity"].automatic == made[1].fact("automatic_activities")
    # The night of the import is a program's, not people's.
    assert entities["contact"].programs >= made[1].fact("contacts_entered_on_import_day")
    assert all(f.short_by < 0.1 for f in fills(use))


def test_losses(made: tuple[Path, Truth], facts: Facts) -> None:
    truth, found = made[1], facts.governance.changes["crm"]
    assert {k.table: k.gone for k in found.gone} == {
        "contacts": truth.plant("contact_hard_deleted").count
    }
    assert {(o.table, o.field): o.imports for o in found.imported} == {
        ("contacts", "phone"): truth.plant("audit_overwritten_by_import").count
    }
    on = {t.entity: t.on for t in found.trails if t.on is not None}
    assert on == {
        "contact": True,
        "organisation": True,
        "case": False,
        "donation": False,
        "membership": False,
    }


def test_nothing_else_is_alleged(facts: Facts) -> None:
    found, unknown = set(), set()
    for rule in all_rules():
        if rule.code in ("GOV112", "GOV134") or "GOV172" <= rule.code <= "GOV186":
            try:
                found |= {(rule.code, h.subject) for h in rule.run(facts) if isinstance(h, Hit)}
            except NotAssessed:
                unknown.add(rule.code)
    # Nobody began to record after the demo's first year.
    assert unknown == {"GOV176"}
    assert found - {("GOV181", "table:crm.contacts")} == {
        ("GOV112", "system:crm"),
        ("GOV134", "unit:housing"),
        ("GOV173", "system:crm"),
        ("GOV177", "system:crm"),
        ("GOV179", "table:crm.contacts"),
        ("GOV180", "column:crm.contacts.phone"),
        ("GOV182", "system:crm"),
    }
