"""Levels are earned by facts; what is not known earns nothing and is told."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmaudit import Audit
from crmaudit.facts import Facts
from crmaudit.governance.maturity import DIMENSIONS, TOP, Criterion, Level, Told, maturity
from crmaudit.governance.maturity_criteria import CRITERIA
from crmaudit.rules import all_rules
from crmaudit.standing.earned import earned
from crmaudit.standing.figures import figures, of_history
from crmaudit.workspace import load

EXAMPLES = Path(__file__).parents[3] / "examples"


def ladder(*shares: float) -> tuple[Criterion, ...]:
    return tuple(
        Criterion("quality", i, f"f{i}", f"fact {i}", least) for i, least in enumerate(shares, 1)
    )


def level(told: dict[str, Told], *shares: float, target: int | None = None) -> Level:
    found = maturity(told, {"quality": target}, ladder(*shares))
    return next(x for x in found if x.dimension == "quality")


def test_a_level_needs_all_below_it() -> None:
    told = {"f1": Told(5, 5), "f2": Told(3, 5), "f3": Told(5, 5)}
    found = level(told, 1, 0.8, 0.8, target=3)
    assert (found.level, found.at_best, found.target) == (1, 1, 3)
    assert [j.criterion.fact for j in found.next_lacks] == ["f2"]
    assert [j.criterion.fact for j in found.target_lacks] == ["f2"]


def test_what_is_not_known_earns_nothing() -> None:
    told = {"f1": Told(5, 5), "f2": Told(3, 5, unknown=2), "f3": Told(why="nobody looked")}
    found = level(told, 1, 0.8, 0.8)
    assert found.level == 1
    assert found.at_best == TOP  # levels four and five ask nothing here
    assert [(j.state, j.told) for j in found.lacks(3)] == [
        ("not known", "3 of 5, 2 not known"),
        ("not known", "nobody looked"),
    ]


def test_a_dimension_of_which_nothing_is_known_has_no_level() -> None:
    assert level({}, 1, 1).level is None
    assert level({"f1": Told(0, 4)}, 1, 1).level == 0


@pytest.mark.parametrize(
    ("least", "beyond", "part", "state"),
    [(0.8, False, 8, "met"), (0.8, True, 8, "not met"), (0.8, True, 9, "met"),
     (0, True, 0, "not met"), (0, True, 1, "met"), (1, False, 9, "not met")],
)  # fmt: skip
def test_thresholds(least: float, beyond: bool, part: int, state: str) -> None:
    assert Criterion("quality", 1, "f", "w", least, beyond).state(Told(part, 10)) == state


def test_small_groups_have_no_number() -> None:
    assert Told(3, 40, hidden=True).words == "fewer than five of 40"


def test_every_criterion_has_its_fact_and_levels_climb() -> None:
    facts = earned(Facts.of(load(EXAMPLES / "harbourlight")))
    assert {c.fact for c in CRITERIA} == set(facts)
    by_dimension = {d: [c for c in CRITERIA if c.dimension == d] for d in DIMENSIONS}
    codes = [r.code for r in all_rules()]
    for own in by_dimension.values():
        assert {c.level for c in own} == {1, 2, 3, 4, 5}
        # The same fact asked again asks for more.
        ordered = sorted(own, key=lambda c: (c.fact, c.level))
        for _, again in groupby(ordered, key=lambda c: c.fact):
            lines = [(c.least, c.beyond) for c in again]
            assert lines == sorted(set(lines), key=lambda x: (x[0], not x[1]))
    for criterion in CRITERIA:
        for start in criterion.rules:
            assert any(code.startswith(start) for code in codes), f"no rule {start}"


def test_nothing_declared_and_nothing_read_is_not_assessed(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\n")
    facts = Facts.of(load(tmp_path))
    levels = {x.dimension: x.level for x in facts.maturity}
    assert levels["access"] is None
    assert levels["adoption"] is None
    assert levels["maintenance"] is None
    assert levels["ownership"] == 0
    assert max(x or 0 for x in levels.values()) == 0
    assert figures(facts).get("adoption") is None


def test_declaring_a_level_earns_none(tmp_path: Path) -> None:
    """Users told in the dossier bring the second level, never the third."""
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nstaff: 50\n")
    dossier = {"id": "crm", "name": "CRM", "kind": "crm", "users": 50}
    (tmp_path / "systems/crm.yaml").write_text(yaml.safe_dump(dossier))
    adoption = next(x for x in Facts.of(load(tmp_path)).maturity if x.dimension == "adoption")
    assert (adoption.level, adoption.at_best) == (2, 5)


def test_both_examples_stand_below_their_aims() -> None:
    for name in ("harbourlight", "northwharf"):
        levels = Facts.of(load(EXAMPLES / name)).maturity
        assert [x.dimension for x in levels] == list(DIMENSIONS)
        assert all(0 <= (x.level or 0) <= x.at_best <= TOP for x in levels)
        assert any(x.target and (x.level or 0) < x.target for x in levels)


def test_history_gives_a_series_by_name() -> None:
    then = datetime(2026, 5, 2, tzinfo=UTC)
    runs: list[tuple[datetime, dict[str, Any]]] = [
        (then, {"as_of": "2026-03-31", "figures": {"adoption": 40.0}, "counts": {"high": 3}}),
        (then, {"as_of": "2026-04-30", "figures": {"adoption": 44.0, "odd": "x"}}),
        (then, {"as_of": "2026-04-30", "figures": {"adoption": 45.0}, "counts": {"high": 1}}),
        (then, {"counts": {"high": 2}}),
    ]
    found = of_history(runs)
    assert [(str(d), v) for d, v in found["adoption"]] == [
        ("2026-03-31", 40.0),
        ("2026-04-30", 45.0),
    ]
    assert [v for _, v in found["findings of high"]] == [3.0, 1.0, 2.0]
    assert str(found["findings"][-1][0]) == "2026-05-02"
    assert "odd" not in found


def test_a_kpi_follows_the_audits_own_history(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\nkind: crm\nusers: 20\n")
    (tmp_path / "kpis.yaml").write_text("kpis: [{id: a, name: Adoption, figure: adoption}]\n")
    for month in ("02", "03", "04", "05"):
        text = f"organisation: S\nas_of: 2026-{month}-28\nstaff: 40\n"
        (tmp_path / "audit.yaml").write_text(text)
        before = Audit(tmp_path).facts.figures
        Audit(tmp_path).remember()
    audit = Audit(tmp_path)
    # Remembering an audit does not change what the same audit says when it is made again.
    assert audit.facts.figures == before
    (kpi,) = audit.workspace.kpis.kpis
    assert [v for _, v in audit.governance.points(kpi)] == [50.0, 50.0, 50.0]
    told = next(x for x in audit.facts.maturity if x.dimension == "measurement")
    assert any(j.criterion.fact == "repeated" and j.state == "met" for j in told.criteria)


def test_fewer_than_five_users_are_no_figure(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\nkind: crm\nusers: 3\n")
    (tmp_path / "audit.yaml").write_text("organisation: S\nstaff: 40\n")
    assert "adoption" not in figures(Facts.of(load(tmp_path)))


def test_the_documentation_has_every_criterion() -> None:
    text = (EXAMPLES.parent / "docs/method.md").read_text("utf-8")
    for c in CRITERIA:
        assert f"| {c.dimension} | {c.level} | {c.words} | {c.line} |" in text
