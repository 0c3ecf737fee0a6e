"""A workspace as a whole: folders and files, names between files, blanks, warnings, lookups."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.workspace import Workspace, find_root, load

Folder = Callable[..., Path]
BASE = {"audit.yaml": "organisation: Fjord\n", "systems/crm.yaml": "id: crm\nname: CRM\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def write(**files: str) -> Path:
        """The smallest workspace with these files: `systems__crm` is systems/crm.yaml."""
        texts = BASE | {f"{n.replace('__', '/')}.yaml": text for n, text in files.items()}
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def said(root: Path) -> list[str]:
    """What is wrong with a workspace."""
    with pytest.raises(InvalidInput) as caught:
        load(root)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_workspace(folder: Folder) -> None:
    workspace = load(folder())
    assert workspace.organisation.name == "Fjord"
    assert workspace.crm is None
    assert workspace.files == ("audit.yaml", "systems/crm.yaml")
    assert workspace.has("systems")
    assert not workspace.has("people.yaml")


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match=r"it has no audit\.yaml"):
        load(tmp_path)
    with pytest.raises(CrmauditError, match=r"no audit\.yaml in"):
        find_root(tmp_path)


def test_the_root_is_found_from_below(folder: Folder) -> None:
    root = folder()
    assert find_root(root / "systems") == root.resolve()


def test_a_workspace_needs_a_system(folder: Folder) -> None:
    root = folder()
    (root / "systems/crm.yaml").unlink()
    assert said(root)[0].startswith("systems/: no system is described")
    (root / "systems").rmdir()
    assert said(root)[0].startswith("systems/: no system is described")


# Files beside the smallest workspace → all that is said about it.
WRONG = {
    "empty audit": (
        {"audit": ""},
        ["audit.yaml:1:1: the key 'organisation' is missing. add `organisation:` here"],
    ),
    "required value left blank": (
        {"systems__crm": "id: crm\nname:\n"},
        ["systems/crm.yaml:1:1: the key 'name' has nothing behind it. write a value"],
    ),
    "comma in a flow text": (
        {"systems__crm": "id: crm\nname: C\ndocumentation: {system: {location: paper, old}}\n"},
        [
            "systems/crm.yaml:3:43: documentation.system: unknown key 'old'. "
            "inside { } a text with a comma needs quotes"
        ],
    ),
    "owner is nobody": (
        {
            "systems__crm": "id: crm\nname: C\nowners: {it: jo}\n",
            "people": "people: [{id: joe, name: Joe}]",
        },
        ["systems/crm.yaml:3:14: there is no person 'jo'. did you mean 'joe'?"],
    ),
    "broken reference beside another mistake": (
        {"systems__crm": "id: crm\nname: C\nkindd: x\nlifecycle: {successor: cmr}\n"},
        [
            "systems/crm.yaml:3:1: unknown key 'kindd'. did you mean 'kind'?",
            "systems/crm.yaml:4:24: there is no system 'cmr'. did you mean 'crm'?",
        ],
    ),
    "reference in a file that is no list": (
        {"entities": "entities: {a: b}\n", "processes": "processes: 5\n"},
        [
            "entities.yaml:1:11: entities: keys with values, "
            "expected a list (lines that start with '- ')",
            "processes.yaml:1:12: processes: '5', expected a list (lines that start with '- ')",
        ],
    ),
    "a circle of one": (
        {"audit": "organisation: F\nunits: [{id: a, name: A, parent: a}]\n"},
        [
            "audit.yaml:2:34: the unit 'a' lies above itself. "
            "a unit's parents must lead to one at the top"
        ],
    ),
    "ids that are no text": (
        {"audit": "organisation: F\nunits: [{id: [a], name: A, parent: {b: c}}]\n"},
        [
            "audit.yaml:2:14: units[1].id: a list, expected a text",
            "audit.yaml:2:36: units[1].parent: keys with values, expected a text",
        ],
    ),
    "a leading zero in a number": (
        {"audit": "organisation: F\nstaff: 0120\n"},
        ["audit.yaml:2:8: '0120' has a leading zero, which some programs read as octal. write 120"],
    ),
    "same id in two files": (
        {"systems__crm2": "id: crm\nname: Other\n"},
        [
            "systems/crm2.yaml:1:5: the system 'crm' is defined twice. "
            "it stands already in systems/crm.yaml:1:5"
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), WRONG.values(), ids=WRONG)
def test_mistakes(folder: Folder, files: dict[str, str], expected: list[str]) -> None:
    assert said(folder(**files)) == expected


def test_what_a_broken_file_defines_is_not_called_missing(folder: Folder) -> None:
    root = folder(
        people="people:\n  - id: joe\n    name: 'Joe\n",
        systems__crm="id: crm\nname: C\nowners: {it: joe, business: ann}\n"
        "lifecycle: {successor: erp}\n",
        systems__erp="id: erp\nname: E: R: P\n",
    )
    assert [line.split(". ")[0].split(", ")[0] for line in said(root)] == [
        "people.yaml:3:11: not YAML: found unexpected end of stream",
        "systems/crm.yaml:3:29: there is no person 'ann'",
        "systems/erp.yaml:2:8: not YAML: mapping values are not allowed in this context",
    ]


def test_names_will_do_as_long_as_nobody_is_defined(folder: Folder) -> None:
    dossier = "id: crm\nname: C\nowners: {it: Ann Example}\ncrud: {customer: CR}\n"
    assert load(folder(systems__crm=dossier)).systems[0].owners.it == "Ann Example"
    load(folder(systems__crm=dossier, people="people: []\n", entities="entities:\n"))


def test_blank_is_absent(folder: Folder) -> None:
    dossier = (
        "id: crm\nname: C\ndescription:\nowners:\n  it:\nfeeds: ~\ntags:\n"
        "crud: {customer: , b: ''}\n"
    )
    workspace = load(folder(systems__crm=dossier, brief="direction:\nstrengths:\n"))
    system = workspace.systems[0]
    assert (system.description, system.feeds, system.tags) == (None, None, ())
    assert system.crud == {"customer": None, "b": ""}


def test_shorter_ways_to_write(folder: Folder) -> None:
    workspace = load(
        folder(
            systems__crm="id: crm\nname: C\ndatabase: crm.db\n"
            "feeds: [{to: crm, entities: person}]\nmaintenance: {backup: daily}\n"
            "crud: {person: 'u, c', log: [R]}\n",
            interviews__a="id: a\ngroup: A\n"
            "pains: [Slow, {text: Twice, minutes: 5, people: {low: 1, high: 3}}]\n",
        )
    )
    system = workspace.systems[0]
    assert system.database is not None
    assert system.database.url == "crm.db"
    assert system.maintenance is not None
    assert system.maintenance.backup is not None
    assert system.maintenance.backup.frequency == "daily"
    assert system.feeds is not None
    assert system.feeds[0].entities == ("person",)
    assert system.crud == {"person": "CU", "log": "R"}
    pain = workspace.interviews[0].pains[1]
    assert pain.minutes is not None
    assert (pain.minutes.low, pain.minutes.high, pain.times.low) == (5, 5, 1)


def test_what_other_programs_read_differently_is_a_warning(folder: Folder) -> None:
    root = folder(
        systems__crm="id: crm\nname: no\nvendor: 1e3\nin_scope: yes\n"
        "lifecycle: {since: 2020-01-01, version: 7}\n"
    )
    assert [str(w) for w in load(root).warnings] == [
        "systems/crm.yaml:2:7: 'no' is read as this text; other YAML programs read true or false. "
        'write "no" in quotes',
        "systems/crm.yaml:3:9: '1e3' is read as this text; other YAML programs read a number. "
        'write "1e3" in quotes',
        "systems/crm.yaml:5:41: '7' is read as this text; other YAML programs read a number. "
        'write "7" in quotes',
    ]


def test_dates_and_numbers(folder: Folder) -> None:
    for value in ("20240501", "2024-5-1", "01.05.2024", "2024-05-01T10:00", "1714521600", "today"):
        assert "is not a date" in said(folder(audit=f"organisation: F\nas_of: {value}\n"))[0]
    for value in ("nan", "-inf", ".inf", "1e999", "9" * 5000, "1,5", "12 EUR"):
        assert said(folder(audit=f"organisation: F\nhourly_rate: {value}\n"))
    for value in ("1.5", "1e3", "0x10", "9" * 5000, "-1", "many"):
        assert said(folder(audit=f"organisation: F\nstaff: {value}\n"))


def test_folders_named_like_files_and_files_named_like_folders(folder: Folder) -> None:
    root = folder()
    (root / "people.yaml").mkdir()
    (root / "systems/billing.yaml").mkdir()
    (root / "maps").write_text("no folder")
    assert said(root) == [
        "maps: maps is no folder. make maps a folder of YAML files",
        "people.yaml: cannot be read: Is a directory",
        "systems/billing.yaml: cannot be read: Is a directory",
    ]


def test_links_that_lead_nowhere_or_round_and_round(folder: Folder) -> None:
    root = folder()
    (root / "people.yaml").symlink_to("people.yaml")
    (root / "needs.yaml").symlink_to("nothing.yaml")
    (root / "systems/again").symlink_to(root / "systems", target_is_directory=True)
    lines = said(root)
    assert lines[0].startswith("needs.yaml: cannot be read: No such file")
    assert lines[1].startswith("people.yaml: cannot be read: Too many levels")
    assert lines[2].startswith("systems/again: a link to a folder is not followed")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_what_may_not_be_read(folder: Folder) -> None:
    root = folder(people="people: []\n")
    (root / "people.yaml").chmod(0)
    (root / "systems/secret").mkdir(mode=0)
    assert said(root) == [
        "people.yaml: cannot be read: Permission denied",
        "systems/secret: cannot be read: Permission denied",
    ]
    root.chmod(0o111)
    assert said(root)[0] == f"{root}: cannot be read: Permission denied"


def test_dossiers_may_lie_in_folders_of_their_own(folder: Folder) -> None:
    root = folder()
    (root / "systems/finance").mkdir()
    (root / "systems/finance/erp.yml").write_text("id: erp\nname: ERP\n")
    (root / "systems/.hidden.yaml").write_text("nonsense")
    (root / "systems/notes.txt").write_text("nonsense")
    assert [s.id for s in load(root).systems] == ["crm", "erp"]


def test_strangers_are_named_other_folders_left_alone(folder: Folder) -> None:
    root = folder(entites="entities: []\n")
    (root / "system").mkdir()
    (root / "letters").mkdir()
    assert said(root) == [
        "entites.yaml: entites.yaml is no file of a workspace. did you mean 'entities.yaml'?",
        "system: system is no folder of a workspace. did you mean 'systems'?",
    ]


def test_places_of_subjects(folder: Folder) -> None:
    root = folder(entities="entities:\n  - id: person\n    steward: Ann\n")
    workspace = load(root)
    assert str(workspace.place_of("entity:person")) == "entities.yaml:2:5"
    assert str(workspace.place_of("entity:person", "steward")) == "entities.yaml:3:14"
    assert str(workspace.place_of("system:crm", "vendor")) == "systems/crm.yaml:1:1"
    assert str(workspace.place_of("entity:unknown")) == "entities.yaml"
    assert set(workspace.subjects()) == {"entity:person", "system:crm"}


def test_a_workspace_is_frozen(folder: Folder) -> None:
    workspace: Workspace = load(folder())
    with pytest.raises(Exception, match="frozen"):
        workspace.systems[0].name = "Other"  # type: ignore[misc]
