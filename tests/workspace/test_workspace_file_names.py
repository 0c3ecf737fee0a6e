"""Ids that can name files on every machine, and files that only the workspace writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError, Place
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.adding import add_system, suggested_id
from crmaudit.workspace.changes import Draft
from crmaudit.workspace.file_names import check_id, fitting, refuse_own, unfit
from crmaudit.workspace.incoming import Incoming, Record
from crmaudit.workspace.merging import merge
from crmaudit.workspace.proposal import ProposedSystem
from crmaudit.workspace.renaming import rename

FILES = {
    "audit.yaml": "organisation: Harbour\n",
    "systems/crm.yaml": "id: crm\nname: Beacon\nformerly: beacon\n",
    "systems/erp.yaml": "id: erp\nname: Ledger\ndepends_on: crm\n",
    "maps/crm.yaml": "system: crm\ntables: [{table: contacts, entity: contact}]\n",
    "entities.yaml": "entities: [{id: contact}]\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "audit" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "audit" / name).write_text(text)
    return tmp_path / "audit"


DEVICES = ["con", "PRN", "aux", "Nul", "com1", "LPT9", "con.v2", "aux.yaml"]


@pytest.mark.parametrize("id_", [*DEVICES, "x.", "con."])
def test_names_that_windows_keeps_are_no_ids_of_systems(root: Path, id_: str) -> None:
    with pytest.raises(CrmauditError, match="cannot be the id of a system") as caught:
        add_system(load(root), ProposedSystem(id_, "X"), {})
    assert "Windows" in str(caught.value)
    with pytest.raises(CrmauditError, match="cannot be the id of a system"):
        rename(load(root), "system", "crm", id_)
    check_id(id_, "entity")  # no file is called after it


@pytest.mark.parametrize("id_", ["console", "com0", "com10", "a.con", "x.v1", "aux-2", "lpt"])
def test_what_only_looks_like_such_a_name_is_one(id_: str) -> None:
    assert unfit(id_) == ""
    assert fitting(id_, "system") == id_


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True) | st.sampled_from(DEVICES))
def test_every_id_can_be_made_to_fit(id_: str) -> None:
    made = fitting(id_, "system")
    check_id(made, "system")
    assert fitting(made, "system") == made


def test_a_long_id_is_told_so() -> None:
    with pytest.raises(CrmauditError, match=r"300 characters .* too long") as caught:
        check_id("x" * 300, "system")
    assert caught.value.hint == "at most 80 characters"


def test_ids_are_told_apart_by_more_than_case(root: Path) -> None:
    workspace = load(root)
    for id_, what in (("CRM", "only in case from the system 'crm'"), ("Beacon", "a former id")):
        with pytest.raises(CrmauditError, match=what):
            add_system(workspace, ProposedSystem(id_, "X"), {})
        with pytest.raises(CrmauditError, match=what):
            rename(workspace, "system", "erp", id_)
    assert suggested_id(workspace, "CRM") == "crm-2"
    assert suggested_id(workspace, "Con") == "con-system"


@pytest.mark.parametrize("new", ["CRM", "Beacon", "beacon"])
def test_a_system_may_have_its_own_id_in_other_case(root: Path, new: str) -> None:
    found = rename(load(root), "system", "crm", new)
    found.changes.check()
    found.changes.write()
    after = load(root)
    assert set(after.system) == {new, "erp"}
    assert (root / f"systems/{new}.yaml").is_file()
    assert (root / f"maps/{new}.yaml").is_file()
    assert not (root / "systems/crm.yaml").exists()
    assert after.warnings == ()


def test_files_are_told_apart_by_more_than_case(root: Path) -> None:
    draft = Draft(load(root))
    with pytest.raises(CrmauditError, match=r"^systems/crm\.yaml is there already"):
        draft.create("systems/Crm.yaml", "id: other\nname: Other\n")
    with pytest.raises(CrmauditError, match=r"^systems/crm\.yaml is there already"):
        draft.move("systems/erp.yaml", "systems/CRM.yaml")
    draft.create("systems/hr.yaml", "id: hr\nname: People\n")
    with pytest.raises(CrmauditError, match=r"^systems/hr\.yaml is there already"):
        draft.create("systems/HR.yaml", "id: HR\nname: People\n")


def test_twins_that_are_there_are_warned_of(root: Path) -> None:
    (root / "systems/other.yaml").write_text("id: CRM\nname: Other\n")
    (root / "entities.yaml").write_text("entities: [{id: contact}, {id: Contact}]\n")
    first, second = load(root).warnings
    assert (str(first.where), str(second.where)) == ("entities.yaml:1:32", "systems/other.yaml:1:5")
    assert first.message == "the ids of the entity 'Contact' and of 'contact' differ only in case"
    assert second.message == "the ids of the system 'CRM' and of 'crm' differ only in case"
    assert first.hint.endswith("crmaudit inventory rename entity:Contact NEW")


def arrived(workspace: Workspace, *records: Record, creates: bool = True) -> set[str]:
    merged = merge(workspace, Incoming("list", records, creates=creates))
    return set(merged.changes.check().system) - set(workspace.system)


def test_ids_made_of_names_fit(root: Path) -> None:
    place = Place("list")
    names = ("Con", "AUX", "com1 ", "con.")
    records = [Record("system", place, name=name) for name in names[:3]]
    assert arrived(load(root), *records) == {"con-system", "aux-system", "com1-system"}
    assert arrived(load(root), Record("system", place, "con.v2", "Con 2")) == {"con-v2"}


@pytest.mark.parametrize(
    "name",
    ["audit.yaml", "notes.yml", "systems/crm.yaml", "systems/deep/x.yaml", "maps/x.yml",
     "interviews/a.yaml", "imports/apps.yaml", "Systems/CRM.YAML", ".crmaudit/history.sqlite"],
)  # fmt: skip
def test_the_workspaces_own_files_are_not_written_over(root: Path, name: str) -> None:
    with pytest.raises(CrmauditError, match="read as a file of the workspace audit") as caught:
        refuse_own(root / name)
    assert "reports" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["landscape.xml", "reports/catalog-info.yaml", "../a.yaml", "data/x.csv", "own/a.yaml"]
)
def test_other_files_may_be_written(root: Path, name: str) -> None:
    refuse_own(root / name)


def test_links_hide_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "out.yaml").symlink_to(root / "audit.yaml")
    (tmp_path / "elsewhere.yaml").write_text("id: hr\nname: People\n")
    (root / "systems/hr.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (tmp_path / "way").symlink_to(root / "systems")
    for path in (tmp_path / "out.yaml", root / "systems/hr.yaml", tmp_path / "way/x.yaml"):
        with pytest.raises(CrmauditError, match="file of the workspace"):
            refuse_own(path)
    refuse_own(root / "imports/new.yaml", maps=True)
