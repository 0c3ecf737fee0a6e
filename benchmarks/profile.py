"""Profiling 200,000 contacts of 20 columns against draining the same table.

The peer is the engine's own cheapest way out: Python's sqlite3 cursor, and for
PostgreSQL `COPY … TO STDOUT` in text form.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import process, table

ROWS = 200_000
_FIRST = ("Ana", "Björn", "Chloé", "Dmitri", "Efua", "Farid", "Grace", "Hiro")
_LAST = ("Abbott", "Okafor", "Müller", "Nguyen", "Rossi", "Smith", "Yılmaz", "Zhao")
_COLUMNS = """id integer primary key, first_name text, last_name text, email text, phone text,
 mobile text, street text, city text, postcode text, country text, birth_date text, gender text,
 status text, source text, score real, visits integer, opted_out integer, created_at text,
 modified_at text, notes text"""

_DRAIN_SQLITE = """
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("select * from contacts")
while rows.fetchmany(10000): pass
"""
_DRAIN_POSTGRES = """
import psycopg, sys
with psycopg.connect(sys.argv[1], autocommit=True) as c, c.cursor() as k:
    with k.copy("copy contacts to stdout") as copy:
        for _ in copy: pass
"""


def rows(count: int) -> list[tuple[object, ...]]:
    """Contacts as a CRM holds them, some of them faulty."""
    rng = random.Random(7)
    made = []
    for i in range(count):
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        day = f"{rng.randint(2015, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        made.append(
            (
                i + 1,
                first,
                last,
                None if rng.random() < 0.3 else f"{first}.{last}{i}@example.org".lower(),
                f"01632 {rng.randint(0, 999_999):06}",
                f"07700 {rng.randint(900_000, 900_999)}" if rng.random() < 0.5 else "",
                f"{rng.randint(1, 300)} {last} Street",
                rng.choice(_LAST) + "ton",
                f"HL{rng.randint(1, 20)} {rng.randint(1, 9)}AB",
                rng.choice(("GB", "IE", "FR")),
                f"{rng.randint(1930, 2010)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
                rng.choice("fmx"),
                rng.choice(("active", "Active", "lapsed")),
                rng.choice(("web", "desk", "import")),
                round(rng.random() * 100, 2),
                rng.randint(0, 50),
                rng.randint(0, 1),
                f"{day} 10:00:00",
                f"{day} 11:30:00",
                None if rng.random() < 0.7 else f"Called on {day} about the {last} matter.",
            )
        )
    return made


def run() -> None:
    data = rows(ROWS)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "contacts.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute(f"create table contacts ({_COLUMNS})")
            connection.executemany(f"insert into contacts values ({','.join('?' * 20)})", data)
        connection.close()
        url = f"sqlite:///{path}"
        ours = [sys.executable, "-m", "crmaudit", "profile", "--format", "json"]
        drain = [sys.executable, "-c", _DRAIN_SQLITE, str(path)]
        start = [sys.executable, "-m", "crmaudit", "profile", "--help"]
        table(
            f"SQLite, {ROWS:,} rows × 20 columns, whole processes",
            [
                ("sqlite3 cursor drained", process(drain)),
                ("crmaudit profile, everything exact", process([*ours, url])),
                ("crmaudit profile --help", process(start)),
            ],
        )
    _postgres(data, ours)


def _postgres(data: list[tuple[object, ...]], ours: list[str]) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import psycopg
    from servers import NoServerError, start_postgres

    try:
        server = start_postgres()
    except NoServerError as error:
        print(f"PostgreSQL not measured: {error}\n")
        return
    try:
        url = f"{server.url}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create table contacts ({_COLUMNS})")
            with connection.cursor().copy("copy contacts from stdin") as copy:
                for row in data:
                    copy.write_row(row)
        drain = [sys.executable, "-c", _DRAIN_POSTGRES, url]
        table(
            f"PostgreSQL, {ROWS:,} rows × 20 columns, whole processes",
            [
                ("COPY to stdout drained", process(drain)),
                ("crmaudit profile, everything exact", process([*ours, url])),
            ],
        )
    finally:
        server.stop()
