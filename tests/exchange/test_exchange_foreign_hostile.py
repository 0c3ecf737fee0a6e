"""Hostile spreadsheets: whatever stands in them, a workspace that loads or words for the user."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets_in import csv_file, facts, guessed, workspace

from crmaudit.errors import CrmauditError
from crmaudit.exchange.column_map import load_map, save_map
from crmaudit.exchange.foreign_sheet import guess, reading
from crmaudit.exchange.founding import found
from crmaudit.workspace import load
from crmaudit.workspace.merging import merge

NAMES = (
    "yes", "null", "~", "0123", "2026-03-31", "- x: {y}", "# no comment", "a: b", "*star", "&and",
    "<b>&amp;</b>", "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "a|b", "CON", "..",
    "../../etc/passwd",
    "systems", "x" * 300, "😀 Ünïcödé 漢字 عربى", "é", "e\u0301", "'quoted'", '"double"',
    "a,b;c\td", "C", "C++", "C#",
    "{{ jinja }}", "${CRM_PASSWORD}", "%s %d", "line\nbreak", "audit", "crm", "zz.none.zz",
)  # fmt: skip
HEADERS = (
    "System", "Name", "Owner", "IT Owner", "Vendor", "Users", "Annual cost 2025", "Status",
    "Rating",
    "Live since", "Contract end", "Dependencies", "Comments", "Tags", "CRUD", "Entity", "Skill",
    "Person", "Level", "", "Amount", "Year", "Business Value", "Department", "Source system", "To",
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(NAMES),
    st.text(max_size=20),
    st.integers(-10, 10**7).map(str),
    st.sampled_from(
        ["Live", "x", "CRU", "31.12.2026", "n/a", "", "", "5", "€ 1.234,50", "Mara Lindqvist"]
    ),
)


def test_names_of_all_kinds_found_a_workspace(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["System", "Vendor", "Comments"])
        writer.writerows([name, name, name] for name in NAMES)
    brought = reading(path, None, guess(path, None)).incoming
    made = found(tmp_path / "w", lambda _: brought)
    there = load(tmp_path / "w")
    assert len(there.systems) == made.counts["system"] == len(brought.records)
    # `null`, `~` and `..` say nothing; é is spelled in two ways.
    assert len(brought.records) >= len(NAMES) - 4
    assert all(p.resolve().is_relative_to((tmp_path / "w").resolve()) for p in made.files)
    assert {s.name for s in there.systems} >= {
        "yes",
        "# no comment",
        "CON",
        "../../etc/passwd",
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(HEADERS), min_size=1, max_size=7),
    st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]], sign: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file, delimiter=sign).writerows([header, *rows])
    there = workspace(folder / "w", "Casebook", "Mara Lindqvist")
    try:
        column_map = guess(path, there)
        save_map(column_map, folder / "map.yaml")
        assert load_map(folder / "map.yaml").rows == column_map.rows
        brought = reading(path, there, load_map(folder / "map.yaml"))
        merge(there, brought.incoming).changes.check()
    except CrmauditError:
        return
    tally = brought.tally
    assert 0 <= tally.rows_left_out <= tally.rows
    assert tally.cells_left_out >= 0
    same = reading(path, there, column_map)
    assert facts(same) == facts(brought)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01\x02",
        b"System,Vendor\nA\x00,B\n",
        b"PK\x03\x04 no workbook",
        "System;Vendor\nÄrger;Öl\n".encode("cp1252"),
        "System\tVendor\nA\tB\n".encode("utf-16"),
        b'System,Vendor\n"A,B\n',
        b"\xff\xff\xff,\xff\n\xff,\xff\n",
        b"," * 20000 + b"\n",
    ],
)
def test_broken_files_are_read_or_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    for name in ("list.csv", "book.xlsx", "book.ods"):
        path = tmp_path / name
        path.write_bytes(raw)
        with suppress(CrmauditError):
            assert guessed(path).incoming.records


def test_windows_files_keep_their_umlauts(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("System;Hersteller\r\nKäsebuch;Öl & Söhne\r\n".encode("cp1252"))
    assert facts(guessed(path)) == {"Käsebuch": {"vendor": "Öl & Söhne"}}


def test_a_huge_sheet_takes_seconds(tmp_path: Path) -> None:
    import time

    rows = "".join(f"S{i},Vendor {i % 50},{i % 900},0{1 + i % 9}/02/2020\n" for i in range(10_000))
    path = csv_file(tmp_path, f"System,Vendor,Users,Live since\n{rows}")
    began = time.process_time()
    brought = guessed(path)
    assert len(brought.incoming.records) == 10_000
    assert time.process_time() - began < 15


def test_formulas_come_as_texts_and_never_run(tmp_path: Path) -> None:
    text = 'System,Comments\nA,"=HYPERLINK(""http://x"")"\nB,\'+1+1\n'
    assert facts(guessed(csv_file(tmp_path, text))) == {
        "A": {"notes": '=HYPERLINK("http://x")'},
        "B": {"notes": "+1+1"},
    }
