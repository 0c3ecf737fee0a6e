"""Own names as headers, words for choices, and numbers that add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sheets_in import csv_file, facts, guessed, workspace

from crmaudit.audit import Audit
from crmaudit.exchange import leanix
from crmaudit.exchange.column_map import ColumnMap
from crmaudit.exchange.foreign_sheet import guess
from crmaudit.exchange.formats import Export
from crmaudit.exchange.targets import called_itself
from crmaudit.resources import examples_root

OWN = """
name,in_scope,documentation.database.status,support.team,owners.it,fitness.functional
BeaconCRM,yes,partly,Helpdesk,Tom Example,3
Ledgerline,no,none,Back office,Ana Example,2
"""


def taken(found: ColumnMap) -> dict[str, tuple[str | None, str | None]]:
    return {c.column: (c.to, c.sure) for c in found.columns}


def test_headers_that_are_facts_own_names(tmp_path: Path) -> None:
    path = csv_file(tmp_path, OWN)
    found = taken(guess(path, None))
    del found["name"]
    assert len(found) == 5
    assert all(told == (header, "certain") for header, told in found.items())
    beacon = facts(guessed(path))["BeaconCRM"]
    assert beacon["in_scope"] is True
    assert beacon["documentation.database.status"] == "partly"
    # On the fact's own scale, though 2 and 3 might be of many.
    assert beacon["fitness.functional"] == 3
    assert facts(guessed(path))["Ledgerline"]["documentation.database.status"] == "none"


@pytest.mark.parametrize(
    ("header", "fact"),
    [(" In_Scope ", "in_scope"), ("owners.it", "owners.it"), ("name", ""), ("", ""), ("a.b", ""),
     ("database.url", "")],
)  # fmt: skip
def test_single_words_and_closed_facts_are_no_own_names(header: str, fact: str) -> None:
    assert called_itself(header, "systems") == fact


def test_own_names_do_not_save_cells_that_cannot_be_read(tmp_path: Path) -> None:
    text = "application,in_scope\nBeaconCRM,blue\nLedgerline,green\n"
    assert taken(guess(csv_file(tmp_path, text), None))["in_scope"] == (None, None)


def test_rows_left_out_take_their_cells_with_them(tmp_path: Path) -> None:
    text = "Application Name,Role,Rating,Comment\n" + "".join(
        f"{name},Clerk,{score},n/a\n"
        for name, score in (
            ("Nowhere", 1),
            ("Beacon", 5),
            ("Nobody", 2),
            ("Nowhere", 4),
            ("Beacon", 3),
        )
    )
    there = workspace(tmp_path / "w", "Beacon")
    tally = guessed(csv_file(tmp_path, text), there).tally
    assert (tally.rows, tally.rows_left_out) == (5, 3)
    # Comments say nothing, and are filled all the same where their column is taken.
    assert tally.cells_left_out * 5 == tally.cells * 3
    nowhere = guessed(csv_file(tmp_path, text), workspace(tmp_path / "x", "Other")).tally
    assert nowhere.cells == nowhere.cells_left_out > 0


def test_a_cell_of_several_faults_counts_once_also_in_a_row_left_out(tmp_path: Path) -> None:
    text = "Application,Users,Vendor\nBeacon,12,Ledger\nBeacon,many,Ledger\nRota,9,Ledger\n"
    tally = guessed(csv_file(tmp_path, text)).tally
    assert (tally.cells, tally.rows_left_out, tally.cells_left_out) == (9, 1, 3)


def test_columns_not_taken_are_named(tmp_path: Path) -> None:
    tally = guessed(csv_file(tmp_path, "Application,Vendor,Mood\nBeacon,Ledger,blue\n")).tally
    assert (tally.columns_taken, tally.columns, tally.untaken) == (2, 3, ("Mood",))


@pytest.mark.parametrize(
    ("word", "phase"),
    [("En production", "active"), ("En cours d\u2019arrêt", "phase-out"),
     ("En cours d'arrêt", "phase-out"), ("Läuft aus", "phase-out"), ("Im Betrieb", "active"),
     ("In Planung", "plan"), ("En cours de déploiement", "phase-in"),
     ("Being retired", "phase-out"),
     ("En funcionamiento", "active"), ("Nicht mehr genutzt", "retired"), ("En desuso", "retired")],
)  # fmt: skip
def test_words_for_phases(tmp_path: Path, word: str, phase: str) -> None:
    path = csv_file(tmp_path, f"Application,Status\nBeacon,{word}\nRota,active\n")
    assert facts(guessed(path))["Beacon"]["lifecycle.phase"] == phase


def test_one_unknown_word_is_left_out_and_told_and_the_column_stays(tmp_path: Path) -> None:
    words = ["En production", "En cours d'arrêt", "Mystère"]
    text = "Application;Statut\n" + "".join(f"A{i};{w}\n" for i, w in enumerate(words))
    found = guessed(csv_file(tmp_path, text))
    assert {n: f.get("lifecycle.phase") for n, f in facts(found).items()} == {
        "A0": "active", "A1": "phase-out", "A2": None,
    }  # fmt: skip
    (problem,) = found.incoming.left_out
    assert "Mystère" in problem.message
    text = text.replace("En production", "Rätsel")
    assert taken(guess(csv_file(tmp_path, text), None))["Statut"] == (None, None)


@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_our_own_workbook_for_leanix_brings_the_same_judgements(
    tmp_path: Path, example: str
) -> None:
    audit = Audit(examples_root() / example)
    path = tmp_path / "leanix.xlsx"
    path.write_bytes(leanix.render(Export(audit.facts, audit.findings)).content)
    there: dict[str, dict[str, Any]] = facts(guessed(path, sheet="Application"))
    compared = 0
    for system in audit.workspace.systems:
        for axis in ("functional", "technical"):
            score = getattr(system.fitness, axis, None)
            assert there[system.name].get(f"fitness.{axis}") == score, (system.id, axis)
            compared += score is not None
    assert compared >= 6
