"""The JSON Schemas: whole, valid, and of one mind with the loader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmaudit.workspace import FOLDERS, SINGLE, init, schemas, write_schemas
from crmaudit.workspace.schema import reference

jsonschema = pytest.importorskip("jsonschema")
EXAMPLES = Path(__file__).parents[2] / "examples"
SCHEMAS = schemas()


class Core(yaml.SafeLoader):
    """YAML as editors read it: dates stay text."""


Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults(root: Path, file: Path) -> list[str]:
    relative = file.relative_to(root)
    name = relative.parts[0] if len(relative.parts) > 1 else relative.stem
    data = yaml.load(file.read_text(encoding="utf-8"), Core)
    validator = jsonschema.Draft202012Validator(
        SCHEMAS[f"{name}.json"], format_checker=jsonschema.FormatChecker()
    )
    return [f"{file}: {e.json_path}: {e.message}" for e in validator.iter_errors(data)]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_there_is_a_schema_for_every_file() -> None:
    expected = {Path(name).stem for name in SINGLE} | set(FOLDERS)
    assert {name.removesuffix(".json") for name in SCHEMAS} == expected


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_sound(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["title"]
    assert schema["description"]
    for found in objects(schema):
        assert found["additionalProperties"] is False
    for unknown in ('"ge":', '"le":', '"gt":'):
        assert unknown not in json.dumps(schema)


def test_descriptions_come_from_the_models() -> None:
    system = SCHEMAS["systems.json"]
    assert system["description"].startswith("The dossier of one system.")
    assert system["properties"]["users"]["description"] == "People who use it."


@pytest.mark.parametrize(
    ("name", "data", "good"),
    [
        ("systems", {"id": "a", "name": "A"}, True),
        ("systems", {"id": "a"}, False),
        ("systems", {"id": "a", "name": "A", "vendro": "x"}, False),
        ("systems", {"id": "a", "name": "A", "vendor": None, "owners": None}, True),
        ("systems", {"id": "a", "name": "A", "kind": "crmm"}, False),
        ("systems", {"id": "a", "name": "A", "database": "crm.db"}, True),
        ("systems", {"id": "a", "name": "A", "database": {"schema": "x"}}, True),
        ("systems", {"id": "a", "name": "A", "database": {"schema_": "x"}}, False),
        ("systems", {"id": "a", "name": "A", "crud": {"b": "CRU", "c": None}}, True),
        ("systems", {"id": "a", "name": "A", "feeds": [{"from": "b", "entities": "c"}]}, True),
        ("systems", {"id": "a", "name": "A", "lifecycle": {"since": "2020-01-01"}}, True),
        ("systems", {"id": "a", "name": "A", "lifecycle": {"since": "May 2020"}}, False),
        ("audit", {"organisation": "F"}, True),
        ("audit", {"organisation": {"name": "F"}, "staff": -1}, False),
        ("interviews", {"id": "a", "group": "A", "pains": [{"text": "x", "minutes": 5}]}, True),
    ],
)
def test_what_editors_accept(name: str, data: dict[str, Any], good: bool) -> None:
    validator = jsonschema.Draft202012Validator(
        SCHEMAS[f"{name}.json"], format_checker=jsonschema.FormatChecker()
    )
    assert validator.is_valid(data) is good


def test_the_scaffold_is_valid(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    files = [f for f in init(root) if f.suffix == ".yaml"]
    assert len(files) > 9
    assert [fault for file in files for fault in faults(root, file)] == []


@pytest.mark.parametrize(
    "root", [p.parent for p in sorted(EXAMPLES.glob("*/audit.yaml"))], ids=lambda p: p.name
)
def test_the_examples_are_valid(root: Path) -> None:
    found = [*root.glob("*.yaml"), *(f for name in FOLDERS for f in (root / name).rglob("*.yaml"))]
    assert [fault for file in found for fault in faults(root, file)] == []


def test_the_first_line_leads_to_the_schema(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    for file in init(root):
        if file.suffix == ".yaml":
            line = file.read_text(encoding="utf-8").splitlines()[0]
            assert (file.parent / line.partition("$schema=")[2]).is_file()
    assert reference("systems/finance/erp.yaml").endswith("../../.schema/systems.json\n")


def test_schemas_are_written(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "deep/down")
    assert {p.name: json.loads(p.read_text(encoding="utf-8")) for p in paths} == SCHEMAS
