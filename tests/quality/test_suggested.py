"""Proposed expectations: each holds when it is made, none shows what is masked."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from databases import sqlite_file
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.cli import main
from crmaudit.evidence import (
    Catalog,
    Column,
    ColumnProfile,
    DateOrder,
    Index,
    Keys,
    Provenance,
    Reference,
    Semantic,
    ShapeCount,
    Table,
    TableProfile,
    ValueCount,
)
from crmaudit.evidence.privacy import shape
from crmaudit.quality.expected import answers
from crmaudit.quality.quality import Quality
from crmaudit.quality.suggested import Suggestion, suggestions
from crmaudit.quality.suggested_columns import of_shapes, round_up
from crmaudit.workspace import load
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.patterns import check_pattern

DAY = date(2026, 6, 30)
ORIGIN = Provenance("crm", "list", "sqlite", "s1", datetime(2026, 6, 30, tzinfo=UTC), "t")


def column(name: str, meaning: Any = None, **values: Any) -> ColumnProfile:
    given = {"type": "TEXT", "logical": "text", "rows": 100, "nulls": 0, "distinct": 90,
             "uniques": 80, **values}  # fmt: skip
    return ColumnProfile(name, semantic=Semantic(meaning, 0.9) if meaning else None, **given)


def suggested(
    *columns: ColumnProfile,
    known: tuple[Expectation, ...] = (),
    references: tuple[Reference, ...] = (),
    indexes: tuple[Index, ...] = (),
    nullable: bool = True,
    **profile: Any,
) -> dict[str, Suggestion]:
    """By column and first check, as far as one table goes."""
    given = {"rows": 100, "columns": columns, **profile}
    table = TableProfile(ORIGIN, table="t", **given)
    declared = Table(
        "t",
        columns=tuple(Column(c.name, c.type, nullable) for c in columns),
        indexes=indexes,
    )
    quality = Quality({"crm": {"t": table}}, {"crm": Catalog(ORIGIN, tables=(declared,))}, {}, DAY)
    keys = {"crm": Keys(ORIGIN, references=references)}
    found = suggestions(quality, keys, {}, known, DAY)
    return {f"{s.column}.{next(iter(s.checks))}": s for s in found}


def test_required_where_filled() -> None:
    found = suggested(
        column("a", nulls=1),
        column("b", nulls=2),
        column("c", "text"),
        column("d", logical="integer", type="INTEGER"),
        column("id"),
        nullable=False,
    )
    assert set(found) == {"a.required"}
    one = found["a.required"]
    assert (one.part, one.whole, one.threshold) == (99, 100, 0.99)
    assert one.reasons == ("1 of 100 rows are empty",)


def test_unique_where_it_identifies() -> None:
    found = suggested(
        column("member_no", uniques=100, distinct=100),
        column("mail", "e-mail", uniques=99),
        column("title", uniques=100, distinct=100),
        column("code", uniques=100, distinct=100),
        indexes=(Index("i", ("code",), unique=True),),
    )
    assert {k for k in found if k.endswith("unique")} == {"member_no.unique", "mail.unique"}
    assert found["mail.unique"].threshold == 0.99


def test_a_list_only_of_values_that_are_shown() -> None:
    codes = (ValueCount("b", 60, False), ValueCount("a", 40, False))
    rare = (ValueCount("b", 60, False), ValueCount("a", 39, False), ValueCount("Aa", 1))
    found = suggested(
        column("kind", "category", top=codes, distinct=2),
        column("half", "category", top=codes[:1], distinct=2),
        column("mask", "category", top=(replace(codes[0], masked=True), codes[1]), distinct=2),
        column("rare", "status", top=rare, distinct=3),
        column("many", "status", top=codes, distinct=11),
        column("long", "text", top=codes, distinct=2),
        column("size", "counter", top=codes, distinct=2),
        column("gap", "category", distinct=3, nulls=0, top=(
            ValueCount("x", 50, False), ValueCount("y", 49, False), ValueCount("y ", 1, False))),
    )  # fmt: skip
    lists = {k for k in found if k.endswith("domain")}
    assert lists == {"kind.domain", "rare.domain", "gap.domain"}
    assert found["rare.domain"].checks == {"domain": ["a", "b"]}
    assert found["rare.domain"].threshold == 0.99
    assert found["kind.domain"].checks == {"domain": ["a", "b"]}
    assert found["gap.domain"].checks == {"domain": ["x", "y"]}
    assert found["gap.domain"].threshold == 0.99


def test_forms_of_numbers_and_addresses() -> None:
    found = suggested(
        column("member_no", shapes=(ShapeCount("A-999", 99), ShapeCount("a", 1))),
        column("mail", "e-mail", checks={"email syntax": (100, 100)}),
        column("name", "full name", shapes=(ShapeCount("Aa9", 100),)),
        column("code", shapes=(ShapeCount("A9…", 100),)),
    )
    patterns = {k: s.checks["pattern"] for k, s in found.items() if k.endswith("pattern")}
    assert patterns == {
        "member_no.pattern": r"^\p{Lu}+\-\p{N}{3}$",
        "mail.pattern": r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$",
    }


def test_ranges_of_measures_that_vary() -> None:
    numbers = {"logical": "number", "type": "REAL", "masking": "none", "minimum": "0"}
    found = suggested(
        column("amount", "money", **numbers, maximum="1584.5"),
        column("share", "percentage", **numbers, maximum="80"),
        column("always", "money", **{**numbers, "distinct": 2}, maximum="3"),
        column("debt", "money", **{**numbers, "minimum": "-1"}, maximum="3"),
        column("ref", "reference", **numbers, maximum="3"),
    )  # fmt: skip
    ranges = {k: dict(s.checks) for k, s in found.items() if k.endswith("minimum")}
    assert ranges == {
        "amount.minimum": {"minimum": 0, "maximum": 5000},
        "share.minimum": {"minimum": 0, "maximum": 100},
    }


def test_pairs_of_dates_count_the_rows_that_were_left_out() -> None:
    columns = column("start", "date", uniques=None), column("end", "date", uniques=None)
    found = suggested(*columns, orders=(DateOrder("start", "end", 100, 100),))
    assert found[".compare"].checks == {"compare": "end >= start"}
    assert ".compare" not in suggested(*columns, orders=(DateOrder("start", "end", 90, 90),))
    odd = suggested(column("or"), column('a"b'), orders=(DateOrder('a"b', "or", 99, 100),))
    assert odd[".compare"].checks == {"compare": '"or" >= "a""b"'}
    assert odd[".compare"].threshold == 0.99


def test_references_that_hold_and_are_not_declared() -> None:
    base = Reference("t", ("owner_id",), "users", ("id",), filled=100, orphans=1, cases=100)
    columns = (column("owner_id"), column("parent_id"), column("kind"))
    found = suggested(*columns, references=(base,))
    assert found["owner_id.reference"].written()["reference"] == "users.id"
    assert found["owner_id.reference"].threshold == 0.99
    for other in (
        replace(base, basis="declared"),
        replace(base, orphans=2),
        replace(base, orphans=None),
        replace(base, filled=90),
        replace(base, sentinels={"0": 3}),
    ):
        assert "owner_id.reference" not in suggested(*columns, references=(other,))
    pair = replace(base, columns=("parent_id",), when=("kind", "Case"), filled=50, orphans=0)
    found = suggested(*columns, references=(pair, replace(pair, when=("kind", "it's"))))
    assert [s.where for s in found.values() if "reference" in s.checks] == ["kind = 'Case'"]


def test_what_is_expected_already_is_not_proposed() -> None:
    known = Expectation.model_validate(
        {"id": "T-A-REQUIRED", "table": "t", "column": "A", "required": True}
    )
    other = Expectation.model_validate({"id": "t-b-required", "sql": "SELECT 0"})
    found = suggested(column("a"), column("b"), known=(known, other))
    assert [s.id for s in found.values()] == ["t-b-required-2"]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40),
        min_size=1,
        max_size=3,
    )
)
def test_a_value_keeps_the_pattern_of_its_shape(values: list[str]) -> None:
    shapes = [shape(v) for v in values]
    if any(set(s) & set("*?…") for s in shapes) or any("\n" in v for v in values):
        return
    pattern = of_shapes(shapes)
    check_pattern(pattern)
    with duckdb.connect() as engine:
        asked = "SELECT bool_and(regexp_matches(v, ?)) FROM (SELECT unnest(?) AS v)"
        assert engine.execute(asked, [pattern, values]).fetchall() == [(True,)]


@given(st.floats(0, 1e12))
def test_room_is_rounded_up(value: float) -> None:
    found = round_up(value)
    assert found >= value
    assert re.fullmatch("(1|2|5)0*", str(found))


TABLES = [
    "CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT)",
    *(f"INSERT INTO users VALUES ({i}, 'u{i}')" for i in range(1, 41)),
    "CREATE TABLE donors (id INTEGER PRIMARY KEY, donor_no TEXT, full_name TEXT, email TEXT, "
    "member_kind TEXT, amount REAL, start_date TEXT, end_date TEXT, "
    "created_at TEXT, user_id INTEGER)",
]


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose database was read."""
    tmp_path = tmp_path_factory.mktemp("read")
    db = sqlite_file(tmp_path / "crm.sqlite")
    some = random.Random(7)
    rows = []
    for i in range(300):
        kind = "'P '" if i == 5 else some.choice(["'P'", "'O'", "'H'"])
        end = "'1900-01-01'" if i == 9 else f"'2026-0{some.randint(4, 6)}-11'"
        rows.append(
            f"INSERT INTO donors VALUES ({i}, 'D-{i:04d}', 'Ada Fictional{i}', 'a{i}@example.org', "
            f"{kind}, {some.randint(1, 900)}, '2026-01-{some.randint(10, 28)}', {end}, "
            f"'2026-0{some.randint(1, 6)}-1{some.randint(0, 9)} 08:00:00', {some.randint(1, 40)})"
        )
    db.execute([*TABLES, *rows])
    root = tmp_path / "audit"
    (root / "systems").mkdir(parents=True)
    (root / "maps").mkdir()
    (root / "audit.yaml").write_text("organisation: Example\nas_of: 2026-06-30\n")
    (root / "people.yaml").write_text("people: [{id: ada, name: Ada Example}]\n")
    (root / "entities.yaml").write_text("entities: [{id: donor, steward: ada}]\n")
    (root / "maps/crm.yaml").write_text(
        "system: crm\ntables: [{table: donors, entity: donor, created_at: created_at}]\n"
    )
    (root / "systems/crm.yaml").write_text(f"id: crm\nname: CRM\ndatabase: {{url: '{db.url}'}}\n")
    (root / "expectations.yaml").write_text(
        "# What we agreed on.\nexpectations:\n  - id: own   # ours\n    system: crm\n"
        "    table: donors\n    column: full_name\n    required: true\n"
    )
    assert main(["collect", "--only", "profile,keys", "-w", str(root)]) == 0
    return root


@pytest.fixture
def audited(read_once: Path, tmp_path: Path) -> Path:
    """A copy to write into."""
    return shutil.copytree(read_once, tmp_path / "audit")


def test_all_that_is_proposed_holds(
    audited: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmaudit.audit import Audit

    monkeypatch.setenv("COLUMNS", "140")
    before = (audited / "expectations.yaml").read_text()
    assert main(["quality", "suggest", "-w", str(audited)]) == 0
    shown = capsys.readouterr().out
    assert "crm.donors.donor_no" in shown
    assert "Fictional" not in shown
    assert main(["quality", "suggest", "--save", "--dry-run", "-w", str(audited)]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert (audited / "expectations.yaml").read_text() == before
    assert main(["quality", "suggest", "--save", "--yes", "-w", str(audited)]) == 0
    after = (audited / "expectations.yaml").read_text()
    assert after.startswith(before)
    assert "Fictional" not in after
    saved = yaml.safe_load(after)["expectations"]
    checks = {c for e in saved for c in e}
    assert {"unique", "domain", "pattern", "rows_at_least", "reference", "compare"} <= checks
    assert {e.get("owner") for e in saved if e["table"] == "donors" and e["id"] != "own"} == {"ada"}
    assert main(["collect", "--only", "expectations", "-w", str(audited)]) == 0
    facts = Audit(audited).facts
    for expectation in facts.workspace.expectations.expectations:
        for answer in answers(expectation, facts.quality, DAY, facts.evidence.expectations):
            assert answer.kept is True, (expectation.id, answer)
            assert answer.tested
    capsys.readouterr()
    assert main(["quality", "suggest", "--save", "--yes", "-w", str(audited)]) == 0
    assert "nothing to add" in capsys.readouterr().out


def test_as_json_and_narrow(
    audited: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    assert main(["quality", "suggest", "--table", "donors", "-w", str(audited)]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
    assert main(["quality", "suggest", "--format", "json", "-w", str(audited)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(r["expectation"]["id"] == r["id"] and r["evidence"] for r in found["rows"])
    assert main(["quality", "suggest", "--system", "nothing", "-w", str(audited)]) == 2
    assert "there is no system" in capsys.readouterr().err


def test_without_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Example\n")
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\n")
    assert main(["quality", "suggest", "-w", str(tmp_path)]) == 0
    assert "not assessed: no database was read" in capsys.readouterr().out
    assert load(tmp_path).expectations.expectations == ()
