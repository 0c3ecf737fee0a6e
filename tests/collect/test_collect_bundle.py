"""Collected at the client's without a workspace, imported here: as if collected here."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from collecting import crmaudit, workspace
from databases import Database, dialects

Make = Callable[[str], Database]
HEX = "00ff" * 16
ROWS = "(1, 'anna@example.org', 'open'), (2, NULL, 'open'), (3, 'x', 'lost'), (3, 'y', NULL)"


def made(db: Database) -> Database:
    db.execute(
        [
            "CREATE TABLE contact (id integer, email varchar(60), status varchar(9))",
            f"INSERT INTO contact VALUES {ROWS}",
            "CREATE TABLE empty_one (id integer PRIMARY KEY)",
        ]
    )
    return db


def findings(root: Path) -> Any:
    done = crmaudit("check", "-w", root, "--format", "json", "--fail-on", "never")
    assert done.code == 0
    return json.loads(done.out)


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_findings_are_those_of_a_direct_collect(
    make_db: Make, tmp_path: Path, dialect: str
) -> None:
    db = made(make_db(dialect))
    direct = workspace(tmp_path / "direct", {"crm": db.url})
    assert crmaudit("collect", "-w", direct).code == 0
    bundle = tmp_path / "evidence.zip"
    done = crmaudit("collect", "--url", db.url, "--as", "crm", "-o", bundle, cwd=tmp_path)
    assert done.code == 0
    files = {p.name for p in tmp_path.iterdir() if p.is_file()}
    assert files - {db.url.rsplit("/", 1)[1]} == {bundle.name}

    imported = workspace(tmp_path / "imported", {"crm": db.url})
    done = crmaudit("import", bundle, "-w", imported, "--yes")
    assert done.code == 0, done.text
    ours, theirs = findings(direct), findings(imported)
    assert len(json.dumps(ours)) > 500
    without_snapshot = [
        json.dumps(f, sort_keys=True).replace(_snapshot(r), "…")
        for f, r in ((ours, direct), (theirs, imported))
    ]
    assert without_snapshot[0] == without_snapshot[1]
    assert crmaudit("report", "-w", imported, "--as", "md").code == 0
    again = crmaudit("import", bundle, "-w", imported, "--yes")
    assert "nothing to do" in again.out


def _snapshot(root: Path) -> str:
    from crmaudit.audit import Audit

    (catalog,) = Audit(root).facts.evidence.catalogs.values()
    return catalog.provenance.snapshot


def test_what_import_refuses(make_db: Make, tmp_path: Path) -> None:
    db = made(make_db("sqlite"))
    bundle = tmp_path / "evidence.zip"
    collecting = ("collect", "--url", db.url, "--as", "crm", "-o", bundle)
    assert crmaudit(*collecting, CRMAUDIT_KEY=HEX).code == 0
    root = workspace(tmp_path / "audit", {"crm": db.url})

    other = crmaudit("import", bundle, "-w", root, "--yes")
    assert other.code == 2
    assert "made with the key" in other.err
    assert "CRMAUDIT_KEY" in other.err
    assert HEX not in other.text
    assert crmaudit("import", bundle, "-w", root, "--yes", CRMAUDIT_KEY=HEX).code == 0

    unknown = workspace(tmp_path / "unknown", {"billing": db.url})
    done = crmaudit("import", bundle, "-w", unknown, "--yes", CRMAUDIT_KEY=HEX)
    assert done.code == 2
    assert "speaks of crm, which no dossier describes" in done.err

    bundle.write_bytes(bundle.read_bytes()[:-50])
    done = crmaudit("import", bundle, "-w", root, "--yes", CRMAUDIT_KEY=HEX)
    assert done.code == 2
    assert "only a part of one" in done.err


def test_the_key_is_nowhere(make_db: Make, tmp_path: Path) -> None:
    db = made(make_db("sqlite"))
    root = workspace(tmp_path / "audit", {"crm": db.url})
    done = [
        crmaudit("audit", "-w", root, "--as", "html,md,json", CRMAUDIT_KEY=HEX),
        crmaudit("export", tmp_path / "e.zip", "-w", root, CRMAUDIT_KEY=HEX),
    ]
    assert [d.code for d in done] == [0, 0]
    assert not any(HEX in d.text for d in done)
    assert not (root / ".crmaudit" / "key").exists()
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        content = b"".join(archive.read(n) for n in archive.namelist())
    content += b"".join(p.read_bytes() for p in root.rglob("*") if p.is_file())
    assert HEX.encode() not in content
    assert bytes.fromhex(HEX) not in content


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--url", "x.sqlite"], "--url needs"),
        (["--url", "x.sqlite", "--as", "crm"], "--url needs"),
        (["crm", "--url", "x.sqlite", "--as", "crm", "-o", "e.zip"], "--url needs"),
        (["--url", "x.sqlite", "--as", "a/b", "-o", "e.zip"], "no id of a system"),
        (["--as", "crm", "-o", "e.zip"], "go with --url"),
        (["--maps", "maps"], "go with --url"),
        (["--url", "x.sqlite", "--as", "crm", "-o", "e.zip", "--maps", "no"], "no folder no"),
        (["--url", "x.sqlite", "--as", "crm", "-o", "e.zip"], "x.sqlite"),
    ],
)
def test_wrong_options(args: list[str], says: str, tmp_path: Path) -> None:
    done = crmaudit("collect", *args, cwd=tmp_path)
    assert done.code == 2
    assert says in done.err
    assert not (tmp_path / "e.zip").exists()


def test_an_open_failure_leaves_nothing_beside(tmp_path: Path) -> None:
    crmaudit("collect", "--url", "no.sqlite", "--as", "crm", "-o", "e.zip", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_maps_of_no_workspace(make_db: Make, tmp_path: Path) -> None:
    db = made(make_db("sqlite"))
    maps = tmp_path / "maps"
    maps.mkdir()
    collecting = ("collect", "--url", db.url, "-o", "e.zip", "--maps", "maps", "--as")
    (maps / "crm.yaml").write_text("system: crm\ntables: [{table: contact, entty: person}]\n")
    done = crmaudit(*collecting, "crm", cwd=tmp_path)
    assert done.code == 2
    assert "maps/crm.yaml:2:" in done.err

    (maps / "crm.yaml").write_text("system: crm\ntables: [{table: contact, entity: person}]\n")
    done = crmaudit(*collecting, "billing", cwd=tmp_path)
    assert done.code == 2
    assert "no map in maps speaks of 'billing'" in done.err
    assert not (tmp_path / "e.zip").exists()
    assert crmaudit(*collecting, "crm", cwd=tmp_path).code == 0
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        assert any("catalog" in name for name in archive.namelist())
