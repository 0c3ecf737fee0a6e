"""What is taken for an export and what is told as lost: together, everything declared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from exchange_landscapes import empty_workspace, export_of, landscapes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmaudit.errors import Place
from crmaudit.exchange import properties
from crmaudit.exchange.gathering import Gathering, made_id
from crmaudit.exchange.outgoing import Outgoing
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return empty_workspace(tmp_path / "audit")


def with_dossier(empty: Workspace, **facts: object) -> Outgoing:
    system = System.model_validate({"id": "crm", "name": "CRM", **facts})
    return Outgoing(export_of(replace(empty, systems=(system,))))


def test_what_is_not_taken_is_told(empty: Workspace) -> None:
    out = with_dossier(
        empty,
        costs=[{"year": 2025, "kind": "licence", "amount": 5, "note": "dear"}] * 3,
        lifecycle={"phase": "active", "version": "6"},
        contract={"partner": "X", "notice_days": 3},
        crud={"customer": "C", "order": ""},
        entity_share={"customer": 0.5, "order": 0.25},
    )
    (crm,) = out.systems
    assert out.losses() == (
        "1 system with all that is declared",
        "2 entities with all that is declared",
    )
    crm.take("id")
    crm.take("name")
    assert crm.take("lifecycle", "phase") == "active"
    assert crm.take("lifecycle", "since") is None
    for key in ("year", "kind", "amount", "currency"):
        crm.mark("costs", key)
    crm.take("crud")
    for entity in out.entities:
        entity.take("id")
    assert out.losses({"costs.note": "no room"}) == (
        "contract of 1 system (2 values)",
        "costs.note of 1 system (3 values): no room",
        "entity_share of 1 system (2 values)",
        "lifecycle.version of 1 system",
    )
    assert out.losses(brief=True) == ("what else is declared of 1 system (8 values)",)


def test_an_empty_list_is_no_loss_where_lists_are_told(empty: Workspace) -> None:
    out = with_dossier(empty, feeds=[], interfaces=[])
    (crm,) = out.systems
    crm.take("id")
    crm.take("name")
    crm.mark("feeds", "to")
    assert out.losses() == ("interfaces of 1 system",)


def test_many_kinds_of_facts_are_one_sentence(empty: Workspace) -> None:
    facts = {
        "vendor": "V", "kind": "crm", "description": "D", "users": 1, "criticality": "low",
        "hosting": "own", "future": "retain", "notes": "N", "tags": ["a"], "crud_complete": True,
        "in_scope": False, "contract": {"partner": "P"}, "database": {"url": "sqlite:///x"},
    }  # fmt: skip
    out = with_dossier(empty, **facts)
    out.systems[0].take("id")
    out.systems[0].take("name")
    (told,) = out.losses()
    assert told.startswith("facts of systems: contract of 1, criticality of 1, ")
    assert told.endswith("vendor of 1")


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes(), picked=st.sets(st.integers(0, 200)))
def test_taken_and_left_are_everything(workspace: Workspace, picked: set[int]) -> None:
    for before, after in zip(
        Outgoing(export_of(workspace)).systems, Outgoing(export_of(workspace)).systems, strict=True
    ):
        everything = dict(before.left())
        chosen = [p for n, p in enumerate(dict.fromkeys(everything.values())) if n in picked]
        for pattern in chosen:
            after.mark(*map(str, pattern))
        left = dict(after.left())
        gone = set(everything) - set(left)
        assert {p for p in everything if everything[p] in chosen} <= gone
        # Nothing else than what was taken is gone, but for lists that hold nothing.
        for path in gone:
            assert any(
                everything[path][: len(c)] == c or c[: len(everything[path])] == everything[path]
                for c in chosen
            )


def test_numbers_and_days_as_the_file_has_them() -> None:
    assert properties.text(True) == "true"
    assert properties.text(5.0) == "5"
    assert properties.as_json({"a": 5.0, "b": "ü"}) == '{"a": 5, "b": "ü"}'


@pytest.mark.parametrize("text", ["{", "[1]", "NaN", '{"a": Infinity}', "[" * 100_000])
def test_json_that_is_none(text: str) -> None:
    facts = properties.read("system", [("costs", text, Place("x", 7))])
    (mistake,) = facts.mistakes
    assert mistake.message.startswith("costs: ")
    assert mistake.where == Place("x", 7)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Café Übergröße", "cafe-uebergroesse"),
        ("  CRM (new) ", "crm-new"),
        ("x" * 100, "x" * 80),
    ],
)
def test_ids_made_of_names(name: str, expected: str) -> None:
    assert made_id(name) == expected


def test_an_id_where_no_letter_will_do() -> None:
    made = {made_id("漢字"), made_id("عربى"), made_id("漢字")}
    assert len(made) == 2
    assert all(len(m) == 9 for m in made)


def test_ids_of_what_comes_in(empty: Workspace) -> None:
    systems = (
        System.model_validate({"id": "crm", "name": "BeaconCRM", "formerly": "old-crm"}),
        System(id="shop", name="Shop"),
    )
    into = Gathering(replace(empty, systems=systems), "file")
    assert into.identify("system", "", "beaconcrm") == "crm"
    assert into.identify("system", "", "BeaconCRM") == "beaconcrm"
    assert into.identify("system", "shop", "Renamed") == "shop"
    assert into.identify("system", "old-crm", "Another") != "crm"
    assert into.identify("system", "", "New one") == "new-one"
    assert into.identify("system", "", "New one") == "new-one-2"
    assert (
        Gathering(replace(empty, systems=systems), "file").identify("system", "old-crm", "")
        == "crm"
    )
