"""`governance maintenance`: declared beside shown, over the systems and of one."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Run

CRM = """
id: crm
name: CRM
maintenance:
  backup: {frequency: daily, last: 2026-06-29}
  index_care: daily
  backup_folder: copies
database: sqlite:///crm.sqlite
"""
SHOP = "id: shop\nname: Shop\nmaintenance: {restore_test: {frequency: never}}\n"
DUMP = b"-- MySQL dump 10.13\nINSERT INTO t VALUES ('Ana Diaz');\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A CRM that nobody analysed, whose backups stopped three weeks ago, and a shop."""
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems" / "crm.yaml").write_text(CRM)
    (tmp_path / "systems" / "shop.yaml").write_text(SHOP)
    connection = sqlite3.connect(tmp_path / "crm.sqlite")
    connection.executescript(
        "CREATE TABLE people (id integer PRIMARY KEY, name text);"
        "CREATE TABLE notes (id integer PRIMARY KEY, person_id integer REFERENCES people (id),"
        " day text);"
        "CREATE INDEX by_day ON notes (day);"
        "CREATE INDEX by_day_person ON notes (day, person_id);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
        " INSERT INTO notes SELECT i, i % 9, '2026' FROM n;"
    )
    connection.close()
    (tmp_path / "copies").mkdir()
    for day, end in ((9, b"-- Dump completed\n"), (8, b"")):
        path = tmp_path / "copies" / f"crm-ana-diaz-2026-06-0{day}.sql"
        path.write_bytes(DUMP + end)
        moment = datetime(2026, 6, day, 2, tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
    return tmp_path


@pytest.fixture
def collected(root: Path, run: Run) -> Path:
    assert run("collect", "-w", root, "--only", "health,backups").code == 0
    return root


@pytest.mark.parametrize("width", [80, 140])
def test_declared_beside_shown(collected: Path, run: Run, width: int) -> None:
    done = run("governance", "maintenance", "-w", collected, width=width)
    assert done.code == 0
    assert max(map(len, done.lines)) <= width
    assert "2 contradicted, 1 late, 0 kept" in " ".join(done.out.split())
    assert "contradicted" in done.out
    assert "late: it is never done" in done.out
    assert done.lines[-1] == "crmaudit governance maintenance --system crm"


def test_the_same_as_json_and_csv(collected: Path, run: Run) -> None:
    told = json.loads(run("governance", "maintenance", "-w", collected, "--format", "json").out)
    assert told["kind"] == "maintenance"
    rows = {(r["id"], r["duty"]): r for r in told["rows"]}
    assert len(rows) == 8
    backup = rows["crm", "backup"]
    assert backup["state"] == "contradicted"
    assert backup["last_shown"] == "2026-06-09"
    assert backup["evidence"][0].startswith("backups:crm@")
    assert rows["crm", "software updates"]["why"] == "a file has no server to bring up to date"
    text = run("governance", "maintenance", "-w", collected, "--format", "csv").out
    assert len(list(csv.DictReader(io.StringIO(text)))) == 8


@pytest.mark.parametrize("width", [80, 140])
def test_one_system_in_detail(collected: Path, run: Run, width: int) -> None:
    done = run("governance", "maintenance", "-w", collected, "--system", "crm", width=width)
    assert done.code == 0
    assert max(map(len, done.lines)) <= width
    words = " ".join(done.out.split())
    for part in (
        "1,500 rows · its statistics were never gathered",
        "covered by by_day_person",
        "not whole: it breaks off",
        "proposal",
    ):
        assert part in words
    assert "ana" not in done.out
    assert "Diaz" not in done.out


def test_the_detail_as_json(collected: Path, run: Run) -> None:
    told = json.loads(
        run("governance", "maintenance", "-w", collected, "--system", "crm", "--format", "json").out
    )
    parts = {r["part"] for r in told["rows"]}
    assert parts == {"duty", "table", "index", "reference", "backup"}
    (missing,) = (r for r in told["rows"] if r["part"] == "reference")
    assert missing["proposal"] == 'CREATE INDEX "ix_notes_person_id" ON "notes" ("person_id");'
    assert told["server"]["recovery"] is None
    assert "INSERT" not in json.dumps(told)


def test_rules_tell_the_same(collected: Path, run: Run) -> None:
    done = run("check", "-w", collected, "--format", "json", "--fail-on", "never")
    found = {r["code"]: r["message"] for r in json.loads(done.out)["rows"]}
    assert "21 days old, though it is declared daily" in found["GOV193"]
    assert "by_day" in found["GOV191"]
    assert "never gathered" in found["GOV188"]
    assert "notes.person_id" in found["GOV142"]
    assert "GOV113" not in found


def test_without_any_evidence(root: Path, run: Run) -> None:
    done = run("governance", "maintenance", "-w", root, width=140)
    assert done.code == 0
    assert "not assessed" in done.out
    assert "backup files not looked at" in done.out
    done = run("governance", "maintenance", "-w", root, "--system", "crm")
    assert done.code == 0
    assert "no server was asked" in done.out


def test_a_system_that_is_none(root: Path, run: Run) -> None:
    done = run("governance", "maintenance", "-w", root, "--system", "crn")
    assert done.code == 2
    assert "crm" in done.err


def test_the_dry_run_names_the_folder(root: Path, run: Run) -> None:
    done = run("collect", "-w", root, "--dry-run", "--only", "backups")
    assert done.code == 0
    assert "copies (2 files" in " ".join(done.out.split())


def test_a_folder_that_is_gone_is_one_message_and_keeps_the_rest(root: Path, run: Run) -> None:
    for path in (root / "copies").iterdir():
        path.unlink()
    (root / "copies").rmdir()
    done = run("collect", "-w", root, "--only", "health,backups")
    assert done.code == 2
    assert done.err.count("the backup folder is not there") == 1
    assert "backup_folder" in done.err
    shown = run("governance", "maintenance", "-w", root, width=140)
    assert "the backup folder is not there" in " ".join(shown.out.split())
    assert "statistics of 1 of 1" in shown.out
