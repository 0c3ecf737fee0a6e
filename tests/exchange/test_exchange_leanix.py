"""The workbook for LeanIX: what stands where, and that nothing in it is more than a text."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from exchange_landscapes import empty_workspace, export_of, landscapes
from hypothesis import HealthCheck, given, settings

from crmaudit.audit import Audit
from crmaudit.exchange import leanix
from crmaudit.exchange.formats import Export, exporter
from crmaudit.resources import examples_root
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return empty_workspace(tmp_path_factory.mktemp("empty") / "audit")


@pytest.fixture(scope="module")
def harbourlight() -> Export:
    audit = Audit(examples_root() / "harbourlight")
    return Export(audit.facts, audit.findings)


def sheets(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Rows of every sheet but the first, by LeanIX's keys."""
    book = openpyxl.load_workbook(BytesIO(content))
    found = {}
    for sheet in book.worksheets[1:]:
        keys, _, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(keys, row, strict=True)) for row in rows]
    return found


def test_example(harbourlight: Export) -> None:
    rendered = leanix.render(harbourlight)
    assert rendered.holds.startswith("7 applications, 22 data objects, ")
    found = sheets(rendered.content)
    crm = next(r for r in found["Application"] if r["externalId"] == "crm")
    assert (crm["id"], crm["type"], crm["name"]) == (None, "Application", "BeaconCRM")
    assert crm["lifecycle:active"].date().isoformat() == "2014-01-06"
    assert crm["businessCriticality"] == "missionCritical"
    assert (crm["functionalSuitability"], crm["technicalSuitability"]) == (
        "appropriate",
        "unreasonable",
    )
    assert "Contact;" in crm["relApplicationToDataObject"]
    usage = {
        (r["fromRelatedFactSheetDisplayName"], r["toRelatedFactSheetDisplayName"]): r["usage"]
        for r in found["applicationDataObjectRelation"]
    }
    assert usage["BeaconCRM", "Contact"] == "create;read;update;delete"
    assert usage["LedgerLine 2019", "Membership"] == "read"
    feed = next(r for r in found["Interface"] if r["name"] == "BeaconCRM to PostRoom: Contact")
    assert feed["relInterfaceToProviderApplication"] == "BeaconCRM"
    assert "Frequency: monthly" in feed["description"]
    told = "\n".join(rendered.losses)
    assert "costs of 6 (24 values)" in told
    assert "feeds.owner of 3" in told


def test_the_first_sheet_says_how(harbourlight: Export) -> None:
    book = openpyxl.load_workbook(BytesIO(leanix.render(harbourlight).content))
    assert book.sheetnames[0] == "ReadMe"
    lines = [row[0] for row in book["ReadMe"].iter_rows(values_only=True)]
    assert any("one type of fact sheet a file" in str(line) for line in lines)


def test_same_input_same_bytes(harbourlight: Export) -> None:
    assert leanix.render(harbourlight).content == leanix.render(harbourlight).content


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_nothing_but_texts_and_days(workspace: Workspace) -> None:
    content = leanix.render(export_of(workspace)).content
    book = openpyxl.load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    found = sheets(content)
    names = [r["name"].casefold() for r in found["Application"]]
    assert len(set(names)) == len(workspace.systems)
    by_id = {r["externalId"]: r["name"] for r in found["Application"]}
    for relation in found.get("requiresRelation", ()):
        assert relation["toRelatedFactSheetDisplayName"] in by_id.values()
    for system in workspace.systems:
        row = next(r for r in found["Application"] if r["externalId"] == system.id)
        joined = (row["relApplicationToDataObject"] or "").split(";")
        assert len([j for j in joined if j]) == sum(bool(x) for x in system.crud.values())


def test_names_that_several_share(empty: Workspace) -> None:
    systems = (System(id="a", name="CRM; new"), System(id="b", name="crm, new"))
    rendered = leanix.render(export_of(replace(empty, systems=systems)))
    found = sheets(rendered.content)
    assert [r["name"] for r in found["Application"]] == ["CRM, new (a)", "crm, new (b)"]
    assert "names that several share, written with their ids: 2" in rendered.losses
    assert any("semicolon" in loss for loss in rendered.losses)


def test_what_leanix_has_no_word_for(empty: Workspace) -> None:
    system = empty.systems[0].model_copy(update={"crud": {"a": "", "b": None}})
    rendered = leanix.render(export_of(replace(empty, systems=(system,))))
    assert "accesses declared as none, for which LeanIX has no usage: 1" in rendered.losses
    assert "accesses declared as unknown, for which LeanIX has no usage: 1" in rendered.losses


def test_no_sheet_is_longer_than_leanix_takes(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leanix.MAX_ROWS == 10_000
    monkeypatch.setattr(leanix, "MAX_ROWS", 12)
    systems = tuple(System(id=f"s{n}", name=f"System {n}") for n in range(23))
    found = sheets(leanix.render(export_of(replace(empty, systems=systems))).content)
    names = ("Application", "Application 2", "Application 3")
    assert [len(found[name]) for name in names] == [10, 10, 3]


def test_chosen_by_name() -> None:
    assert exporter(Path("to-leanix.xlsx"))[0] == "leanix"
