"""`quality duplicates` and `quality overlap`: what was found, how surely, down to a pair."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import matched
import pytest
from golden_files import KEY
from matched import VALUES, collected, duplicates, overlap
from rich.cells import cell_len

from crmaudit.audit import Audit
from crmaudit.cli.matches_blocks import histogram_block
from crmaudit.evidence.match import Bin, Matching
from crmaudit.evidence.provenance import Status

WIDTHS = (80, 140)
DUPLICATES = (
    (),
    ("crm.customer",),
    ("crm.customer", "--clusters"),
    ("crm.customer", "--review"),
    ("crm.customer", "--pair", "1"),
)
OVERLAP = ((), ("customer",), ("customer", "--review"), ("customer", "--pair", "2"))


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRMAUDIT_KEY", KEY)
        return collected(tmp_path_factory.mktemp("matched"))


def test_the_lowest_bin_holds_what_was_not_weighed_to_the_end() -> None:
    bins = (Bin(-10.0, -8.0, 5_886, 0.0), Bin(-8.0, -6.0, 1, 0.0), Bin(-6.0, -4.0, 2, 0.1))
    lines = dict(histogram_block(Matching(histogram=bins)).lines)
    assert list(lines) == ["−6.0 to −4.0", "−8.0 to −6.0", "below −8.0"]
    assert "5,886" in lines["below −8.0"].plain
    (only,) = histogram_block(Matching(histogram=bins[:1])).lines
    assert only[0] == "below −8.0"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "command",
    [*(("duplicates", *d) for d in DUPLICATES), *(("overlap", *o) for o in OVERLAP)],
)
def test_every_view_fits_and_shows_no_value(
    run, ws: Path, command: tuple[str, ...], width: int
) -> None:
    ran = run("quality", *command, "-w", ws, width=width)
    assert ran.code == 0, ran.err
    assert len(ran.lines) > 3
    # Only the command to type next is not broken into lines.
    assert all(cell_len(line) <= width for line in ran.lines[:-1])
    assert not [v for v in VALUES if v in ran.out]
    for form in ("json", "csv"):
        told = run("quality", *command, "-w", ws, "--format", form)
        assert told.code == 0
        assert not [v for v in VALUES if v in told.out]


def test_the_list_tells_numbers_with_their_denominators(run, ws: Path) -> None:
    ran = run("quality", "duplicates", "-w", ws, width=140)
    assert ran.lines[0].startswith("1 of 6 records")
    (row,) = (line for line in ran.lines if " crm " in line)
    assert "1 (16.7 %)" in row
    assert "2 (1–3)" in row
    assert "97.0 %" in row


def test_what_was_not_compared_is_told_with_the_reason(run, ws: Path) -> None:
    ran = run("quality", "duplicates", "-w", ws, width=140)
    assert "╱ billing.customer not assessed: not compared yet" in ran.out
    rows = json.loads(run("quality", "duplicates", "-w", ws, "--format", "json").out)["rows"]
    lacking = next(r for r in rows if r["system"] == "billing")
    assert lacking["surplus"] is None
    assert lacking["not_assessed"]
    assert next(r for r in rows if r["system"] == "crm")["not_assessed"] == ""


@pytest.mark.parametrize("path", ["crm.customer", "CRM.Customer", "SampleCRM.customer", "customer"])
def test_things_are_found_by_any_name(run, ws: Path, path: str) -> None:
    ran = run("quality", "duplicates", path, "-w", ws)
    assert ran.code == 0
    assert ran.lines[0].startswith("Customer in SampleCRM")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("duplicates", "crm.custmer"), "did you mean crm.customer?"),
        (("overlap", "lead"), "compared: customer"),
        (("duplicates", "--review"), "SYSTEM.ENTITY"),
        (("duplicates", "crm.customer", "--pair", "9"), "pairs 1 to 3"),
        (("duplicates", "crm.customer", "--pair", "0"), "pairs 1 to 3"),
        (("duplicates", "crm.customer", "--pair", "rec-1"), "two record ids"),
        (("duplicates", "crm.customer", "--pair", "rec-1", "rec-2"), "does not tell of rec-1"),
        (("duplicates", "crm.customer", "--pair", "1", "--clusters"), "choose one"),
        (("duplicates", "crm.customer", "--reveal"), "say which is to be shown"),
        (("duplicates", "crm.customer", "--pair", "1", "--reveal"), "masked values only"),
        (("duplicates", "crm.customer", "other"), "goes with --pair"),
    ],
)
def test_what_cannot_be_shown_is_told_with_a_remedy(
    run, ws: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = run("quality", *arguments, "-w", ws)
    assert ran.code == 2
    assert told in ran.err
    assert not ran.out


def test_a_pair_is_found_by_the_ids_of_its_records_in_either_order(run, ws: Path) -> None:
    a, b = matched.record("crm", 3), matched.record("crm", 4)
    by_number = run("quality", "duplicates", "crm.customer", "--pair", "2", "-w", ws)
    for ids in (("--pair", b, a), ("--pair", f"{a},{b}")):
        ran = run("quality", "duplicates", "crm.customer", *ids, "-w", ws)
        assert ran.out == by_number.out


def test_the_waterfall_adds_up(run, ws: Path) -> None:
    pair = json.loads(
        run(
            "quality", "duplicates", "crm.customer", "--pair", "1", "-w", ws, "--format", "json"
        ).out
    )
    steps = sum(s["weight"] for s in pair["rows"])
    assert pair["pair"]["prior"] + steps == pytest.approx(pair["pair"]["weight"])


def test_clusters_are_complete_in_csv_with_the_record_to_keep(run, ws: Path) -> None:
    text = run("quality", "duplicates", "crm", "--clusters", "-w", ws, "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [r["record"] for r in rows] == [matched.record("crm", n) for n in (1, 2)]
    assert [r["keep"] for r in rows] == ["False", "True"]
    assert rows[1]["why"] == "changed last, on 2025-02-06"


def test_json_holds_the_whole_evidence(run, ws: Path) -> None:
    told = json.loads(
        run("quality", "duplicates", "crm.customer", "-w", ws, "--format", "json").out
    )
    assert len(told["matching"]["histogram"]) == 8
    assert told["sizes"] == {"2": 1}
    assert len(told["causes"]) == 3
    told = json.loads(run("quality", "overlap", "customer", "-w", ws, "--format", "json").out)
    assert [s["things"] for s in told["sets"]] == [4, 1, 2]
    assert told["between"][0]["keys"][0]["missing"] == 1
    assert told["unlinked"][0]["without"] == 12


def test_the_overlap_tells_coverage_both_ways_and_contradictions(run, ws: Path) -> None:
    ran = run("quality", "overlap", "customer", "-w", ws, width=140)
    assert "crm known to billing" in ran.out
    assert "66.7 % (4 of 6); in truth 66.7–83.3 %" in ran.out
    assert "billing known to crm" in ran.out
    assert "50.0–83.3 %" in ran.out
    assert "12 of 120 rows (10.0 %) have no partner in crm" in ran.out
    assert "4 of 6 filled, 3 found, 1 lead nowhere" in ran.out


@pytest.mark.parametrize("command", ["duplicates", "overlap"])
def test_without_evidence_it_says_what_to_do(run, tmp_path: Path, command: str) -> None:
    matched.workspace(tmp_path / "w")
    ran = run("quality", command, "-w", tmp_path / "w")
    assert ran.code == 0
    assert "not assessed" in ran.out
    assert ran.lines[-1].startswith("crmaudit collect")
    assert not (tmp_path / "w" / ".crmaudit" / "store.sqlite").exists()


def test_what_could_not_be_said_has_its_reason_and_no_number(run, tmp_path: Path) -> None:
    d = replace(duplicates(), matching=Matching(cannot="ten records are too few"), surplus=0)
    failed = replace(
        overlap(), provenance=replace(overlap().provenance, status=Status("failed", "no room"))
    )
    root = collected(tmp_path / "w", d, failed)
    for width in WIDTHS:
        ran = run("quality", "duplicates", "crm.customer", "-w", root, width=width)
        assert "not assessed: ten records are too few" in " ".join(ran.out.split())
        assert "surplus" not in ran.out
        ran = run("quality", "duplicates", "-w", root, width=width)
        assert "╱ crm.customer not assessed: ten records are too few" in ran.out
        ran = run("quality", "overlap", "-w", root, width=width)
        assert "not assessed: no room" in " ".join(ran.out.split())


def test_markup_controls_and_formulas_in_names_are_only_shown(run, tmp_path: Path) -> None:
    odd = "[bold]=1+1\x1b[31m\u202e"
    d = duplicates()
    m = d.matching
    step = replace(m.examples[0].steps[0], attribute=odd, level=odd, left=odd, right="x")
    pair = replace(m.examples[0], steps=(step,), rule=odd, state="same")
    causes = tuple(replace(c, value=odd) for c in d.causes)
    attributes = tuple(replace(a, columns=(odd,)) for a in m.attributes)
    m = replace(m, examples=(pair,), threshold_by=odd, notes=(odd,), attributes=attributes)
    root = collected(tmp_path / "w", replace(d, matching=m, causes=causes))
    for width in WIDTHS:
        ran = run("quality", "duplicates", "crm.customer", "-w", root, width=width)
        assert ran.code == 0, ran.err
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out
        assert "[bold]=1+1" in ran.out


def test_answers_show_what_they_measured(run, tmp_path: Path) -> None:
    root = collected(tmp_path / "w")
    a, b = (matched.record("crm", n) for n in (3, 4))
    (root / "matches.yaml").write_text(
        f"key_id: {matched.SECRET.id}\nmatches:\n- {{left: {b}, right: {a}, answer: different}}\n"
    )
    ran = run("quality", "duplicates", "crm.customer", "-w", root)
    assert "Answers since the comparison" in ran.out
    assert "0 of 1 the same" in ran.out
    assert json.loads(
        run("quality", "duplicates", "-w", root, "--format", "json").out
    )["rows"][0]["review"] == 2  # fmt: skip
    review = run("quality", "duplicates", "crm.customer", "--review", "-w", root)
    assert a not in review.out
    assert "1 pair of crm.customer" in review.lines[0]


def test_answers_that_contradict_each_other_are_told_with_their_lines(run, tmp_path: Path) -> None:
    root = collected(tmp_path / "w")
    a, b, c = (matched.record("crm", n) for n in (1, 2, 3))
    (root / "matches.yaml").write_text(
        f"key_id: {matched.SECRET.id}\nmatches:\n"
        f"- {{left: {a}, right: {b}, answer: same}}\n"
        f"- {{left: {b}, right: {c}, answer: same}}\n"
        f"- {{left: {a}, right: {c}, answer: different}}\n"
    )
    told = " ".join(run("quality", "duplicates", "-w", root).out.split())
    assert "matches.yaml:5 says" in told
    assert "matches.yaml:3, matches.yaml:4 make them the same" in told


def test_answers_of_another_key_are_told_and_not_used(run, tmp_path: Path) -> None:
    root = collected(tmp_path / "w")
    (root / "matches.yaml").write_text("key_id: 00000000\nmatches: []\n")
    told = " ".join(run("quality", "duplicates", "-w", root).out.split())
    assert "by another key (00000000)" in told


def test_one_e_mail_in_every_row_and_everything_a_duplicate_is_drawn(run, tmp_path: Path) -> None:
    d = duplicates()
    many = replace(d, surplus=5, sizes={6: 1}, estimated=None)
    many = replace(many, matching=replace(d.matching, histogram=(), blocks=(), examples=()))
    root = collected(tmp_path / "w", many)
    ran = run("quality", "duplicates", "crm.customer", "-w", root)
    assert "5 of 6 records, 83.3 %" in ran.out
    assert "6 records  1 time" in ran.out


def test_the_views_load_nothing_heavy(ws: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom crmaudit.cli import main\n"
        f"main(['quality', 'duplicates', 'crm.customer', '-w', {str(ws)!r}])\n"
        f"main(['quality', 'overlap', 'customer', '-w', {str(ws)!r}])\n"
        "heavy = {'duckdb', 'splink', 'pyarrow', 'numpy', 'pandas', 'jellyfish'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_documents_of_these_tests_are_kept_as_they_are(ws: Path) -> None:
    evidence = Audit(ws).facts.evidence
    known = evidence.duplicates["crm"]["customer"]
    assert known.matching == duplicates().matching
    assert evidence.overlaps["customer"].between == overlap().between
