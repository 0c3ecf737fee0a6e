"""The demo's planted problems of access, recovered: of a seed that nobody tuned on.

What is found beside the plants is held against the database by SQL of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from crmaudit.collect.collect import collector
from crmaudit.demo import Truth, generate
from crmaudit.evidence import Document
from crmaudit.evidence.access import LEVELS
from crmaudit.facts import Facts, NotAssessed
from crmaudit.governance.access import recommended
from crmaudit.governance.accounts import Accounts
from crmaudit.governance.accounts_roles import alike
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.resources import examples_root
from crmaudit.rules.discovery import all_rules
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace import load
from crmaudit.workspace.people import People, Person
from governance.reading_accounts import KEY, acct

SEED = 90_173
ADMINISTER = ("Chief Information Officer", "Information Manager", "Database Analyst")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("demo")
    return folder / "crm.sqlite", generate(folder, contacts=600, seed=SEED)


@pytest.fixture(scope="module")
def facts(made: tuple[Path, Truth]) -> Facts:
    workspace = load(examples_root() / "harbourlight")
    known = Known(workspace.map_of["crm"], workspace.entity)
    found: list[Document] = []
    with open_source(f"sqlite:///{made[0]}") as source:
        catalog = source.catalog("crm")
        accounts = partial(account_tables, source, catalog, known, None)
        task = Task(source, "crm", catalog, catalog.tables, known, key=KEY, accounts=accounts)
        for kind in ("access", "recording"):
            found += collector(kind).collect(task)
    everybody = replace(workspace, people=People(people=tuple(staff(made[0])), complete=True))
    return Facts.of(everybody, [catalog, *found], key=KEY)


def staff(database: Path) -> Iterator[Person]:
    """Everybody with an account of their own, as a people.yaml of this seed would list them."""
    connection = sqlite3.connect(database)
    sql = "SELECT id, user_name, job_title FROM users WHERE first_name IS NOT NULL"
    for key, login, job in connection.execute(sql).fetchall():
        rank = "employee"
        if job.startswith("Chief"):
            rank = "executive"
        elif job.startswith("Head") or job == "Finance Manager":
            rank = "department manager"
        elif job.endswith(("Manager", "Leader")):
            rank = "supervisor"
        yield Person.model_validate(
            {
                "id": f"p{key}",
                "name": f"Person {key}",
                "job": job,
                "rank": rank,
                "administers": job in ADMINISTER,
                "accounts": {"crm": login},
            }
        )
    connection.close()


@pytest.fixture(scope="module")
def accounts(facts: Facts) -> Accounts:
    return facts.governance.accounts(facts.day)["crm"]


def asked(made: tuple[Path, Truth], sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(made[0])
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def usable(made: tuple[Path, Truth]) -> set[int]:
    sql = "SELECT id FROM users WHERE is_active = 1 AND is_deleted = 0 AND is_system = 0"
    return {int(str(row[0])) for row in asked(made, sql)}


def planted(made: tuple[Path, Truth], name: str) -> set[int]:
    """Keys of the rows with that fault."""
    return {int(k) for k in made[1].plant(name).keys}


def names(keys: Iterable[int]) -> set[str]:
    return {acct(key) for key in keys}


def told(facts: Facts, code: str) -> set[str]:
    """The accounts that a rule names."""
    rule = next(r for r in all_rules() if r.code == code)
    hits = [h for h in rule.run(facts) if not isinstance(h, NotAssessed)]
    return {h.subject.removeprefix("account:crm.") for h in hits}


@pytest.mark.parametrize(
    ("code", "plant"),
    [
        ("GOV111", "user_leaver_active"),
        ("GOV152", "user_dormant"),
        ("GOV153", "user_never_logged_in"),
        ("GOV154", "user_shared_account"),
        ("GOV159", "user_without_unit"),
    ],
)
def test_accounts_are_found(made: tuple[Path, Truth], facts: Facts, code: str, plant: str) -> None:
    """Precision and recall are both 1."""
    expected = planted(made, plant)
    assert expected
    assert told(facts, code) == names(expected)


def test_who_came_after_leaving(made: tuple[Path, Truth], facts: Facts) -> None:
    (login,) = planted(made, "login_after_leaving")
    ((holder,),) = asked(made, f"SELECT user_id FROM login_history WHERE id = {login}")
    assert told(facts, "GOV155") == names([int(str(holder))])


def test_duties_in_one_hand(made: tuple[Path, Truth], facts: Facts) -> None:
    """Of those that can be used, and are no administrators: those may do everything."""
    admins = {
        int(str(r[0])) for r in asked(made, "SELECT user_id FROM user_roles WHERE role_id = 1")
    }
    expected = (planted(made, "user_duties_not_separated") & usable(made)) - admins
    assert expected
    assert told(facts, "GOV156") == names(expected)


def test_administrators_whose_job_is_another(made: tuple[Path, Truth], facts: Facts) -> None:
    expected = planted(made, "user_needless_administrator") & usable(made)
    assert len(expected) == 6
    assert told(facts, "GOV169") == names(expected)


def test_the_front_desk_may_delete_everything(made: tuple[Path, Truth], facts: Facts) -> None:
    """Those of the desk who are administrators besides are told as such."""
    admins = {
        int(str(r[0])) for r in asked(made, "SELECT user_id FROM user_roles WHERE role_id = 1")
    }
    desk = planted(made, "user_desk_with_organizational_rights") & usable(made)
    assert told(facts, "GOV158") == names(desk - admins)
    administering = names(desk & admins)
    assert administering <= told(facts, "GOV169")


def test_roles(made: tuple[Path, Truth], accounts: Accounts) -> None:
    unheld = planted(made, "role_held_by_nobody")
    assert {int(r.id) for r in accounts.unheld} == unheld
    pairs = alike(accounts.access.roles)
    assert [{int(p.one.id), int(p.other.id)} for p in pairs] == [
        planted(made, "role_nearly_identical")
    ]
    assert [(d.object, d.letter, d.one, d.other) for d in pairs[0].differ] == [
        ("cases", "D", "None", "User")
    ]


def test_excess_and_shortfall_are_those_of_the_database(
    made: tuple[Path, Truth], facts: Facts
) -> None:
    """Each account that is linked to a person, worked out again from roles and ranks."""
    people = {p.accounts["crm"]: p for p in facts.workspace.people.people if "crm" in p.accounts}
    tables = {t for t, e in facts.governance.testified.homes["crm"].items() if e}
    sql = (
        "SELECT u.id, u.user_name, p.entity, p.privilege, p.access_level, "
        "EXISTS (SELECT 1 FROM user_roles a WHERE a.user_id = u.id AND a.role_id = 1) "
        "FROM users u JOIN user_roles r ON r.user_id = u.id "
        "JOIN role_privileges p ON p.role_id = r.role_id WHERE u.is_active = 1"
    )
    over, advised = set[int](), dict[int, int]()
    sees: dict[int, dict[str, int]] = {}
    for key, login, entity, right, level, admin in asked(made, sql):
        if login not in people or entity not in tables or admin:
            continue
        advice = recommended(people[str(login)], facts.workspace.audit.access_policy)
        assert advice is not None
        account, reach = int(str(key)), LEVELS.index(level)  # type: ignore[arg-type]
        advised[account] = LEVELS.index(advice[0])
        if reach > advised[account] and right != "create":
            over.add(account)
        if right == "read":
            kinds = sees.setdefault(account, {})
            kinds[str(entity)] = max(reach, kinds.get(str(entity), 0))
    short = set()
    for account, kinds in sees.items():
        levels = [level for level in kinds.values() if level]
        if 2 * sum(level < advised[account] for level in levels) > len(levels):
            short.add(account)
    assert over
    assert told(facts, "GOV108") == names(over)
    assert told(facts, "GOV109") == names(short)


def test_nothing_else_is_alleged(facts: Facts) -> None:
    """No mass rights, no second account, no more accounts than staff, nobody unlisted."""
    rules = {r.code: r for r in all_rules()}
    for code in ("GOV157", "GOV162", "GOV163", "GOV164"):
        hits = [h for h in rules[code].run(facts) if not isinstance(h, NotAssessed)]
        assert not hits, code


def test_administrators_are_counted(made: tuple[Path, Truth], facts: Facts) -> None:
    rule = next(r for r in all_rules() if r.code == "GOV110")
    (hit,) = [h for h in rule.run(facts) if not isinstance(h, NotAssessed)]
    ((admins,),) = asked(
        made,
        "SELECT COUNT(*) FROM users WHERE is_active = 1 AND is_system = 0 AND id IN "
        "(SELECT user_id FROM user_roles WHERE role_id = 1)",
    )
    (share,) = hit.measurements
    assert (share.part, share.whole) == (admins, len(usable(made)))


def test_no_finding_names_anybody(made: tuple[Path, Truth], facts: Facts) -> None:
    """Neither logins nor names nor jobs of holders stand in what is told of accounts."""
    words = {
        str(value)
        for row in asked(made, "SELECT user_name, first_name, last_name, job_title FROM users")
        for value in row
        if value
    }
    for rule in all_rules():
        if rule.code not in ("GOV108", "GOV109", "GOV110", "GOV111") and not (
            "GOV152" <= rule.code <= "GOV166"
        ):
            continue
        try:
            hits = [h for h in rule.run(facts) if not isinstance(h, NotAssessed)]
        except NotAssessed:
            continue
        for hit in hits:
            text = f" {hit.subject} {hit.message} "
            assert not [w for w in words if f" {w} " in text and w not in _ROLES], hit


_ROLES = {"Fundraiser", "Finance Officer", "Case Worker", "Campaign Analyst"}
"""Jobs that are names of roles as well."""
