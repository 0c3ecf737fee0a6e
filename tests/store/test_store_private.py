"""Locks and scratch folders: held by one, gone with their process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crmaudit import private
from crmaudit.private import Lock, Scratch, sweep


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with Lock(path) as first:
        assert first.taken
        with Lock(path) as second:
            assert not second.taken
        asking = f"from crmaudit.private import Lock; print(Lock({str(path)!r}).taken)"
        assert subprocess.check_output([sys.executable, "-c", asking], text=True) == "False\n"
    with Lock(path) as third:
        assert third.taken
    with pytest.raises(OSError):
        Lock(tmp_path / "no" / "folder")


def test_scratch_folders_of_the_dead_are_swept(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from crmaudit.private import Scratch\n"
        f"s = Scratch({str(tmp_path)!r}); open(os.path.join(s.name, 'rows'), 'w').close()\n"
        "print(s.name, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    strange = tmp_path / "crmaudit-scratch-without-lock"
    strange.mkdir()
    sweep(str(tmp_path))
    assert (left / "rows").exists()
    process.kill()
    process.communicate()
    sweep(str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == [strange.name]


def test_the_first_scratch_folder_sweeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    swept: list[bool] = []
    monkeypatch.setattr(private, "_swept", False)
    monkeypatch.setattr(private, "sweep", lambda: swept.append(True))
    for _ in range(2):
        with Scratch(str(tmp_path)) as name:
            assert oct(Path(name).stat().st_mode)[-3:] == "700"
            assert not Path(name).samefile(tmp_path)
    assert swept == [True]
    assert list(tmp_path.iterdir()) == []
