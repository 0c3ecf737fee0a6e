"""What stands around the statements: rotated files, damage, several databases, hostile texts."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import statement_logs as logs
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.crud_matrix.collectors.logs import documents
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.recognise import reader_of
from crmaudit.crud_matrix.collectors.logs.record import Told
from crmaudit.errors import CrmauditError, Place
from crmaudit.evidence import Statements, from_json, to_json
from crmaudit.sources import open_source
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.named_files import expanded, found, origins
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces

_PREFIX = "2026-11-03 10:00:01.000 UTC [41] crm_app@crm "


def test_a_rotated_set_is_read_from_the_oldest(tmp_path: Path) -> None:
    names = ["app.log", "app.log.1", "app.log.2.gz", "app.log.10.gz"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert [p.name for p in expanded(f"{tmp_path}/app.log*")] == names[::-1]
    for name in ("pg-2026-11-02.log", "pg-2026-11-10.log", "pg-2026-10-30.log.gz"):
        (tmp_path / name).write_bytes(b"")
    assert [p.name for p in expanded(f"{tmp_path}/pg-*")] == [
        "pg-2026-10-30.log.gz",
        "pg-2026-11-02.log",
        "pg-2026-11-10.log",
    ]


def test_all_files_behind_a_pattern_make_one_document(tmp_path: Path) -> None:
    # The temporary table is made in one file and used in the next.
    events = logs.general(True).splitlines(True)
    half = next(i for i, line in enumerate(events) if "INSERT INTO orders_work" in line)
    (tmp_path / "q.log.1.gz").write_bytes(gzip.compress("".join(events[:half]).encode()))
    (tmp_path / "q.log").write_text("".join(events[half:]))
    found = logs.read(tmp_path / "q.log*")
    assert (found.calls, found.temporary) == (9, 1)
    assert found.origin == "q.log*"


def test_a_folder_may_hold_other_files(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("What lies here are logs.\n")
    (tmp_path / "one.csv").write_text(
        logs.table("query_text user_name database_name start_time session_id aborted")
    )
    found = logs.read(tmp_path)
    assert logs.uses(found) == logs.USES
    assert any(note.startswith("README is no statement log") for note in found.notes)


def test_a_damaged_file_of_a_set_is_a_loss_whoever_vouches(tmp_path: Path) -> None:
    text = logs.table("query_text user_name database_name start_time session_id aborted")
    (tmp_path / "one.csv").write_text(text)
    (tmp_path / "two.csv.gz").write_bytes(gzip.compress(text.encode())[:-30])
    source = AbsentSource([str(tmp_path)])
    traces = Traces(statements=(str(tmp_path),), complete=True)
    (found,) = documents(Task(source, "crm", source.catalog("crm"), (), Known(traces=traces)))
    assert isinstance(found, Statements)
    assert found.calls > 0
    assert found.dropped is None
    assert found.provenance.status.state == "partly"
    assert found.provenance.status.reason.endswith("not known: two.csv.gz")
    assert str(tmp_path) not in to_json(found).replace(found.provenance.source, "")


def test_logs_of_two_servers_behind_one_pattern_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(logs.slow())
    (tmp_path / "b.log").write_text(logs.jsonlog())
    found = list(documents(_task([f"{tmp_path}/*.log"])))
    assert [d.subject for d in found] == [
        "*.log (slow log of MySQL or MariaDB)",
        "*.log (jsonlog of PostgreSQL)",
    ]


def test_what_is_missing_is_said_with_its_place_and_stops_nothing(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.log", tmp_path / "gone.log"
    there.write_text(logs.slow())
    task = _task([str(gone), str(there)], {str(gone): Place("systems/crm.yaml", 7, 5)})
    documents_of = documents(task)
    assert isinstance(next(documents_of), Statements)
    with pytest.raises(CrmauditError, match=r"systems/crm.yaml:7:5: .*gone\.log does not exist"):
        next(documents_of)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"\x00\x01\x02PK\x03", "it is binary"),
        (b"name,age\nmary,7\n", "none of which is called like a statement"),
        (b"Dear Mary\nall is well\n", "none of its first lines is of a known form"),
        (b"message\nhello\n", "known form"),
    ],
)
def test_what_is_no_log_is_refused_without_quoting_it(
    tmp_path: Path, content: bytes, seen: str
) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(content)
    with pytest.raises(CrmauditError, match="is no statement log") as caught:
        logs.read(path)
    assert seen in str(caught.value)
    assert "mary" not in str(caught.value).lower()
    assert "query_text" in caught.value.hint


def test_the_busiest_database_is_meant_where_none_is_known(tmp_path: Path) -> None:
    rows = "query,user,db\n" + "SELECT 1 FROM a,x,one\n" * 2 + "SELECT 1 FROM b,x,two\n" * 3
    path = tmp_path / "q.csv"
    path.write_text(rows)
    found = logs.read(path)
    assert ({u.table for u in found.uses}, found.elsewhere) == ({"b"}, 2)
    assert any("taken to be two" in note and "one" in note for note in found.notes)
    # Unless one is called like the system.
    assert {u.table for u in logs.read(path, system="one").uses} == {"a"}
    # What was only guessed denies nothing, whoever vouches for the log.
    source = AbsentSource([str(path)])
    known = Known(traces=Traces(statements=(str(path),), complete=True))
    for system, dropped in (("crm", None), ("one", 0)):
        (told,) = documents(Task(source, system, source.catalog(system), (), known))
        assert isinstance(told, Statements)
        assert told.dropped == dropped


def test_a_log_of_other_databases_denies_nothing(tmp_path: Path) -> None:
    log = tmp_path / "q.csv"
    log.write_text("query_text,user_name,database_name\nDELETE FROM contact,crm_app,other\n")
    dump = tmp_path / "dump.sql"
    dump.write_text(
        "-- MariaDB dump 10.19\n-- Host: localhost    Database: staging\n-- ---\n"
        "CREATE TABLE `contact` (`id` int) ENGINE=InnoDB;\n"
    )
    known = Known(traces=Traces(statements=(str(log),), complete=True))

    class Named(AbsentSource):
        has_rows = True
        database = "crm"

    source = Named([str(log)])
    (found,) = documents(Task(source, "crm", source.catalog("crm"), (), known))
    assert isinstance(found, Statements)
    assert (found.calls, found.elsewhere, found.dropped) == (0, 1, None)
    assert found.provenance.status.state == "partly"
    assert "no statement ran in a database called crm; the log tells of: other" in found.notes
    # What a dump was made from may have another name than what the log is of.
    with open_source(str(dump)) as structure:
        assert structure.database == "staging"
        task = Task(structure, "crm", structure.catalog("crm"), (), known)
        (found,) = documents(task)
    assert isinstance(found, Statements)
    assert [(u.table, u.letter) for u in found.uses] == [("contact", "D")]
    assert found.dropped == 0


def test_a_log_without_reads_says_so(tmp_path: Path) -> None:
    path = tmp_path / "pg.log"
    path.write_text(f"{_PREFIX}LOG:  statement: INSERT INTO contact (a) VALUES (1)\n")
    assert any("may leave reads out" in note for note in logs.read(path).notes)


def test_a_log_without_statements_says_so(tmp_path: Path) -> None:
    path = tmp_path / "pg.log"
    path.write_text(f"{_PREFIX}LOG:  checkpoint starting: time\n")
    found = logs.read(path)
    assert found.calls == 0
    assert any("no statement is in it" in note for note in found.notes)


def test_a_last_line_that_is_cut_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "pg.log"
    whole = f"{_PREFIX}LOG:  statement: SELECT a FROM contact\n"
    path.write_text(whole + f"{_PREFIX}LOG:  statement: DELETE FROM cont")
    found = logs.read(path)
    assert logs.uses(found) == {("crm_app", "contact", "R", 1)}
    assert any("last line has no end" in note for note in found.notes)


def test_the_last_row_of_a_list_needs_no_end(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("query,user\nSELECT a FROM contact,crm_app\nSELECT b FROM orders,crm_app")
    assert {u.table for u in logs.read(path).uses} == {"contact", "orders"}


def test_a_row_that_is_cut_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("user,query,start_time\nx,SELECT a FROM contact,2026-11-01\nx,DELETE FROM cont")
    found = logs.read(path)
    assert {u.table for u in found.uses} == {"contact"}


def test_a_statement_of_50_mb_is_read_by_its_head(tmp_path: Path) -> None:
    path = tmp_path / "pg.log"
    with path.open("wb") as file:
        file.write(f"{_PREFIX}LOG:  statement: INSERT INTO contact (a) VALUES ('".encode())
        for _ in range(50):
            file.write(b"x" * 2**20)
        file.write(b"')\n")
        file.write(f"{_PREFIX}LOG:  statement: SELECT a FROM orders\n".encode())
    lines = Lines(path)
    records = list(reader_of(lines).read(lines, Told()))
    assert [len(r.text) < 2**20 + 1 for r in records] == [True, True]
    found = logs.read(path)
    assert ("crm_app", "orders", "R", 1) in logs.uses(found)
    assert found.calls == 2
    assert any("were cut" in note for note in found.notes)


def test_lines_before_and_between_do_no_harm(tmp_path: Path) -> None:
    text = logs.postgresql(lambda e, n: f"{e.stamp}.1 UTC [{e.session}] {e.user}@{e.database} ")
    broken = text.replace("LOG:  statement: UPDATE", "LOG:  statement: UPDATE", 1).encode()
    path = tmp_path / "pg.log"
    path.write_bytes(b"\xff\xfe broken \x00\n--- appended ---\r\n" + broken.replace(b"\n", b"\r\n"))
    path.write_bytes(path.read_bytes()[2:])
    found = logs.read(path)
    assert logs.uses(found) == logs.USES
    assert any("are no part of a statement" in note for note in found.notes)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([logs.slow, logs.server_audit, logs.jsonlog, logs.csvlog, logs.syslog]),
    st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=12)), max_size=6),
)
def test_whatever_is_in_a_log_something_comes_out(
    tmp_path_factory: pytest.TempPathFactory, form: object, damage: list[tuple[int, bytes]]
) -> None:
    raw = form().encode()  # type: ignore[operator]
    for at, piece in damage:
        raw = raw[:at] + piece + raw[at + len(piece) // 2 :]
    path = tmp_path_factory.mktemp("log") / "x"
    path.write_bytes(raw)
    try:
        found = logs.read(path)
    except CrmauditError:
        return
    assert from_json(to_json(found)) == found
    assert all(u.calls > 0 for u in found.uses)


@given(st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b and b"\r" not in b)))
def test_lines_are_the_files_lines(
    tmp_path_factory: pytest.TempPathFactory, written: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "x"
    # A first line by which the file is UTF-8, however broken the rest.
    first = "\u00e4" * 900
    path.write_bytes(b"".join(line + b"\n" for line in [first.encode(), *written]))
    assert list(Lines(path)) == [first.encode(), *written]


def test_long_lines_cost_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * 3_000_000 + b"\n" + b"b\n" + b"c" * 2_000_000)
    lines = Lines(path, longest=1_000)
    assert [len(line) for line in lines] == [1_000, 1, 1_000]
    assert (lines.cut, lines.open_ended) == (2, True)


def test_names_of_entries_tell_them_apart() -> None:
    assert origins(["/a/x/q.log", "/a/y/q.log", "/a/z.log"]) == ("x/q.log", "y/q.log", "z.log")
    assert origins(["/a/q.log", "/a/q.log"]) == ("q.log", "q.log")


def test_a_missing_pattern_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match="no file is called like"):
        found(f"{tmp_path}/*.log")
    with pytest.raises(CrmauditError, match="has no files"):
        found(str(tmp_path))


def _task(entries: list[str], places: dict[str, Place] | None = None) -> Task:
    source = AbsentSource(entries)
    known = Known(traces=Traces(statements=tuple(entries)), places=places or {})
    return Task(source, "crm", source.catalog("crm"), (), known)
