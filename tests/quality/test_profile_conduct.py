"""Hostile tables, failures, memory, interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import duckdb
import pytest
from profile_fakes import ListSource, Values, profile_columns, profile_of

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors import measure as measure_module
from crmaudit.quality.collectors import staging
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(system="crm", folder=str(tmp_path))


def test_empty_tables_and_tables_without_columns(plan: Plan) -> None:
    source = ListSource({"none": {}, "empty": {"a": [], "b": []}, "null": {"a": [None] * 3}})
    none, empty, null = profile(source, source.tables, plan)
    assert (none.rows, none.columns, none.provenance.status.state) == (0, (), "done")
    assert [(c.rows, c.distinct, c.minimum) for c in empty.columns] == [(0, 0, None)] * 2
    assert (null.columns[0].rows, null.columns[0].nulls, null.columns[0].filled) == (3, 3, 0)


def test_hostile_names_and_values() -> None:
    names = ['a"; DROP TABLE staged; --', "A", "a", "", "select", "ä\n", "<script>"]
    rows: Values = [
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE staged; --",
        "<script>",
        "\ufffd\x01",
        "%s",
    ]
    found = profile_columns(dict.fromkeys(names, rows))
    assert [c.name for c in found.columns] == names
    assert [c.distinct for c in found.columns] == [5] * 7
    assert found.provenance.status.state == "done"


def test_huge_cells_are_told_apart() -> None:
    huge = "x" * 5_000_000
    values: Values = [huge + "a", huge + "b", huge + "b", huge + "\ufffd", "y", None]
    found = profile_of(values)
    assert (found.distinct, found.uniques, found.broken) == (4, 3, 1)
    assert (found.length_min, found.length_max) == (1, 5_000_001)
    assert found.top[0].count == 2
    assert all(len(s.shape) < 60 for s in found.shapes)


def test_wide_table(plan: Plan) -> None:
    found = profile_columns(
        {f"c{i}": [str(i), str(i + j), None] for i in range(900) for j in (1,)}, plan=plan
    )
    assert found.provenance.status.state == "done"
    assert [c.distinct for c in found.columns] == [2] * 900


def test_one_failing_table_leaves_the_others(plan: Plan, tmp_path: Path) -> None:
    def fails(table: str, number: int) -> None:
        if table == "bad" and number == 2:
            raise CrmauditError("cannot read table 'bad': permission denied", "ask for SELECT")

    rows: Values = ["a"] * 5000
    source = ListSource({"one": {"x": rows}, "bad": {"x": rows}, "two": {"x": rows}}, fails=fails)
    tables = [*source.tables, Table("shut", readable=False, note="permission denied", rows=7)]
    one, bad, two, shut = profile(source, tables, plan)
    assert (one.provenance.status.state, two.provenance.status.state) == ("done", "done")
    assert bad.provenance.status.state == "failed"
    assert bad.provenance.status.reason == (
        "cannot read table 'bad': permission denied (ask for SELECT)"
    )
    assert (shut.rows, shut.provenance.status.reason) == (7, "permission denied")
    assert list(tmp_path.iterdir()) == []


def test_a_lost_connection_passes_after_the_finished_tables(plan: Plan, tmp_path: Path) -> None:
    def fails(table: str, number: int) -> None:
        if table == "b":
            raise ConnectionLostError("the server went away")

    source = ListSource({n: {"x": ["1"]} for n in "abc"}, fails=fails)
    profiles = profile(source, source.tables, plan)
    assert next(profiles).provenance.status.state == "done"
    with pytest.raises(ConnectionLostError, match="went away"):
        next(profiles)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_passes_and_leaves_nothing(plan: Plan, tmp_path: Path) -> None:
    def fails(table: str, number: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    source = ListSource({"a": {"x": ["1"] * 9000}}, fails=fails)
    with pytest.raises(KeyboardInterrupt):
        list(profile(source, source.tables, plan))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rows", [1, 40_000])
def test_one_failing_column_leaves_the_others(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    real = measure_module._Measurement._shapes

    def shapes(self: measure_module._Measurement, columns: list[Found]) -> None:
        if any(c.column.name == "b" for c in columns):
            raise duckdb.OutOfMemoryException("value 'secret'")
        real(self, columns)

    monkeypatch.setattr(measure_module._Measurement, "_shapes", shapes)
    found = profile_columns({n: [n] * rows for n in "abcde"}, plan=plan)
    states = [c.status.state for c in found.columns]
    assert states == ["done", "failed", "done", "done", "done"]
    assert [c.rows for c in found.columns] == [rows] * 5
    assert found.columns[0] == profile_columns({"a": ["a"] * rows}, plan=plan).columns[0]
    assert found.provenance.status.state == "partly"
    assert "secret" not in found.provenance.status.reason


def test_held_and_staged_tables_have_the_same_profile(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    numbers: Values = [None if i % 7 == 0 else str(i * 37 % 101) for i in range(300)]
    columns: dict[str, Values] = {
        "id": [str(i) for i in range(300)],
        "amount": numbers,
        "email": ["a@b.org", "n/a", " ", None, "x@@y"] * 60,
        "status": ["open", "closed", "na"] * 100,
        "created_at": [f"2026-{i % 12 + 1:02}-03 10:00:00" for i in range(300)],
        "blob": ["<binary 12 bytes>", None, "<binary 4 bytes>"] * 100,
        "notes": ["x" * 9000 + str(i % 5) for i in range(300)],
        "none": [None] * 300,
        "odd": ["1", "two", "3.5"] * 100,
    }
    types = {"odd": "bytea", "amount": "numeric(9,2)"}
    held = profile_columns(columns, types, "sqlite", plan)
    assert held.provenance.status.state == "partly"  # what is no binary has no such length
    monkeypatch.setattr(staging, "SMALL", 0)
    assert profile_columns(columns, types, "sqlite", plan).columns == held.columns
    assert list(tmp_path.iterdir()) == []


def test_small_tables_share_one_engine_and_empty_ones_need_none(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = Engine.__init__

    def init(self: Engine, plan: Plan, threads: int, file: str = "", block: int = 262_144) -> None:
        made.append(file)
        real(self, plan, threads, file, block)

    monkeypatch.setattr(Engine, "__init__", init)
    empty = ListSource({n: {"a": []} for n in "xyz"})
    assert [p.columns[0].distinct for p in profile(empty, empty.tables, plan)] == [0, 0, 0]
    assert made == []
    small: dict[str, dict[str, Values]] = {f"t{i}": {"a": ["1", "2"]} for i in range(5)}
    source = ListSource(small | {"large": {"a": ["1"] * 40_000}, "last": {"a": ["1"]}})
    profiles = profile(source, source.tables, plan)
    for found in profiles:
        assert found.provenance.status.state == "done"
        # A large table's file is gone with it.
        assert len(list(tmp_path.iterdir())) == 1
    assert made == ["", "stage.duckdb"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to itself")
@pytest.mark.parametrize("rows", [100, 400_000])
def test_ctrl_c_stops_counting_at_once(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    def slow(self: measure_module._Measurement, columns: list[Found]) -> None:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        stopped.append(time.monotonic() + 0.3)
        self.ask("SELECT sum(hash(a.range, b.range)) FROM range(10000000) a, range(100000) b")

    stopped: list[float] = []
    monkeypatch.setattr(measure_module._Measurement, "_shapes", slow)
    source = ListSource({"a": {"x": [str(i) for i in range(rows)], "y": ["1"] * rows}})
    with pytest.raises(KeyboardInterrupt):
        list(profile(source, source.tables, plan))
    assert time.monotonic() - stopped[0] < 1
    assert len(stopped) == 1, "the next column was begun"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_reason(plan: Plan) -> None:
    missing = Plan(folder="/nonexistent/folder")
    source = ListSource({"a": {"x": ["1"]}})
    (found,) = profile(source, source.tables, missing)
    assert found.provenance.status.state == "failed"
    assert "temporary file" in found.provenance.status.reason


def test_progress_is_told(plan: Plan) -> None:
    told: list[tuple[str, int]] = []
    source = ListSource({"a": {"x": ["1"] * 2500}})
    list(profile(source, source.tables, plan, lambda t, n: told.append((t.name, n))))
    assert told == [("a", 1000), ("a", 2000), ("a", 2500)]


@pytest.mark.slow
def test_memory_does_not_grow_with_rows() -> None:
    program = textwrap.dedent(
        """
        import resource, sys
        from profile_fakes import *
        class Long(ListSource):
            def stream(self, table, columns, where=""):
                schema = pa.schema([(c.name, pa.string()) for c in columns])
                def batches():
                    for start in range(0, table.rows, 10_000):
                        rows = range(start, start + 10_000)
                        keys = [f"{i * 7919 % 1000003:09d}-some-longer-text-{i}" for i in rows]
                        arrays = [pa.array(keys)] * len(columns)
                        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
                return pa.RecordBatchReader.from_batches(schema, batches())
        source = Long({"t": {c: [] for c in "abcdefgh"}})
        table = Table("t", columns=source.tables[0].columns, rows=int(sys.argv[1]))
        (found,) = profile(source, [table], Plan(memory=64))
        assert found.columns[0].distinct == table.rows, found
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        """
    )
    used = []
    for rows in (30_000, 300_000):
        done = subprocess.run(
            [sys.executable, "-c", program, str(rows)],
            cwd=Path(__file__).parent, capture_output=True, text=True, check=True,
        )  # fmt: skip
        used.append(int(done.stdout))
        assert done.stderr == ""
    # Ten times the rows, 120 MB of text more: less than twice the memory.
    assert used[1] < used[0] * 2


def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    profile_of(["a", "b"])
    assert list(tmp_path.iterdir()) == []
