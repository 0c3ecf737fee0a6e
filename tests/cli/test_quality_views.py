"""`quality` in the terminal: scorecards, and every measured thing down to its evidence."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crmaudit.audit import Audit
from crmaudit.cli.quality_column import SPARK, by_time, sparkline
from crmaudit.cli.quality_find import OfColumn, OfEntity, OfSystem, OfTable, find
from crmaudit.cli.quality_scores import level, shown
from crmaudit.errors import CrmauditError

WIDTHS = (80, 140)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose database has names and values made to break things."""
    root = tmp_path_factory.mktemp("odd")
    (root / "systems").mkdir()
    (root / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (root / "systems" / "crm.yaml").write_text(
        "id: crm\nname: CRM\ndatabase: {url: 'sqlite:///crm.db'}\n"
    )
    with sqlite3.connect(root / "crm.db") as connection:
        connection.execute('CREATE TABLE "order.lines" ("from" TEXT, "a.b" TEXT, "[bold]" TEXT)')
        rows = [(f"x{n}", "=1+1 ", "\x1b[31m") for n in range(9)]
        connection.executemany('INSERT INTO "order.lines" VALUES (?, ?, ?)', rows)
        connection.execute("CREATE TABLE empty (id INTEGER PRIMARY KEY, Straße TEXT)")
        connection.execute('CREATE TABLE "__proto__; DROP" (id INTEGER)')
    connection.close()
    Audit(root).collect()
    return root


# Finding


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("crm", OfSystem, "crm"),
        ("BeaconCRM", OfSystem, "crm"),
        ("contact", OfEntity, "contact"),
        ("Contacts of nobody", None, ""),
        ("customer", OfEntity, "contact"),
        ("crm.contact", OfEntity, "crm.contact"),
        ("CRM.CONTACT", OfEntity, "crm.contact"),
        ("crm.contacts", OfTable, "crm.contacts"),
        ("payments", OfTable, "billing.payments"),
        ("crm.contacts.email", OfColumn, "crm.contacts.email"),
        ("crm.contacts.E-Mail", OfColumn, "crm.contacts.email"),
        ("crm.contact.e-mail", OfColumn, "crm.contacts.email"),
        ("crm.contact.Last Name", OfColumn, "crm.contacts.last_name"),
        ("crm.contact.given name", OfColumn, "crm.contacts.first_name"),
    ],
)
def test_things_are_found_under_any_spelling(
    demo: Path, path: str, kind: type | None, name: str
) -> None:
    audit = Audit(demo)
    if kind is None:
        with pytest.raises(CrmauditError):
            find(audit, path)
        return
    found = find(audit, path)
    assert type(found) is kind
    parts = {
        OfSystem: lambda t: t.system,
        OfEntity: lambda t: ".".join(x for x in (t.system, t.entity) if x),
        OfTable: lambda t: f"{t.system}.{t.profile.table}",
        OfColumn: lambda t: f"{t.system}.{t.profile.table}.{t.column.name}",
    }
    assert parts[type(found)](found) == name


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("crm.contcats", "crm.contacts"),
        ("crm.contacts.emial", "crm.contacts.email"),
        ("crm.contact.lastnam", "crm.contact.last_name"),
        ("zzzzzzzz", "quality scores --by table"),
        ("campaigns", "crm.campaigns, newsletter.campaigns"),
    ],
)
def test_what_is_misspelt_or_said_of_several_gets_a_hint(run, demo: Path, path: str, hint: str):
    ran = run("quality", "show", path, "-w", demo)
    assert ran.code == 2
    assert hint in ran.err
    assert not ran.out


@pytest.mark.parametrize("path", ["crm.order.lines", "crm.order.lines.a.b", "crm.order.lines.from"])
def test_names_with_dots_are_whole(run, odd: Path, path: str) -> None:
    ran = run("quality", "show", path, "-w", odd)
    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith(path)


# Scorecards


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("by", ["entity", "table", "system"])
def test_scorecards_fit_and_the_worst_comes_first(run, demo: Path, by: str, width: int) -> None:
    ran = run("quality", "--by", by, "-w", demo, width=width)
    assert ran.code == 0, ran.err
    assert all(cell_len(line) <= width for line in ran.lines)
    assert "…" not in "".join(ran.lines[:-1]), "something was cut off"
    rows = json.loads(run("quality", "--by", by, "-w", demo, "--format", "json").out)["rows"]
    shares = [r["overall"] for r in rows if r["overall"] is not None]
    assert shares == sorted(shares)
    assert rows[0]["name"].split()[0] in ran.lines[2]


def test_scorecards_are_whole_in_json_and_csv(run, demo: Path) -> None:
    rows = json.loads(run("quality", "-w", demo, "--format", "json").out)["rows"]
    for row in rows:
        for name, dimension in row["dimensions"].items():
            assert (dimension["share"] is None) is bool(dimension["reason"])
            assert (name in row["not_assessed"]) is (dimension["share"] is None)
            assert 0 <= dimension["passed"] <= dimension["applicable"]
        assessed = [d["share"] for d in row["dimensions"].values() if d["share"] is not None]
        assert row["worst_share"] == (min(assessed) if assessed else None)
        if row["clean_share"] is not None:
            assert row["clean_share"] == row["clean"] / row["looked_at"]
    table = list(csv.DictReader(io.StringIO(run("quality", "-w", demo, "--format", "csv").out)))
    assert [r["name"] for r in table] == [r["name"] for r in rows]
    assert "dimensions.timeliness.reason" in table[0]


def test_without_evidence_nothing_is_scored(run, tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: CRM\n")
    ran = run("quality", "-w", tmp_path)
    assert ran.code == 0
    assert "not assessed: no database was read" in ran.out
    assert "%" not in ran.out
    ran = run("quality", "show", "crm", "-w", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "crmaudit collect" in ran.err


# One thing


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("crm", ("Scores", "Entities, the worst first", "What was read")),
        ("contact", ("Where it lies", "Scores", "Perceived beside measured")),
        ("crm.contact", ("Where it lies", "crm.contacts_cstm")),
        ("crm.contacts", ("What it holds", "Contact (primary)", "Faulty")),
        ("crm.contacts.email", ("e-mail", "Shapes", "email syntax", "Faults", "a9999@@a.a")),
        ("crm.contacts.created_at", ("Spread", "by year", "2014 to 2026")),
        ("crm.contacts.owner_id", ("accounts by pseudonym", "acct-")),
        ("crm.contacts.status", ("Active␣", "inconsistent case")),
    ],
)
def test_drill_down_fits_and_tells(
    run, demo: Path, path: str, told: tuple[str, ...], width: int
) -> None:
    ran = run("quality", "show", path, "-w", demo, width=width)
    assert ran.code == 0, ran.err
    assert all(cell_len(line) <= width for line in ran.lines)
    for words in told:
        assert words in ran.out
    assert ran.lines[-1].startswith("crmaudit quality show ")


def test_the_next_step_that_is_shown_is_a_step(run, demo: Path) -> None:
    for path in ("crm", "contact", "crm.contacts", "crm.contacts.email"):
        hint = run("quality", "show", path, "-w", demo).lines[-1].removeprefix("crmaudit ")
        assert run(*hint.split(), "-w", demo).code == 0, hint


def test_a_score_is_shown_down_to_counts_and_evidence(run, demo: Path) -> None:
    ran = run("quality", "show", "crm.contacts.email", "-w", demo, "--format", "json")
    document = json.loads(ran.out)
    filled = [c for c in document["counts"] if c["what"] == "rows filled"]
    assert filled[0]["passed"] == document["statistics"]["rows"] - sum(
        n for _, n in [(reason, n) for reason, n in filled[0]["failed"]]
    )
    assert all(
        e.startswith(("profile:", "keys:", "expectations:", "duplicates:", "overlap:"))
        for e in document["evidence"]
    )
    assert document["rows"]


def test_no_personal_value_is_shown(run, demo: Path) -> None:
    with sqlite3.connect(demo / "data" / "crm.sqlite") as connection:
        names = connection.execute(
            "SELECT DISTINCT last_name FROM contacts WHERE length(last_name) > 5 LIMIT 40"
        ).fetchall()
        mails = connection.execute(
            "SELECT email FROM contacts WHERE email LIKE '%@%' LIMIT 40"
        ).fetchall()
    connection.close()
    told = "".join(
        run("quality", "show", path, "-w", demo, "--format", form).out
        for path in ("contact", "crm.contacts", "crm.contacts.last_name", "crm.contacts.email")
        for form in ("table", "json")
    )
    assert not [value for (value,) in (*names, *mails) if value in told]


@pytest.mark.parametrize(
    "path", ["crm.order.lines", "crm.order.lines.a.b", "crm.order.lines.[bold]"]
)
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_hostile_names_and_values_stay_text(run, odd: Path, path: str, form: str) -> None:
    ran = run("quality", "show", path, "-w", odd, "--format", form)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    if form == "csv":
        cells = [c for row in csv.reader(io.StringIO(ran.out)) for c in row]
        assert not [c for c in cells if c[:1] in ("=", "+", "@")]


def test_empty_tables_are_one_line(run, odd: Path) -> None:
    shown = run("quality", "scores", "--by", "table", "-w", odd)
    text = " ".join(shown.out.split())
    assert "╱ 2 tables without a row, so not assessed: " in text
    assert "the table is empty" not in text
    told = json.loads(run("quality", "scores", "--by", "table", "-w", odd, "--format", "json").out)
    assert len(told["rows"]) == 3


def test_faults_of_a_table_name_their_columns_and_are_counted(run, demo: Path) -> None:
    text = " ".join(run("quality", "show", "crm.contacts", "-w", demo).out.split())
    assert "in date_of_birth · 9999-99-99" in text
    assert "in postcode · ␣" in text, "a blank that is the fault is seen"
    assert "kinds of faults, in --format json" in text
    own = " ".join(run("quality", "show", "crm.contacts.email", "-w", demo).out.split())
    assert "in email ·" not in own


def test_a_table_that_was_not_read_gets_no_silence(run, demo: Path) -> None:
    refused = run("quality", "suggest", "--table", "contact", "-w", demo)
    assert (refused.code, "did you mean contacts" in refused.err) == (2, True)


def test_an_empty_table_has_no_score(run, odd: Path) -> None:
    ran = run("quality", "show", "crm.empty", "-w", odd)
    assert "not assessed: the table is empty" in ran.out
    assert "100 %" not in ran.out
    assert run("quality", "show", "crm.empty.strasse", "-w", odd).code == 0
    assert run("quality", "show", "crm.empty.Straße", "-w", odd).code == 0


def test_a_view_goes_into_a_file(run, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "contact.txt"
    ran = run("quality", "show", "contact", "-w", demo, "-o", file)
    assert (ran.code, ran.out) == (0, "")
    assert "Where it lies" in file.read_text("utf-8")


def test_profile_shows_meanings_and_faults(run, odd: Path, demo: Path) -> None:
    ran = run("profile", demo / "data" / "crm.sqlite", "--table", "contacts", width=140)
    assert ran.code == 0, ran.err
    line = next(x for x in ran.lines if x.startswith("email "))
    assert "e-mail" in line
    assert "invalid value" in line


# Drawing


@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_a_sparkline_shows_what_is_there_and_nothing_else(counts: list[int]) -> None:
    line = sparkline(counts)
    assert len(line) == len(counts)
    for sign, n in zip(line, counts, strict=True):
        assert (sign == "·") is (n == 0)
    if any(counts):
        assert line[counts.index(max(counts))] == "█"


@given(
    st.dictionaries(
        st.builds(lambda y, m: f"{y:04}-{m:02}", st.integers(1, 9999), st.integers(1, 12)),
        st.integers(1, 10**6),
        min_size=1,
        max_size=30,
    )
)
def test_steps_of_time_lose_no_row(months: dict[str, int]) -> None:
    counts, _ = by_time(months)
    assert sum(counts.values()) == sum(months.values())
    assert len(counts) <= SPARK


@given(st.floats(0, 1))
def test_what_is_not_whole_never_looks_whole(share: float) -> None:
    assert (level(share) == "█") is (share == 1)
    assert (shown(share) == "100 %") is (share == 1)
    assert (shown(share) == "0 %") is (share == 0)
