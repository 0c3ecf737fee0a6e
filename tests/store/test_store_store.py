"""The store: what is newest, what fails and how it is told, other engines."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import Database, dialects
from servers import PASSWORD

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, ColumnProfile, Provenance, Status, TableProfile
from crmaudit.store import Store, open_store

Make = Callable[[str], Database]
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def provenance(snapshot: str = "s1", hours: float = 0, system: str = "crm") -> Provenance:
    at = NOON + timedelta(hours=hours)
    return Provenance(system, "sqlite:///x", "sqlite", snapshot, at, "crmaudit test")


def table(name: str, snapshot: str = "s1", hours: float = 0, rows: int = 0) -> TableProfile:
    return TableProfile(provenance(snapshot, hours), table=name, rows=rows)


def failed(name: str, snapshot: str, hours: float) -> TableProfile:
    p = replace(provenance(snapshot, hours), status=Status("failed", "no right"))
    return TableProfile(p, table=name)


@pytest.fixture(params=dialects("sqlite", "postgresql", "mariadb"))
def store(request: pytest.FixtureRequest, make_db: Make, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path if request.param == "sqlite" else make_db(request.param).url)
    yield opened
    opened.close()


def test_the_newest_of_each(store: Store) -> None:
    store.put(table("a", "s1", 0, rows=1), table("b", "s1", 0), Catalog(provenance("s1")))
    store.put(table("a", "s2", 1, rows=2))
    store.put(table("a", "s0", -1, rows=0))
    found = [(d.kind, d.subject, d.provenance.snapshot) for d in store.newest()]
    assert found == [("catalog", "", "s1"), ("profile", "a", "s2"), ("profile", "b", "s1")]


def test_the_newest_of_some_systems(store: Store) -> None:
    def of(system: str, snapshot: str, hours: float) -> TableProfile:
        return TableProfile(provenance(snapshot, hours, system), table="a", rows=0)

    store.put(of("crm", "s1", 0), of("crm", "s2", 1), of("erp", "s3", 0), of("shop", "s4", 0))
    found = [(d.provenance.system, d.provenance.snapshot) for d in store.newest("crm", "erp")]
    assert found == [("crm", "s2"), ("erp", "s3")]
    assert list(store.newest("nobody")) == []


def test_a_failed_try_comes_with_what_it_would_hide(store: Store) -> None:
    store.put(table("a", "s1", 0), failed("a", "s2", 1), failed("a", "s3", 2))
    store.put(failed("b", "s1", 0), table("b", "s2", 1), failed("c", "s1", 0))
    found = [(d.subject, d.provenance.snapshot) for d in store.newest()]
    assert found == [("a", "s3"), ("a", "s1"), ("b", "s2"), ("c", "s1")]


def test_names_that_differ_in_case_accents_or_blanks_only(store: Store) -> None:
    names = ["Contact", "contact", "contáct", "contact ", "", "x" * 3000, "\U0001f600", "a\0b", "ß"]
    store.put(*(table(n) for n in names))
    assert sorted(d.subject for d in store.newest()) == sorted(names)


def test_the_same_id_is_replaced_and_large_documents_fit(store: Store) -> None:
    wide = tuple(ColumnProfile(f"column {i} ünd", "text", "text", 9, 1) for i in range(900))
    store.put(table("a", rows=1))
    store.put(replace(table("a", rows=2), columns=wide))
    (found,) = store.newest()
    assert isinstance(found, TableProfile)
    assert (found.rows, len(found.columns)) == (2, 900)


def test_put_is_all_or_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put(table("a"))
    connection = sqlite3.connect(tmp_path / ".crmaudit" / "store.sqlite")
    connection.execute(
        "CREATE TRIGGER no BEFORE INSERT ON evidence WHEN new.kind = 'catalog' "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    connection.close()
    with pytest.raises(CrmauditError, match="no room"):
        store.put(*(table(f"t{i}") for i in range(500)), Catalog(provenance()))
    assert [d.subject for d in store.newest()] == ["a"]


def test_of_two_with_one_id_the_last_counts(store: Store) -> None:
    store.put(table("a", rows=1), table("a", rows=2))
    assert [d.rows for d in store.newest() if isinstance(d, TableProfile)] == [2]


def test_collections(store: Store) -> None:
    kinds = ("profile",)
    begun = store.begin_collection("crm", "here", kinds, "s1")
    now = begun.started_at - NOON
    old, new = now.total_seconds() / 3600 - 1, now.total_seconds() / 3600 + 1
    store.put(table("old", "s1", old), table("a", "s1", new))
    assert store.open_collection("crm", "here", kinds) == begun
    assert store.open_collection("crm", "elsewhere", kinds) is None
    assert store.open_collection("crm", "here", ("profile", "other")) is None
    resumed = store.resume_collection(begun, "s2")
    store.put(table("b", "s2", new), table("c", "s3", new))
    assert sorted(d.subject for d in store.collected(resumed)) == ["a", "b"]
    assert store.resume_collection(resumed, "s2") == resumed
    assert store.open_collection("crm", "here", kinds) == resumed
    store.end_collection(resumed)
    assert store.open_collection("crm", "here", kinds) is None


def test_runs_are_remembered_in_order(store: Store) -> None:
    store.remember({"n": 1, "text": "ü\0😀"})
    store.remember({"n": 2})
    assert [r.body for r in store.runs()] == [{"n": 1, "text": "ü\0😀"}, {"n": 2}]


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql", "mariadb"))
def test_many_open_a_new_store_at_once(make_db: Make, tmp_path: Path, dialect: str) -> None:
    where = tmp_path if dialect == "sqlite" else make_db(dialect).url
    go = tmp_path / "go"
    code = (
        "import sys, time; from pathlib import Path; from crmaudit.store import open_store\n"
        "print('ready', flush=True)\n"
        "while not Path(sys.argv[2]).exists(): pass\n"
        "where = sys.argv[1]\n"
        "opened = open_store(where if '://' in where else Path(where))\n"
        "opened.remember({}); print(len(opened.runs()))\n"
    )
    command = [sys.executable, "-c", code, str(where), str(go)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    told = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 6, told
    opened = open_store(where)
    assert len(opened.runs()) == 6
    opened.close()


def test_a_stores_second_opening_changes_nothing(tmp_path: Path) -> None:
    open_store(tmp_path).put(table("a"))
    before = (tmp_path / ".crmaudit" / "store.sqlite").read_bytes()
    assert len(list(open_store(tmp_path).newest())) == 1
    assert (tmp_path / ".crmaudit" / "store.sqlite").read_bytes() == before
    assert (tmp_path / ".crmaudit" / ".gitignore").read_text() == "*\n"


# ---- what fails


def told(error: CrmauditError) -> str:
    text = str(error)
    assert "\n" not in text
    assert error.hint
    return text


def test_a_newer_store(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / ".crmaudit" / "store.sqlite")
    connection.execute("INSERT INTO store_version VALUES (7)")
    connection.commit()
    connection.close()
    with pytest.raises(CrmauditError, match="version 7, this program reads 2") as caught:
        open_store(tmp_path)
    assert "newer" in told(caught.value)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"\0" * 5000])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".crmaudit" / "store.sqlite"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(CrmauditError, match="not a database") as caught:
        open_store(tmp_path)
    assert f"move {file} away" in told(caught.value)
    assert file.read_bytes() == content


def test_an_address_that_names_no_database(tmp_path: Path) -> None:
    """The file may be anything of the user's: nothing is said of moving it away."""
    file = tmp_path / "audit.yaml"
    file.write_text("organisation: Wharf\n" * 300)
    with pytest.raises(CrmauditError, match="not a database") as caught:
        open_store(f"sqlite:///{file}", "wharf")
    assert caught.value.hint.startswith("this is no database: check the history's address")
    assert "move" not in told(caught.value)


def test_a_damaged_store(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put(*(table(f"t{i}", rows=i) for i in range(500)))
    store.close()
    file = tmp_path / ".crmaudit" / "store.sqlite"
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    file.write_bytes(content)
    with pytest.raises(CrmauditError, match=r"malformed|not a database") as caught:
        list(open_store(tmp_path).newest())
    assert "away and collect again" in told(caught.value)


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".crmaudit" / "store.sqlite").mkdir(parents=True)
    with pytest.raises(CrmauditError, match="unable to open") as caught:
        open_store(tmp_path)
    assert "check its rights" in told(caught.value)
    shutil.rmtree(tmp_path / ".crmaudit")
    (tmp_path / ".crmaudit").write_text("")
    with pytest.raises(CrmauditError, match="cannot write to"):
        open_store(tmp_path)


def test_a_read_only_folder_can_be_read(tmp_path: Path) -> None:
    """As an account with no rights on the folder, which root cannot play."""
    program = """
import os, sys
from pathlib import Path
from crmaudit.errors import CrmauditError
from crmaudit.store import open_store
# All that is imported late, while there is still a right to.
other = open_store(Path(sys.argv[2])); other.remember({}); list(other.newest()); other.close()
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
store = open_store(Path(sys.argv[1]))
print(len(list(store.newest())))
try:
    store.remember({})
except CrmauditError as error:
    print(error)
"""
    folder = Path(tempfile.mkdtemp())
    for place in (folder, tmp_path):
        open_store(place).put(table("a"))
    file = folder / ".crmaudit" / "store.sqlite"
    try:
        for path, mode in ((folder, 0o755), (file, 0o444), (file.parent, 0o555)):
            path.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), str(tmp_path)],
            capture_output=True,
            text=True,
        )
    finally:
        file.parent.chmod(0o755)
        shutil.rmtree(folder)
    assert done.stderr == ""
    count, message = done.stdout.strip().split("\n")
    assert count == "1"
    assert "readonly" in message
    assert "check its rights" in message


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no address s3cret-pw", "no database URL"),
        ("postgresql://u:s3cret-pw@h:notaport/db", "no database URL"),
        ("postgresql://u:s3cret-pw@[::1", "no database URL"),
        ("mysql://u:s3cret-pw@127.0.0.1:1/db?connect_timeout=s3cret-pw", "an option"),
        ("mysql://u:s3cret-pw@127.0.0.1:1/db?odd=s3cret-pw", "an option"),
        ("nosuch://u:s3cret-pw@host/db", "store"),
        ("oracle://u:s3cret-pw@host/db", "driver"),
        ("postgresql://u:s3cret-pw@127.0.0.1:1/db", "store"),
        ("mysql://u:s3cret-pw@127.0.0.1:1/db", "store"),
    ],
)
def test_a_wrong_address_shows_no_password(url: str, says: str) -> None:
    with pytest.raises(CrmauditError, match=says) as caught:
        open_store(url)
    assert "s3cret-pw" not in told(caught.value)


@pytest.mark.server
@pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
def test_a_servers_refusal_shows_no_password(make_db: Make, dialect: str) -> None:
    url = make_db(dialect).url
    for wrong in (url.replace(PASSWORD, "n0t-the-pw"), url + "_gone"):
        with pytest.raises(CrmauditError, match="store of evidence fails") as caught:
            open_store(wrong)
        assert "n0t-the-pw" not in told(caught.value)
        assert PASSWORD not in told(caught.value)
    opened = open_store(url)
    assert PASSWORD not in repr(opened)
    opened.close()


def test_a_full_store_is_read_in_time(tmp_path: Path) -> None:
    """Thousands of documents in history cost little; only the newest are read."""
    store = open_store(tmp_path)
    for run in range(50):
        store.put(*(table(f"t{i}", f"s{run}", run, rows=run) for i in range(100)))
    began = time.perf_counter()
    found = list(store.newest())
    seconds = time.perf_counter() - began
    assert len(found) == 100
    assert {d.provenance.snapshot for d in found} == {"s49"}
    assert seconds < 2
