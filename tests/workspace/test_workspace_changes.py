"""Changes of several files: shown, tried, and written all at once or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.workspace import load
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.editing import Append, Drop, Put
from crmaudit.workspace.journal import Write, commit, recover

FILES = {
    "audit.yaml": "organisation: Harbour\n",
    "systems/crm.yaml": "id: crm   # the one\nname: Beacon\n",
    "systems/erp.yaml": "id: erp\nname: Ledger\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def contents(root: Path) -> dict[str, bytes]:
    """Every file but the program's own."""
    files = (p for p in root.rglob("*") if p.is_file() and ".crmaudit" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def renamed(root: Path) -> Changes:
    draft = Draft(load(root))
    for file in ("systems/crm.yaml", "systems/erp.yaml"):
        draft.edit(file, Put(("vendor",), "Acme"))
    return draft.changes()


def test_a_draft_gathers_edits_and_shows_them(root: Path) -> None:
    draft = Draft(load(root))
    draft.edit("systems/crm.yaml", Put(("vendor",), "Acme"))
    draft.edit("systems/crm.yaml", Put(("users",), 5), Put(("name",), "Beacon"))
    draft.edit("systems/erp.yaml", Put(("name",), "Ledger"))
    draft.edit("people.yaml", Append(("people",), {"id": "ann", "name": "Ann"}))
    draft.move("systems/erp.yaml", "systems/ledger.yaml")
    changes = draft.changes()
    assert contents(root) == {n: t.encode() for n, t in FILES.items()}
    assert changes.diff == (
        "--- /dev/null\n"
        "+++ b/people.yaml\n"
        "@@ -0,0 +1,4 @@\n"
        "+# yaml-language-server: $schema=.schema/people.json\n"
        "+people:\n"
        "+  - id: ann\n"
        "+    name: Ann\n"
        "--- a/systems/crm.yaml\n"
        "+++ b/systems/crm.yaml\n"
        "@@ -1,2 +1,4 @@\n"
        " id: crm   # the one\n"
        " name: Beacon\n"
        "+vendor: Acme\n"
        "+users: 5\n"
    )
    after = changes.check()
    assert after.system["crm"].users == 5
    assert "ann" in after.person
    assert after.place_of("system:erp").file == "systems/ledger.yaml"
    written = changes.write()
    assert [p.name for p in written] == ["people.yaml", "crm.yaml", "ledger.yaml"]
    assert load(root).person["ann"].name == "Ann"
    assert not (root / "systems/erp.yaml").exists()
    assert not (root / ".crmaudit/pending").exists()


def test_what_stays_as_it_is_is_no_change(root: Path) -> None:
    draft = Draft(load(root))
    draft.edit("systems/crm.yaml", Put(("name",), "Beacon"))
    assert draft.changes().files == ()


def test_a_change_that_would_break_the_workspace_is_told_and_not_written(root: Path) -> None:
    draft = Draft(load(root))
    draft.edit("systems/crm.yaml", Put(("successor",), "erp"), Put(("depends_on",), ["nobody"]))
    with pytest.raises(InvalidInput) as caught:
        draft.changes().check()
    assert [str(p.where) for p in caught.value.problems] == [
        "systems/crm.yaml:3:1",
        "systems/crm.yaml:5:5",
    ]
    assert contents(root) == {n: t.encode() for n, t in FILES.items()}


def test_deleting_and_creating(root: Path) -> None:
    draft = Draft(load(root))
    draft.delete("systems/erp.yaml")
    draft.create("systems/hr.yaml", "id: hr\nname: People\n")
    with pytest.raises(CrmauditError, match="is there already"):
        draft.create("systems/crm.yaml", "id: other\n")
    with pytest.raises(CrmauditError, match="is there already"):
        draft.move("systems/erp.yaml", "systems/crm.yaml")
    changes = draft.changes()
    assert set(changes.check().system) == {"crm", "hr"}
    changes.write()
    assert set(load(root).system) == {"crm", "hr"}


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
)
def test_encoding_line_ends_and_rights_stay(root: Path, mark: bytes, codec: str) -> None:
    path = root / "systems/crm.yaml"
    path.write_bytes(mark + "id: crm\r\nname: Bürgeramt  # größer\r\n".encode(codec))
    path.chmod(0o640)
    draft = Draft(load(root))
    draft.edit("systems/crm.yaml", Put(("vendor",), "Ü"))
    draft.move("systems/crm.yaml", "systems/b.yaml")
    draft.changes().write()
    new = root / "systems/b.yaml"
    expected = 'id: crm\r\nname: Bürgeramt  # größer\r\nvendor: "Ü"\r\n'
    assert new.read_bytes() == mark + expected.encode(codec)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640


def test_links_are_written_through(root: Path, tmp_path: Path) -> None:
    real = tmp_path / "shared.yaml"
    (root / "systems/crm.yaml").rename(real)
    (root / "systems/crm.yaml").symlink_to(real)
    renamed(root).write()
    assert (root / "systems/crm.yaml").is_symlink()
    assert "vendor: Acme" in real.read_text()
    draft = Draft(load(root))
    draft.move("systems/crm.yaml", "systems/b.yaml")
    with pytest.raises(CrmauditError, match="is a link"):
        draft.changes().write()
    assert (root / "systems/crm.yaml").is_symlink()


@pytest.mark.parametrize("what", ["changed", "removed"])
def test_a_file_that_is_not_what_was_read_is_left_alone(root: Path, what: str) -> None:
    changes = renamed(root)
    path = root / "systems/erp.yaml"
    path.write_text("id: erp\nname: Other\n") if what == "changed" else path.unlink()
    before = contents(root)
    with pytest.raises(CrmauditError, match=f"systems/erp.yaml was {what} meanwhile"):
        changes.write()
    assert contents(root) == before


def test_a_file_that_came_meanwhile_is_not_overwritten(root: Path) -> None:
    draft = Draft(load(root))
    draft.create("people.yaml", "people: []\n")
    draft.edit("systems/crm.yaml", Put(("users",), 1))
    changes = draft.changes()
    (root / "people.yaml").write_text("# mine\n")
    before = contents(root)
    with pytest.raises(CrmauditError, match=r"people.yaml is there already"):
        changes.write()
    assert contents(root) == before


@pytest.mark.parametrize("path", ["systems/erp.yaml", "systems"])
def test_what_is_write_protected_stays(root: Path, path: str) -> None:
    changes = renamed(root)
    mode = stat.S_IMODE((root / path).stat().st_mode)
    (root / path).chmod(mode & 0o555)
    before = contents(root)
    try:
        with pytest.raises(CrmauditError, match="is write-protected") as caught:
            changes.write()
    finally:
        (root / path).chmod(mode)
    assert "nothing was written" in caught.value.hint
    assert contents(root) == before


# Killed at any moment.

KILLED = """
import os, signal, sys
from pathlib import Path
from crmaudit.workspace import journal
from crmaudit.workspace.changes import Draft
from crmaudit.workspace.editing import Put
from crmaudit.workspace import load

root, nth = Path(sys.argv[1]), int(sys.argv[2])
calls = 0

def counted(step):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*arguments, **named)
    return call

draft = Draft(load(root))
for file in ("systems/crm.yaml", "systems/erp.yaml"):
    draft.edit(file, Put(("vendor",), "Acme"))
draft.move("systems/erp.yaml", "systems/ledger.yaml")
changes = draft.changes()
journal.os.replace = counted(os.replace)
journal.os.fsync = counted(os.fsync)
journal.Path.unlink = counted(Path.unlink)
changes.write()
print("done", calls)
"""


def test_a_change_is_whole_or_absent_wherever_the_process_is_killed(root: Path) -> None:
    before = contents(root)
    outcomes = set()
    for nth in range(1, 40):
        for name in ("systems/ledger.yaml", "systems/erp.yaml", "systems/crm.yaml"):
            (root / name).unlink(missing_ok=True)
        for name, raw in before.items():
            (root / name).write_bytes(raw)
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(root), str(nth)], capture_output=True, text=True
        )
        left = load(root)
        assert not (root / ".crmaudit/pending").exists()
        now = contents(root)
        changed = now != before
        outcomes.add(changed)
        if changed:
            assert sorted(now) == ["audit.yaml", "systems/crm.yaml", "systems/ledger.yaml"]
            assert {s.vendor for s in left.systems} == {"Acme"}
        if ran.returncode == 0:
            assert changed
            break
        assert ran.returncode == -signal.SIGKILL, ran.stderr
    else:
        pytest.fail("it never came to its end")
    assert outcomes == {True, False}


def half_done(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves a change of two files of which one is in place."""
    real = os.replace

    def replace(old: str | Path, new: str | Path) -> None:
        if str(new).endswith("erp.yaml"):
            raise PermissionError(13, "Permission denied", str(new))
        real(old, new)

    with monkeypatch.context() as patch:
        patch.setattr("crmaudit.workspace.journal.os.replace", replace)
        with pytest.raises(CrmauditError, match="Permission denied") as caught:
            renamed(root).write()
    assert caught.value.hint == "the change is half done; the next crmaudit command finishes it"


def test_the_next_run_finishes_what_was_cut_off(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(root, monkeypatch)
    assert {s.vendor for s in load(root).systems} == {"Acme"}


def test_what_was_edited_since_is_not_overwritten(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(root, monkeypatch)
    (root / "systems/erp.yaml").write_text("id: erp\nname: By hand\n")
    with pytest.raises(CrmauditError, match="this one was edited since") as caught:
        load(root)
    assert str(caught.value.where) == "systems/erp.yaml"
    assert (root / "systems/erp.yaml").read_text() == "id: erp\nname: By hand\n"
    (root / ".crmaudit/pending/change.json").write_text("damaged")
    with pytest.raises(CrmauditError, match="cannot be read"):
        load(root)


def test_only_one_process_changes_a_workspace_at_a_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmaudit.private import Lock, state_folder

    monkeypatch.setattr("crmaudit.workspace.journal._PATIENCE", 0.1)
    with Lock(state_folder(root) / "change.lock"), pytest.raises(CrmauditError, match="another"):
        renamed(root).write()
    renamed(root).write()


def test_a_full_disk_leaves_everything_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(root)
    real = os.fsync
    calls = []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(28, "No space left on device", "x")
        real(handle)

    changes = renamed(root)
    monkeypatch.setattr("crmaudit.workspace.journal.os.fsync", fsync)
    with pytest.raises(CrmauditError, match="No space left"):
        changes.write()
    assert contents(root) == before
    recover(root)


def test_new_folders_go_again_when_a_write_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(old: str, new: str) -> None:
        raise OSError(5, "Input/output error", str(new))

    monkeypatch.setattr("crmaudit.workspace.journal.os.replace", replace)
    with pytest.raises(CrmauditError, match="Input/output error"):
        commit(root, [Write("maps/deep/crm.yaml", None, b"system: crm\n")])
    assert not (root / "maps").exists()


def test_drop_through_a_draft(root: Path) -> None:
    draft = Draft(load(root))
    draft.edit("systems/crm.yaml", Put(("vendor",), "Acme"), Drop(("vendor",)))
    assert draft.changes().files == ()
