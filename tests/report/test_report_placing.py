"""Files take their places together: no stop, full disk or second writer leaves a wrong one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sample import sample

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.private import Lock
from crmaudit.report import placing
from crmaudit.report.formats import file_name, manifest_name, write
from crmaudit.report.manifest import read_manifest
from crmaudit.report.placing import alone, put

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "two").write_bytes(b"old")
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "report.json"
    write(sample(), path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        put(path.parent, {path.name: "no bytes"})  # type: ignore[dict-item]
    assert held(path.parent) == {"report.json": before}


def test_a_full_disk_leaves_all_old_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(9))

    def fsync(_: int) -> None:
        if next(calls):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(CrmauditError, match="two cannot be written: No space left on device"):
        put(folder, {"one": b"new", "two": b"new"})
    assert held(folder) == {"one": b"old", "two": b"old"}


def test_a_folder_in_a_files_place_is_told_before_anything(folder: Path) -> None:
    (folder / "three").mkdir()
    with pytest.raises(CrmauditError, match="three cannot be written: it is a folder"):
        put(folder, {"one": b"new", "three": b"new"})
    assert (folder / "one").read_bytes() == b"old"
    with pytest.raises(CrmauditError, match="one cannot be written"):
        put(folder / "one", {"report": b"new"})


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("fsync", {"one": b"old", "two": b"old"}),
        ("replace", {"one": b"new", "two": b"old"}),
    ],
)
def test_a_killed_run(where: str, found: dict[str, bytes], folder: Path) -> None:
    """While they are written, none is in place; later, those are that were named first."""
    code = (
        "import os, signal, sys; from pathlib import Path; from crmaudit.report import placing\n"
        f"real, calls = os.{where}, iter(range(9))\n"
        "stop = lambda *x: os.kill(os.getpid(), signal.SIGKILL) if next(calls) else real(*x)\n"
        f"os.{where} = stop\n"
        "placing.put(Path(sys.argv[1]), {'one': b'new', 'two': b'new'})"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    left = {n: c for n, c in held(folder).items() if not n.endswith(".tmp")}
    assert left == found
    aside = [p for p in folder.iterdir() if p.suffix == ".tmp"]
    assert aside
    for path in aside:
        os.utime(path, (0, 0))
    put(folder, {"one": b"newer", "two": b"newer"})
    assert held(folder) == {"one": b"newer", "two": b"newer"}


def test_reports_stopped_half_way_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "audit"))
    crmaudit.Audit(root).report(["md", "json"])
    brief = root / "brief.yaml"
    brief.write_text(f"# Other\n{brief.read_text('utf-8')}", encoding="utf-8")
    real, calls = os.replace, iter(range(9))

    def replace(one: str, two: Path) -> None:
        if next(calls) == 2:
            raise PermissionError(errno.EACCES, "it is open in another program")
        real(one, two)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(CrmauditError, match="json cannot be written: it is open in another"):
            crmaudit.Audit(root).report(["md", "json"])
    kept = read_manifest(root / "reports" / manifest_name())
    assert kept is not None
    assert sorted(kept.files) == [file_name("json"), file_name("md")]
    found = {c.path.suffix: c for c in crmaudit.Audit(root).verify()}
    assert found[".md"].state == "same"
    assert found[".json"].reasons[0] == "the manifest is of another writing than the file"
    assert len(list((root / "reports").iterdir())) == 3


def test_a_second_writer_waits_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_PATIENCE", 0.1)
    (tmp_path / ".crmaudit").mkdir()
    told = "another crmaudit is writing reports"
    with alone(tmp_path), pytest.raises(CrmauditError, match=told), alone(tmp_path):
        pass
    with alone(tmp_path), Lock(tmp_path / ".crmaudit" / "report.lock") as other:
        assert not other.taken


def test_where_nothing_can_be_locked_nobody_waits_and_nothing_is_made(tmp_path: Path) -> None:
    with alone(tmp_path), alone(tmp_path):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("formats", "why"),
    [([], "no report format is named"), (["md", "odt"], "no report format 'odt'")],
)
def test_formats_are_looked_at_before_anything_is_written(
    formats: list[str], why: str, tmp_path: Path
) -> None:
    with pytest.raises(CrmauditError, match=why):
        crmaudit.Audit(EXAMPLES / "harbourlight").report(formats, folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()
