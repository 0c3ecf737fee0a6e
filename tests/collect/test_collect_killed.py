"""Killed at any moment: the last good state stays, and the next run goes on."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from collecting import COMMAND, crmaudit, environment, profiles, snapshots, stopped, workspace
from databases import Database

Make = Callable[[str], Database]
TABLES = [f"t{i}" for i in range(4)]


@pytest.fixture
def crm(make_db: Make, tmp_path: Path) -> tuple[Database, Path]:
    """Four tables, each of which takes a while."""
    db = make_db("sqlite")
    rows = (
        "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "SELECT i, 'name ' || i, i % 7 FROM n"
    )
    db.execute([f"CREATE TABLE {t} AS {rows}" for t in TABLES])
    return db, workspace(tmp_path / "audit", {"crm": db.url})


def kept(root: Path) -> int:
    """Profiles in the store, as another program sees them."""
    file = root / ".crmaudit" / "store.sqlite"
    if not file.exists():
        return 0
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT count(*) FROM evidence WHERE kind = 'profile'")
        return int(found.fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def intact(root: Path) -> bool:
    connection = sqlite3.connect(root / ".crmaudit" / "store.sqlite")
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


@pytest.mark.parametrize("after", [0, 3])
def test_killed_in_the_middle_of_collect(
    crm: tuple[Database, Path], tmp_path: Path, after: int
) -> None:
    db, root = crm
    scratch_folder = tmp_path / "tmp"
    scratch_folder.mkdir()

    def now() -> bool:
        # In the middle of a table: its staging file is there.
        return kept(root) >= after and any(scratch_folder.glob("*/stage.duckdb"))

    done = stopped(signal.SIGKILL, now, "collect", "-w", root, TMPDIR=str(scratch_folder))
    assert done.code == -signal.SIGKILL
    assert intact(root)
    had = kept(root)
    assert after <= had < len(TABLES)
    assert len(list(scratch_folder.glob("crmaudit-scratch-*"))) == 1
    db.execute(["INSERT INTO t0 VALUES (0, 'new', 0)"])

    again = crmaudit("collect", "-w", root, TMPDIR=str(scratch_folder))
    assert again.code == 0
    if had:
        assert re.search(rf"{had} tables? had been read before", again.out)
    assert sorted(profiles(root)) == TABLES
    assert len(set(snapshots(root).values())) == (2 if had else 1)
    # The copies of rows that the killed run left are gone.
    assert list(scratch_folder.iterdir()) == []


def test_ctrl_c_says_that_the_next_run_goes_on(crm: tuple[Database, Path], tmp_path: Path) -> None:
    _, root = crm
    scratch_folder = tmp_path / "tmp"
    scratch_folder.mkdir()
    done = stopped(
        signal.SIGINT,
        lambda: kept(root) >= 1,
        *("collect", "-w", root),
        TMPDIR=str(scratch_folder),
    )
    # Python ends by the signal itself where it came during `exec`; a shell says 130 of both.
    assert done.code in (130, -signal.SIGINT)
    assert "the same command goes on with the rest" in done.err
    assert "Traceback" not in done.text
    assert list(scratch_folder.glob("crmaudit-scratch-*")) == []
    assert 1 <= kept(root) < len(TABLES)
    assert crmaudit("collect", "-w", root).code == 0
    assert sorted(profiles(root)) == TABLES


WRITER = """
import sys, datetime
from pathlib import Path
from crmaudit.evidence import Provenance, TableProfile
from crmaudit.store import open_store
store = open_store(Path(sys.argv[1]))
now = datetime.datetime.now(datetime.UTC)
p = Provenance("crm", "sqlite:///x", "sqlite", "s1", now, "test")
print("ready", flush=True)
for i in range(100_000):
    store.put(*(TableProfile(p, table=f"{i}-{n}", rows=i) for n in range(20)))
    store.remember({"n": i})
"""


def test_killed_in_the_middle_of_store_writes(tmp_path: Path) -> None:
    import time

    from crmaudit.store import open_store

    for round_ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)],
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.013 * round_)
        process.kill()
        process.communicate()
        assert intact(tmp_path)
        store = open_store(tmp_path)
        # All of a put, or nothing of it.
        assert len(list(store.newest())) % 20 == 0
        store.remember({"after": round_})
        assert store.runs()[-1].body == {"after": round_}
        store.close()


def test_killed_while_writing_a_bundle(crm: tuple[Database, Path], tmp_path: Path) -> None:
    db, root = crm
    assert crmaudit("collect", "-w", root).code == 0
    target = tmp_path / "evidence.zip"
    assert crmaudit("export", target, "-w", root).code == 0
    good = target.read_bytes()
    partial = tmp_path / ".evidence.zip.part"
    stopped(signal.SIGKILL, partial.exists, "export", target, "-w", root)
    assert target.read_bytes() == good
    assert crmaudit("export", target, "-w", root).code == 0
    assert target.read_bytes() == good
    assert not partial.exists()
    del db


def test_a_bundle_killed_half_way_goes_on(crm: tuple[Database, Path], tmp_path: Path) -> None:
    db, _ = crm
    target = tmp_path / "out" / "evidence.zip"
    unfinished = target.parent / ".evidence.zip.unfinished"
    command = ("collect", "--url", db.url, "--as", "crm", "-o", target)
    stopped(signal.SIGKILL, lambda: kept(unfinished) >= 2, *command)
    assert not target.exists()
    again = crmaudit(*command)
    assert again.code == 0
    assert "had been read before" in again.out
    assert [p.name for p in target.parent.iterdir()] == ["evidence.zip"]


def test_killed_while_writing_a_report(crm: tuple[Database, Path]) -> None:
    _, root = crm
    assert crmaudit("collect", "-w", root).code == 0
    reports = root / "reports"
    assert crmaudit("report", "-w", root, "--as", "html,md").code == 0
    good = {p.name: p.read_bytes() for p in reports.iterdir()}
    begun = {p.name: p.stat().st_mtime_ns for p in reports.iterdir()}

    def now() -> bool:
        return {p.name: p.stat().st_mtime_ns for p in reports.iterdir()} != begun

    stopped(signal.SIGKILL, now, "report", "-w", root, "--as", "html,md")
    # Every file is a whole one, old or new.
    for name, content in good.items():
        assert (reports / name).read_bytes() == content
    # What the killed run left beside them goes when it is plain that nobody writes it.
    for path in reports.iterdir():
        os.utime(path, (0, 0))
    assert crmaudit("report", "-w", root, "--as", "html,md").code == 0
    assert sorted(p.name for p in reports.iterdir()) == sorted(good)


def test_many_collects_at_once_leave_a_sound_store(crm: tuple[Database, Path]) -> None:
    _, root = crm
    running = [
        subprocess.Popen([*COMMAND, "collect", "-w", str(root)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    told = [p.communicate(timeout=120)[1].decode() for p in running]
    codes = sorted(p.returncode for p in running)
    assert codes[0] == 0, told
    assert set(codes) <= {0, 2}
    refused = [t for t, p in zip(told, running, strict=True) if p.returncode]
    assert [t for t in refused if "another collection" not in t] == []
    assert intact(root)
    assert sorted(profiles(root)) == TABLES
