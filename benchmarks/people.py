"""What is found of users, rights and recording, beside what was planted; and what reading it costs.

    python -m benchmarks people [CONTACTS]

First the findings that name accounts, over seeds that nobody tuned on. Then
the collectors on a CRM of CONTACTS (1,000,000), against the least that any
reader of authors has to do: one `GROUP BY` of author and month over the same
tables, by SQLite itself.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.measure import process, table
from crmaudit.collect.collect import collector
from crmaudit.demo import Truth, generate
from crmaudit.evidence import Document
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.facts import Facts, NotAssessed
from crmaudit.key import Key
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.resources import examples_root
from crmaudit.rules.discovery import all_rules
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace import load
from crmaudit.workspace.people import People, Person

SEEDS = tuple(range(70_001, 70_013))
CONTACTS = 600
_KEY = Key(b"k" * 32)
_KINDS = ("access", "recording", "changes")
_ADMINISTER = ("Chief Information Officer", "Information Manager", "Database Analyst")

Planted = Callable[[Path, Truth], set[int]]


def run(arguments: Sequence[str]) -> None:
    _found(SEEDS)
    _cost(int(arguments[0].replace(",", "")) if arguments else 1_000_000)


# What is found


def _plant(name: str, *, usable: bool = False, admins: bool = True) -> Planted:
    """Keys of the accounts with a fault: those that can be used, and no administrators, if asked.

    An account that is switched off can do nothing; of an administrator
    that alone is told, since it may do everything.
    """

    def keys(database: Path, truth: Truth) -> set[int]:
        found = {int(key) for key in truth.plant(name).keys}
        if usable:
            found &= _ids(database, "is_active = 1 AND is_deleted = 0 AND is_system = 0")
        if not admins:
            found -= _ids(database, "id IN (SELECT user_id FROM user_roles WHERE role_id = 1)")
        return found

    return keys


_SCORED: dict[str, Planted] = {
    "GOV111": _plant("user_leaver_active"),
    "GOV152": _plant("user_dormant"),
    "GOV153": _plant("user_never_logged_in"),
    "GOV154": _plant("user_shared_account"),
    "GOV156": _plant("user_duties_not_separated", usable=True, admins=False),
    "GOV158": _plant("user_desk_with_organizational_rights", usable=True, admins=False),
    "GOV159": _plant("user_without_unit"),
    "GOV169": _plant("user_needless_administrator", usable=True),
}


def _found(seeds: Sequence[int]) -> None:
    print(
        f"### Accounts that findings name: demos of {CONTACTS} contacts, seeds {seeds[0]} to "
        f"{seeds[-1]}\n\n| finding | planted | named | right | precision | recall |\n"
        "|---|---:|---:|---:|---:|---:|"
    )
    counts = {code: [0, 0, 0] for code in _SCORED}
    rules = {rule.code: rule for rule in all_rules() if rule.code in _SCORED}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            truth = generate(Path(folder), contacts=CONTACTS, seed=seed)
            database = Path(folder) / "crm.sqlite"
            facts = _facts(database)
            for code, plant in _SCORED.items():
                true = {_KEY.pseudonym(ACCOUNT, str(key)) for key in plant(database, truth)}
                hits = [h for h in rules[code].run(facts) if not isinstance(h, NotAssessed)]
                told = {h.subject.removeprefix("account:crm.") for h in hits}
                for i, one in enumerate((true, told, true & told)):
                    counts[code][i] += len(one)
    for code, (true_n, told_n, right) in counts.items():
        print(
            f"| {rules[code].title.rstrip('.')} ({code}) | {true_n} | {told_n} | {right} "
            f"| {right / told_n:.3f} | {right / true_n:.3f} |"
        )
    print()


def _facts(database: Path) -> Facts:
    """What is known of the database, with everybody listed who has an account of their own."""
    workspace = load(examples_root() / "harbourlight")
    known = Known(workspace.map_of["crm"], workspace.entity)
    found: list[Document] = []
    with open_source(f"sqlite:///{database}") as source:
        catalog = source.catalog("crm")
        accounts = partial(account_tables, source, catalog, known, None)
        task = Task(source, "crm", catalog, catalog.tables, known, key=_KEY, accounts=accounts)
        for kind in _KINDS:
            found += collector(kind).collect(task)
    people = People(people=tuple(_staff(database)), complete=True)
    return Facts.of(replace(workspace, people=people), [catalog, *found], key=_KEY)


def _staff(database: Path) -> Iterator[Person]:
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
                "administers": job in _ADMINISTER,
                "accounts": {"crm": login},
            }
        )
    connection.close()


def _ids(database: Path, where: str) -> set[int]:
    connection = sqlite3.connect(database)
    try:
        return {row[0] for row in connection.execute(f"SELECT id FROM users WHERE {where}")}
    finally:
        connection.close()


# What it costs


_PEER = """
import sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
for name in names:
    columns = {r[1] for r in connection.execute(f'PRAGMA table_info("{name}")')}
    for by, at in (("created_by", "created_at"), ("modified_by", "modified_at")):
        if {by, at} <= columns:
            sql = f'SELECT {by}, substr({at}, 1, 7), count(*) FROM "{name}" GROUP BY 1, 2'
            connection.execute(sql).fetchall()
"""


def _cost(contacts: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "audit"
        shutil.copytree(examples_root() / "harbourlight", root)
        generate(root / "data", contacts=contacts)
        peer = process([sys.executable, "-c", _PEER, str(root / "data" / "crm.sqlite")], rounds=1)
        rows = [("GROUP BY author and month, SQLite", peer)]
        for kind in _KINDS:
            command = [sys.executable, "-m", "crmaudit", "collect", "crm", "--only", kind]
            rows.append((f"crmaudit {kind}", process([*command, "-w", str(root)], rounds=1)))
        table(f"Reading who recorded what: the demo's CRM of {contacts:,} contacts", rows)
