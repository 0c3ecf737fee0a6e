"""What looks like a level and is none: each fact that is not known, or not asked, by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmaudit.facts import Facts
from crmaudit.governance.maturity import Criterion, Told, maturity
from crmaudit.standing.earned import counted, earned
from crmaudit.workspace import load

AUDIT: dict[str, Any] = {"organisation": "Sample", "as_of": "2026-06-30", "staff": 40}
CRM: dict[str, Any] = {"id": "crm", "name": "CRM", "kind": "crm"}


def told(root: Path, **files: Any) -> dict[str, Told]:
    """Facts of a workspace whose files are given by name, without their ending."""
    (root / "systems").mkdir(exist_ok=True)
    files = {
        "audit": AUDIT,
        "systems/crm": CRM,
        **{k.replace("__", "/"): v for k, v in files.items()},
    }
    for name, content in files.items():
        (root / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return dict(earned(Facts.of(load(root))))


def monthly(first: int, rise: float = 0.0) -> list[dict[str, Any]]:
    days = [
        date(2025, 6 + m if m < 7 else m - 6, 28).replace(year=2025 + (m >= 7)) for m in range(12)
    ]
    return [{"date": str(d), "value": first + rise * i} for i, d in enumerate(days)]


def test_what_does_not_apply_neither_earns_nor_stands_in_the_way() -> None:
    rungs = (
        Criterion("quality", 1, "a", "a"),
        Criterion("quality", 2, "b", "b"),
        Criterion("quality", 2, "c", "c"),
    )
    facts = {"a": Told(1, 1), "b": Told(1, 1), "c": counted((), "nothing to ask", moot=True)}
    found = next(x for x in maturity(facts, {}, rungs) if x.dimension == "quality")
    assert found.level == 5  # levels three to five ask nothing here
    assert [j.state for j in found.criteria] == ["met", "met", "does not apply"]
    assert not found.lacks(5)
    only = {"a": Told(1, 1), "b": Told(moot=True, why="-"), "c": Told(moot=True, why="-")}
    found = next(x for x in maturity(only, {}, rungs) if x.dimension == "quality")
    assert found.level == 1, "no fact earns a level of which nothing can be asked"


def test_owners_who_are_told_by_name_alone_may_have_left(tmp_path: Path) -> None:
    owners = {"business": "Ana Diaz", "it": "Tom Reed"}
    found = told(tmp_path, systems__crm={**CRM, "owners": owners})
    assert found["owners there"].words == "0 of 2, 2 not known"


@pytest.mark.parametrize(("leaves", "words"), [(None, "1 of 1"), ("2026-05-31", "0 of 1")])
def test_a_super_user_who_left_is_none(tmp_path: Path, leaves: str | None, words: str) -> None:
    person = {"id": "ana", "name": "Ana Diaz", "unit": "desk", "user_type": "super user"}
    audit = {**AUDIT, "units": [{"id": "desk", "name": "Desk", "key": True}]}
    found = told(
        tmp_path, audit=audit, people={"people": [person | ({"leaves": leaves} if leaves else {})]}
    )
    assert found["super users"].words == words


def test_a_policy_without_a_day_of_review_is_not_known(tmp_path: Path) -> None:
    policies = [
        {"id": "a", "name": "A", "review": "2027-01-01"},
        {"id": "b", "name": "B"},
    ]
    found = told(tmp_path, audit={**AUDIT, "policies": policies})
    assert found["policies"].words == "1 of 2, 1 not known"


def test_people_whose_level_or_rank_is_not_declared_are_not_fitting(tmp_path: Path) -> None:
    people = [{"id": f"p{i}", "name": f"P {i}", "user_type": "everyday user"} for i in range(9)] + [
        {
            "id": "x",
            "name": "X",
            "user_type": "everyday user",
            "rank": "employee",
            "granted": "User",
        }
    ]
    found = told(tmp_path, people={"people": people})
    assert found["fitting"].words == "1 of 10, 9 not known"
    assert found["not administrators"].words == "1 of 10, 9 not known"


@pytest.mark.parametrize(
    ("care", "words"),
    [
        ({"frequency": "yearly", "last": "2026-05-01"}, "1 of 1"),
        ({"frequency": "yearly", "last": "2023-05-01"}, "0 of 1"),
        ({"frequency": "never"}, "0 of 1"),
        ({"frequency": "yearly"}, "0 of 1, 1 not known"),
        (None, "0 of 1, 1 not known"),
    ],
)  # fmt: skip
def test_a_restore_test_is_earned_by_its_date_alone(tmp_path: Path, care: Any, words: str) -> None:
    maintenance = {"provider": "in-house", "by": "Tom Reed"} | (
        {"restore_test": care} if care else {}
    )
    found = told(tmp_path, systems__crm={**CRM, "maintenance": maintenance})
    assert found["restore_test"].words == words


def test_words_alone_show_no_duty(tmp_path: Path) -> None:
    daily = {"frequency": "daily", "last": "2026-06-30"}
    care = {
        "provider": "in-house",
        "by": "Tom Reed",
        "backup": daily,
        "index_care": daily,
        "updates": daily,
    }
    found = told(tmp_path, systems__crm={**CRM, "maintenance": care})
    assert found["shown"].part == 0
    assert found["shown"].unknown == found["shown"].whole == 3


def test_where_vendors_restore_nothing_is_asked(tmp_path: Path) -> None:
    found = told(tmp_path, systems__crm={**CRM, "maintenance": {"provider": "vendor"}})
    assert found["restore_test"].moot
    assert found["index_care"].moot


def test_no_trend_is_nothing_to_be_told_and_no_failure(tmp_path: Path) -> None:
    flat = {"id": "k", "name": "K", "series": monthly(50)}
    assert told(tmp_path, kpis={"kpis": [flat]})["trends told"].moot
    short = {"id": "k", "name": "K", "series": monthly(50)[:4]}
    found = told(tmp_path, kpis={"kpis": [short]})["trends told"]
    assert (found.moot, found.whole) == (False, 0)
    rising = {"id": "k", "name": "K", "series": monthly(50, 2)}
    assert told(tmp_path, kpis={"kpis": [rising]})["trends told"].words == "0 of 1"


def test_a_statement_not_asked_yet_is_not_known(tmp_path: Path) -> None:
    kpi = {
        "id": "k",
        "name": "K",
        "system": "crm",
        "sql": "SELECT 1",
        "target": 5,
        "direction": "up",
    }
    found = told(tmp_path, kpis={"kpis": [kpi]})
    assert found["kpis"].words == "0 of 1, 1 not known"
    assert found["targets"].words == "0 of 1, 1 not known"


def test_an_opinion_without_a_day_is_not_recent_and_not_old(tmp_path: Path) -> None:
    opinion = {"id": "o", "group": "Desk", "attitude": "only praise"}
    found = told(tmp_path, registers={"opinions": [opinion]})
    assert found["asked"].words == "0 of 1, 1 not known"
