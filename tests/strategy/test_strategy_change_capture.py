"""Change capture: stamps are believed where they are filled and move, deletions where they show."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from strategy.workspaces import facts_of, seen

from crmaudit.evidence import (
    Catalog,
    Changes,
    ColumnProfile,
    Document,
    Health,
    TableProfile,
    Trail,
    TrailOf,
)
from crmaudit.evidence.catalog import Column, Table
from crmaudit.evidence.use import RowTraces, Written
from crmaudit.facts import Facts
from crmaudit.strategy.change_capture import capture
from crmaudit.strategy.extraction_part import Part

MAP = """
    system: crm
    tables:
      - {table: contacts, entity: contact, modified_at: changed_at%s}
"""


def judged(
    folder: Path, *documents: Document, crud: str = "CRUD", more: str = ""
) -> tuple[float | None, str]:
    files = {
        "systems/crm.yaml": f"id: crm\nname: BeaconCRM\ncrud: {{contact: {crud}}}\n",
        "entities.yaml": "entities: [{id: contact}]\n",
        "maps/crm.yaml": MAP % more,
    }
    workspace = facts_of(folder, files).workspace
    facts = Facts.of(workspace, [catalog(), *documents])
    difficulty, basis, _ = capture(Part(facts, workspace.system["crm"], "contact"))
    return difficulty, basis


def catalog() -> Catalog:
    return Catalog(
        seen("crm"), tables=(Table("contacts", columns=(Column("changed_at", "text"),)),)
    )


def profile(filled: int, rows: int = 100, distinct: int = 90) -> TableProfile:
    stamp = ColumnProfile("changed_at", "text", "datetime", rows, rows - filled, distinct=distinct)
    return TableProfile(seen("crm"), table="contacts", rows=rows, columns=(stamp,))


def written(modified: int) -> Written:
    return Written(
        seen("crm"), tables=(RowTraces("contacts", rows=100, created=100, modified=modified),)
    )


def test_without_a_map_nothing_is_known(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {})
    assert capture(Part(facts, facts.workspace.systems[0]))[:2] == (None, "no entity map")


def test_a_stamp_that_nobody_looked_at_is_not_known(tmp_path: Path) -> None:
    difficulty, basis = judged(tmp_path)
    assert difficulty is None
    assert basis == "whether stamps of change are filled was not measured"


@pytest.mark.parametrize("filled", [0, 40, 100])
def test_a_stamp_counts_by_the_rows_that_have_it(tmp_path: Path, filled: int) -> None:
    difficulty, basis = judged(tmp_path, profile(filled), written(30))
    assert difficulty == pytest.approx(1 + 5 * (1 - filled / 100) + 4)
    assert basis == (
        f"stamp of change in {filled} of 100 rows, moved in 30; "
        "deletions leave no trace that is known"
    )


def test_a_stamp_that_never_moved_tells_nothing(tmp_path: Path) -> None:
    difficulty, basis = judged(tmp_path, profile(100), written(0))
    assert difficulty == 10
    assert basis.startswith("a stamp of change that moved in none of 100 rows")


def test_a_stamp_that_is_the_same_everywhere_tells_nothing(tmp_path: Path) -> None:
    difficulty, basis = judged(tmp_path, profile(100, distinct=1))
    assert difficulty == 10
    assert basis.startswith("a stamp of change that is the same in all rows")


def test_marked_rows_show_deletions(tmp_path: Path) -> None:
    difficulty, basis = judged(tmp_path, profile(100), written(30), more=", soft_delete: gone = 1")
    assert difficulty == 1
    assert basis.endswith("deleted rows are marked")


def test_what_never_happens_needs_no_trace(tmp_path: Path) -> None:
    difficulty, basis = judged(tmp_path, profile(100), written(0), crud="CR")
    assert difficulty == 1
    assert basis == "records are never updated; records are never deleted"


@pytest.mark.parametrize(("kept", "expected"), [({}, 1.0), ({"contacts": False}, 10.0)])
def test_a_history_counts_unless_it_is_switched_off(
    tmp_path: Path, kept: dict[str, bool], expected: float
) -> None:
    day = date(2026, 9, 1)
    trail = TrailOf("contact", "contacts", 12, day, day, changed=9, deleted=3)
    changes = Changes(seen("crm"), trails=(Trail("audit_log", 12, (trail,)),), kept_on=kept)
    assert judged(tmp_path, profile(100), written(0), changes)[0] == expected


@pytest.mark.parametrize(("level", "expected"), [("logical", 1.0), ("replica", 10.0)])
def test_an_open_log_tells_all(tmp_path: Path, level: str, expected: float) -> None:
    health = Health(seen("crm"), settings={"wal_level": level})
    assert judged(tmp_path, profile(100), written(0), health)[0] == expected
