"""Data contracts: valid by the standard's own schema, there and back, and other people's."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules.harness import Example

from crmaudit.cli import main
from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange import odcs, odcs_in, odcs_out
from crmaudit.exchange.formats import Export, Rendered, exporter, importer
from crmaudit.facts import Facts
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.merging import Merge, merge

SCHEMA = Path(__file__).parent / "odcs/odcs-json-schema-v3.1.0.json"

EXPECTED: list[dict[str, Any]] = [
    {"id": "mail", "name": "E-mail is there", "why": "We write to people.", "owner": "Ada Example",
     "system": "crm", "entity": "donor", "table": "donors", "column": "email", "required": True,
     "threshold": 0.85, "severity": "high", "dimension": "completeness"},
    {"id": "form", "system": "crm", "table": "donors", "column": "email", "pattern": "^a'\"b$",
     "dimension": "validity"},
    {"id": "kinds", "system": "crm", "table": "donors", "column": "kind",
     "domain": ["1", "no", "é"], "threshold": 0.999},
    {"id": "number", "system": "crm", "table": "donors", "column": "id", "unique": True},
    {"id": "range", "system": "crm", "table": "donors", "column": "amount", "minimum": 0,
     "maximum": 10.5, "threshold": 0.9},
    {"id": "age", "system": "crm", "table": "donors", "column": "seen", "max_age_days": 3},
    {"id": "rows", "system": "crm", "table": "donors", "rows_at_least": 5, "rows_at_most": 9},
    {"id": "least", "system": "crm", "table": "donors", "rows_at_least": 5},
    {"id": "order", "system": "crm", "table": "donors", "compare": "seen >= born"},
    {"id": "to", "system": "crm", "table": "donors", "column": "kind", "reference": "kinds.id"},
    {"id": "some", "system": "crm", "table": "donors", "column": "email", "where": "kind = '1'",
     "required": True, "rows_at_least": 2},
    {"id": "counted", "system": "crm", "table": "donors", "sql": "SELECT 0", "threshold": 0.5},
    {"id": "by-entity", "entity": "donor", "column": "email", "required": True},
    {"id": "two", "system": "crm", "table": "donors", "column": "email", "required": True,
     "unique": True, "pattern": "x"},
]  # fmt: skip

CATALOG = {
    "kind": "catalog",
    "system": "crm",
    "tables": [
        {
            "name": "donors",
            "comment": "Who gave",
            "primary_key": ["id"],
            "columns": [
                {"name": n, "type": "TEXT", "nullable": n != "id", "comment": f"the {n}"}
                for n in ("id", "email", "kind", "amount", "seen", "born")
            ],
            "indexes": [{"name": "i", "columns": ["email"], "unique": True}],
            "foreign_keys": [{"columns": ["kind"], "ref_table": "kinds", "ref_columns": ["id"]}],
        },
        {"name": "kinds", "columns": [{"name": "id"}]},
        {"name": "log", "columns": [{"name": "x"}]},
    ],
}
PROFILE = {
    "kind": "profile",
    "system": "crm",
    "table": "donors",
    "rows": 9,
    "columns": [{"name": "email", "semantic": {"type": "e-mail", "confidence": 0.9}}],
}
FILES: dict[str, Any] = {
    "systems/crm.yaml": {
        "id": "crm",
        "name": "Our CRM",
        "description": "Donors: who, when.",
        "owners": {"business": "ada", "it": "bea"},
        "lifecycle": {"phase": "active"},
    },
    "people.yaml": {"people": [{"id": "ada", "name": "Ada Example"}, {"id": "bea", "name": "Bea"}]},
    "entities.yaml": {
        "entities": [{"id": "donor", "name": "Donor", "definition": "Who gave.", "steward": "bea"}]
    },
    "maps/crm.yaml": {
        "system": "crm",
        "tables": [{"table": "donors", "entity": "donor"}, {"table": "log", "role": "system"}],
    },
}


@cache
def schema() -> Any:
    found = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema.validators.validator_for(found)(found)


def audit(root: Path, expected: list[dict[str, Any]]) -> Facts:
    own = [{**e, "owner": "ada"} if e.get("owner") else e for e in expected]
    files = FILES | ({"expectations.yaml": {"expectations": own}} if own else {})
    return Example(files, (CATALOG, PROFILE)).facts(root)


def exported(facts: Facts, system: str = "") -> Rendered:
    return odcs_out.render(Export(facts, lambda: pytest.fail("not needed"), system=system))


def contract(rendered: Rendered) -> dict[str, Any]:
    found = yaml.safe_load(rendered.content)
    assert [e.message for e in schema().iter_errors(found)] == []
    return dict(found)


def brought(text: str | bytes, root: Path, workspace: Workspace) -> Merge:
    path = root / "x.odcs.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert importer(path)[0] == "odcs"
    return merge(workspace, odcs_in.read(path, workspace))


def test_there_and_back(tmp_path: Path) -> None:
    facts = audit(tmp_path / "a", EXPECTED)
    rendered = exported(facts)
    found = contract(rendered)
    assert rendered.holds == "Our CRM: 2 tables, 7 columns, 14 expectations"
    # Beside what is there nothing is new.
    merged = brought(rendered.content, tmp_path, facts.workspace)
    assert merged.differences == ()
    # Where nothing is there, all of it is.
    empty = audit(tmp_path / "b", []).workspace
    merged = brought(rendered.content, tmp_path, empty)
    merged.changes.write()
    ours = {e.id: e for e in facts.workspace.expectations.expectations}
    assert {e.id: e for e in load(tmp_path / "b").expectations.expectations} == ours
    assert found["status"] == "active"


def test_what_a_contract_says(tmp_path: Path) -> None:
    found = contract(exported(audit(tmp_path, EXPECTED)))
    assert (found["id"], found["name"], found["version"]) == ("crm", "Our CRM", "2026.6.30")
    donors, _kinds = found["schema"]
    assert (donors["businessName"], donors["description"]) == ("Donor", "Who gave.")
    columns = {c["name"]: c for c in donors["properties"]}
    assert columns["id"]["primaryKey"]
    assert columns["id"]["required"]
    assert columns["email"]["unique"]
    assert columns["email"]["classification"] == "confidential"
    assert columns["kind"]["relationships"] == [{"type": "foreignKey", "to": "kinds.id"}]
    mail = columns["email"]["quality"][0]
    assert (mail["metric"], mail["unit"], mail["mustBeLessOrEqualTo"]) == (
        "missingValues",
        "percent",
        15,
    )
    form = columns["email"]["quality"][1]
    assert (form["dimension"], form["mustBe"]) == ("conformity", 0)
    assert [m["role"] for m in found["team"]["members"]] == [
        "Business owner",
        "IT owner",
        "Data steward",
    ]
    assert found["slaProperties"] == [
        {"property": "latency", "value": 3, "unit": "d", "element": "donors.seen"}
    ]


def test_losses_are_counted(tmp_path: Path) -> None:
    lost = [{"id": "x", "system": "crm", "table": "gone", "rows_at_least": 1}]
    losses = exported(audit(tmp_path, lost)).losses
    assert "expectations about no table that is known: 1" in losses
    assert "tables of the program's own machinery: 1" in losses


def test_of_which_system(tmp_path: Path) -> None:
    two = {
        "systems/crm.yaml": {"id": "crm", "name": "A"},
        "systems/b.yaml": {"id": "b", "name": "B"},
    }
    facts = Example(two).facts(tmp_path)
    with pytest.raises(CrmauditError, match="one system"):
        exported(facts)
    with pytest.raises(CrmauditError, match="no system 'c'"):
        exported(facts, "c")
    assert contract(exported(facts, "b"))["name"] == "B"


@pytest.mark.parametrize("name", ["crm.odcs.yaml", "CONTRACT.yaml", "data-contract.yml"])
def test_names_of_files(name: str) -> None:
    assert exporter(Path(name))[0] == "odcs"


FOREIGN = """\
apiVersion: v3.0.2
kind: DataContract
id: 4f1c
name: our crm
version: 1.0.0
status: active
description: {purpose: All who give, limitations: none}
team:
  - {username: cleo, role: Owner}
  - {username: dora, role: Analyst}
schema:
  - name: donors
    quality:
      - {rule: rowCount, mustBeGreaterThan: 10, severity: error}
      - {type: text, description: Data are good}
      - {type: custom, engine: soda, implementation: "checks"}
      - type: sql
        query: SELECT COUNT(*) FROM ${table} WHERE amount < 0
        mustBe: 0
      - {type: sql, query: SELECT AVG(amount) FROM donors, mustBeLessThan: 10}
    properties:
      - name: Mail
        physicalName: email
        description: Where we write to
        quality:
          - {metric: nullValues, mustBeLessThan: 5, unit: percent, dimension: completeness}
          - {metric: duplicateValues, mustBeLessThan: 3, unit: rows}
          - {metric: invalidValues, arguments: {validValues: [a, b]}, mustBe: 0}
          - {metric: invalidValues, arguments: {pattern: "^x"}, mustBe: 0, dimension: conformity}
slaProperties:
  - {property: latency, value: 2, unit: d, element: donors.seen}
  - {property: retention, value: 3, unit: y}
"""


def test_other_peoples_contracts(tmp_path: Path) -> None:
    workspace = audit(tmp_path / "a", []).workspace
    merged = brought(FOREIGN, tmp_path, workspace)
    merged.changes.write()
    found = load(tmp_path / "a")
    by_id = {e.id: e for e in found.expectations.expectations}
    assert set(by_id) == {
        "donors-rows_at_least",
        "donors-sql",
        "donors-email-required",
        "donors-email-domain",
        "donors-email-pattern",
        "donors-seen-max_age_days",
    }
    assert by_id["donors-rows_at_least"].rows_at_least == 11
    assert by_id["donors-rows_at_least"].severity == "high"
    assert by_id["donors-sql"].sql == "SELECT COUNT(*) FROM donors WHERE amount < 0"
    assert by_id["donors-email-required"].threshold == 0.95
    assert by_id["donors-email-domain"].domain == ("a", "b")
    assert by_id["donors-email-pattern"].dimension == "validity"
    assert by_id["donors-seen-max_age_days"].max_age_days == 2
    assert found.system["crm"].description == "All who give"
    left = {p.message for p in merged.left_out}
    assert "quality rules not taken, as they are rules in words: 1" in left
    assert "quality rules not taken, as they are custom rules of other engines: 1" in left
    assert "quality rules not taken, as they are limits that are no share of the rows: 1" in left
    assert any(m.startswith("quality rules not taken, as they are statements") for m in left)
    assert "service levels other than the latency of a column in days: 1" in left
    # The second time there is nothing to do.
    assert not brought(FOREIGN, tmp_path, found).changes.files


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("v3.0.2", "v2.2.1"), "version v2.2.1 cannot be read"),
        (("our crm", "another"), "about no known system"),
        (("[a, b]", "[a, [b]]"), "domain"),
        (('"^x"', '"(?=x)"'), "looks ahead"),
        (("schema:\n", "schema: 3\nx:\n"), "schema must be a list"),
        (("  - name: donors", "  - nam: donors"), "a table without a name"),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    workspace = audit(tmp_path / "a", []).workspace
    with pytest.raises(InvalidInput) as caught:
        brought(FOREIGN.replace(*change), tmp_path, workspace)
    (problem, *_) = caught.value.problems
    assert words in problem.message
    assert problem.where is not None
    assert problem.where.file == "x.odcs.yaml"
    assert problem.where.line


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
                min_size=1, max_size=12).map(str.strip).filter(bool)  # fmt: skip
shares = st.integers(0, 1000).map(lambda n: n / 1000)
expectations = st.fixed_dictionaries(
    {"threshold": shares, "severity": st.sampled_from(["low", "medium", "high", "critical"])},
    optional={
        "name": texts,
        "why": texts,
        "column": st.sampled_from(["email", "kind", "nowhere"]),
        "where": texts,
        "required": st.just(True),
        "domain": st.lists(texts, max_size=3),
        "minimum": st.integers(-5, 5),
        "rows_at_most": st.integers(0, 9),
        "reference": texts,
        "sql": texts,
    },
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expectations)
def test_any_expectation_there_and_back(given_: dict[str, Any]) -> None:
    whole = {"id": "e", "system": "crm", "table": "donors", "unique": True, **given_}
    before = Expectation.model_validate(whole)
    merged: dict[str, Any] = {}
    for rule in odcs.rules(before):
        read = json.loads(json.dumps(rule))
        merged |= odcs.checks(read, "donors", before.column or "")
        merged |= read["customProperties"][0]["value"]
        merged |= {"name": read.get("name"), "why": read.get("description", "")}
        merged |= {"severity": odcs.severity(read["severity"])}
    assert Expectation.model_validate(merged) == before


def test_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(tmp_path / "a", EXPECTED)
    file = tmp_path / "crm.odcs.yaml"
    assert main(["export", str(file), "--system", "crm", "-w", str(tmp_path / "a")]) == 0
    assert "Our CRM" in capsys.readouterr().out
    (tmp_path / "a/expectations.yaml").unlink()
    assert main(["import", str(file), "--yes", "-w", str(tmp_path / "a")]) == 0
    assert "expectation" in capsys.readouterr().out
    assert (
        main(["export", str(tmp_path / "x.mmd"), "--system", "crm", "-w", str(tmp_path / "a")]) == 2
    )
