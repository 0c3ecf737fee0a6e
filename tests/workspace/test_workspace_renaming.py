"""Another id, followed everywhere; what it was called before still counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from golden_files import EXAMPLES

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.evidence import Catalog, Document, Provenance, TableProfile, from_json, to_json
from crmaudit.evidence.provenance import Status
from crmaudit.facts import Facts
from crmaudit.workspace import load
from crmaudit.workspace.renaming import rename, renamed_subject, subjects_now

FILES = {
    "audit.yaml": """\
organisation: Harbour
crm: crm                # crm is the one
units:
  - {id: desk, name: Desk}
""",
    "systems/crm.yaml": """\
id: 'crm'
name: Beacon
kind: crm
crud: {contact: CRU}
owners: {business: ann}
perceived_quality: [{who: ann, score: 4}]
""",
    "systems/erp.yaml": """\
id: erp
name: Ledger
depends_on: crm
crud:
  contact: R            # read from crm every night
feeds:
  - {from: crm, entities: contact}
notes: fed by crm
""",
    "maps/crm.yaml": "system: crm\\ntables: [{table: contacts, entity: contact}]\\n".replace(
        "\\n", "\n"
    ),
    "people.yaml": """\
people:
  - id: ann
    name: Ann Lee
    unit: desk
    accounts:
      crm: alee
""",
    "entities.yaml": """\
entities:
  - id: contact
    relationships: [{to: contact, cardinality: "1:n"}]
    trusted: [crm, erp]
""",
    "needs.yaml": """\
needs: [{id: q, text: Who?, audience: [ann, desk, management], entities: contact}]
""",
    "responses.yaml": """\
responses:
  - {code: INV101, subject: system:crm, state: agreed, owner: ann}
  - {code: QUA101, subject: 'table:crm.contacts', state: waived, reason: known, approver: ann}
  - {code: QUA101, subject: 'column:crm.v2.contacts', state: agreed}
  - {code: CRD115, subject: "feed:crm.erp", state: agreed}
  - {code: CRD101, subject: attribute:contact.name, state: agreed}
""",
    "plan.yaml": """\
own:
  - id: mend
    title: Mend it
    findings: ["INV101 system:crm", GOV103]
""",
    "sections/10-own.md": "The crm, as we call it.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def after(root: Path, kind: str, old: str, new: str) -> dict[str, str]:
    """The files' texts once it is renamed."""
    changes = rename(load(root), kind, old, new).changes
    changes.check()
    changes.write()
    found = (p for p in root.rglob("*") if p.is_file() and ".crmaudit" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_text() for p in found}


def test_a_system_is_renamed_everywhere_and_only_there(root: Path) -> None:
    texts = after(root, "system", "crm", "beacon")
    expected = {
        "audit.yaml": FILES["audit.yaml"].replace("crm: crm ", "crm: beacon "),
        "systems/beacon.yaml": FILES["systems/crm.yaml"].replace(
            "id: 'crm'\n", "id: 'beacon'\nformerly: crm\n"
        ),
        "systems/erp.yaml": FILES["systems/erp.yaml"]
        .replace("depends_on: crm", "depends_on: beacon")
        .replace("from: crm", "from: beacon"),
        "maps/beacon.yaml": FILES["maps/crm.yaml"].replace("crm", "beacon"),
        "people.yaml": FILES["people.yaml"].replace("crm:", "beacon:"),
        "entities.yaml": FILES["entities.yaml"].replace("[crm", "[beacon"),
        "responses.yaml": FILES["responses.yaml"].replace("crm", "beacon"),
        "plan.yaml": FILES["plan.yaml"].replace("crm", "beacon"),
    }
    for name in ("needs.yaml", "sections/10-own.md"):
        expected[name] = FILES[name]
    assert texts == expected


def test_a_subject_of_a_longer_id_is_not_taken_for_it(root: Path) -> None:
    (root / "systems/v2.yaml").write_text("id: crm.v2\nname: New\n")
    texts = after(root, "system", "crm", "beacon")
    assert "subject: 'column:crm.v2.contacts'" in texts["responses.yaml"]
    assert "subject: 'table:beacon.contacts'" in texts["responses.yaml"]


def test_what_is_left_alone_is_told_with_its_lines(root: Path) -> None:
    found = rename(load(root), "system", "crm", "beacon")
    assert [f"{p.file}:{p.line}" for p in found.mentions] == [
        "audit.yaml:2",
        "sections/10-own.md:1",
        "systems/erp.yaml:5",
        "systems/erp.yaml:8",
    ]
    assert sum(found.references.values()) == 12
    assert found.references["responses.yaml"] == 4


def test_there_and_back_again_leaves_both_names_behind(root: Path) -> None:
    after(root, "system", "crm", "beacon")
    texts = after(root, "system", "beacon", "crm")
    assert texts["systems/crm.yaml"].startswith("id: 'crm'\nformerly: beacon\n")
    third = after(root, "system", "crm", "lamp")
    assert third["systems/lamp.yaml"].startswith("id: 'lamp'\nformerly:\n  - beacon\n  - crm\n")


@pytest.mark.parametrize(
    ("kind", "old", "new", "file", "line"),
    [
        (
            "entity",
            "contact",
            "client",
            "systems/erp.yaml",
            "  client: R            # read from crm",
        ),
        ("entity", "contact", "client", "entities.yaml", "[{to: client, cardinality"),
        ("entity", "contact", "client", "responses.yaml", "subject: attribute:client.name"),
        ("person", "ann", "lee", "needs.yaml", "audience: [lee, desk, management]"),
        ("person", "ann", "lee", "systems/crm.yaml", "[{who: lee, score: 4}]"),
        ("person", "ann", "lee", "responses.yaml", "approver: lee"),
        ("unit", "desk", "front", "needs.yaml", "audience: [ann, front, management]"),
        ("unit", "desk", "front", "people.yaml", "unit: front"),
        ("need", "q", "who", "needs.yaml", "[{id: who, "),
    ],
)
def test_other_things_are_renamed_as_well(
    root: Path, kind: str, old: str, new: str, file: str, line: str
) -> None:
    assert line in after(root, kind, old, new)[file]


def test_an_entity_that_only_dossiers_name(root: Path) -> None:
    (root / "entities.yaml").unlink()
    texts = after(root, "entity", "contact", "client")
    assert "crud: {client: CRU}" in texts["systems/crm.yaml"]


@pytest.mark.parametrize(
    ("kind", "old", "new", "message", "hint"),
    [
        ("system", "krm", "x", "there is no system 'krm'", "did you mean 'crm'?"),
        ("system", "crm", "erp", "the system 'erp' is there already", "name another id"),
        ("system", "crm", "a b", "'a b' is no id", "an id is made of letters"),
        ("system", "crm", "x" * 81, "is no id", "at most 80"),
        ("system", "crm", "crm", "'crm' is its id already", "name another"),
        ("entity", "contact", "", "'' is no id", "an id is made of"),
        ("step", "a", "b", "a step cannot be renamed", ""),
    ],
)
def test_what_cannot_be_renamed(
    root: Path, kind: str, old: str, new: str, message: str, hint: str
) -> None:
    with pytest.raises(CrmauditError, match=message) as caught:
        rename(load(root), kind, old, new)
    assert hint in caught.value.hint


def test_former_ids_are_nobody_elses(root: Path) -> None:
    after(root, "system", "crm", "beacon")
    workspace = load(root)
    with pytest.raises(CrmauditError, match="is a former id of 'beacon'"):
        rename(workspace, "system", "erp", "crm")
    with pytest.raises(CrmauditError) as caught:
        rename(workspace, "system", "crm", "x")
    assert caught.value.hint == "it is called 'beacon' now"
    (root / "systems/erp.yaml").write_text("id: erp\nname: L\ndepends_on: crm\n")
    with pytest.raises(InvalidInput) as invalid:
        load(root)
    assert invalid.value.hint == "it is called 'beacon' now"
    (root / "systems/erp.yaml").write_text("id: erp\nname: L\nformerly: [crm, erp]\n")
    with pytest.raises(InvalidInput) as invalid:
        load(root)
    assert [(str(p.where), p.message, p.hint) for p in invalid.value.problems] == [
        ("systems/erp.yaml:3:12", "the former id 'crm' is taken", "systems/beacon.yaml has it"),
        (
            "systems/erp.yaml:3:17",
            "the former id 'erp' is the id of this system itself",
            "remove it",
        ),
    ]


def test_an_owner_given_by_name_is_told_the_id(root: Path) -> None:
    (root / "systems/erp.yaml").write_text("id: erp\nname: L\nowners: {it: ann lee}\n")
    with pytest.raises(InvalidInput) as caught:
        load(root)
    assert caught.value.hint == "did you mean the id 'ann'?"


def test_subjects() -> None:
    known = {"system": {"a", "a.b", "c"}, "entity": {"a", "e"}, "unit": {"a"}}

    def now(subject: str, kind: str = "system") -> str:
        return renamed_subject(subject, kind, "a", "z", known)

    assert now("system:a") == "system:z"
    assert now("entity:a") == "entity:a"
    assert now("entity:a", "entity") == "entity:z"
    assert now("table:a.t") == "table:z.t"
    assert now("table:a.b.t") == "table:a.b.t"
    assert now("feed:c.a") == "feed:c.z"
    assert now("feed:a.c") == "feed:z.c"
    assert now("cell:c.a", "entity") == "cell:c.z"
    assert now("cell:a.e") == "cell:z.e"
    assert now("job:a.clerk", "unit") == "job:z.clerk"
    assert now("organisation:crm") == "organisation:crm"
    assert now("*") == "*"


# Evidence and history under the former id.

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def catalog(system: str, day: int, state: str = "done") -> Catalog:
    status = Status("done") if state == "done" else Status("failed", "no right")
    taken = DAY + timedelta(days=day)
    return Catalog(Provenance(system, "s.db", "sqlite", f"snap{day}", taken, "t", status=status))


def profile(system: str, day: int) -> TableProfile:
    p = Provenance(system, "s.db", "sqlite", f"snap{day}", DAY + timedelta(days=day), "t")
    return TableProfile(p, table="contacts", rows=day)


def facts(root: Path, *documents: Document) -> Facts:
    return Facts.of(load(root), documents)


def test_evidence_under_a_former_id_counts_and_keeps_its_name(root: Path) -> None:
    after(root, "system", "crm", "beacon")
    old = catalog("crm", 1)
    found = facts(root, old, catalog("nobody", 1)).evidence
    assert list(found.catalogs) == ["beacon"]
    (document,) = found.documents
    assert document.id == old.id == "catalog:crm@snap1"
    # What is exported is what was collected.
    assert to_json(document) == to_json(old)
    assert from_json(to_json(document)) == old


def test_newer_evidence_under_the_new_id_takes_over(root: Path) -> None:
    after(root, "system", "crm", "beacon")
    for documents in (
        (catalog("crm", 1), catalog("beacon", 2)),
        (catalog("beacon", 2), catalog("crm", 1)),
    ):
        assert facts(root, *documents).evidence.catalogs["beacon"].provenance.snapshot == "snap2"
    failed = facts(root, catalog("crm", 1), catalog("beacon", 2, "failed")).evidence
    assert [d.id for d in failed.documents] == ["catalog:beacon@snap2", "catalog:crm@snap1"]
    both = facts(root, profile("crm", 3), profile("erp", 1), profile("beacon", 2)).evidence
    assert both.profiles["beacon"]["contacts"].rows == 3


def test_a_document_cannot_claim_to_have_been_called_otherwise() -> None:
    old = catalog("crm", 1)
    text = to_json(old).replace('"system":"crm"', '"system":"crm","collected_as":"erp"')
    with pytest.raises(CrmauditError, match="damaged"):
        from_json(text)
    assert replace(old.provenance).collected_as == ""


def test_subjects_of_earlier_audits(root: Path) -> None:
    after(root, "system", "crm", "beacon")
    now = subjects_now(load(root))
    assert now("table:crm.contacts") == "table:beacon.contacts"
    assert now("system:erp") == "system:erp"


@pytest.mark.parametrize("system", ["crm", "billing", "front-desk", "newsletter"])
def test_the_example_is_as_sound_as_before(tmp_path: Path, system: str) -> None:
    root = tmp_path / "audit"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    before = load(root)
    found = rename(before, "system", system, "renamed-one")
    text = found.changes.check()
    assert sorted({*text.system} ^ {*before.system}) == sorted([system, "renamed-one"])
    for change in found.changes.files:
        lines = len((change.new or "").splitlines()) - len((change.old or "").splitlines())
        assert lines == (change.name == f"systems/{system}.yaml")


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode("utf-16"),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["crlf", "mark", "utf-16", "no last line break"],
)
def test_files_from_other_editors_change_in_the_same_places(
    tmp_path: Path, encoded: Callable[[str], bytes]
) -> None:
    texts = {}
    for way in ("plain", "other"):
        root = tmp_path / way
        shutil.copytree(EXAMPLES / "harbourlight", root)
        if way == "other":
            for path in root.rglob("*.yaml"):
                path.write_bytes(encoded(path.read_text(encoding="utf-8")))
        changes = rename(load(root), "system", "crm", "beacon").changes
        changes.check()
        changes.write()
        texts[way] = {p.relative_to(root): p.read_bytes() for p in root.rglob("*.yaml")}
    assert texts["other"] == {name: encoded(raw.decode()) for name, raw in texts["plain"].items()}
