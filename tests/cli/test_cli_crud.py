"""`crud` and its views: every option and width, hostile names, landscapes of any size."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from test_quality_reveal import on_a_terminal

from crmaudit.audit import Audit
from crmaudit.collect.reveal import RECORD
from crmaudit.crud_matrix import Cell, CrudMatrix
from crmaudit.errors import CrmauditError

HOSTILE = {
    "markup": "[red]CRM[/red] [/] [bold",
    "quotes": '"it\'s" `so`',
    "wide": "顧客関係管理システムの本番環境データベース",
    "rtl": "מערכת הלקוחות نظام العملاء",
    "override": "abc\u202ecba",
    "formula": "=cmd|' /C calc'!A0",
    "long": "W" * 200,
}
VIEWS = [
    ("crud",), ("crud", "matrix", "--gaps"), ("crud", "matrix", "--order", "bea"),
    ("crud", "matrix", "--order", "bsp"), ("crud", "matrix", "--order", "name"),
    ("crud", "gaps"), ("crud", "gaps", "--all"), ("crud", "gaps", "--differences"),
    ("crud", "gaps", "--failures"), ("crud", "show", "crm"), ("crud", "show", "customer"),
    ("crud", "show", "crm", "customer"), ("crud", "structure"), ("crud", "flows"),
    ("crud", "flows", "--all"), ("crud", "flows", "customer"), ("crud", "accounts"),
]  # fmt: skip
PEOPLE = {"jane.doe": 7, "otto.sample": 3}
"""Accounts of persons, and how many statements each ran."""


def write(root: Path, name: str, content: Any) -> None:
    """A file of a workspace: JSON is YAML, and what YAML wants escaped is escaped."""
    file = root / name
    file.parent.mkdir(exist_ok=True, parents=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    odd = {ord(c): f"\\u{ord(c):04x}" for c in text if not c.isprintable() and c != "\n"}
    file.write_text(text.translate(odd), encoding="utf-8")


def statements() -> list[tuple[str, str]]:
    """(text, account): the CRM's own, two persons', one that nobody can understand."""
    found = [("SELECT id, name FROM customers WHERE id = 5", "crm_app")] * 4
    found += [("UPDATE customers SET name = 'Ann Secret' WHERE id = 5", "crm_app")] * 2
    found += [("SELEKT wrong FROM customers WHERE", "crm_app")]
    for account, times in PEOPLE.items():
        found += [("DELETE FROM customers WHERE name = 'Bob Secret'", account)] * times
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CRM whose statements were read, beside systems with hostile names."""
    root = tmp_path_factory.mktemp("told")
    write(root, "audit.yaml", "organisation: Sample\nas_of: 2026-06-30\n")
    names = {"customer": "Customer of ours", **{f"e-{k}": n for k, n in HOSTILE.items()}}
    entities = [{"id": i, "name": n, "definition": n} for i, n in names.items()]
    write(root, "entities.yaml", {"entities": entities})
    crm = {
        "id": "crm", "name": "Our CRM", "crud": {"customer": "CR", "e-long": "C"},
        "database": {"url": "sqlite:///crm.db"}, "traces": {"statements": "log.csv"},
        "feeds": [{"to": "s-wide", "entities": ["customer"]}],
    }  # fmt: skip
    write(root, "systems/crm.yaml", crm)
    for key, name in HOSTILE.items():
        held = {f"e-{key}": "CRUD", "customer": "R", "e-rtl": None}
        if key == "rtl":
            held["e-rtl"] = "CRUD"
        write(root, f"systems/s-{key}.yaml", {"id": f"s-{key}", "name": name, "crud": held})
    write(
        root,
        "maps/crm.yaml",
        "system: crm\ntables: [{table: customers, entity: customer, key: id}]\n"
        "principals: [{principal: crm_app, system: crm}]\n",
    )
    with sqlite3.connect(root / "crm.db") as connection:
        connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO customers VALUES (5, 'Ann Secret')")
    connection.close()
    with (root / "log.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["query_text", "user_name", "database_name", "start_time"])
        for n, (text, account) in enumerate(statements()):
            day = f"2026-0{4 + n % 3}-{n + 1:02d}T10:00:00+00:00"
            lines.writerow([text, account, "crm", day])
    Audit(root).collect()
    return root


def made(root: Path, systems: int, entities: int, each: int = 5) -> Path:
    """A declared landscape: neighbours hold the same entities, every second dossier complete."""
    write(root, "audit.yaml", "organisation: Made up\nas_of: 2026-06-30\n")
    known = [{"id": f"e{n}", "name": f"Entity {n}"} for n in range(entities)]
    write(root, "entities.yaml", {"entities": known})
    for n in range(systems):
        first = n * entities // systems
        crud = {
            f"e{(first + i) % entities}": ("CRU", "R", "CRUD", "RU")[i % 4] for i in range(each)
        }
        body = {"id": f"s{n}", "name": f"System {n}", "crud": crud, "crud_complete": n % 2 == 0}
        write(root, f"systems/s{n}.yaml", body)
    return root


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_tables_hold_and_tell_no_value(run, told: Path, view: tuple[str, ...], width: int) -> None:
    ran = run(*view, "-w", told, width=width)
    assert ran.code == 0, ran.err
    for character in {c for c in ran.out + ran.err if c != "\n"}:
        assert unicodedata.category(character) not in ("Cc", "Cs", "Cf"), repr(character)
    for line in ran.lines:
        # What to type next is never wrapped.
        assert cell_len(line) <= width or line.startswith("crmaudit "), line
    assert not [x for x in ("Secret", *PEOPLE) if x in ran.out + ran.err]


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_json_and_csv_of_every_view(run, told: Path, view: tuple[str, ...]) -> None:
    ran = run(*view, "-w", told, "--format", "json")
    body = json.loads(ran.out)
    assert body["schema"] == 1
    assert isinstance(body["rows"], list)
    rows = list(csv.reader(io.StringIO(run(*view, "-w", told, "--format", "csv").out)))
    assert len(rows) == len(body["rows"]) + 1
    for cell in (c for row in rows for c in row):
        assert cell[:1] not in ("=", "+", "@", "\t", "\r", "\n")
    everything = ran.out + str(rows)
    assert not [x for x in ("Secret", *PEOPLE) if x in everything]


def test_the_difference_stands_first_and_adds_up(run, told: Path) -> None:
    ran = run("crud", "-w", told, width=140)
    # U was seen and is not declared; C is declared and in no statement, but one is not understood.
    assert "6 letters" not in ran.lines[0]
    assert ran.lines[1].startswith("+U crm · Customer of ours: seen, 2 calls, by crm_app")
    body = json.loads(run("crud", "-w", told, "--format", "json").out)
    assert [(d["system"], d["letter"], d["verdict"]) for d in body["differences"]] == [
        ("crm", "U", "shadow")
    ]
    (row,) = (r for r in body["rows"] if r["entity"] == "customer")
    assert (row["systems"]["crm"], row["proof"]["crm"]) == ("CRU", "cR+U")
    assert row["proof"]["s-wide"] == "r"
    assert body["unread"]["different"] - body["unread"]["understood"] == 1


def test_systems_of_which_nothing_was_read_are_counted(run, told: Path) -> None:
    shown = " ".join(run("crud", "-w", told, width=140).out.split())
    declared = 4 * len(HOSTILE) + len(HOSTILE)
    assert f"{len(HOSTILE)} of {len(HOSTILE) + 1} systems do, with {declared} letters" in shown


def test_gaps_tell_the_differences_in_every_form(run, told: Path, tmp_path: Path) -> None:
    table = run("crud", "gaps", "-w", told, width=140).out
    assert "+U" in table
    assert "Sample: " in table
    body = json.loads(run("crud", "gaps", "-w", told, "--format", "json").out)
    assert body["kind"] == "findings"
    (difference,) = body["differences"]
    assert difference["evidence"]
    ran = run("crud", "gaps", "-w", told, "--format", "csv")
    assert "1 difference; crmaudit crud gaps --differences" in ran.err
    rows = list(
        csv.DictReader(
            io.StringIO(run("crud", "gaps", "--differences", "-w", told, "--format", "csv").out)
        )
    )
    assert [(r["system"], r["entity"], r["letter"]) for r in rows] == [("crm", "customer", "U")]
    written = tmp_path / "gaps.txt"
    assert run("crud", "gaps", "-w", told, "-o", written).code == 0
    text = written.read_text()
    assert "+U" in text
    assert "CRD" in text, "the findings are in the file as well"
    assert run("crud", "gaps", "--differences", "--failures", "-w", told).code == 2


def test_what_was_not_understood_is_listed(run, told: Path) -> None:
    ran = run("crud", "gaps", "--failures", "-w", told, width=140)
    assert ran.lines[0].startswith("1 of 4 statements not understood (25.0 %)")
    assert ran.lines[2].split()[:2] == ["1", "crm"]


@pytest.mark.parametrize(
    ("names", "headline"),
    [
        (("Our CRM",), "Our CRM · "),
        (("customer OF  ours",), "Customer of ours · "),
        (("Customer of ours", "OUR CRM"), "Our CRM · Customer of ours · cR+U"),
        ((HOSTILE["wide"], "customer"), HOSTILE["wide"]),
    ],
)
def test_things_go_by_name_as_well(run, told: Path, names: tuple[str, ...], headline: str) -> None:
    assert run("crud", "show", *names, "-w", told).out.startswith(headline)


def test_names_that_are_none_or_two(run, told: Path, tmp_path: Path) -> None:
    ran = run("crud", "show", "our crn", "-w", told)
    assert ran.code == 2
    assert "did you mean 'crm'" in ran.err
    root = made(tmp_path, 2, 6)
    for n in range(2):
        file = root / f"systems/s{n}.yaml"
        file.write_text(file.read_text().replace(f"System {n}", "Twin"))
    assert "may be s0, s1" in run("crud", "show", "twin", "-w", root).err
    assert run("crud", "show", "a", "b", "c", "-w", root).code == 2


def test_a_cell_of_which_nothing_is_known(run, told: Path) -> None:
    ran = run("crud", "show", "s-wide", "e-quotes", "-w", told, width=140)
    assert ran.lines[0].endswith("· ?")
    assert "its dossier does not say" in ran.out
    assert "nothing was read" in ran.out


def test_rights_that_nobody_read_are_not_none(run, told: Path) -> None:
    assert "not known" in run("crud", "accounts", "-w", told, width=140).out
    body = json.loads(run("crud", "accounts", "-w", told, "--format", "json").out)
    assert [r["rights_read"] for r in body["rows"]] == [False] * len(PEOPLE)
    rows = json.loads(run("crud", "show", "crm", "-w", told, "--format", "json").out)["rows"]
    assert {r["rights"] for r in rows} == {"?"}


def test_accounts_are_shown_on_a_terminal_only_and_recorded(run, told: Path) -> None:
    for more in ((), ("--format", "json"), ("-o", "accounts.txt")):
        ran = run("crud", "accounts", "--reveal", "-w", told, *more)
        assert ran.code == 2
        assert "jane" not in ran.out + ran.err
    assert not (told / ".crmaudit" / RECORD).exists()
    code, shown = on_a_terminal("crud", "accounts", "--reveal", "-w", told)
    assert code == 0, shown
    pseudonyms = {s.calls: s.name for s in Audit(told).crud.testimony.strangers}
    lines = [line.split() for line in shown.splitlines()]
    for account, calls in PEOPLE.items():
        assert [account, pseudonyms[calls]] in [line[:2] for line in lines]
    (line,) = (told / ".crmaudit" / RECORD).read_text().splitlines()
    assert json.loads(line)["accounts"] == len(PEOPLE)
    assert not [x for x in (*PEOPLE, *pseudonyms.values()) if x in line]


def test_another_key_reveals_no_account(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = Audit(told)
    assert len(audit.crud.testimony.strangers) == len(PEOPLE)
    monkeypatch.setenv("CRMAUDIT_KEY", "another passphrase altogether")
    with pytest.raises(CrmauditError, match="another key"):
        audit.reveal_principals("crm")


@pytest.mark.parametrize("systems", [1, 80, 200])
def test_every_letter_is_drawn_however_many_systems(run, tmp_path: Path, systems: int) -> None:
    root = made(tmp_path, systems, max(6, systems // 2))
    ran = run("crud", "-w", root, width=100)
    assert ran.code == 0
    assert all(cell_len(line) <= 100 for line in ran.lines)
    crud = Audit(root).crud
    held = [crud.cell(s, e) for s in crud.systems for e in crud.held_by(s)]
    start = next(n for n, line in enumerate(ran.lines) if line.startswith("C create"))
    words = " ".join(ran.lines[:start]).replace(",", " ").split()
    for letters in ("CRU", "R", "CRUD", "RU"):
        marked = {letters, letters.lower()}
        drawn = sum(word in marked for word in words)
        assert drawn == sum(c.held == letters for c in held), letters
    cells = len(crud.systems) * len(crud.entities)
    known = sum(c.known for c in crud.cells())
    assert f"{known:,} of {cells:,} cells declared" in ran.lines[0]


def test_the_sparse_matrix_tells_what_every_cell_tells(run, told: Path, tmp_path: Path) -> None:
    for root in (told, made(tmp_path, 80, 30)):
        crud = Audit(root).crud
        rows = json.loads(run("crud", "-w", root, "--format", "json").out)["rows"]
        for row in rows:
            for system, text in row["systems"].items():
                cell = crud.cell(system, row["entity"])
                assert text == cell.text
                assert row.get("proof", {}).get(system, cell.marked) == cell.marked
            assert set(row["systems"]) == set(crud.systems)


def test_gaps_leave_out_what_is_in_order(run, told: Path, tmp_path: Path) -> None:
    rows = json.loads(run("crud", "matrix", "--gaps", "-w", told, "--format", "json").out)["rows"]
    findings = Audit(told).findings
    for row in rows:
        about = findings.about(f"entity:{row['entity']}")
        grave = [f for f in about if f.code[:3] == "CRD" and f.severity in ("critical", "high")]
        assert grave or row["entity"] == "customer"
    root = made(tmp_path, 1, 1, 1)
    assert "differ nowhere" in run("crud", "matrix", "--gaps", "-w", root).out


def test_nothing_is_read_and_nothing_is_described(run, tmp_path: Path) -> None:
    write(tmp_path, "audit.yaml", "organisation: Empty\nas_of: 2026-06-30\n")
    write(tmp_path, "systems/crm.yaml", {"id": "crm", "name": "CRM"})
    for line in (
        "crud", "crud gaps", "crud gaps --failures", "crud gaps --differences", "crud structure",
        "crud flows", "crud accounts", "crud show crm", "crud matrix --order bsp",
    ):  # fmt: skip
        view = line.split()
        ran = run(*view, "-w", tmp_path)
        assert ran.code == 0, ran.err
        assert ran.out


def test_the_matrix_asks_for_told_cells_only(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cost goes with the cells that are told, not with all that could be."""
    root = made(tmp_path, 300, 300)
    asked = 0
    cell = CrudMatrix.cell

    def counted(self: CrudMatrix, system: str, entity: str) -> Cell:
        nonlocal asked
        asked += 1
        return cell(self, system, entity)

    monkeypatch.setattr(CrudMatrix, "cell", counted)
    assert run("crud", "-w", root, width=100).code == 0
    assert asked < 300 * 300 / 4
