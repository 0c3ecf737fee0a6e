"""`crmaudit report --verify`: what it prints, and how it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmaudit.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "harbourlight"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Path(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("written") / "audit"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        assert main(["report", "--as", "md,json"]) == 0
    return made


@pytest.fixture
def root(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = Path(shutil.copytree(written, tmp_path / "audit"))
    monkeypatch.chdir(made)
    return made


def test_same_differs_missing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", "--verify"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "same     reports/information-management-plan.json",
        "same     reports/information-management-plan.md",
        "2 files: every byte as written now",
    ]
    report = root / "reports" / "information-management-plan.md"
    report.write_text("changed", encoding="utf-8")
    (root / "reports" / "information-management-plan.json").unlink()
    assert main(["report", "--verify"]) == 1
    text = capsys.readouterr().out
    assert "missing  reports/information-management-plan.json" in text
    assert "differs  reports/information-management-plan.md" in text
    assert "the file was changed after it was written" in text
    assert report.read_text(encoding="utf-8") == "changed"


def test_named_files_and_mistakes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = "reports/information-management-plan.md"
    assert main(["report", "--verify", named]) == 0
    assert "1 file: every byte as written now" in capsys.readouterr().out
    assert main(["report", named]) == 2
    assert "--verify" in capsys.readouterr().err
    assert main(["report", "--verify", "nowhere"]) == 2
    assert "there is no such file or folder" in capsys.readouterr().err
