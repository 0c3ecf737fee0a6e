"""Logs of a million statements, 10,000 different ones, against `sort -u` of the same file."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, cpu, process, table

STATEMENTS = 1_000_000
FINGERPRINTS = 10_000
_READ = """
import sys
from pathlib import Path
from crmaudit.crud_matrix.collectors.logs import documents
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces

source = AbsentSource(sys.argv[1:])
known = Known(traces=Traces(statements=tuple(sys.argv[1:])), words=("app",))
(found,) = documents(Task(source, "crm", source.catalog("crm"), (), known))
assert found.calls == {calls} and found.distinct == {distinct}, (found.calls, found.distinct)
assert found.understood == found.distinct
"""
_FINGERPRINTED = """
import sys
from pathlib import Path
from crmaudit.crud_matrix.collectors.logs.funnel import Funnel
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.recognise import reader_of
from crmaudit.crud_matrix.collectors.logs.record import Told

class Counting:
    taken = 0
    def take(self, text, principal, *, calls, **rest):
        self.taken += calls

lines = Lines(Path(sys.argv[1]))
reader = reader_of(lines)
funnel = Funnel(reader.dialect or "ansi", lambda seen: Counting())
funnel.take(reader.read(lines, Told()))
assert funnel.done().taken == {calls}
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        for title, write in (
            ("PostgreSQL, stderr", _postgresql),
            ("MySQL, general log", _mysql),
            ("query log, CSV", _csv),
        ):
            path = Path(name) / "log"
            calls = write(path)
            size = path.stat().st_size / 1e6
            numbers = {"calls": calls, "distinct": FINGERPRINTS}
            print(f"{title}: {calls:,} statements, {FINGERPRINTS:,} different, {size:,.0f} MB\n")
            rows = [
                ("sort -u", _sorted(path)),
                ("crmaudit: read, values out, counted", _python(_FINGERPRINTED, path, numbers)),
                ("crmaudit: the same and understood", _python(_READ, path, numbers)),
            ]
            table(f"{title}, CPU seconds", rows)
            path.unlink()


def _python(code: str, path: Path, numbers: dict[str, int]) -> Figure:
    for name, value in numbers.items():
        code = code.replace(f"{{{name}}}", str(value))
    return _measured([sys.executable, "-c", code, str(path)])


def _sorted(path: Path) -> Figure:
    sort = ["sort", "-u", "-o", os.devnull, str(path)]
    subprocess.run(sort, check=True)  # the file is in memory by then, for all the same
    return _measured(sort)


def _measured(command: list[str]) -> Figure:
    """CPU seconds, of all threads, and memory of a second run."""
    return Figure(cpu(command), process(command, rounds=1).memory)


def _statements() -> Iterator[tuple[int, int, str]]:
    """Second, session and statement of each; every kind comes, common ones often."""
    chance = random.Random(20261122)
    for i in range(STATEMENTS):
        kind = i if i < FINGERPRINTS else min(int(chance.expovariate(1 / 1500)), FINGERPRINTS - 1)
        table, column = f"crm_{kind % 97}", f"field_{kind}"
        key, word = chance.randrange(10**6), f"user{chance.randrange(10**6)}@example.org"
        if kind % 10 < 6:
            sql = (
                f"SELECT c.id, c.{column} FROM {table} c JOIN account a ON a.id = c.account_id "
                f"WHERE c.mail = '{word}' AND c.id > {key} ORDER BY c.id LIMIT 20"
            )
        elif kind % 10 < 8:
            sql = f"UPDATE {table} SET {column} = '{word}', changed = {key} WHERE id = {key}"
        elif kind % 10 < 9:
            sql = f"INSERT INTO {table} (id, {column}) VALUES ({key}, 'it''s {word}')"
        else:
            sql = f"DELETE FROM {table} WHERE {column} IN ({key}, {key + 1}, {key + 2})"
        yield i // 300, chance.randrange(200), sql


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _postgresql(path: Path) -> int:
    with path.open("w") as file:
        for number, (second, session, sql) in enumerate(_statements()):
            file.write(
                f"2026-11-22 {_clock(second)}.{number % 300:03} UTC [{4000 + session}] "
                f"app_{session % 7}@crm LOG:  statement: {sql}\n"
            )
    return STATEMENTS


def _mysql(path: Path) -> int:
    known: set[int] = set()
    with path.open("w") as file:
        for second, session, sql in _statements():
            stamp = f"2026-11-22T{_clock(second)}.000001Z\t{session:5} "
            if session not in known:
                known.add(session)
                file.write(f"{stamp}Connect\tapp_{session % 7}@10.0.0.1 on crm using TCP/IP\n")
            file.write(f"{stamp}Query\t{sql}\n")
    return STATEMENTS


def _csv(path: Path) -> int:
    with path.open("w") as file:
        file.write("query_text,user_name,database_name,start_time,session_id\n")
        for second, session, sql in _statements():
            file.write(f'"{sql}",app_{session % 7},crm,2026-11-22 {_clock(second)},{session}\n')
    return STATEMENTS
