"""What it costs to understand a database, against profiling it.

Understanding is recognising what columns mean (timed inside the profile),
testing keys and references, and recognising the product and mapping tables to
entities. The limit is 40 % of the profile without it. Finding errors that
nobody wrote a rule for is a part of the profile and shown apart, with the
share that all of it takes of the bare statistics. Two cases: one million
contacts with their accounts, and the 154 tables of CiviCRM, most of them small
or empty.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.profile import _COLUMNS, rows
from crmaudit.collect.collect import collector
from crmaudit.evidence import Document, TableProfile
from crmaudit.quality.collectors import measure, profile
from crmaudit.sources import open_source
from crmaudit.sources.task import Task

ROWS = 1_000_000
_PARTS = ("keys", "entities")


def measured(url: str, schema: str | None = None) -> dict[str, float]:
    """Wall seconds by part; `statistics` are the profile without meanings and errors."""
    found: dict[str, float] = {}
    meanings = _Timed(measure, "recognise"), _Timed(profile, "recognise_names")
    with open_source(url, schema=schema) as source:
        catalog = source.catalog("s")
        evidence: list[Document] = [catalog]
        began = time.perf_counter()
        evidence += collector("profile").collect(Task(source, "s", catalog, catalog.tables))
        whole = time.perf_counter() - began
        inside = sum(p.understanding for p in evidence if isinstance(p, TableProfile))
        for timed in meanings:
            timed.undo()
        found["statistics"] = whole - inside
        found["meanings"] = sum(t.seconds for t in meanings)
        found["errors"] = inside - found["meanings"]
        for name in _PARTS:
            began = time.perf_counter()
            task = Task(source, "s", catalog, catalog.tables, evidence=tuple(evidence))
            evidence += collector(name).collect(task)
            found[name] = time.perf_counter() - began
    return found


class _Timed:
    """Adds up the seconds that a function of a module takes, until it is undone."""

    def __init__(self, module: ModuleType, name: str) -> None:
        self._module, self._name, self._real = module, name, getattr(module, name)
        self.seconds = 0.0
        setattr(module, name, self)

    def __call__(self, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return self._real(*given)
        finally:
            self.seconds += time.perf_counter() - began

    def undo(self) -> None:
        setattr(self._module, self._name, self._real)


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "crm.sqlite"
        _contacts(path, ROWS)
        _show(f"{ROWS:,} contacts × 21 columns and their accounts, SQLite", f"sqlite:///{path}")
    _civicrm()


def _contacts(path: Path, count: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table contacts ({_COLUMNS}, account_id integer)")
        connection.execute("create table accounts (id integer primary key, name text, city text)")
        wide = ((*row, i % (count // 6) + 1) for i, row in enumerate(rows(count)))
        connection.executemany(f"insert into contacts values ({','.join('?' * 21)})", wide)
        accounts = ((i + 1, f"Company {i} Ltd", "Hull") for i in range(count // 6))
        connection.executemany("insert into accounts values (?, ?, ?)", accounts)
    connection.close()


def _civicrm() -> None:
    root = Path(__file__).parent.parent
    sys.path[:0] = [str(root / "tests"), str(root / "tests" / "real")]
    from crms import DATA

    if not DATA.exists():
        print("CiviCRM not measured: its sample database is not at hand\n")
        return
    import audited_crms
    from servers import start_mariadb

    server = start_mariadb()
    try:
        audited_crms._load_mariadb(server, "civicrm", "reader")
        _show("CiviCRM, 154 tables, 10,308 rows, MariaDB", f"{server.url}/civicrm")
    finally:
        server.stop()


def _show(title: str, url: str) -> None:
    found = measured(url)
    base = found["statistics"] + found["errors"]
    print(
        f"### Understanding: {title}\n\n| part | seconds | share of the profile |\n|---|---:|---:|"
    )
    for name, seconds in found.items():
        print(f"| {name} | {seconds:.2f} | {seconds / base:.1%} |")
    rest = sum(found.values()) - base
    print(
        f"| understanding: meanings, keys, entities (limit 40 %) | {rest:.2f} | {rest / base:.1%} |"
    )
    bare = found["statistics"]
    print(f"\nAll but the statistics, errors too: {(base - bare + rest) / bare:.1%} of them.\n")
