"""A system without a database, of which only files tell."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from collecting import crmaudit, workspace

from crmaudit.audit import Audit
from crmaudit.evidence import Grants, Statements

LOG = """query_text,user_name,database_name,start_time
SELECT * FROM contact WHERE mail = 'zylphia@example.org',crm_app,crm,2026-11-01 10:00:00
UPDATE contact SET name = 'Zylphia',mary.miller,crm,2026-11-02 10:00:00
"""
GRANTS = "grantee,table_name,privilege_type\ncrm_app,contact,SELECT\n"
DOSSIER = """id: crm
name: BeaconCRM
traces:
  statements:
    - log.csv
    - logs/*.csv
  grants: [rights.csv]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = workspace(tmp_path / "audit", {})
    (place / "systems" / "crm.yaml").write_text(DOSSIER)
    (place / "log.csv").write_text(LOG)
    (place / "logs").mkdir()
    (place / "logs" / "2026-11.csv").write_text(LOG)
    (place / "rights.csv").write_text(GRANTS)
    return place


def test_files_alone_are_collected(root: Path) -> None:
    done = crmaudit("collect", "-w", root)
    assert done.code == 0, done.text
    assert "crm: 3 pieces of evidence from files" in done.out
    found = list(Audit(root).store.newest())
    statements = [d for d in found if isinstance(d, Statements)]
    assert sorted(d.origin for d in statements) == ["*.csv", "log.csv"]
    assert {u.table for d in statements for u in d.uses} == {"contact"}
    assert [r.letters for d in found if isinstance(d, Grants) for r in d.rights] == ["R"]
    store = (root / ".crmaudit" / "store.sqlite").read_bytes()
    assert b"zylphia" not in store.lower()
    assert b"mary" not in store


def test_a_dry_run_lists_files_and_reads_none(root: Path) -> None:
    done = crmaudit("collect", "-w", root, "--dry-run", "--only", "grants,statements")
    assert done.code == 0, done.text
    assert "no database: only files are read" in done.out
    assert f"statements: {root / 'log.csv'} (1 file, 0.0 MB)" in done.out
    assert f"grants: {root / 'rights.csv'} (1 file" in done.out
    assert not (root / ".crmaudit" / "store.sqlite").exists()


def test_a_missing_file_is_told_with_its_line(root: Path) -> None:
    (root / "log.csv").unlink()
    dry = crmaudit("collect", "-w", root, "--dry-run")
    assert dry.code == 2
    assert "log.csv (does not exist, systems/crm.yaml:5:7)" in dry.out
    done = crmaudit("collect", "-w", root)
    assert done.code == 2
    assert "systems/crm.yaml:5:7: statements: " in done.text
    assert "crm: 2 pieces of evidence from files" in done.out, "the others are kept"


def test_a_changed_file_is_another_snapshot(root: Path) -> None:
    def snapshots() -> set[str]:
        assert crmaudit("collect", "-w", root, "--only", "statements").code == 0
        return {d.provenance.snapshot for d in Audit(root).store.newest()}

    first = snapshots()
    assert snapshots() == first
    (root / "logs" / "2026-12.csv").write_text(LOG)
    assert not snapshots() <= first


def test_files_beside_a_database(root: Path) -> None:
    with sqlite3.connect(root / "crm.sqlite") as db:
        db.execute("CREATE TABLE Contact (id INTEGER PRIMARY KEY, name TEXT, mail TEXT)")
    dossier = root / "systems" / "crm.yaml"
    dossier.write_text(DOSSIER + "database: {url: 'sqlite:///crm.sqlite'}\n")
    done = crmaudit("collect", "-w", root, "--only", "grants,statements")
    assert done.code == 0, done.text
    assert "1 table" in done.out
    found = list(Audit(root).store.newest())
    tables = {u.table for d in found if isinstance(d, Statements) for u in d.uses}
    assert tables == {"Contact"}, "under the name that the catalog has"
    dry = crmaudit("collect", "-w", root, "--dry-run", "--only", "statements")
    assert "reached: sqlite:///" in dry.out
    assert "log.csv (1 file" in dry.out


def test_a_dry_run_lists_of_a_folder_what_is_read(root: Path) -> None:
    (root / "logs" / "below").mkdir()
    (root / "logs" / "below" / "deep.csv").write_text(LOG)
    (root / "logs" / ".hidden.csv").write_text(LOG)
    dossier = root / "systems" / "crm.yaml"
    dossier.write_text("id: crm\nname: CRM\ntraces: {statements: [logs], code: [logs]}\n")
    done = crmaudit("collect", "-w", root, "--dry-run", "--only", "statements,code")
    assert f"statements: {root / 'logs'} (1 file," in done.out
    assert f"code: {root / 'logs'} (3 files," in done.out
