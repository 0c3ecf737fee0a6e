"""`governance access` and `governance users`: what they show, and to whom."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crmaudit.audit import Audit

Run = Callable[..., Any]

SCHEMA = """
CREATE TABLE staff (id INTEGER, login TEXT, name TEXT, unit TEXT, active INTEGER, boss INTEGER,
    licence TEXT, seen TEXT);
INSERT INTO staff VALUES
    (1, 'ana.zephyrine', 'Ana', 'north', 1, 0, 'named', '2026-06-29'),
    (2, 'ben.zephyrine', 'Ben', 'north', 1, 0, 'named', '2026-06-29'),
    (3, 'cyd.zephyrine', 'Cyd', 'south', 1, 1, 'named', '2025-02-11'),
    (4, 'desk', NULL, NULL, 1, 0, 'shared', '2026-06-30');
CREATE TABLE office (id TEXT, name TEXT, above TEXT);
INSERT INTO office VALUES ('all', 'Everywhere', NULL), ('north', 'Northern office', 'all'),
    ('south', 'Southern office', 'all');
CREATE TABLE role (id INTEGER, name TEXT);
INSERT INTO role VALUES (1, 'Clerk'), (2, 'Front =desk'), (3, 'Old');
CREATE TABLE staff_role (staff INTEGER, role INTEGER);
INSERT INTO staff_role VALUES (1, 1), (2, 1), (4, 2);
CREATE TABLE grants (role INTEGER, kind TEXT, act TEXT, lev TEXT);
INSERT INTO grants VALUES (1, 'client', 'create', 'own'), (1, 'client', 'read', 'unit'),
    (1, 'client', 'update', 'own'), (1, 'client', 'delete', 'no'), (2, 'client', 'create', 'all'),
    (2, 'client', 'read', 'all'), (2, 'client', 'update', 'all'), (2, 'client', 'delete', 'all');
CREATE TABLE client (id INTEGER PRIMARY KEY, surname TEXT, owner INTEGER);
INSERT INTO client VALUES (17, 'Very-Secret', 1), (18, 'Very-Secret', NULL);
"""
MAP = """
system: crm
tables: [{table: client, entity: customer, role: primary, key: id, owner: owner}]
users: {table: staff, key: id, login: login, name: [name], unit: unit, active: active = 1,
  admin: boss = 1, licence: licence, last_login: seen}
access:
  roles: [{table: role, key: id, name: name}]
  assignments: [{table: staff_role, role: role, holder: staff}]
  grants: [{table: grants, role: role, object_type: kind, operation: act, level: lev}]
  units: [{table: office, key: id, name: name, parent: above}]
  levels: {own: user, unit: business unit, all: organisation, no: none}
"""
PEOPLE = """
people:
- {id: ana, name: Ana Zephyrine, job: Clerk, rank: employee, accounts: {crm: ana.zephyrine}}
"""
ENTITIES = """
entities:
- {id: customer, name: Customer, kind: person, raci: {responsible: ana, accountable: [ana, ana]}}
"""
LICENCES = "licences: [{type: named, entitled: 5, unit_cost: 100}, {type: concurrent, entitled: 2}]"


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("crm")
    (root / "systems").mkdir()
    (root / "maps").mkdir()
    (root / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (root / "people.yaml").write_text(PEOPLE)
    (root / "entities.yaml").write_text(ENTITIES)
    (root / "maps" / "crm.yaml").write_text(MAP)
    (root / "systems" / "crm.yaml").write_text(
        f"id: crm\nname: Zeal CRM\nkind: crm\n{LICENCES}\ndatabase: {{url: 'sqlite:///crm.db'}}\n"
    )
    connection = sqlite3.connect(root / "crm.db")
    connection.executescript(SCHEMA)
    connection.close()
    Audit(root).collect(only=("entities", "access", "recording"))
    return root


def pseudonyms(crm: Path) -> dict[str, str]:
    """Login → pseudonym."""
    from crmaudit.collect.reveal import reveal_accounts

    audit = Audit(crm)
    access = audit.governance.accounts(audit.facts.day)["crm"].access
    return {login: name for name, login in reveal_accounts(audit.workspace, access).items()}


VIEWS: tuple[tuple[str, ...], ...] = (
    (),
    ("--matrix",),
    ("--matrix", "--unit", "northern OFFICE"),
    ("--who", "customer"),
    ("--who", "client", "--letter", "d"),
    ("--record", "crm.client:17"),
    ("--record", "crm.customer:18"),
)


@pytest.mark.parametrize("arguments", VIEWS)
@pytest.mark.parametrize("width", [80, 140])
def test_views_fit_and_name_nobody(
    crm: Path, run: Run, arguments: tuple[str, ...], width: int
) -> None:
    shown = run("governance", "access", *arguments, "-w", crm, width=width)
    assert shown.code == 0, shown.err
    assert all(len(line) <= width for line in shown.lines)
    data = run("governance", "access", *arguments, "-w", crm, "--format", "json")
    table = run("governance", "access", *arguments, "-w", crm, "--format", "csv")
    body = json.loads(data.out)
    assert len(list(csv.DictReader(io.StringIO(table.out)))) == len(body["rows"])
    for text in (shown.out, data.out, table.out):
        assert "zephyrine" not in text.casefold()
        assert "Secret" not in text
    # Nobody's day of work, only the month.
    assert "2026-06-29" not in data.out


def test_the_list_says_what_is_to_be_said(crm: Path, run: Run) -> None:
    known = pseudonyms(crm)
    body = json.loads(run("governance", "access", "-w", crm, "--format", "json").out)
    rows = {r["account"]: r for r in body["rows"]}
    ana = rows[known["ana.zephyrine"]]
    assert (ana["granted"], ana["recommended"], ana["verdict"]) == (
        "Business Unit",
        "User",
        "sees beyond the job",
    )
    assert rows[known["cyd.zephyrine"]]["remarks"] == ["administrator", "not used for 180 days"]
    desk = rows[known["desk"]]
    assert desk["remarks"] == ["nobody's own", "no unit", "may delete everything"]
    assert rows[known["ben.zephyrine"]]["recommended"] is None


def test_an_account_and_a_record_of_it(crm: Path, run: Run) -> None:
    known = pseudonyms(crm)
    ana = known["ana.zephyrine"]
    shown = run("governance", "access", "--account", ana, "-w", crm, "--format", "json")
    (row,) = json.loads(shown.out)["rows"]
    assert [row[x] for x in "CRUD"] == ["User", "Business Unit", "User", "None"]
    assert row["why"] == ["Clerk"]
    for question in (("--record-of", ana, "--entity", "Customer"), ("--record", "crm.client:17")):
        shown = run("governance", "access", *question, "-w", crm, "--format", "json")
        rows = {r["account"]: r for r in json.loads(shown.out)["rows"]}
        assert {name: r["may"] for name, r in rows.items()} == {
            ana: "RU",
            known["ben.zephyrine"]: "R",
            known["cyd.zephyrine"]: "RUD",
            known["desk"]: "RUD",
        }
        assert rows[known["ben.zephyrine"]]["why"] == "a record of its unit"


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--account", "zzz"), "no account 'zzz'", "governance access"),
        (("--who", "custmer"), "no right speaks of 'custmer'", "did you mean customer?"),
        (("--who", "customer", "--letter", "X"), "no letter of CRUD", "--letter"),
        (("--record", "crm.client"), "names no record", "SYSTEM.TABLE:KEY"),
        (("--record", "crm.client:99"), "no record with that key", "column id"),
        (("--record-of", "acct-0"), "what kind of record", "--entity"),
        (("--matrix", "--unit", "east"), "no unit 'east'", "Northern office"),
        (("--matrix", "--who", "customer"), "different questions", "one at a time"),
        (("--entity", "customer"), "goes with --matrix", "--who customer"),
        (("--reveal",), "terminal only", "terminal"),
        (("--reveal", "--format", "json"), "no JSON", "--format"),
        (("--system", "crn",), "crn", "crm"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why(
    crm: Path, run: Run, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    shown = run("governance", "access", *arguments, "-w", crm)
    assert shown.code == 2
    assert message in shown.err
    assert hint in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("view", ["--duties", "--raci", "--licences", "--types"])
@pytest.mark.parametrize("width", [80, 140])
def test_users_in_every_view(crm: Path, run: Run, view: str, width: int) -> None:
    shown = run("governance", "users", view, "-w", crm, width=width)
    assert shown.code == 0, shown.err
    assert all(len(line) <= width for line in shown.lines)
    assert json.loads(run("governance", "users", view, "-w", crm, "--format", "json").out)


def test_raci_tells_two_who_answer(crm: Path, run: Run) -> None:
    shown = run("governance", "users", "--raci", "-w", crm, "--format", "json")
    (row,) = json.loads(shown.out)["rows"]
    assert row["faults"] == ["2 answer for it; one should"]


def test_licences_are_counted_in_the_crm(crm: Path, run: Run) -> None:
    shown = run("governance", "users", "--licences", "-w", crm, "--format", "json")
    rows = {r["type"]: r for r in json.loads(shown.out)["rows"]}
    assert rows["named"]["holders"] == 3
    assert rows["named"]["idle"] == 3  # two of three came within ninety days
    assert rows["named"]["idle_cost"] == 300
    assert rows["concurrent"]["peak"] is None


def test_one_view_at_a_time(crm: Path, run: Run) -> None:
    shown = run("governance", "users", "--raci", "--types", "-w", crm)
    assert shown.code == 2
    assert "different views" in shown.err


def test_without_evidence_the_declarations_count(example: Path, run: Run) -> None:
    if not (example / ".crmaudit").exists():
        shown = run("governance", "access", "-w", example)
        assert shown.code == 0
        assert "not assessed" in shown.out
        assert run("governance", "access", "--matrix", "-w", example).code == 2


def test_kinds_of_one_entity_go_by_the_products_words() -> None:
    """Five columns that are all called Activity would tell nobody which is which."""
    from crmaudit.cli.access_detail import _labels
    from crmaudit.governance.accounts import Kind

    found: Any = SimpleNamespace(workspace=SimpleNamespace(entity={}))
    kinds = [Kind("Calls", "calls", "activity"), Kind("Emails", "emails", "activity")]
    kinds += [Kind("Accounts", "accounts", "organisation"), Kind("Own", "own")]
    told = {"Calls": "Calls", "Emails": "Emails", "Accounts": "organisation", "Own": "Own"}
    assert _labels(found, kinds) == told


def test_rights_of_no_kind_of_record_are_told_in_words(crm: Path, run: Run) -> None:
    boss = pseudonyms(crm)["cyd.zephyrine"]
    shown = run("governance", "access", "--account", boss, "-w", crm)
    assert "may besides: administer (administrator)" in " ".join(shown.out.split())
    # No line of the table stands there without a level.
    assert not any(line.strip() == "administer" for line in shown.lines)
    data = run("governance", "access", "--account", boss, "-w", crm, "--format", "json")
    assert any(r["kind"] == "administer" for r in json.loads(data.out)["rows"])
