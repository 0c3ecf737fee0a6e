"""The highest level of every dimension can be reached, and each fact that is missing costs it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.facts import Facts
from crmaudit.governance.maturity import TOP, Level, State
from crmaudit.governance.maturity_criteria import CRITERIA

CLERKS = [f"p{i}" for i in range(8)]
EVERYBODY = ["ana", "tom", *CLERKS]
DAILY = {"frequency": "daily", "last": "2026-06-29"}
SERIES = [{"date": f"2026-{m:02}-01", "value": 50 + 3 * m} for m in range(1, 7)]
SERIES = [{"date": f"2025-{m:02}-01", "value": 20 + 2 * m} for m in range(5, 13)] + SERIES

FILES: dict[str, Any] = {
    "audit.yaml": {
        "organisation": "Sample",
        "as_of": "2026-06-30",
        "staff": 10,
        "crm_focus": "sales",
        "units": [{"id": "sales", "name": "Sales", "function": "sales", "head": "tom"}],
        "policies": [{"id": "use", "name": "What stands in the CRM", "review": "2027-01-01"}],
    },
    "systems/crm.yaml": {
        "id": "crm",
        "name": "BeaconCRM",
        "kind": "crm",
        "vendor": "Beacon Ltd",
        "owners": {"business": "tom", "it": "ana"},
        "crud": {"customer": "CRUD"},
        "crud_complete": True,
        "perceived_quality": [{"who": "tom", "score": 4, "when": "2026-05-01"}],
        "database": {"url": "sqlite:///data/crm.sqlite"},
        "documentation": {
            "system": {"location": "docs/crm.md", "updated": "2026-02-01"},
            "database": {
                "location": "docs/schema.md",
                "updated": "2026-02-01",
                "describes": ["contacts"],
            },
        },
        "maintenance": {
            "provider": "in-house",
            "by": "Tom Reed",
            "backup": DAILY,
            "restore_test": {"frequency": "yearly", "last": "2026-03-01"},
            "index_care": DAILY,
            "updates": {"frequency": "monthly", "last": "2026-06-10"},
        },
        "blank": dict.fromkeys(("interfaces", "costs", "support"), "Told elsewhere"),
    },
    "entities.yaml": {
        "entities": [
            {
                "id": "customer",
                "name": "Customer",
                "class": "master",
                "kind": "person",
                "definition": "Whoever buys",
                "steward": "tom",
                "system_of_record": "crm",
            }
        ]
    },
    "people.yaml": {
        "people": [
            {
                "id": "ana",
                "name": "Ana Diaz",
                "unit": "sales",
                "rank": "executive",
                "administers": True,
                "user_type": "system champion",
                "accounts": {"crm": "ana"},
            },
            {
                "id": "tom",
                "name": "Tom Reed",
                "unit": "sales",
                "job": "Sales manager",
                "rank": "department manager",
                "user_type": "super user",
                "accounts": {"crm": "tom"},
            },
            *(
                {
                    "id": p,
                    "name": f"Person {p}",
                    "unit": "sales",
                    "rank": "employee",
                    "user_type": "everyday user",
                    "accounts": {"crm": p},
                }
                for p in CLERKS
            ),
        ],
        "crm_managers": ["tom"],
        "meetings": [
            {
                "group": "Super users",
                "purpose": "super users",
                "cadence": "monthly",
                "held": [f"2026-{m:02}-20" for m in range(1, 7)],
            }
        ],
    },
    "maps/crm.yaml": {
        "system": "crm",
        "tables": [{"table": "contacts", "entity": "customer"}],
        "principals": [{"principal": "crm_app", "system": "crm"}],
    },
    "expectations.yaml": {
        "expectations": [
            {"id": "mail", "system": "crm", "table": "contacts", "column": "email"}
            | {"required": True, "threshold": 0.9}
        ]
    },
    "needs.yaml": {
        "needs": [
            {
                "id": "board",
                "kind": "dashboard",
                "text": "Sales of the month",
                "audience": ["management"],
                "exists": True,
                "last_consulted": "2026-06-20",
            }
        ]
    },
    "kpis.yaml": {
        "techniques": [{"id": "form", "name": "Shorter form", "start": "2025-11-01"}],
        "kpis": [
            {
                "id": "leads",
                "name": "Leads",
                "owner": "tom",
                "direction": "up",
                "target": 60,
                "technique": "form",
                "told": "2026-06-15",
                "series": SERIES,
            }
        ],
    },
    "registers.yaml": {
        "opinions": [{"id": "o", "group": "Sales", "attitude": "only praise", "date": "2026-05-01"}]
    },
    "brief.yaml": {"aims": [{"id": "grow", "text": "More leads", "kpis": ["leads"]}]},
    "responses.yaml": {
        "responses": [
            {
                "code": "QUA101",
                "subject": "*",
                "state": "agreed",
                "owner": "tom",
                "due": "2026-09-30",
            }
        ]
    },
}

EVIDENCE: list[dict[str, Any]] = [
    {
        "kind": "catalog",
        "system": "crm",
        "tables": [{"name": "contacts", "columns": [{"name": "email"}], "rows": 2000}],
    },
    {
        "kind": "profile",
        "system": "crm",
        "table": "contacts",
        "rows": 2000,
        "columns": [{"name": "email", "nulls": 5}],
    },
    {
        "kind": "duplicates",
        "system": "crm",
        "entity": "customer",
        "tables": ["contacts"],
        "surplus": 2,
        "estimated": {"value": 2, "low": 0, "high": 4},
        "matching": {"records": 2000, "precision": {"value": 0.98, "low": 0.95, "high": 0.99}},
    },
    {
        "kind": "statements",
        "system": "crm",
        "uses": [{"principal": "crm_app", "table": "contacts", "letters": "CRUD"}],
    },
    {
        "kind": "access",
        "system": "crm",
        "accounts_read": True,
        "accounts": [
            {"name": "acct-ana", "levels": {"contacts": "OOOO"}, "administrator": True},
            {"name": "acct-tom", "levels": {"contacts": "PPPP"}},
            {"name": [f"acct-{p}" for p in CLERKS], "levels": {"contacts": "UUUU"}},
        ],
    },
    {
        "kind": "recording",
        "system": "crm",
        "recorded": [
            {"account": [f"acct-{p}" for p in EVERYBODY], "table": "contacts"}
            | {"month": ["2026-03", "2026-04", "2026-05", "2026-06"], "created": 30, "changed": 9}
        ],
        "logged_in": [
            {"account": [f"acct-{p}" for p in EVERYBODY]}
            | {"month": ["2026-03", "2026-04", "2026-05", "2026-06"]}
        ],
    },
    {
        "kind": "health",
        "system": "crm",
        "version": "PostgreSQL 17.2",
        "release": "17",
        "provenance": {"engine": "postgresql"},
        "tables": [{"table": "contacts", "rows": 2000, "changed": 10}],
    },
    {
        "kind": "backups",
        "system": "crm",
        "files": [
            {"name": "crm.sql.gz", "written": "2026-06-30T02:00:00Z", "bytes": 900000}
            | {"database": True}
        ],
    },
]
FIGURES = {
    "quality": tuple((date(2026, m, 28), 90.0) for m in (4, 5, 6)),
}


def levels(root: Path, files: dict[str, Any], evidence: list[dict[str, Any]]) -> dict[str, Level]:
    facts: Facts = replace(Example(files, tuple(evidence)).facts(root), figures=FIGURES)
    return {x.dimension: x for x in facts.maturity}


def test_every_dimension_can_reach_the_highest_level(tmp_path: Path) -> None:
    for found in levels(tmp_path, deepcopy(FILES), deepcopy(EVIDENCE)).values():
        lacking = [(j.criterion.level, j.criterion.fact, j.state, j.told) for j in found.lacks(TOP)]
        assert (found.level, lacking) == (TOP, []), found.dimension


Change = Callable[[dict[str, Any], list[dict[str, Any]]], object]


def files(file: str, *path: Any) -> Any:
    """A change that takes a value out of a file."""

    def gone(found: dict[str, Any], _: list[dict[str, Any]]) -> None:
        place = found[f"{file}.yaml"]
        for step in path[:-1]:
            place = place[step]
        if path:
            del place[path[-1]]
        else:
            del found[f"{file}.yaml"]

    return gone


def put(file: str, *path: Any) -> Any:
    """A change that puts the last of `path` at the place before it."""

    def given(found: dict[str, Any], _: list[dict[str, Any]]) -> None:
        place = found[f"{file}.yaml"]
        for step in path[:-2]:
            place = place[step]
        place[path[-2]] = path[-1]

    return given


def evidence(kind: str, **values: Any) -> Any:
    """A change of a document; without values it is not there."""

    def changed(_: dict[str, Any], found: list[dict[str, Any]]) -> None:
        (one,) = [d for d in found if d["kind"] == kind]
        if values:
            one.update(values)
        else:
            found.remove(one)

    return changed


def account(n: int, **values: Any) -> Any:
    """A change of one of the lines of accounts."""

    def changed(_: dict[str, Any], found: list[dict[str, Any]]) -> None:
        (one,) = [d for d in found if d["kind"] == "access"]
        one["accounts"][n].update(values)

    return changed


def both(*changes: Change) -> Change:
    def changed(found: dict[str, Any], documents: list[dict[str, Any]]) -> None:
        for change in changes:
            change(found, documents)

    return changed


CRM, PERSON = "systems/crm", ("people", "people")
OLD = {"frequency": "daily", "last": "2026-05-01"}
NO: State = "not met"
UNKNOWN: State = "not known"
LOST: list[tuple[str, int, str, State, Change]] = [
    ("ownership", 0, "owned", NO, files(CRM, "owners")),
    ("ownership", 1, "both owners", NO, files(CRM, "owners", "it")),
    ("ownership", 1, "owners there", NO, put(*PERSON, 0, "leaves", "2026-05-31")),
    ("ownership", 2, "stewards", NO, files("entities", "entities", 0, "steward")),
    ("ownership", 2, "officers", NO, put(*PERSON, 0, "rank", "employee")),
    ("ownership", 2, "officers", UNKNOWN, files(*PERSON, 0, "rank")),
    ("ownership", 2, "officers", NO, files("people", "crm_managers")),
    ("ownership", 2, "officers", UNKNOWN, files("audit", "crm_focus")),
    ("ownership", 3, "super users", NO, put(*PERSON, 1, "user_type", "everyday user")),
    ("ownership", 3, "meetings", NO, put("people", "meetings", 0, "held", ["2026-01-20"])),
    ("ownership", 3, "meetings", UNKNOWN, files("people", "meetings", 0, "held")),
    ("ownership", 3, "meetings", UNKNOWN, put("people", "meetings", 0, "cadence", "on demand")),
    ("ownership", 4, "agreed", UNKNOWN, put("responses", "responses", [])),
    ("ownership", 4, "agreed", NO, files("responses", "responses", 0, "due")),
    ("documentation", 2, "definitions", NO, files("entities", "entities", 0, "definition")),
    ("documentation", 2, "nine facts", NO, put(CRM, "blank", {})),
    ("documentation", 3, "up to date", NO,
     put(CRM, "documentation", "system", "updated", "2023-01-01")),
    ("documentation", 3, "up to date", UNKNOWN, files(CRM, "documentation", "system", "updated")),
    ("documentation", 3, "described", UNKNOWN,
     files(CRM, "documentation", "database", "describes")),
    ("documentation", 3, "described", UNKNOWN, evidence("catalog")),
    ("documentation", 4, "policies", NO, put("audit", "policies", 0, "review", "2026-01-01")),
    ("documentation", 4, "policies", UNKNOWN, files("audit", "policies")),
    ("mapping", 2, "mapped whole", NO, files(CRM, "crud_complete")),
    ("mapping", 2, "created", NO, both(put(CRM, "crud", "customer", "RU"), evidence("statements"))),
    ("mapping", 3, "records decided", NO, files("entities", "entities", 0, "system_of_record")),
    ("mapping", 3, "explained", UNKNOWN, files("maps/crm")),
    ("mapping", 3, "proven", UNKNOWN, evidence("statements")),
    ("quality", 1, "measured", UNKNOWN, evidence("profile")),
    ("quality", 2, "expectations", UNKNOWN, put("expectations", "expectations", [])),
    ("quality", 2, "compared", UNKNOWN, evidence("duplicates")),
    ("quality", 3, "single", NO,
     evidence("duplicates", estimated={"value": 300, "low": 200, "high": 400})),
    ("access", 1, "levels", NO, account(2, levels={"contacts": "U?UU"})),
    ("access", 2, "fitting", UNKNOWN,
     lambda found, _: [p.pop("rank") for p in found["people.yaml"]["people"][3:]]),
    ("access", 2, "fitting", NO, account(2, levels={"contacts": "OOOO"})),
    ("access", 2, "not administrators", NO, account(1, administrator=True)),
    ("access", 3, "still here", NO, put(*PERSON, 3, "leaves", "2026-05-31")),
    ("access", 3, "still here", UNKNOWN, files(*PERSON, 3)),
    ("access", 3, "personal", NO, account(2, signs=["a name like info@"])),
    ("adoption", 0, "users", UNKNOWN, files("audit", "staff")),
    ("adoption", 2, "users measured", UNKNOWN, evidence("recording")),
    ("adoption", 3, "users measured", NO, put("audit", "staff", 13)),
    ("adoption", 4, "users measured", NO, put("audit", "staff", 12)),
    ("maintenance", 0, "maintained", UNKNOWN, files(CRM, "maintenance")),
    ("maintenance", 0, "maintained", NO, put(CRM, "maintenance", "provider", "none")),
    ("maintenance", 2, "backup", UNKNOWN, evidence("backups")),
    ("maintenance", 2, "backup", NO, evidence("backups", files=[])),
    ("maintenance", 2, "restore_test", NO, put(CRM, "maintenance", "restore_test", OLD)),
    ("maintenance", 2, "restore_test", UNKNOWN, files(CRM, "maintenance", "restore_test")),
    ("maintenance", 3, "index_care", UNKNOWN, evidence("health")),
    ("maintenance", 3, "index_care", NO,
     evidence("health", tables=[{"table": "contacts", "rows": 2000, "changed": 900}])),
    ("maintenance", 4, "shown", UNKNOWN, files(CRM, "maintenance", "updates")),
    ("measurement", 0, "kpis", NO, files("kpis", "kpis", 0, "series")),
    ("measurement", 0, "kpis", UNKNOWN, both(files("kpis"), files("brief"))),
    ("measurement", 1, "long series", NO, put("kpis", "kpis", 0, "series", SERIES[-5:])),
    ("measurement", 2, "whole kpis", NO, files("kpis", "kpis", 0, "owner")),
    ("measurement", 2, "techniques", NO, files("kpis", "techniques", 0, "start")),
    ("measurement", 3, "trends told", NO, files("kpis", "kpis", 0, "told")),
    ("measurement", 3, "looked at", NO, put("needs", "needs", 0, "last_consulted", "2026-01-01")),
    ("measurement", 3, "looked at", UNKNOWN, files("needs", "needs", 0, "last_consulted")),
    ("measurement", 3, "asked", NO, put("registers", "opinions", 0, "date", "2024-05-01")),
    ("measurement", 3, "asked", UNKNOWN, files("registers")),
    ("measurement", 4, "aims", NO, files("brief", "aims", 0, "kpis")),
    ("measurement", 4, "targets", NO, put("kpis", "kpis", 0, "target", 600)),
]  # fmt: skip


@pytest.mark.parametrize(("dimension", "left", "fact", "state", "change"), LOST)
def test_each_fact_that_is_missing_costs_its_level(
    tmp_path: Path, dimension: str, left: int, fact: str, state: State, change: Change
) -> None:
    """The level falls below that of the fact, to None where not even the first can be judged."""
    workspace, documents = deepcopy(FILES), deepcopy(EVIDENCE)
    change(workspace, documents)
    workspace = {name: content for name, content in workspace.items() if content}
    found = levels(tmp_path, workspace, documents)[dimension]
    states = {j.criterion.fact: j.state for j in found.criteria if j.criterion.level <= left + 1}
    assert (states[fact], found.level or 0) == (state, left)
    assert (found.level is None) == (left == 0 and state == UNKNOWN)
    # Nothing known costs what only the unknown could be.
    assert (found.at_best == left) == any(j.state == NO for j in found.lacks(left + 1)), (
        found.lacks(TOP)
    )


def test_every_fact_is_taken_away_once() -> None:
    several = {"repeated", "read", "levels", "units", "documented", "mapped", "judged", "passed",
               "backups told", "uncontradicted"}  # fmt: skip
    assert {c.fact for c in CRITERIA} - {fact for _, _, fact, _, _ in LOST} <= several
