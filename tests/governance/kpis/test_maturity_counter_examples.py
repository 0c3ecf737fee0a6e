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


def test_an_empty_landscape_earns_nothing(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\n")
    levels = {x.dimension: x.level for x in Facts.of(load(tmp_path)).maturity}
    # That a dossier names no owner is known; of all else nothing is.
    assert levels.pop("ownership") == 0
    assert set(levels.values()) == {None}


def test_what_was_left_blank_on_purpose_is_not_asked(tmp_path: Path) -> None:
    crm = {**CRM, "owners": {"business": "Ana Diaz"}, "blank": {"owners.it": "the vendor runs it"}}
    found = told(tmp_path, systems__crm=crm)
    assert (found["owned"].words, found["both owners"].words) == ("1 of 1", "1 of 1")
    blank = {"owners": "-", "maintenance": "-", "crud": "-"}
    found = told(tmp_path, systems__crm={**CRM, "blank": blank})
    for fact in ("owned", "both owners", "maintained", "backups told", "mapped"):
        assert not found[fact].whole, "nothing is asked, so nothing is earned"


def test_a_steward_or_manager_who_left_is_none(tmp_path: Path) -> None:
    ana = {"id": "ana", "name": "Ana Diaz", "job": "Sales manager", "leaves": "2026-05-31"}
    ana |= {"rank": "executive", "user_type": "system champion"}
    entity = {"id": "customer", "name": "Customer", "class": "master", "steward": "ana"}
    found = told(
        tmp_path,
        audit={**AUDIT, "crm_focus": "sales"},
        people={"people": [ana], "crm_managers": ["ana"]},
        entities={"entities": [entity]},
    )
    assert (found["stewards"].words, found["officers"].words) == ("0 of 1", "0 of 2")


def test_a_backup_that_is_never_made_is_none(tmp_path: Path) -> None:
    care = {"provider": "in-house", "backup": {"frequency": "never"}}
    assert told(tmp_path, systems__crm={**CRM, "maintenance": care})["backups told"].words == (
        "0 of 1"
    )
    care["backup"] = {"note": "ask Tom"}
    assert told(tmp_path, systems__crm={**CRM, "maintenance": care})["backups told"].words == (
        "0 of 1, 1 not known"
    )


def test_what_vendors_back_up_is_theirs_to_show(tmp_path: Path) -> None:
    """One system of one's own is judged by itself, whatever vendors run beside it."""
    theirs = {"provider": "vendor", "backup": {"frequency": "daily"}}
    shop = {"id": "shop", "name": "Shop", "maintenance": theirs}
    found = told(tmp_path, systems__crm={**CRM, "maintenance": theirs}, systems__shop=shop)
    assert found["backup"].words == "the vendors back up all systems, and show it to nobody"
    assert found["backups told"].words == "2 of 2"
    own = {**CRM, "maintenance": {**theirs, "provider": "in-house"}}
    assert told(tmp_path, systems__crm=own)["backup"].words == "0 of 1, 1 not known"


@pytest.mark.parametrize(
    ("units", "words"),
    [(1, "there is one super user only"), (2, "no meeting of the super users is declared")],
)
def test_one_super_user_alone_has_nobody_to_meet(tmp_path: Path, units: int, words: str) -> None:
    team = [{"id": f"p{i}", "name": f"P {i}", "user_type": "super user"} for i in range(units)]
    found = told(tmp_path, people={"people": team})["meetings"]
    assert (found.moot, found.words) == (units == 1, words)


def test_a_champion_without_a_rank_is_not_known_to_be_senior(tmp_path: Path) -> None:
    person = {"id": "ana", "name": "Ana Diaz", "user_type": "system champion"}
    found = told(tmp_path, people={"people": [person]})
    assert found["officers"].words == "0 of 2, 1 not known"
    # As the finding on champions says, a head of department is no executive.
    found = told(tmp_path, people={"people": [{**person, "rank": "department manager"}]})
    assert found["officers"].words == "0 of 2"


def test_a_file_that_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/odd.csv").write_text("a,b\n1,2\n")
    kpi: dict[str, Any] = {"id": "k", "name": "K", "file": "data/odd.csv", "owner": "Ana Diaz"}
    kpi |= {"date_column": "day", "value_column": "n", "target": 5, "direction": "up"}
    found = told(tmp_path, kpis={"kpis": [kpi]})
    for fact in ("kpis", "long series", "whole kpis"):
        assert found[fact].words == "0 of 1, 1 not known"


def test_a_day_after_the_audit_is_none_of_its_past(tmp_path: Path) -> None:
    opinion = {"id": "o", "group": "Desk", "attitude": "only praise", "date": "2026-09-01"}
    assert told(tmp_path, registers={"opinions": [opinion]})["asked"].words == "0 of 1"
