"""The duplicate review: values on a terminal or in a marked workbook, answers kept by id only."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matched
import openpyxl
import pytest
from golden_files import KEY
from matched import VALUES, collected

from crmaudit.audit import Audit
from crmaudit.cli import main
from crmaudit.cli.matches_review import today
from crmaudit.collect.reveal import RECORD
from crmaudit.evidence import Matching

REVIEW = ("quality", "duplicates", "crm.customer", "--review", "--reveal")
CLUSTERS = ("quality", "duplicates", "crm.customer", "--clusters", "--reveal")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRMAUDIT_KEY", KEY)
        return collected(tmp_path_factory.mktemp("reviewed") / "audit")


@pytest.fixture
def ws(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The workspace at its own place, so that the address of its databases stays the same."""
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)
    kept = tmp_path / "kept"
    shutil.copytree(template, kept)
    yield template
    shutil.rmtree(template)
    shutil.copytree(kept, template)


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(typed: str, *arguments: str | Path) -> tuple[int, str]:
    """The command as on a terminal: its code, and what was shown there."""
    shown = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"TERM": "dumb", "COLUMNS": "100"}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", Terminal(typed))
        patch.setattr(sys, "stdout", shown)
        patch.setattr(sys, "stderr", shown)
        code = main([str(a) for a in arguments])
    return code, shown.getvalue()


def on_a_real_terminal(typed: str, *arguments: str | Path) -> tuple[int, str]:
    """The command in a process with a terminal of its own; a line is typed when it asks."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "crmaudit", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "100", "TERM": "dumb", "CRMAUDIT_KEY": KEY},
    )
    os.close(theirs)
    shown, lines = b"", typed.encode().splitlines(keepends=True)
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            shown += part
            if lines and shown.endswith(b"uit: "):
                os.write(ours, lines.pop(0))
    os.close(ours)
    return done.wait(60), shown.decode()


def recorded(root: Path) -> list[dict[str, object]]:
    record = root / ".crmaudit" / RECORD
    return (
        [json.loads(x) for x in record.read_text("utf-8").splitlines()] if record.exists() else []
    )


def no_value_in(root: Path) -> bool:
    """Whether no file but the databases themselves holds a value."""
    files = (p for p in root.rglob("*") if p.is_file() and p.suffix != ".db")
    return not [p for p in files for v in VALUES if v.encode() in p.read_bytes()]


def ids(*keys: int, system: str = "crm") -> list[str]:
    return [matched.record(system, k) for k in keys]


# On the terminal


def test_pairs_are_shown_beside_each_other_and_answers_kept_by_id(ws: Path) -> None:
    code, shown = on_a_real_terminal("s\nu\n", *REVIEW, "-w", ws)
    assert code == 0, shown
    line = next(x for x in shown.splitlines() if "family name" in x)
    assert line.split() == ["≠", "family", "name", "Example", "Exampel"]
    assert "1 of 2" in shown
    matches = Audit(ws).workspace.matches
    assert matches.key_id == matched.SECRET.id
    assert [[m.left, m.right, m.answer] for m in matches.matches] == [
        [*ids(3, 4), "same"],
        [*ids(5, 6), "unsure"],
    ]
    assert {m.entity for m in matches.matches} == {"customer"}
    assert all(m.when for m in matches.matches)
    assert no_value_in(ws)


def test_when_a_record_was_changed_is_not_marked_as_speaking_against_the_pair(ws: Path) -> None:
    _, shown = on_a_terminal("q\n", *REVIEW, "-w", ws)
    changed = next(x for x in shown.splitlines() if "modified at" in x)
    assert changed.split() == ["·", "modified", "at", "2024-03-07", "2024-03-08"]


def test_the_request_is_recorded_with_the_number_of_records(ws: Path) -> None:
    on_a_terminal("q\n", *REVIEW, "-w", ws)
    (line,) = recorded(ws)
    assert line["records"] == 4
    assert line["what"] == "records of crm.customer for the duplicate review"
    assert line["who"]
    assert not (ws / "matches.yaml").exists()


def test_the_model_does_not_speak_before_the_reviewer(ws: Path) -> None:
    _, shown = on_a_terminal("q\n", *REVIEW, "-w", ws)
    assert "bits" not in shown
    assert "%" not in shown


def test_one_can_go_back_and_answer_otherwise(ws: Path) -> None:
    code, shown = on_a_terminal("s\nb\nd\nk\n", *REVIEW, "-w", ws)
    assert code == 0, shown
    (only,) = Audit(ws).workspace.matches.matches
    assert only.answer == "different"


def test_what_is_no_answer_is_asked_again_and_skipping_answers_nothing(ws: Path) -> None:
    code, shown = on_a_terminal("maybe\n\nd\n", *REVIEW, "-w", ws)
    assert code == 0, shown
    (only,) = Audit(ws).workspace.matches.matches
    assert [only.left, only.right] == ids(5, 6)


def test_most_limits_what_is_read_and_answered_pairs_do_not_come_again(ws: Path) -> None:
    on_a_terminal("s\n", *REVIEW, "--most", "1", "-w", ws)
    assert recorded(ws)[0]["records"] == 2
    _, shown = on_a_terminal("q\n", *REVIEW, "-w", ws)
    assert "1 of 1" in shown
    assert "Mustermann" in shown
    assert "Exampel" not in shown


def test_other_bytes_of_the_file_stay(ws: Path) -> None:
    old = (
        f"# ours\nkey_id: {matched.SECRET.id}   # of the audit\nmatches:\n"
        "  # looked at together\n"
        f"  - {{left: {ids(1)[0]}, right: {ids(2)[0]}, answer: same}}\n"
    )
    (ws / "matches.yaml").write_text(old)
    on_a_terminal("d\nq\n", *REVIEW, "-w", ws)
    new = (ws / "matches.yaml").read_text()
    assert new.startswith(old)
    assert len(Audit(ws).workspace.matches.matches) == 2


def test_two_may_answer_at_the_same_time(ws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another terminal writes between two answers stays, and both answers are kept."""
    from crmaudit.cli import matches_review

    theirs = f"- {{left: {ids(1)[0]}, right: {ids(2)[0]}, answer: same}}\n"
    ask, asked = matches_review._choice, []

    def meanwhile() -> str:
        choice = ask()
        asked.append(choice)
        if len(asked) == 2:
            file = ws / "matches.yaml"
            file.write_text(file.read_text() + "  " + theirs)
        return choice

    monkeypatch.setattr(matches_review, "_choice", meanwhile)
    code, shown = on_a_terminal("s\nd\n", *REVIEW, "-w", ws)
    assert code == 0, shown
    found = Audit(ws).workspace.matches.matches
    assert [[m.left, m.right, m.answer] for m in found] == [
        [*ids(3, 4), "same"],
        [*ids(1, 2), "same"],
        [*ids(5, 6), "different"],
    ]


def test_overlap_reads_every_system(ws: Path) -> None:
    code, shown = on_a_terminal(
        "s\nq\n", "quality", "overlap", "customer", "--review", "--reveal", "-w", ws
    )
    assert code == 0, shown
    assert "crm 3" in shown
    assert "billing 4" in shown
    (only,) = Audit(ws).workspace.matches.matches
    assert [only.left, only.right] == [*ids(3), *ids(4, system="billing")]


def test_a_record_that_is_gone_is_told_and_left_out(ws: Path) -> None:
    import sqlite3

    with sqlite3.connect(ws / "crm.db") as connection:
        connection.execute("DELETE FROM contacts WHERE id = 4")
    connection.close()
    _, shown = on_a_terminal("q\n", *REVIEW, "-w", ws)
    assert "1 pair left out" in shown
    assert "1 of 1" in shown


@pytest.mark.parametrize("command", [REVIEW, CLUSTERS])
@pytest.mark.parametrize(
    "more", [(), ("--format", "json"), ("--format", "csv"), ("-o", "x.csv"), ("-o", "x")]
)
def test_nothing_is_revealed_into_a_pipe_or_a_plain_file(
    run, ws: Path, tmp_path: Path, command: tuple[str, ...], more: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    ran = run(*command, "-w", ws, *more)
    assert ran.code == 2
    assert not ran.out
    assert not [v for v in VALUES if v in ran.err]
    assert not recorded(ws)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("x")]


def test_answers_of_another_key_are_refused_before_anything_is_read(ws: Path) -> None:
    (ws / "matches.yaml").write_text("key_id: 00000000\nmatches: []\n")
    code, shown = on_a_terminal("s\n", *REVIEW, "-w", ws)
    assert code == 2
    assert "matches.yaml:1" in shown
    assert "another key" in shown
    assert not recorded(ws)


# The workbook


Book = Callable[..., Path]


@pytest.fixture
def book(run, ws: Path, tmp_path: Path) -> Book:
    """Writes the review's workbook and fills in answers, by pair."""

    def book(*answers: str | None, where: Callable[[int], int] = lambda n: 4 + 2 * n) -> Path:
        file = tmp_path / "review.xlsx"
        ran = run(*REVIEW, "-w", ws, "-o", file)
        assert ran.code == 0, ran.err
        if answers:
            opened = openpyxl.load_workbook(file)
            sheet = opened.worksheets[1]
            for n, answer in enumerate(answers):
                sheet.cell(where(n), 3, answer)
            opened.save(file)
        return file

    return book


def test_the_workbook_is_marked_personal_everywhere_and_for_its_owner_only(
    ws: Path, book: Book
) -> None:
    file = book()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    opened = openpyxl.load_workbook(file)
    assert "PERSONAL DATA" in str(opened.properties.title)
    for sheet in opened.worksheets:
        assert "personal data" in sheet.title
        texts = [str(c) for row in sheet.iter_rows(max_row=3, values_only=True) for c in row]
        assert any("PERSONAL DATA" in t for t in texts)
    assert recorded(ws)[0]["what"] == (
        "records of crm.customer for the duplicate review, into review.xlsx"
    )
    assert [p.name for p in file.parent.glob("*.xlsx")] == ["review.xlsx"]
    assert not list(file.parent.glob(".crmaudit-*"))


def test_values_are_texts_and_the_answers_a_list(book: Book) -> None:
    sheet = openpyxl.load_workbook(book()).worksheets[1]
    cells = {str(c.value): c.data_type for row in sheet.iter_rows() for c in row if c.value}
    assert cells["=Westham"] == "s"
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"same,different,unsure"'


def test_answers_come_back_after_a_preview(run, ws: Path, book: Book) -> None:
    file = book("Same", " different ")
    dry = run("import", file, "-w", ws, "--dry-run")
    assert dry.code == 0, dry.err
    assert "2 answers: 2 new or changed" in dry.out
    assert "1 same, 1 different" in dry.out
    assert not (ws / "matches.yaml").exists()
    assert run("import", file, "-w", ws).code == 2, "nobody can answer here"
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 0, ran.err
    given = Audit(ws).workspace.matches.matches
    assert [m.answer for m in given] == ["same", "different"]
    assert {m.when for m in given} == {today()}
    assert not [v for v in VALUES if v in ran.out + ran.err + dry.out]
    assert no_value_in(ws)
    again = run("import", file, "-w", ws, "--yes")
    assert "nothing to do" in again.out


def test_a_changed_answer_is_shown_as_such(run, ws: Path, book: Book) -> None:
    file = book("same")
    run("import", file, "-w", ws, "--yes")
    opened = openpyxl.load_workbook(file)
    opened.worksheets[1].cell(4, 3, "unsure")
    opened.save(file)
    ran = run("import", file, "-w", ws, "--yes")
    assert "same → unsure" in ran.out
    assert "1 left open" in ran.out
    (only,) = Audit(ws).workspace.matches.matches
    assert only.answer == "unsure"
    assert only.when == today()


def test_what_else_stands_in_the_hidden_cell_is_not_written(run, ws: Path, book: Book) -> None:
    file = book("same")
    opened = openpyxl.load_workbook(file)
    cell = opened.worksheets[1].cell(4, 1)
    cell.value = f"{cell.value} Erika Mustermann"
    opened.save(file)
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 2
    assert "names no pair" in ran.err
    assert "Erika" not in ran.out + ran.err
    assert not (ws / "matches.yaml").exists()


def _one_record_twice(sheet: Any) -> None:
    left, _, entity = sheet.cell(4, 1).value.split()
    sheet.cell(4, 1).value = f"{left} {left} {entity}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.delete_rows(1, 1), "no sheet of a review"),
        (lambda sheet: sheet.delete_rows(1, 3), "no sheet of a review"),
        (lambda sheet: sheet.delete_cols(1, 1), "no sheet of a review"),
        (lambda sheet: sheet.merge_cells("A4:A7"), "names no pair"),
        (_one_record_twice, "names no pair"),
    ],
)
def test_what_is_left_of_a_changed_workbook_is_never_taken_for_something_else(
    run, ws: Path, book: Book, change: Callable[[Any], None], told: str
) -> None:
    file = book("same", "different")
    opened = openpyxl.load_workbook(file)
    change(opened.worksheets[1])
    opened.save(file)
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 2
    assert told in " ".join(ran.err.split())
    assert not [v for v in VALUES if v in ran.out + ran.err]
    assert not (ws / "matches.yaml").exists()


def test_merged_cells_deleted_rows_and_another_order_change_no_answer(
    run, ws: Path, book: Book
) -> None:
    file = book("same", "different")
    opened = openpyxl.load_workbook(file)
    sheet = opened.worksheets[1]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=4, max_row=7)]
    for number, row in enumerate(reversed(rows), 4):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    sheet.delete_rows(4)
    sheet.delete_cols(5)
    sheet.merge_cells("B4:B5")
    opened.save(file)
    assert run("import", file, "-w", ws, "--yes").code == 0
    given = {(m.left, m.right): m.answer for m in Audit(ws).workspace.matches.matches}
    assert given == {(*ids(3, 4),): "same", (*ids(5, 6),): "different"}


def test_a_workbook_of_clusters_is_no_list_of_systems(run, ws: Path, tmp_path: Path) -> None:
    file = tmp_path / "clusters.xlsx"
    assert run(*CLUSTERS, "-w", ws, "-o", file).code == 0
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 2
    assert "no sheet of a review" in " ".join(ran.err.split())


def test_an_answer_in_the_second_line_counts_as_well(run, ws: Path, book: Book) -> None:
    file = book("same", where=lambda n: 5)
    assert run("import", file, "-w", ws, "--yes").code == 0
    assert len(Audit(ws).workspace.matches.matches) == 1


@pytest.mark.parametrize(
    ("answers", "where", "told"),
    [
        (("perhaps",), lambda n: 4, "C4: the answer is none of the three"),
        (("same", "different"), lambda n: 4 + n, "answered twice, and differently"),
        (("same",), lambda n: 9, "names no pair of records"),
    ],
)
def test_mistakes_are_told_at_their_cells_and_nothing_is_written(
    run, ws: Path, book: Book, answers: tuple[str, ...], where: Callable[[int], int], told: str
) -> None:
    file = book(*answers, where=where)
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 2
    assert told in ran.err
    assert not (ws / "matches.yaml").exists()
    assert not [v for v in VALUES if v in ran.out + ran.err]


def test_a_workbook_of_another_audit_is_refused(
    run, ws: Path, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = book("same")
    monkeypatch.setenv("CRMAUDIT_KEY", "f" * 64)
    ran = run("import", file, "-w", ws, "--yes")
    assert ran.code == 2
    assert "another key" in ran.err
    assert not (ws / "matches.yaml").exists()


def test_answers_that_would_contradict_others_are_told(run, ws: Path, book: Book) -> None:
    a, b = ids(3, 4)
    x = ids(1)[0]
    (ws / "matches.yaml").write_text(
        f"key_id: {matched.SECRET.id}\nmatches:\n"
        f"- {{left: {a}, right: {x}, answer: same}}\n- {{left: {b}, right: {x}, answer: same}}\n"
    )
    ran = run("import", book("different"), "-w", ws, "--dry-run")
    assert "contradict each other" in " ".join(ran.out.split())


def test_a_folder_that_cannot_be_written_leaves_nothing(run, ws: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run(*REVIEW, "-w", ws, "-o", tmp_path / "file" / "review.xlsx")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "kept") == ["file"]


# Clusters


def test_clusters_name_the_sources_keys_on_a_terminal(ws: Path) -> None:
    code, shown = on_a_terminal("", *CLUSTERS, "-w", ws)
    assert code == 0, shown
    assert "▸ keep  contacts  2" in shown
    assert recorded(ws)[0]["records"] == 2


def test_clusters_in_a_workbook_name_what_to_keep_and_why(run, ws: Path, tmp_path: Path) -> None:
    file = tmp_path / "clusters.xlsx"
    assert run(*CLUSTERS, "-w", ws, "-o", file).code == 0
    sheet = openpyxl.load_workbook(file).worksheets[1]
    rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if row[0]]
    assert [(row[0], row[1] or "", *row[2:5]) for row in rows] == [
        (1, "", "crm", "contacts", "1"),
        (1, "keep", "crm", "contacts", "2"),
    ]
    assert "PERSONAL DATA" in str(sheet.cell(1, 1).value)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name != "posix"


# What was not compared


NOTHING = ("quality", "duplicates", "billing.customer")


@pytest.fixture
def unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which the records of one system could not be compared."""
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)
    ours = matched.duplicates()
    theirs = replace(
        ours,
        provenance=replace(ours.provenance, system="billing"),
        matching=Matching(cannot="no key tells the rows of contacts apart"),
        surplus=0,
        estimated=None,
        sizes={},
        clusters=(),
        causes=(),
    )
    return collected(tmp_path / "unknown", ours, theirs)


@pytest.mark.parametrize("more", ["--review", "--clusters"])
def test_what_was_not_compared_is_not_none(run, unknown: Path, more: str) -> None:
    ran = run(*NOTHING, more, "-w", unknown)
    assert "not assessed: no key tells" in ran.out
    assert " 0 " not in f" {ran.out}"
    told = json.loads(run(*NOTHING, more, "--format", "json", "-w", unknown).out)
    assert told["not_assessed"].startswith("no key")


@pytest.mark.parametrize("more", ["--review", "--clusters"])
def test_what_was_not_compared_has_nothing_to_reveal(
    run, unknown: Path, tmp_path: Path, more: str
) -> None:
    ran = run(*NOTHING, more, "--reveal", "-o", tmp_path / "x.xlsx", "-w", unknown)
    assert ran.code == 2
    assert "not assessed: no key tells" in ran.err
    assert not recorded(unknown)


def test_without_a_key_pairs_wait_that_nobody_can_name(run, ws: Path, tmp_path: Path) -> None:
    audit = Audit(ws)
    (found,) = (d.document for d in audit.facts.duplicates if d.system == "crm")
    nameless = replace(
        found,
        provenance=replace(found.provenance, key_id="", snapshot="later"),
        matching=replace(found.matching, review=(), uncertain_pairs=7),
    )
    audit.store.put(nameless)
    assert "7 pairs uncertain, and none can be named" in " ".join(
        run(*REVIEW[:-1], "-w", ws).out.split()
    )
    ran = run(*REVIEW, "-o", tmp_path / "x.xlsx", "-w", ws)
    assert ran.code == 2
    assert "without a key" in ran.err


@pytest.mark.parametrize(
    "content",
    [
        b'matches:\n- {left: "erika@canary.example", right: rec-0a, answer: same}\n',
        b'matches:\n- {left: rec-0b, right: rec-0a, answer: Canary\'s "x"}\n',
        b"matches:\n- {left: rec-0b, right: rec-0a, answer: same, canary: Canary}\n",
        b"matches:\n- {left: rec-0b, right: rec-0a, answer: same, entity: canary}\n",
        b"matches:\n- {left: *canary}\n",
        b"matches:\n- {canary: 1, canary: 2}\n",
        b"matches:\n- canary\n",
        b'matches:\n- left: "canary\n',
        b"key_id: canary\n",
        b"matches:\n- {left: \xff canary}\n",
    ],
)
def test_no_mistake_in_the_file_of_answers_repeats_what_stands_there(
    run, ws: Path, content: bytes
) -> None:
    """Somebody may have written values of records there: the place does, and the shape."""
    (ws / "matches.yaml").write_bytes(content)
    for shape in ("table", "json"):
        ran = run("validate", "-w", ws, "--format", shape)
        assert ran.code == 2
        assert "matches.yaml:" in ran.out + ran.err
        assert "canary" not in (ran.out + ran.err).casefold()
