"""`quality keys`: references, keys and pairs as the evidence has them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmaudit.evidence import Keys, Polymorphic, Provenance, Reference, Status, TableKey
from crmaudit.store import open_store

LONG = "a_table_with_a_rather_long_name_of_its_own"


def keys(status: Status | None = None) -> Keys:
    provenance = Provenance(
        "crm", "sqlite:///crm.sqlite", "sqlite", "s1", datetime(2026, 6, 1, tzinfo=UTC),
        "crmaudit 0", status=status or Status(),
    )  # fmt: skip
    return Keys(
        provenance,
        keys=(
            TableKey("contacts", ("id",), "declared", rows=90, nulls=0, repeated=0),
            TableKey("notes", ("id",), "inferred", 0.9, ("its name",), 40, 0, 2),
        ),
        references=(
            Reference("notes", ("contact_id",), "contacts", ("id",), basis="inferred",
                      confidence=0.91, reasons=("its name is that of contacts",), cases=40,
                      filled=30, sentinels={"0": 10}, orphans=3, distinct=20, parents=90,
                      referred=18, most=4),
            Reference("notes", ("item_id",), "cases", ("id",), ("item_type", "Case"), cases=12,
                      filled=12, orphans=0, distinct=9, parents=10, referred=9, most=2),
            Reference("notes", ("owner_id",), "users", ("id",), basis="declared", cases=40,
                      filled=0, orphans=0, distinct=0),
            Reference(LONG, ("order", "[bold]"), "contacts", (), basis="map", cases=40,
                      filled=None),
        ),
        polymorphic=(Polymorphic("notes", "item_type", "item_id", unknown={"Lead": 5}),),
        dictionaries=("relationships",),
        seconds=0.1,
    )  # fmt: skip


@pytest.fixture
def audited(tmp_path: Path) -> Path:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: SampleCRM\n")
    return tmp_path


def keep(root: Path, document: Keys) -> None:
    open_store(root).put(document)


@pytest.mark.parametrize("width", [80, 140])
def test_the_worst_stands_first(run, audited: Path, width: int) -> None:
    keep(audited, keys())
    ran = run("quality", "keys", "-w", audited, width=width)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.lines)) <= width
    text = " ".join(ran.out.split())
    assert "4 references of SampleCRM: 1 declared, 3 found" in text
    assert "1 with orphans, 2 cannot be told" in text
    rows = [line for line in ran.lines if line[:1] in "!✓?"]
    assert "notes.contact_id ╌╌> contacts.id" in rows[0]
    assert "30 of 40" in rows[0]
    assert rows[1].startswith("✓")
    assert "notes.owner_id ──> users.id" in text
    assert "item_type=Case" in text
    assert "[bold]" in text, "names are no markup"
    assert "item_type names no table in 5 rows: Lead" in text
    assert "1 key found that the database does not declare, 1 with repeated" in text
    assert "relations read in relationships" in text


def test_many_references_without_a_value_are_one_line(run, audited: Path) -> None:
    empty = [
        Reference(f"t{n:02}", ("item_id",), "items", ("id",), cases=0, filled=0) for n in range(40)
    ]
    known = keys()
    keep(audited, replace(known, references=(*known.references, *empty)))
    ran = run("quality", "keys", "-w", audited)
    text = " ".join(ran.out.split())
    assert "42 cannot be told" in text
    assert "? 42 references of 42 tables without a value to test" in text
    assert "t01.item_id" not in text
    assert "notes.item_id" in text
    told = json.loads(run("quality", "keys", "-w", audited, "--format", "json").out)
    assert len(told["rows"]) == 44


def test_json_holds_everything(run, audited: Path) -> None:
    keep(audited, keys())
    ran = run("quality", "keys", "crm", "-w", audited, "--format", "json")
    told = json.loads(ran.out)
    assert told["schema"] == 1
    first = told["rows"][0]
    assert (first["orphans"], first["filled"], first["sentinels"]) == (3, 30, {"0": 10})
    assert (first["cardinality"], first["verdict"]) == ("0..1:n", "orphans")
    assert first["reasons"] == ["its name is that of contacts"]
    assert [r["filled"] for r in told["rows"] if r["basis"] == "map"] == [None]
    assert told["keys"][1]["repeated"] == 2
    assert told["pairs"] == [
        {"system": "crm", "table": "notes", "type_column": "item_type", "id_column": "item_id",
         "basis": "inferred", "confidence": 1.0, "unknown": {"Lead": 5}}
    ]  # fmt: skip
    assert told["evidence"] == [keys().id]


def test_what_could_not_be_read_is_said(run, audited: Path) -> None:
    keep(audited, keys(Status("partly", "a table could not be read: notes: no right")))
    ran = run("quality", "keys", "-w", audited)
    assert "crm: partly measured, a table could not be read" in " ".join(ran.out.split())


def test_nothing_was_measured(run, audited: Path) -> None:
    ran = run("quality", "keys", "-w", audited)
    assert ran.code == 0
    assert "none were looked for yet" in ran.out
    assert "crmaudit collect" in ran.out


def test_a_system_that_is_not_there(run, audited: Path) -> None:
    ran = run("quality", "keys", "cmr", "-w", audited)
    assert ran.code == 2
    assert "crm" in ran.err
