"""What is said of columns when nobody is asked, and what was not taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    # 03/04 may be of March or April: nothing in the sheet tells.
    path.write_text(
        "Application,Vendor,Contract end,Mood\n"
        "Casebook,Ledger,03/04/2027,blue\nRota,Tallow,05/06/2027,green\n"
    )
    return path


@pytest.fixture
def workspace(run: Any, tmp_path: Path) -> Path:
    root = tmp_path / "w"
    assert run("init", root, "--organisation", "Quillbrook Trust").code == 0
    return root


def test_doubtful_columns_taken_unasked_are_named_on_stderr(
    run: Any, listed: Path, workspace: Path
) -> None:
    ran = run("import", listed, "-w", workspace, "--yes")
    assert ran.code == 0, ran.err
    assert "1 doubtful column taken unasked: Contract end" in ran.err
    assert "Contract end" in ran.out
    # Who confirmed a map was asked.
    again = run("import", listed, "-w", workspace, "--yes")
    assert again.code == 0
    assert "doubtful" not in again.err


def test_a_new_workspace_says_so_too(run: Any, listed: Path, tmp_path: Path) -> None:
    ran = run("init", tmp_path / "n", "--from", listed)
    assert "1 doubtful column taken unasked: Contract end" in ran.err


def test_columns_not_taken_are_something_left_out(run: Any, listed: Path, tmp_path: Path) -> None:
    ran = run("init", tmp_path / "n", "--from", listed)
    assert "1 of 4 columns was not taken: Mood" in ran.out
    assert "nothing was left out" not in ran.out
    listed.write_text("Application,Vendor\nCasebook,Ledger\n")
    ran = run("init", tmp_path / "m", "--from", listed)
    assert "nothing was left out" in ran.out
    assert "not taken" not in ran.out
