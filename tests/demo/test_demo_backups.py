"""What is wrong with the demo's backups is found, and nothing else is alleged of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from golden_files import EXAMPLES

from crmaudit.audit import Audit
from crmaudit.collect import collect, targets
from crmaudit.collect.collect import Silent
from crmaudit.demo import backups, generate
from crmaudit.store import open_store
from crmaudit.workspace import load

OF_BACKUPS = ("GOV193", "GOV194", "GOV195", "GOV220")


@pytest.fixture(scope="module")
def looked_into(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    root = tmp_path_factory.mktemp("demo") / "audit"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    generate(root / "data", contacts=200)
    collect(targets(load(root), ("crm", "billing")), open_store(root), Silent(), only=("backups",))
    return Audit(root)


def test_what_was_planted_is_found_and_nothing_else(looked_into: Audit) -> None:
    found = {
        (finding.subject, finding.code)
        for finding in looked_into.findings.findings
        if finding.code in OF_BACKUPS
    }
    assert found == {(f"system:{s}", code) for s, p in backups.PLANTED.items() for code in p}


def test_messages_tell_which_and_when(looked_into: Audit) -> None:
    told = {f.code: f.message for f in looked_into.findings.findings if f.code in OF_BACKUPS}
    assert "29 days old, though it is declared weekly" in told["GOV193"]
    assert "beacon-2026-10-30.sql.gz of 30 October 2026 (it is empty)" in told["GOV195"]
    assert "between 18 October 2026 and 23 October 2026" in told["GOV220"]


def test_a_copy_of_the_demo_has_the_same_findings(looked_into: Audit, tmp_path: Path) -> None:
    """Copying makes every file young; the days in the names stay."""
    root = tmp_path / "copy"
    shutil.copytree(looked_into.root, root, copy_function=shutil.copyfile)
    collect(targets(load(root), ("crm", "billing")), open_store(root), Silent(), only=("backups",))
    ours, theirs = (
        sorted((f.code, f.subject, f.message) for f in a.findings.findings if f.code in OF_BACKUPS)
        for a in (looked_into, Audit(root))
    )
    assert ours == theirs
