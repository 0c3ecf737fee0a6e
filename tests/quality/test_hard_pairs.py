"""Pairs that are hard to tell apart, or to bring together: labelled before the first run.

The limits are below what was reached, and well above what rules on e-mail or
name alone reach. They are a floor, not an aim.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest
from hard_pairs import FILE, HardSet, hard_set, labelled

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS
from crmaudit.quality.collectors.matching.matching import match
from crmaudit.quality.collectors.matching.records import LISTS, make
from crmaudit.quality.plan import Plan

SHA256 = "fefd942b54ee1bcd0aec0ec1359db15b24d948f47b471a6aa40604271f632d7d"
"""Of the file as it was before anything was compared."""


def test_the_labels_are_those_written_before_the_first_run() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256


def test_every_pair_is_complete() -> None:
    for entry in labelled():
        assert entry["label"] in ("same", "different")
        assert entry["why"]
        assert set(entry["a"]) | set(entry["b"]) <= set(ATTRIBUTE_COLUMNS.values()), entry["why"]


@pytest.mark.parametrize(
    ("kind", "together", "apart"),
    [("person", 0.8, 0.7), ("organisation", 0.7, 0.7), ("household", 0.5, 0.5)],
)
def test_most_are_decided_as_a_careful_clerk_would(
    kind: str, together: float, apart: float
) -> None:
    found = hard_set(kind)
    members = things(found)
    same = [members[p.left] == members[p.right] for p in found.pairs if p.same]
    different = [members[p.left] != members[p.right] for p in found.pairs if not p.same]

    assert sum(same) >= together * len(same)
    assert sum(different) >= apart * len(different)


def things(found: HardSet) -> dict[int, int]:
    """What each record was put to."""
    names = sorted({name for row in found.rows for name in row})
    table = pa.table(
        {
            name: pa.array(
                [row.get(name) for row in found.rows],
                pa.int64() if name == "n" else pa.list_(pa.string()) if name in LISTS
                else pa.string(),
            )
            for name in names
        }
    )  # fmt: skip
    listed = ", ".join(f'"{name}"' for name in names)
    with Engine(Plan(memory=512), 2) as engine:
        make(engine)
        engine.run(
            lambda: engine.show(
                "given_rows",
                table,
                f"INSERT INTO records ({listed}) SELECT {listed} FROM given_rows",
            )
        )
        match(engine, found.kind)
        return dict(engine.ask("SELECT n, thing FROM members ORDER BY n"))
