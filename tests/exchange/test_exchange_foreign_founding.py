"""A workspace made of another tool's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sheets_in import csv_file

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange.foreign_sheet import guess, reading
from crmaudit.exchange.founding import Founded, found
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.incoming import Cell, Incoming, Record

LIST = (
    "System,Vendor,Business owner,Annual cost 2025\nCasebook,V,Mara Lindqvist,€ 100\nRota,W,,€ 0\n"
)


def founded(folder: Path, text: str, **options: object) -> Founded:
    path = csv_file(folder, text)
    brought = reading(path, None, guess(path, None)).incoming
    return found(folder / "w", lambda _: brought, **options)  # type: ignore[arg-type]


def test_the_workspace_loads_and_holds_what_came(tmp_path: Path) -> None:
    made = founded(tmp_path, LIST, organisation="Quillbrook Trust", more={"imports/list.yaml": "a"})
    there = load(tmp_path / "w")
    assert there.organisation.name == "Quillbrook Trust"
    assert [s.name for s in there.systems] == ["Casebook", "Rota"]
    assert there.system["casebook"].owners.business == "mara-lindqvist"
    assert made.counts == {"system": 2, "person": 1}
    assert there.crm is None
    assert (tmp_path / "w/imports/list.yaml").read_text() == "a"
    assert "# to be asked" in (tmp_path / "w/audit.yaml").read_text()
    assert {p for p in (tmp_path / "w").rglob("*") if p.is_file()} >= set(made.files)


def test_one_currency_becomes_the_audits_own(tmp_path: Path) -> None:
    founded(tmp_path, LIST.replace("€", "CHF"))
    assert load(tmp_path / "w").audit.currency == "CHF"
    two = tmp_path / "two"
    two.mkdir()
    founded(two, LIST.replace("€ 100", "100").replace("€ 0", "0"))
    assert load(two / "w").audit.currency == "EUR"


def test_without_a_system_an_example_stands_there(tmp_path: Path) -> None:
    made = founded(tmp_path, "Name,Department,Job title\nMara Lindqvist,Advice,Head\n")
    there = load(tmp_path / "w")
    assert [s.id for s in there.systems] == ["crm"]
    assert [p.name for p in there.people.people] == ["Mara Lindqvist"]
    assert made.counts == {"person": 1, "unit": 1}


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path) -> None:
    target = tmp_path / "w"
    (target / "systems").mkdir(parents=True)
    (target / "systems/rota.yaml").write_text("mine")
    with pytest.raises(CrmauditError, match=r"already has systems/rota\.yaml"):
        founded(tmp_path, LIST)
    assert [p.name for p in target.rglob("*")] == ["systems", "rota.yaml"]
    assert (target / "systems/rota.yaml").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".crmaudit")] == []


def test_mistakes_leave_no_folder(tmp_path: Path) -> None:
    def wrong(there: Workspace) -> Incoming:
        from crmaudit.errors import Place

        place = Place("x.csv!A2")
        values = {("criticality",): Cell("urgent", place)}
        return Incoming("x.csv", (Record("system", place, name="A", values=values),))

    with pytest.raises(InvalidInput, match="urgent"):
        found(tmp_path / "w", wrong)
    assert list(tmp_path.iterdir()) == []


def test_the_same_list_founds_the_same_files(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made = founded(tmp_path / name, LIST, organisation="Quillbrook Trust")
        base = tmp_path / name / "w"
        texts.append({p.relative_to(base).as_posix(): p.read_bytes() for p in made.files})
    assert texts[0] == texts[1]
