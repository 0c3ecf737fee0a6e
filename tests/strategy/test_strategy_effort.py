"""Effort: published anchors, what past projects make of them, each table once."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy.workspaces import facts_of

from crmaudit.facts import Facts
from crmaudit.strategy import cell_extractions, effort, estimate, extractions, feed_effort, target
from crmaudit.strategy.anchors import FIRM, ROUGH, integration_days, spread, table_days
from crmaudit.strategy.calibration import calibrated, calibration, compared
from crmaudit.strategy.effort import tables, usual

scores = st.floats(1, 10, allow_nan=False)


@pytest.mark.parametrize(("score", "days"), [(1, 1), (3.25, 2), (5.5, 5), (7.75, 8), (10, 15)])
def test_the_anchors_are_those_published(score: float, days: float) -> None:
    assert table_days(score) == pytest.approx(days)


@given(scores, scores)
def test_harder_takes_no_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert table_days(low) <= table_days(high) + 1e-9
    assert 10 <= integration_days(low) <= integration_days(high) + 1e-9 <= 20 + 1e-6


@given(scores, scores, scores)
def test_the_range_holds_what_is_likely(one: float, two: float, three: float) -> None:
    low, likely, high = (table_days(s) for s in sorted((one, two, three)))
    for firm in (FIRM, ROUGH):
        down, up = spread(likely, (low, high), firm)
        assert 0 < down <= likely * firm[0] + 1e-9
        assert up >= likely * firm[1] - 1e-9


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=8))
def test_past_projects_are_drawn_towards_one(ratios: list[float]) -> None:
    made = calibrated("extraction", ratios)
    assert made.ratio is not None
    assert log(made.used) == pytest.approx(log(made.ratio) * len(ratios) / (len(ratios) + 1))


def test_without_a_past_project_it_is_said() -> None:
    made = calibrated("extraction", [])
    assert made.used == 1
    assert made.words.startswith("uncalibrated: no past extraction project")


BRIEF = """
    past_projects:
      - {name: Sales out, kind: extraction, system: crm, entities: contact, days: 12}
      - {name: Clean names, kind: clean-up, system: crm, tables: 1, days: 5}
      - {name: Old thing, kind: integration, days: 9}
"""
FILES = {
    "systems/crm.yaml": """
        id: crm
        name: BeaconCRM
        interfaces: [{kind: api}]
        crud: {contact: CRU, lead: CRU, note: R}
    """,
    "entities.yaml": "entities: [{id: contact}, {id: lead}, {id: note}]\n",
    "maps/crm.yaml": """
        system: crm
        tables:
          - {table: people, entity: contact}
          - {table: addresses, entity: contact, role: secondary}
          - {table: people_log, entity: contact, role: log}
          - {table: people, entity: lead, where: kind = 'L'}
    """,
}


def test_a_past_project_is_held_against_its_tables(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**FILES, "brief.yaml": BRIEF})
    extracted, cleaned, old = compared(facts)
    cell = next(e for e in cell_extractions(facts) if e.entity == "contact")
    assert cell.score is not None
    assert extracted.anchor == pytest.approx(2 * table_days(cell.score))
    assert (cleaned.anchor, cleaned.why) == (
        None,
        "no anchor is published for the kind clean-up",
    )
    assert (old.anchor, old.why) == (None, "its number of tables is not known")
    used = calibration(facts, "extraction")
    assert (used.n, calibration(facts, "integration").used) == (1, 1.0)
    bare = facts_of(tmp_path / "bare", FILES)
    plain = {e.entity: estimate(bare, e).likely for e in cell_extractions(bare)}
    for e in cell_extractions(facts):
        assert estimate(facts, e).likely == pytest.approx(plain[e.entity] * used.used)


def test_a_migration_counts_among_integrations(tmp_path: Path) -> None:
    project = "{name: Moved, kind: migration, system: crm, tables: 3, days: 40}"
    facts = facts_of(
        tmp_path, {**FILES, "brief.yaml": f"\n    past_projects:\n      - {project}\n"}
    )
    (moved,) = compared(facts)
    used = calibration(facts, "integration")
    assert moved.ratio is not None
    assert (used.n, used.ratio) == (1, pytest.approx(moved.ratio))
    assert calibration(facts, "extraction").n == 0


def test_each_table_is_extracted_once(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, FILES)
    cells = {e.entity: e for e in cell_extractions(facts)}
    assert tables(facts, "crm", "contact") == ("crm:people", "crm:addresses")
    assert usual(facts) == 2  # the median of 2 and 1, rounded to even
    (whole,) = extractions(facts)
    spent = estimate(facts, whole)
    assert (spent.tables, spent.assumed) == (4, 2)
    alone = estimate(facts, cells["lead"], tables(facts, "crm", "contact"))
    assert alone.days == (0, 0)
    assert alone.basis == "its tables are extracted with another entity"
    assert estimate(facts, cells["note"]).basis == "2 tables taken as usual: nobody mapped it"
    assert effort(facts, whole) == spent.days


def test_a_feed_takes_its_entities(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "systems/crm.yaml": "id: crm\nname: C\ncrud: {contact: CRU, lead: CRU}\n",
            "systems/erp.yaml": "id: erp\nname: E\ncrud: {contact: R, lead: R}\n",
            "entities.yaml": "entities: [{id: contact}, {id: lead}]\n",
        },
    )
    (feed,) = target(facts).to("build")
    assert feed.entities == ("contact", "lead")
    low, high = feed_effort(facts, feed)
    # Nothing is known of the source: medium, between its ends, with a product definition only.
    down, up = spread(integration_days(5.5), (10, 20), ROUGH)
    assert (low, high) == pytest.approx((2 * down, 2 * up))


def test_the_same_facts_are_worked_out_once(tmp_path: Path) -> None:
    facts: Facts = facts_of(tmp_path, FILES)
    assert extractions(facts) is extractions(facts)
