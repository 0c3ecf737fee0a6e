"""Backstage catalogs: there and back, other people's catalogs, and everything wrong with one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from exchange_landscapes import (
    KEPT_BACK,
    NOT_YAML,
    brought_into,
    declared,
    empty_workspace,
    export_of,
    landscapes,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmaudit.audit import Audit
from crmaudit.errors import CrmauditError
from crmaudit.exchange import backstage, backstage_in, backstage_out
from crmaudit.exchange.formats import Export, exporter, importer
from crmaudit.exchange.yaml_documents import documents
from crmaudit.resources import examples_root
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.dossier import System
from crmaudit.workspace.incoming import Incoming, Record
from crmaudit.workspace.merging import merge

HARBOURLIGHT = examples_root() / "harbourlight"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return empty_workspace(tmp_path_factory.mktemp("empty") / "audit")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def harbourlight() -> Export:
    audit = Audit(HARBOURLIGHT)
    return Export(audit.facts, audit.findings)


@pytest.fixture
def read(tmp_path: Path, empty: Workspace) -> Callable[..., Incoming]:
    def read(text: str, workspace: Workspace | None = None) -> Incoming:
        path = tmp_path / "catalog-info.yaml"
        path.write_text(text)
        assert backstage_in.recognises(path, path.read_bytes())
        return backstage_in.read(path, workspace or empty)

    return read


def entity(kind: str, name: str, spec: str = "{}", metadata: str = "") -> str:
    """A document: `spec` in one line, `metadata` further lines."""
    more = "".join(f"  {line}\n" for line in metadata.splitlines())
    return (
        f"---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n"
        f"{more}spec: {spec}\n"
    )


def records(incoming: Incoming) -> dict[str, Record]:
    return {f"{r.kind}:{r.id}": r for r in incoming.records}


def values(record: Record) -> dict[str, Any]:
    return {".".join(map(str, path)): cell.value for path, cell in record.values.items()}


def left(incoming: Incoming) -> str:
    return "\n".join(map(str, incoming.left_out))


def with_systems(empty: Workspace, *systems: dict[str, Any]) -> Workspace:
    dossiers = tuple(System.model_validate(s) for s in systems)
    return replace(empty, systems=dossiers)


# Out ----------------------------------------------------------------------------------------


def test_what_backstage_finds(harbourlight: Export) -> None:
    rendered = backstage_out.render(harbourlight)
    found = {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(rendered.content)}
    crm = found["System", "crm"]
    assert crm["metadata"]["title"] == "BeaconCRM"
    assert crm["metadata"]["annotations"]["crmaudit/lifecycle.since"] == "2014-01-06"
    assert crm["metadata"]["tags"] == ["core"]
    assert crm["spec"] == {"owner": "user:default/cio"}
    assert found["Component", "crm"]["spec"] == {
        "type": "crm",
        "lifecycle": "production",
        "owner": "user:default/cio",
        "system": "crm",
        "dependsOn": ["resource:default/crm-database"],
    }
    assert found["Resource", "crm-database"]["spec"]["system"] == "crm"
    assert found["Group", "services"]["spec"]["parent"] == "harbourlight"
    assert "family-support" in found["Group", "services"]["spec"]["children"]
    assert found["User", "cio"]["spec"]["memberOf"] == ["harbourlight"]
    assert "22 entities with all that is declared: Backstage" in "\n".join(rendered.losses)
    for document in found.values():
        annotations = document["metadata"].get("annotations", {})
        assert all(isinstance(v, str) for v in annotations.values())


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_every_document_is_as_backstage_wants_it(workspace: Workspace) -> None:
    found = list(yaml.safe_load_all(backstage_out.render(export_of(workspace)).content))
    refs = [(d["kind"].lower(), d["metadata"]["name"].lower()) for d in found]
    assert len(set(refs)) == len(refs)
    for document in found:
        metadata, spec = document["metadata"], document["spec"]
        assert re.fullmatch(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*", metadata["name"])
        assert len(metadata["name"]) <= 63
        assert all(
            re.fullmatch(r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*", t) for t in metadata.get("tags", ())
        )
        for key in metadata.get("annotations", {}):
            prefix, _, name = key.partition("/")
            assert prefix == "crmaudit"
            assert re.fullmatch(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*", name)
        wanted = {
            "System": {"owner"},
            "Component": {"owner", "type", "lifecycle"},
            "Resource": {"owner", "type"},
            "Group": {"type", "children"},
            "User": {"memberOf"},
        }
        assert wanted[document["kind"]] <= set(spec)
        # Whatever is referred to is there, but for the owner nobody is.
        for ref in [spec.get("owner"), *spec.get("dependsOn", ())]:
            if ref and ref != "group:default/unknown":
                kind, _, rest = ref.partition(":default/")
                assert (kind, rest.lower()) in refs


def test_nobody_is_invented(empty: Workspace) -> None:
    rendered = backstage_out.render(export_of(empty))
    (system, component) = yaml.safe_load_all(rendered.content)
    assert system["spec"]["owner"] == "group:default/unknown"
    assert component["spec"]["lifecycle"] == component["spec"]["type"] == "unknown"
    assert (
        "systems without an owner, which Backstage requires: `unknown` stands there: 1"
        in rendered.losses
    )


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", fullmatch=True), unique=True))
def test_names_are_valid_and_differ(ids: list[str]) -> None:
    names = backstage.Names()
    made = [names.name("system", i) for i in ids]
    assert all(map(backstage.is_name, made))
    assert len({m.lower() for m in made}) == len(ids)
    assert [names.name("system", i) for i in ids] == made
    assert all(m == i for m, i in zip(made, ids, strict=True) if m.lower() == i.lower())


def test_ids_that_differ_in_case_only_stay_two(empty: Workspace, tmp_path: Path) -> None:
    workspace = with_systems(empty, {"id": "crm", "name": "A"}, {"id": "CRM", "name": "B"})
    rendered = backstage_out.render(export_of(workspace))
    path = tmp_path / "catalog-info.yaml"
    path.write_bytes(rendered.content)
    found = records(backstage_in.read(path, workspace))
    assert values(found["system:crm"])["name"] == "A"
    assert values(found["system:CRM"])["name"] == "B"
    assert any("names changed to what Backstage allows" in loss for loss in rendered.losses)


def test_chosen_by_name() -> None:
    assert exporter(Path("catalog-info.yaml"))[0] == "backstage"


# There and back -----------------------------------------------------------------------------


def test_example_comes_back_as_it_is(harbourlight: Export, tmp_path: Path) -> None:
    path = tmp_path / "catalog-info.yaml"
    path.write_bytes(backstage_out.render(harbourlight).content)
    assert importer(path)[0] == "backstage"
    here = load(HARBOURLIGHT)
    merged = merge(here, backstage_in.read(path, here))
    assert merged.differences == ()
    assert merged.unchanged > 400


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_there_and_back(workspace: Workspace, empty: Workspace, folder: Path) -> None:
    path = folder / "catalog-info.yaml"
    path.write_bytes(backstage_out.render(export_of(workspace)).content)
    back = brought_into(empty, backstage_in, path)  # type: ignore[arg-type]
    for system in workspace.systems:
        expected = declared(system, workspace, NOT_YAML, KEPT_BACK)
        assert declared(back.system[system.id], back, NOT_YAML, KEPT_BACK) == expected
    for unit in workspace.audit.units:
        assert declared(back.unit[unit.id], back, NOT_YAML, []) == declared(
            unit, workspace, NOT_YAML, []
        )
    assert merge(back, backstage_in.read(path, back)).differences == ()


# Other people's catalogs --------------------------------------------------------------------

CATALOG = (
    entity("System", "portal", "{owner: group:default/team-a, domain: web}", "title: The portal")
    + entity(
        "Component",
        "front",
        "{type: website, lifecycle: production, owner: team-b, system: portal, "
        "dependsOn: ['component:pay', 'resource:store', 'component:gone'], providesApis: [x]}",
        "description: The pages",
    )
    + entity("Component", "pay", "{type: service, lifecycle: deprecated, owner: user:kim}")
    + entity("Component", "part", "{type: library, lifecycle: alpha, subcomponentOf: pay}")
    + entity("Resource", "store", "{type: database, owner: team-a, dependencyOf: [component:pay]}")
    + entity("Resource", "bucket", "{type: s3-bucket, owner: team-a}")
    + entity(
        "Group",
        "team-a",
        "{type: team, children: [team-b], profile: {displayName: Team A, email: a@example.org}}",
    )
    + entity("Group", "team-b", "{type: team, children: []}")
    + entity(
        "User",
        "kim",
        "{memberOf: [team-a, team-b], profile: {displayName: Kim Example, picture: http://x/y}}",
    )
    + entity("User", "sam", "{memberOf: [], profile: {email: sam@example.org}}")
    + entity("API", "x", "{type: openapi, owner: team-a, definition: {$text: ./x.yaml}}")
    + entity("Location", "all", "{targets: [./more.yaml]}")
)


def test_other_peoples_catalog(read: Callable[..., Incoming]) -> None:
    incoming = read(CATALOG)
    assert not incoming.mistakes
    found = records(incoming)
    assert set(found) == {
        "system:portal", "system:pay", "system:store",
        "unit:team-a", "unit:team-b", "person:kim",
    }  # fmt: skip
    assert values(found["system:portal"]) == {
        "name": "The portal",
        "support.team": "Team A",
        "lifecycle.phase": "active",
        "depends_on": ["pay", "store"],
    }
    assert values(found["system:pay"]) == {
        "name": "pay",
        "lifecycle.phase": "phase-out",
        "owners.it": "Kim Example",
        "depends_on": ["store"],
    }
    assert values(found["system:store"])["kind"] == "database"
    assert values(found["unit:team-b"])["parent"] == "team-a"
    assert values(found["person:kim"]) == {"name": "Kim Example", "unit": "team-a"}
    said = left(incoming)
    for what in (
        "users who own nothing here: 1",
        "e-mail addresses and pictures of people and groups: 3",
        "resources of the type s3-bucket: 1",
        "dependencies on what the files do not hold: 1",
        "the life cycle alpha: 1",
        "APIs provided: write them as interfaces: 1",
        "locations, which are not followed: 1",
        "entities of kinds that are no dossiers (API 1): 1",
        "teams that own a system, or a part of one, that another supports: 1",
        "further memberships of users: 1",
        "components' type service: 1",
    ):
        assert what in said
    for private in ("example.org", "sam", "http://x"):
        assert private not in said + str(incoming.records)


def test_a_part_alone_names_its_system(read: Callable[..., Incoming]) -> None:
    alone = entity("Component", "front", "{lifecycle: experimental, owner: x, system: portal}")
    assert values(records(read(alone))["system:portal"]) == {
        "name": "portal",
        "support.team": "x",
        "lifecycle.phase": "phase-in",
    }


def test_a_known_system_is_found_by_its_id(read: Callable[..., Incoming], empty: Workspace) -> None:
    here = with_systems(empty, {"id": "portal", "name": "Our portal"})
    found = records(read(entity("Component", "front", "{owner: x, system: portal}"), here))
    assert list(found) == ["system:portal"]
    assert "name" not in values(found["system:portal"])


@pytest.mark.parametrize(
    "ref", ["team-a", "default/team-a", "group:team-a", "Group:Default/Team-A"]
)
def test_forms_of_references(ref: str, read: Callable[..., Incoming]) -> None:
    text = entity("System", "s", f"{{owner: '{ref}'}}") + entity("Group", "team-a", "{}")
    assert values(records(read(text))["system:s"])["support.team"] == "team-a"


def test_a_group_that_owns_is_no_person(read: Callable[..., Incoming], empty: Workspace) -> None:
    text = (
        entity("System", "s", "{owner: team-a}")
        + entity("Component", "front", "{owner: team-b, system: s}")
        + entity("System", "t", "{owner: 'group:gone'}")
        + entity("System", "u", "{owner: 'user:kim'}")
        + entity("Group", "team-a", "{profile: {displayName: Team A}}")
        + entity("Group", "team-b", "{}")
    )
    incoming = read(text)
    after = merge(empty, incoming).changes.check()
    assert [p.name for p in after.people.people] == ["kim"]
    assert [after.system[s].support.team for s in "stu"] == ["Team A", "gone", ""]
    assert after.system["u"].owners.it == "kim"
    assert "teams that own a system, or a part of one, that another supports: 1" in left(incoming)


def test_a_team_that_is_known_stays(read: Callable[..., Incoming], empty: Workspace) -> None:
    here = with_systems(empty, {"id": "s", "name": "S", "support": {"team": "Night shift"}})
    incoming = read(entity("System", "s", "{owner: team-a}"), here)
    assert "support.team" not in values(records(incoming)["system:s"])
    assert "that another supports: 1" in left(incoming)


def test_contacts_in_texts_stay_there(read: Callable[..., Incoming], empty: Workspace) -> None:
    metadata = (
        "title: Till of jane@corp.example\ndescription: Ask Jane, +44 20 7946 0958\n"
        "tags: [desk, jane@corp.example]"
    )
    text = entity("System", "till", "{owner: 'user:jane@corp.example'}", metadata)
    incoming = read(text)
    assert values(records(incoming)["system:till"]) == {
        "name": "Till of",
        "description": "Ask Jane, [telephone number]",
        "tags": ["desk", "[e-mail address]"],
    }
    assert "e-mail addresses and telephone numbers in texts: 4" in left(incoming)
    text = str(merge(empty, incoming).changes)
    assert "corp" not in text
    assert "7946" not in text
    # What the workspace says itself stays.
    said = {"id": "till", "name": "Till", "description": "Ask Jane, +44 20 7946 0958"}
    again = read(
        entity("System", "till", "{}", metadata.splitlines()[1]), with_systems(empty, said)
    )
    assert values(records(again)["system:till"])["description"] == said["description"]


def test_a_user_known_by_an_address_alone_is_nobody(
    read: Callable[..., Incoming], empty: Workspace
) -> None:
    text = entity("System", "s", "{owner: 'user:jane'}") + entity(
        "User", "jane", "{profile: {displayName: jane@corp.example}}"
    )
    incoming = read(text)
    assert list(records(incoming)) == ["system:s"]
    assert "owners.it" not in values(records(incoming)["system:s"])


def test_namespaces_keep_things_apart(read: Callable[..., Incoming]) -> None:
    text = (
        entity("Component", "a", "{owner: x, dependsOn: [component:b]}", "namespace: one")
        + entity("Component", "b", "{owner: x}", "namespace: one\ntitle: B of one")
        + entity("Component", "b", "{owner: x}", "namespace: two\ntitle: B of two")
    )
    found = records(read(text))
    assert values(found["system:a"])["depends_on"] == ["b"]
    assert values(found["system:b"])["name"] == "B of one"
    assert values(found["system:b-2"])["name"] == "B of two"


def test_parts_in_a_circle(read: Callable[..., Incoming]) -> None:
    text = entity("Component", "a", "{subcomponentOf: b}") + entity(
        "Component", "b", "{subcomponentOf: a}"
    )
    assert set(records(read(text))) == {"system:a", "system:b"}


def test_a_folder_of_catalogs(tmp_path: Path, empty: Workspace) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(entity("Component", "a", "{owner: team}"))
    (tmp_path / "b.yml").write_text(entity("Group", "team", "{profile: {displayName: The team}}"))
    (tmp_path / "other.yaml").write_text("kind: Deployment\n")
    (tmp_path / ".hidden.yaml").write_text(entity("Component", "hidden", "{}"))
    assert backstage_in.recognises(tmp_path, b"")
    found = records(backstage_in.read(tmp_path, empty))
    assert values(found["system:a"])["support.team"] == "The team"
    assert found["system:a"].place.file == "deep/a.yaml"
    assert set(found) == {"system:a", "unit:team"}


def test_an_empty_folder(tmp_path: Path, empty: Workspace) -> None:
    assert not backstage_in.recognises(tmp_path, b"")
    with pytest.raises(CrmauditError, match="holds no Backstage catalog"):
        backstage_in.read(tmp_path, empty)


# What is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (entity("Component", "a") + entity("component", "A"), "'A' stands twice", 11),
        (entity("Component", "a") + "---\n- a list\n", "an entity is expected", 8),
        (entity("Component", "''"), "metadata.name is missing", 5),
        (entity("Component", "[a]"), "metadata.name must be a text", 5),
        (entity("Component", "a", "[x]"), "spec must be a mapping", 6),
        (entity("Component", "a", "{owner: [x]}"), "spec.owner must be a text", 6),
        (entity("Component", "a", "{dependsOn: b}"), "spec.dependsOn must be a list", 6),
        (entity("Component", "a", "{dependsOn: [{}]}"), "must hold texts", 6),
        (entity("Component", "a", "{x: 'open}"), "not YAML", 6),
        (entity("Component", "a") + entity("Component", "b", "{a: 1, a: 2}"), "stands twice", 12),
        (
            entity("System", "a", "{}", "annotations: {crmaudit/costs: '[nonsense'}"),
            "crmaudit/costs:",
            6,
        ),
        (entity("System", "a", "{}", "annotations: {crmaudit/crud: '[]'}"), "no mapping", 6),
    ],
)
def test_mistakes_have_their_line(
    text: str, message: str, line: int, read: Callable[..., Incoming]
) -> None:
    told = [m for m in read(text).mistakes if message in m.message]
    assert told
    assert told[0].where is not None
    assert (told[0].where.file, told[0].where.line) == ("catalog-info.yaml", line)


def test_what_cannot_be_read_at_all(tmp_path: Path, empty: Workspace) -> None:
    path = tmp_path / "catalog-info.yaml"
    path.write_bytes(b"apiVersion: backstage.io/v1\nname: \xff\n")
    with pytest.raises(CrmauditError, match="0xFF is not UTF-8"):
        backstage_in.read(path, empty)


def test_a_bomb_of_aliases_does_not_go_off(read: Callable[..., Incoming]) -> None:
    levels = "".join(f"b{i}: &b{i} [{', '.join([f'*b{i - 1}'] * 9)}]\n" for i in range(1, 9))
    text = f"apiVersion: backstage.io/v1alpha1\nkind: Component\nb0: &b0 [x]\n{levels}"
    (mistake,) = read(text).mistakes
    assert "aliases expand" in mistake.message


def test_many_mistakes_are_cut_short(read: Callable[..., Incoming]) -> None:
    incoming = read("".join(entity("Component", "same") for _ in range(100)))
    assert len(incoming.mistakes) == 21
    assert "and 79 more mistakes" in incoming.mistakes[-1].message


# Documents of a file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing\n---\n# still nothing\n", []),
        ("a: 1", [(1, {"a": "1"})]),
        ("%YAML 1.1\n---\na: 1\n...\n---\nb: 2\n", [(3, {"a": "1"}), (6, {"b": "2"})]),
        ("---\na: |\n  --- no mark\n---\nb: 2", [(2, {"a": "--- no mark\n"}), (5, {"b": "2"})]),
        ("a: 1\r\n---\r\nb: 2\r\n", [(1, {"a": "1"}), (3, {"b": "2"})]),
        ("\ufeffa: 1\n--- {b: 2}\n", [(1, {"a": "1"}), (2, {"b": "2"})]),
        ("a: 1\n---x: 2\n", [(1, {"a": "1", "---x": "2"})]),
    ],
)
def test_documents(text: str, expected: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_bytes(text.encode())
    found, problems = documents(path, "many.yaml")
    assert not problems
    assert [(d.place(next(iter(d.data))).line, d.data) for d in found] == expected


@given(st.lists(st.dictionaries(st.text("ab", min_size=1), st.text(max_size=9)), max_size=4))
def test_documents_are_those_of_any_yaml_program(data: list[dict[str, str]]) -> None:
    import tempfile

    text = yaml.safe_dump_all(data, explicit_start=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        found, problems = documents(path, "many.yaml")
    assert not problems
    assert [d.data for d in found] == [d if d else {} for d in data]
