"""`quality show --reveal`: CRM accounts on a terminal, recorded; nobody else, nowhere else."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crmaudit.audit import Audit
from crmaudit.collect.reveal import RECORD
from crmaudit.errors import CrmauditError

NAMES = ("Ashdown", "Birchall", "Cattermole", "Dunmore", "Eastwood", "Fairfax", "Goodwin")
OWNERS = {"mila.sample": 30, "otto.sample": 20, "ida.sample": 10}


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """A workspace, collected with its key, in which three accounts own sixty contacts."""
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (tmp_path / "systems" / "crm.yaml").write_text(
        "id: crm\nname: CRM\ndatabase: {url: 'sqlite:///crm.db'}\n"
    )
    owners = [name for name, n in OWNERS.items() for _ in range(n)]
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, last_name TEXT, status TEXT, "
            "created_by TEXT)"
        )
        connection.executemany(
            "INSERT INTO contacts (last_name, status, created_by) VALUES (?, ?, ?)",
            [(NAMES[n % len(NAMES)], "Active", o) for n, o in enumerate(owners)],
        )
    connection.close()
    Audit(tmp_path).collect()
    return tmp_path


def on_a_terminal(*arguments: str | Path) -> tuple[int, str]:
    """The command with a terminal of its own as stdout: its code, and what was shown there."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "crmaudit", *map(str, arguments)],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    return done.wait(60), shown.decode()


def pseudonyms(root: Path) -> dict[str, int]:
    profile = Audit(root).facts.evidence.profiles["crm"]["contacts"]
    return {v.value: v.count for v in profile.column("created_by").top}


def test_accounts_are_shown_with_the_pseudonyms_of_the_evidence(crm: Path) -> None:
    known = pseudonyms(crm)
    assert sorted(known.values()) == sorted(OWNERS.values())
    assert not set(known) & set(OWNERS)
    code, shown = on_a_terminal("quality", "show", "crm.contacts.created_by", "--reveal", "-w", crm)
    assert code == 0, shown
    lines = [line.split() for line in shown.splitlines()]
    for account, rows in OWNERS.items():
        (pseudonym,) = (p for p, n in known.items() if n == rows)
        assert [account, pseudonym, str(rows)] in lines
    assert "was recorded" in shown


def test_the_record_says_who_asked_and_holds_no_account(crm: Path) -> None:
    record = crm / ".crmaudit" / RECORD
    assert not record.exists()
    for n in (1, 2):
        on_a_terminal("quality", "show", "crm.contacts.created_by", "--reveal", "-w", crm)
        lines = [json.loads(x) for x in record.read_text("utf-8").splitlines()]
        assert len(lines) == n
    assert lines[0]["what"] == "crm.contacts.created_by"
    assert lines[0]["accounts"] == len(OWNERS)
    assert lines[0]["who"]
    assert lines[0]["when"]
    assert not [name for name in (*OWNERS, *pseudonyms(crm)) if name in record.read_text("utf-8")]
    assert Audit(crm).facts.evidence.documents, "the evidence is still there"
    assert not [d for d in Audit(crm).facts.evidence.documents if "mila.sample" in str(d)]


@pytest.mark.parametrize(
    "more", [(), ("--format", "json"), ("--format", "csv"), ("-o", "accounts.txt")]
)
def test_nothing_is_revealed_into_a_pipe_or_a_file(run, crm: Path, more: tuple[str, ...]) -> None:
    ran = run("quality", "show", "crm.contacts.created_by", "--reveal", "-w", crm, *more)
    assert ran.code == 2
    assert not ran.out
    assert "mila" not in ran.err
    assert not (crm / ".crmaudit" / RECORD).exists()
    assert not Path("accounts.txt").exists()


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("last_name", "data of customers"),
        ("status", "no CRM accounts"),
        ("id", "no CRM accounts"),
    ],
)
def test_customers_and_codes_are_refused_with_the_reason(
    crm: Path, column: str, reason: str
) -> None:
    code, shown = on_a_terminal("quality", "show", f"crm.contacts.{column}", "--reveal", "-w", crm)
    assert code == 2
    assert reason in " ".join(shown.split())
    assert not [name for name in NAMES if name in shown]
    assert not (crm / ".crmaudit" / RECORD).exists()


def test_a_table_is_not_revealed(crm: Path) -> None:
    code, shown = on_a_terminal("quality", "show", "crm.contacts", "--reveal", "-w", crm)
    assert code == 2
    assert "needs a column" in shown


def test_another_key_reveals_nothing(crm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", "another passphrase altogether")
    audit = Audit(crm)
    profile = audit.facts.evidence.profiles["crm"]["contacts"]
    with pytest.raises(CrmauditError, match="another key"):
        audit.reveal(profile, "created_by")


def test_a_column_that_is_gone_is_told(crm: Path) -> None:
    with sqlite3.connect(crm / "crm.db") as connection:
        connection.execute("ALTER TABLE contacts RENAME COLUMN created_by TO made_by")
    connection.close()
    audit = Audit(crm)
    profile = audit.facts.evidence.profiles["crm"]["contacts"]
    with pytest.raises(CrmauditError, match=r"no column contacts\.created_by any more"):
        audit.reveal(profile, "created_by")


def test_nothing_is_revealed_where_the_record_cannot_be_written(crm: Path) -> None:
    (crm / ".crmaudit" / RECORD).mkdir()
    audit = Audit(crm)
    profile = audit.facts.evidence.profiles["crm"]["contacts"]
    with pytest.raises(CrmauditError, match="unrecorded"):
        audit.reveal(profile, "created_by")
