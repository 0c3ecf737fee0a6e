"""What is found in a backup folder, against what was put there."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sqlite3
import tarfile
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.collect import collect, targets
from crmaudit.collect.collect import Silent
from crmaudit.errors import CrmauditError
from crmaudit.evidence import BackupFile, Backups, from_json, to_json
from crmaudit.governance.collectors.backups import collector
from crmaudit.governance.collectors.backups_names import (
    names_own,
    partial,
    series,
    shown,
)
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.task import Known, Task
from crmaudit.store import open_store
from crmaudit.workspace import load

MYSQL = b"-- MySQL dump 10.13\n" + b"INSERT INTO t VALUES (1,'Ana');\n" * 4000
MYSQL_END = b"-- Dump completed on 2026-11-20  2:00:00\n"
PG = b"--\n-- PostgreSQL database dump\n--\n" + b"COPY t FROM stdin;\n1\n\\.\n" * 3000
PG_END = b"--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"


def look(folder: Path, words: tuple[str, ...] = ()) -> Backups:
    source = AbsentSource(())
    catalog = source.catalog("crm")
    task = Task(source, "crm", catalog, (), Known(words=words, backups=str(folder)))
    assert list(collector.statements(task)) == []
    (found,) = collector.collect(task)
    assert isinstance(found, Backups)
    assert from_json(to_json(found)) == found
    return found


def put(folder: Path, name: str, content: bytes, day: int = 1) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = datetime(2026, 6, day, 2, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def one(folder: Path) -> BackupFile:
    (file,) = look(folder).files
    return file


@pytest.mark.parametrize(
    ("name", "whole", "cut", "form"),
    [
        ("a.sql", MYSQL + MYSQL_END, MYSQL, "mysqldump"),
        ("a.sql", PG + PG_END, PG, "pg_dump"),
        ("a.sql.gz", gzip.compress(MYSQL + MYSQL_END), gzip.compress(MYSQL), "mysqldump"),
        ("a.sql.gz", gzip.compress(PG + PG_END), gzip.compress(PG + PG_END)[:-9], "gzip"),
        ("a.sql.bz2", bz2.compress(PG + PG_END), bz2.compress(PG + PG_END)[:-9], "bzip2"),
        ("a.sql.xz", lzma.compress(MYSQL + MYSQL_END), lzma.compress(MYSQL)[:-9], "xz"),
        ("twice.sql.gz", gzip.compress(MYSQL) + gzip.compress(MYSQL_END), b"\x1f\x8b", "gzip"),
    ],
)
def test_dumps_that_break_off_are_told_from_whole_ones(
    tmp_path: Path, name: str, whole: bytes, cut: bytes, form: str
) -> None:
    put(tmp_path, name, whole)
    file = one(tmp_path)
    assert (file.sound, file.why, file.database) == (True, "", True)
    assert form in file.form
    assert file.bytes == len(whole)
    put(tmp_path, name, cut)
    file = one(tmp_path)
    assert file.sound is False
    assert file.why


def test_a_checksum_that_does_not_fit(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(os.urandom(50_000)))
    content[20_000] ^= 0xFF
    put(tmp_path, "a.gz", bytes(content))
    assert one(tmp_path).sound is False


def test_nothing_in_a_wrapping_is_no_backup(tmp_path: Path) -> None:
    """What `mysqldump | gzip` leaves behind where the dump could not connect."""
    put(tmp_path, "a.sql.gz", gzip.compress(b""))
    file = one(tmp_path)
    assert (file.sound, file.why, file.database) == (False, "it holds nothing", True)


def test_archives_and_copies(tmp_path: Path) -> None:
    archive = tmp_path / "whole.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", "a" * 9000)
    put(tmp_path, "cut.zip", archive.read_bytes()[:-30])
    with tarfile.open(tmp_path / "whole.tar", "w") as tar:
        tar.add(archive, "a.zip")
    put(tmp_path, "cut.tar", (tmp_path / "whole.tar").read_bytes()[:600])
    connection = sqlite3.connect(tmp_path / "whole.sqlite")
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    put(tmp_path, "cut.sqlite", (tmp_path / "whole.sqlite").read_bytes()[:5000])
    put(tmp_path, "a.dump", b"PGDMP\x01\x0e\x00" + os.urandom(99))
    put(tmp_path, "empty.sql", b"")
    put(tmp_path, "a.zst", b"\x28\xb5\x2f\xfd" + os.urandom(99))
    found = {f.name: f.sound for f in look(tmp_path, ("whole", "cut")).files}
    assert found == {
        "whole.zip": True,
        "cut.zip": False,
        "whole.tar": True,
        "cut.tar": False,
        "whole.sqlite": True,
        "cut.sqlite": False,
        "a.dump": None,
        "a.zst": None,
        "empty.sql": False,
    }


def test_folders_that_are_one_backup(tmp_path: Path) -> None:
    put(tmp_path, "full_2026-06-01/xtrabackup_checkpoints", b"backup_type = full-backuped\n")
    put(tmp_path, "full_2026-06-01/ibdata1", b"x" * 5000)
    put(tmp_path, "full_2026-06-01/crm/people.ibd", b"x" * 700)
    put(tmp_path, "pg/base.tar.gz", gzip.compress(b"x"))
    put(tmp_path, "pg/backup_manifest", b"{}")
    put(tmp_path, "dir/toc.dat", b"PGDMP\x01\x0e\x00")
    put(tmp_path, "daily/2026/crm.sql", MYSQL + MYSQL_END)
    put(tmp_path, "a/b/c/d/too-deep.sql", MYSQL)
    put(tmp_path, "notes.txt", b"call the host")
    found = look(tmp_path, ("dir",))
    assert {f.name for f in found.files} == {"full_2026-06-01", "pg", "dir", "daily/2026/crm.sql"}
    full = next(f for f in found.files if f.name.startswith("full"))
    assert full.bytes == 28 + 5000 + 700
    assert found.others == 1


def test_the_newest_comes_first_and_links_are_not_counted_twice(tmp_path: Path) -> None:
    for day in (3, 9, 5):
        put(tmp_path, f"crm-2026-06-0{day}.sql", MYSQL + MYSQL_END, day)
    (tmp_path / "latest.sql").symlink_to("crm-2026-06-09.sql")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = look(tmp_path)
    assert [f.written.day for f in found.files] == [9, 5, 3]
    assert len({f.series for f in found.files}) == 1


def test_names_show_no_person(tmp_path: Path) -> None:
    put(tmp_path, "ana.diaz/Crm Beacon 2026-06-01 for Ana Diaz.sql", MYSQL + MYSQL_END)
    (file,) = look(tmp_path, ("BeaconCRM", "Beacon")).files
    assert file.name == "a….d…/Crm Beacon 2026-06-01 f… A… D….sql"
    assert "Ana" not in to_json(look(tmp_path))
    assert "INSERT" not in to_json(look(tmp_path))


WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=30)


@given(WORDS)
def test_a_word_that_is_not_usual_never_shows_whole(word: str) -> None:
    told = shown(f"{word}-Quxzwyn.sql", ())
    assert "Quxzwyn" not in told
    assert series(f"{word}-1.sql", ()) == series(f"{word}-22.sql", ())


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("crm_2026-06-01.sql.gz", "crm_2026-06-02.sql.gz"),
        ("crm-mon.sql", "crm-tue.sql"),
        ("crm_20260601T0200.dump", "crm_20260602T0200.dump"),
        ("daily/crm_01.sql", "daily/crm_02.sql"),
    ],
)
def test_files_of_one_job_are_one_series(a: str, b: str) -> None:
    assert series(a, ()) == series(b, ())
    assert series(a, ()) != series("files_2026-06-01.tar", ())


def test_what_holds_only_changes_says_so() -> None:
    assert partial("crm-incr-2026.xb")
    assert partial("wal_000001.gz")
    assert not partial("crm-full-2026.xb")
    assert not partial("walter.sql")


SYSTEM = "id: crm\nname: CRM\nmaintenance:\n  backup: daily\n  backup_folder: {}\n"


def workspace(root: Path, folder: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "audit.yaml").write_text("organisation: Sample\n")
    (root / "systems").mkdir(exist_ok=True)
    (root / "systems" / "crm.yaml").write_text(SYSTEM.format(folder))
    return root


def kept(root: Path) -> tuple[list[Backups], tuple[object, ...]]:
    store = open_store(root)
    (outcome,) = collect(targets(load(root)), store, Silent(), only=("backups",))
    found = [d for d in store.newest() if isinstance(d, Backups)]
    return found, outcome.failures


def test_a_dump_that_runs_is_not_called_broken(tmp_path: Path) -> None:
    (tmp_path / "crm.sql").write_bytes(MYSQL)
    (tmp_path / "new.sql").write_bytes(b"")
    put(tmp_path, "crm-old.sql", MYSQL)
    put(tmp_path, ".crm.sql.part", MYSQL)
    found = {f.name: (f.sound, f.why) for f in look(tmp_path, ("old",)).files}
    assert found["crm.sql"] == (None, "it may still be written")
    assert found["new.sql"] == (None, "it may still be written")
    assert found["crm-old.sql"][0] is False
    assert len(found) == 3


def test_a_system_without_a_database_is_read_for_its_folder(tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "../copies")
    put(tmp_path / "copies", "crm.sql", MYSQL + MYSQL_END)
    (found,), failures = kept(root)
    assert failures == ()
    assert [f.sound for f in found.files] == [True]
    assert found.folder == "copies"


def test_home_is_the_home_of_who_collects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put(tmp_path / "copies", "crm.sql", MYSQL + MYSQL_END)
    (found,), _ = kept(workspace(tmp_path / "w", "~/copies"))
    assert len(found.files) == 1


@pytest.mark.parametrize(("name", "why"), [("nowhere", "is not there"), ("file.sql", "is a file")])
def test_a_folder_that_is_none_is_one_clear_message(tmp_path: Path, name: str, why: str) -> None:
    root = workspace(tmp_path / "w", name)
    put(root, "file.sql", MYSQL)
    found, failures = kept(root)
    (problem,) = failures
    assert why in str(problem)
    assert "systems/crm.yaml:5" in str(problem)
    assert "backup_folder" in str(problem)
    assert [why in b.cannot for b in found] == [True]
    assert found[0].files == ()


def test_without_a_folder_nothing_is_said() -> None:
    source = AbsentSource(())
    catalog = source.catalog("crm")
    assert list(collector.collect(Task(source, "crm", catalog, ()))) == []


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    if os.access(folder, os.R_OK):
        pytest.skip("this account may read everything")
    with pytest.raises(CrmauditError, match="cannot be read"):
        look(folder)


def test_what_only_lies_beside_backups_is_none(tmp_path: Path) -> None:
    """The checksum is the newest and smallest of all: no backup to be judged by."""
    put(tmp_path, "crm.sql.gz", gzip.compress(MYSQL + MYSQL_END))
    put(tmp_path, "crm.sql.gz.sha256", b"0" * 64 + b"  crm.sql.gz\n", day=2)
    put(tmp_path, "crm.sql.gz.asc", b"-----BEGIN PGP SIGNATURE-----\n", day=2)
    put(tmp_path, "backup.log", b"done\n", day=2)
    put(tmp_path, "mysqldump.cnf", b"[client]\n", day=2)
    put(tmp_path, "backup.info", b"[backup:current]\n", day=2)
    found = look(tmp_path)
    assert [(f.name, f.sound) for f in found.files] == [("crm.sql.gz", True)]
    assert found.others == 5


@pytest.mark.parametrize(
    "names",
    [
        ["crm.sql.gz.aa", "crm.sql.gz.ab", "crm.sql.gz.ac"],
        ["crm.sql.gzaa", "crm.sql.gzab", "crm.sql.gzac"],
        ["crm.sql.gz.001", "crm.sql.gz.002", "crm.sql.gz.003"],
        ["crm.sql.gz.part01", "crm.sql.gz.part02", "crm.sql.gz.part03"],
    ],
)
def test_pieces_are_one_backup(tmp_path: Path, names: list[str]) -> None:
    whole = gzip.compress(os.urandom(9000))
    for i, name in enumerate(names):
        put(tmp_path, name, whole[i * 4000 : (i + 1) * 4000])
    file = one(tmp_path)
    assert (file.name, file.bytes, file.sound) == ("crm.sql.gz", len(whole), None)
    assert "3 pieces" in file.why
    (tmp_path / names[1]).unlink()
    file = one(tmp_path)
    assert (file.sound, file.why) == (False, "a piece of it is missing")


def test_numbered_copies_are_each_a_backup(tmp_path: Path) -> None:
    for i in range(1, 13):
        put(tmp_path, f"crm.sql.gz.{i}", gzip.compress(MYSQL + MYSQL_END), day=13 - i)
    found = look(tmp_path)
    assert [f.written.day for f in found.files] == list(range(12, 0, -1))
    assert {f.bytes for f in found.files} == {len(gzip.compress(MYSQL + MYSQL_END))}


def test_an_encrypted_backup_is_packed_and_not_told_to_be_whole(tmp_path: Path) -> None:
    put(tmp_path, "crm.sql.gz.gpg", os.urandom(900))
    put(tmp_path, "nightly.age", os.urandom(900))
    assert {(f.form, f.packed, f.sound) for f in look(tmp_path).files} == {
        ("encrypted", True, None)
    }


def test_copies_made_today_keep_the_days_of_their_names(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        put(tmp_path, f"crm-2026-05-0{day}.sql", MYSQL + MYSQL_END, day=20)
        put(tmp_path, f"site20260401-{day}.tar", b"", day=20 + day)
    found = {f.name: f for f in look(tmp_path).files}
    assert found["crm-2026-05-03.sql"].written.date().isoformat() == "2026-05-03"
    assert found["crm-2026-05-03.sql"].day_by_name
    # A date that they all share is not that of the backup.
    assert found["site20260401-3.tar"].written.day == 23


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("crm-2026-06-01.sql", True),
        ("beacon/2026-06-01.sql", True),
        ("nightly-full.sql", None),
        ("backup_20260601T0200.dump", None),
        ("wiki-2026-06-01.sql", False),
    ],
)
def test_whose_backup_it_is_by_its_name(name: str, own: bool | None) -> None:
    assert names_own(name, ("crm", "Beacon CRM", "data")) is own


def test_a_folder_within_it_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "crm.sql", MYSQL + MYSQL_END)
    put(tmp_path, "shut/crm.sql", MYSQL + MYSQL_END, day=9)
    inner = os.scandir

    def scandir(place: str | Path) -> object:
        if str(place).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return inner(place)

    monkeypatch.setattr(os, "scandir", scandir)
    found = look(tmp_path)
    assert (len(found.files), found.unread) == (1, 1)
    assert "may not be read" in str(found.provenance.status.reason)


def test_a_file_that_may_not_be_opened_has_its_age_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "crm.sql.gz", b"x" * 700, day=9)
    inner = Path.open

    def shut(self: Path, *args: object, **more: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return inner(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", shut)
    file = one(tmp_path)
    assert (file.bytes, file.written.day, file.sound, file.packed) == (700, 9, None, True)


@pytest.mark.parametrize(
    "name",
    ["\x1b[31mcrm.sql", "a\nb.sql", "crm\u202eslq.sql", "=cmd|x.sql", "x" * 200 + ".sql", "🦜.sql"],
)
def test_hostile_names_show_nothing(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, MYSQL + MYSQL_END)
    told = one(tmp_path).name
    assert told.isprintable()
    assert len(told) < 60


@given(st.binary(max_size=400), st.sampled_from(["a.sql.gz", "a.xz", "a.zip", "a.dump", "a.aa"]))
def test_any_bytes_are_answered(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), name, content)
        assert len(look(Path(folder)).files) <= 1
