"""Hostile tables, failures, memory, interruption."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import duckdb
import pytest
from profile_fakes import ListSource, Values, profile_columns, profile_of

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors import column as column_module
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


def test_one_failing_column_leaves_the_others(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    real = column_module._Measurement._lengths

    def lengths(self: column_module._Measurement, length: str) -> dict[str, object]:
        if self.column.name == "b":
            raise duckdb.OutOfMemoryException("value 'secret'")
        return real(self, length)

    monkeypatch.setattr(column_module._Measurement, "_lengths", lengths)
    found = profile_columns({"a": ["1"], "b": ["2"], "c": ["3"]}, plan=plan)
    assert [c.status.state for c in found.columns] == ["done", "failed", "done"]
    assert found.provenance.status.state == "partly"
    assert "secret" not in found.provenance.status.reason


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
            def stream(self, table, columns):
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
