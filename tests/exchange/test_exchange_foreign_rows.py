"""Rows of foreign sheets as records: what comes, and what is told to stay out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sheets_in import csv_file, facts, guessed, workspace, xlsx_file

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange.column_map import ColumnMap, ColumnRule, load_map
from crmaudit.exchange.foreign_sheet import guess, read_mapped, reading, recognises
from crmaudit.workspace.merging import merge


def told(problems: object) -> list[str]:
    return [str(p) for p in problems]  # type: ignore[attr-defined]


def test_a_bad_cell_stays_out_and_its_row_comes(tmp_path: Path) -> None:
    text = "System,Users,Live since\nA,12,01.02.2020\nB,many,31.02.2020\nC,7,03.04.2021\nD,8,\n"
    found = guessed(csv_file(tmp_path, text))
    assert list(facts(found)) == ["A", "B", "C", "D"]
    assert facts(found)["B"] == {}
    assert facts(found)["A"] == {"users": 12, "lifecycle.since": date(2020, 2, 1)}
    assert [str(p.where) for p in found.incoming.left_out] == ["list.csv!B3", "list.csv!C3"]
    assert (found.tally.rows, found.tally.cells, found.tally.cells_left_out) == (4, 11, 2)
    assert found.incoming.mistakes == ()


def test_a_map_can_refuse_bad_cells(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "System,Users\nA,12\nB,many\nC,3\n")
    strict = guess(path, None).model_copy(update={"bad_cells": "refuse"})
    found = read_mapped(path, None, strict)
    assert [str(p.where) for p in found.mistakes] == ["list.csv!B3"]
    with pytest.raises(InvalidInput, match="many"):
        merge(workspace(tmp_path / "w", "Old"), found)


def test_rows_without_a_name_and_second_rows_of_a_name_stay_out(tmp_path: Path) -> None:
    text = "System,Vendor\nA,V\n,W\na ,X\nB,Y\n"
    found = guessed(csv_file(tmp_path, text))
    assert facts(found) == {"A": {"vendor": "V"}, "B": {"vendor": "Y"}}
    assert told(found.incoming.left_out) == [
        "list.csv!A3: the row names nothing",
        "list.csv!A4: 'a' stands here twice. first in list.csv!A2",
    ]
    assert (found.tally.rows, found.tally.rows_left_out) == (4, 2)


def test_totals_blanks_and_headers_of_further_pages_are_no_rows(tmp_path: Path) -> None:
    text = "System,Users\nA,1\n,\nSystem,Users\nB,2\nSubtotal:,3\nC,4\n"
    found = guessed(csv_file(tmp_path, text))
    assert list(facts(found)) == ["A", "B", "C"]
    assert told(found.incoming.left_out) == ["list.csv!A6: a total, not a row of data"]


def test_errors_and_formulas_without_a_result_are_no_values(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        for i, row in enumerate((("System", "Users"), ("A", 3), ("B", 4), ("C", None))):
            sheet.write_row(i, 0, row)
        sheet.write_formula("B4", "=NA()", None, "#N/A")
    found = guessed(path)
    assert [(str(p.where), "#N/A" in p.message) for p in found.incoming.left_out] == [
        ("book.xlsx!Data!B4", True)
    ]


def test_merged_cells_speak_for_all_their_rows(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path,
        {
            "Costs": [
                ["System", "Year", "Cost type", "Amount"],
                ["Casebook", 2024, "Licence", 100],
                [None, 2025, "Licence", 110],
                ["Rota", 2025, "Hosting", 10],
            ]
        },
        merged=["A2:A3"],
    )
    found = facts(guessed(path))
    assert [c["year"] for c in found["Casebook"]["costs"]] == [2024, 2025]
    assert found["Rota"]["costs"] == [{"year": 2025, "kind": "hosting", "amount": 10}]


def test_a_cost_a_column_shares_its_currency(tmp_path: Path) -> None:
    text = "System,Licence 2024,Licence 2025,Hosting 2025,Currency\nA,100,110,,EUR\nB,0,n/a,7,USD\n"
    path = csv_file(tmp_path, text.replace("Licence", "Licence cost"))
    found = facts(guessed(path))
    assert found["A"]["costs"] == [
        {"currency": "EUR", "year": 2024, "kind": "licence", "amount": 100},
        {"currency": "EUR", "year": 2025, "kind": "licence", "amount": 110},
    ]
    assert [c["amount"] for c in found["B"]["costs"]] == [0, 7]


def test_a_survey_becomes_voices_of_known_systems(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook", "Rota")
    text = (
        "Application,Respondent Role,Rating,Comment,Date\n"
        "casebook,Advice,4,write to me: n@example.org,2026-03-01\n"
        "Casebook,Shops,5,,2026-03-02\n"
        "Casebok,Shops,1,,2026-03-02\n"
        "Casebok,Shops,2,,2026-03-03\n"
        "s2,Shops,3,,2026-03-04\n"
        "Nowhere,Shops,3,,2026-03-04\n"
    )
    found = guessed(csv_file(tmp_path, text), there)
    assert facts(found) == {
        "s1": {
            "perceived_quality": [
                {
                    "who": "Advice",
                    "score": 4,
                    "note": "write to me: [e-mail address]",
                    "when": date(2026, 3, 1),
                },
                {"who": "Shops", "score": 5, "when": date(2026, 3, 2)},
            ]
        },
        "s2": {"perceived_quality": [{"who": "Shops", "score": 3, "when": date(2026, 3, 4)}]},
    }
    left = told(found.incoming.left_out)
    assert (
        "list.csv!A4: there is no system 'Casebok': 2 rows left out. did you mean 'Casebook'?"
        in left
    )
    assert any("'Nowhere': 1 row left out" in text for text in left)
    assert any("1 e-mail address in it left out" in text for text in left)
    assert found.tally.rows_left_out == 3


def test_without_a_workspace_every_name_makes_a_system(tmp_path: Path) -> None:
    found = guessed(csv_file(tmp_path, "Application,Rating\nA,4\nA,5\nB,2\nB,1\n"))
    assert [(r.id, r.name) for r in found.incoming.records] == [("", "A"), ("", "B")]


def test_a_slip_does_not_turn_the_scale(tmp_path: Path) -> None:
    rows = "".join(f"S{i % 9},{1 + i % 5}\n" for i in range(100))
    found = guessed(csv_file(tmp_path, f"Application,Rating\n{rows}S1,44\n"))
    assert [str(p) for p in found.incoming.left_out] == ["list.csv!B102: Rating: 44 is more than 5"]


def test_systems_that_others_name_and_nobody_knows_stay_out(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Ledger")
    text = 'System,Dependencies\nA,"B, Ledger, Nowhere"\nB,Nowhere\nC,"A, B"\n'
    found = guessed(csv_file(tmp_path, text), there)
    assert facts(found) == {
        "A": {"depends_on": ["B", "s1"]},
        "B": {},
        "C": {"depends_on": ["A", "B"]},
    }
    assert told(found.incoming.left_out) == [
        "list.csv!B2: there is no system 'Nowhere': 2 mentions left out. known: A, B, C, Ledger"
    ]
    merged = merge(there, found.incoming)
    assert not merged.left_out[1:]


def test_holders_of_a_skill_come_together(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook")
    text = (
        "System,Skill,Required level,Employee,Level held\n"
        "Casebook,SQL,3,Ada Fennimore,4\n"
        "Casebook,SQL,3,Bram Okonjo,2\n"
        "Casebook,Forms,2,,\n"
        "Casebook,SQL,3,Cleo Hartigan,\n"
    )
    found = guessed(csv_file(tmp_path, text), there)
    assert facts(found)["s1"]["support.skills"] == [
        {
            "skill": "SQL",
            "needed": 3,
            "held": [
                {"person": "Ada Fennimore", "level": 4},
                {"person": "Bram Okonjo", "level": 2},
            ],
        },
        {"skill": "Forms", "held": [], "needed": 2},
    ]
    assert told(found.incoming.left_out) == ["list.csv!D5: no level is said for the person"]
    after = merge(there, found.incoming).changes.check()
    assert [len(s.held) for s in after.systems[0].support.skills or ()] == [2, 0]
    assert len(after.people.people) == 2


@pytest.mark.parametrize(
    "text",
    [
        "System,Customer,Case\nCasebook,CRU,R\nRota,R,\n",
        "Entity,Casebook,Rota\nCustomer,CRU,R\nCase,R,\n",
        "System,Data object,CRUD\nCasebook,Customer,CRU\nCasebook,Case,R\nRota,Customer,R\n",
        "System,Entity,Create,Read,Update,Delete\nCasebook,Customer,x,x,x,\nCasebook,Case,,x,,\n"
        "Rota,Customer,,x,,\n",
    ],
    ids=["systems down", "entities down", "letters", "crosses"],
)
def test_a_matrix_in_any_form_says_the_same(tmp_path: Path, text: str) -> None:
    there = workspace(tmp_path / "w", "Casebook", "Rota")
    found = guessed(csv_file(tmp_path, text), there)
    assert facts(found) == {
        "s1": {"crud.Customer": "CRU", "crud.Case": "R"},
        "s2": {"crud.Customer": "R"},
    }
    after = merge(there, found.incoming).changes.check()
    assert dict(after.system["s1"].crud) == {"customer": "CRU", "case": "R"}


def test_people_bring_their_departments_and_leave_their_contacts(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook")
    text = (
        "Name,Department,Job title,Leaving date,E-Mail\n"
        "Ada Fennimore,IT,Administrator,2026-12-31,a@example.org\n"
        "Bram Okonjo,IT,Developer,,b@example.org\n"
    )
    after = merge(there, guessed(csv_file(tmp_path, text), there).incoming).changes.check()
    assert [(p.name, p.unit, p.job) for p in after.people.people] == [
        ("Ada Fennimore", "it", "Administrator"),
        ("Bram Okonjo", "it", "Developer"),
    ]
    assert [u.name for u in after.audit.units] == ["IT"]
    assert "example.org" not in "".join(after.text(f) for f in after.files)


def test_departments_stay_plain_owners(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook")
    text = "System,Owner\nCasebook,Legal Department\nRota,Finance\n"
    after = merge(there, guessed(csv_file(tmp_path, text), there).incoming).changes.check()
    assert after.system["s1"].owners.business == "Legal Department"
    assert after.people.people == ()


def test_feeds_name_both_ends(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook", "Ledger")
    text = (
        "Source system,Target system,Data objects,Method,Frequency\n"
        'Casebook,Ledger,"Invoice, Customer",SFTP,nightly\n'
        "Casebook,Nowhere,Invoice,API,daily\n"
        "Casebook,,Invoice,API,daily\n"
    )
    found = guessed(csv_file(tmp_path, text), there)
    assert facts(found)["s1"]["feeds"] == [
        {"to": "s2", "entities": ["Invoice", "Customer"], "by": "file", "frequency": "daily"}
    ]
    assert found.tally.rows_left_out == 2


def test_a_map_serves_the_next_file_too(tmp_path: Path) -> None:
    column_map = guess(csv_file(tmp_path, "System,Vendor\nA,V\nB,W\n"), None)
    later = csv_file(tmp_path, " vendor ,NEW,System\nX,1,C\n", "later.csv")
    found = reading(later, None, column_map)
    assert facts(found) == {"C": {"vendor": "X"}}
    assert told(found.incoming.left_out) == [
        "later.csv!B1: the map says nothing of the column 'NEW'"
    ]
    other = csv_file(tmp_path, "System,Maker\nA,V\n", "other.csv")
    with pytest.raises(InvalidInput, match="no column 'Vendor' to go to vendor") as raised:
        reading(other, None, column_map)
    assert "Maker" in raised.value.hint


def test_a_map_that_misses_the_sheet_says_which_there_are(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, {"One": [["System"], ["A"]], "Two": [["System"], ["B"]]})
    rule = ColumnRule(column="System", to="name")
    with pytest.raises(CrmauditError, match="has no sheet 'Three'"):
        reading(path, None, ColumnMap(sheet="Three", rows="systems", columns=(rule,)))
    with pytest.raises(CrmauditError, match="has 2 sheets"):
        reading(path, None, ColumnMap(rows="systems", columns=(rule,)))
    with pytest.raises(CrmauditError, match="no row 9"):
        reading(path, None, ColumnMap(sheet="One", header=9, rows="systems", columns=(rule,)))
    assert facts(reading(path, None, ColumnMap(sheet="Two", rows="systems", columns=(rule,)))) == {
        "B": {}
    }


def test_a_corrected_map_keeps_what_fits_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "System,Category\nA,Finance\nB,Shops\n")
    (tmp_path / "map.yaml").write_text(
        "rows: systems\ncolumns: [{column: System, to: name}, {column: Category, to: tags}]\n"
    )
    assert guess(path, None).columns[1].to is None
    assert facts(reading(path, None, load_map(tmp_path / "map.yaml")))["A"] == {"tags": ["Finance"]}


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    there = workspace(tmp_path / "w", "Casebook")
    path = csv_file(tmp_path, "Application,Role,Rating\nCasebook,Advice,4\nCasebook,Shops,2\n")
    first = merge(there, guessed(path, there).incoming)
    first.changes.write()
    from crmaudit.workspace import load

    again = load(there.root)
    assert merge(again, guessed(path, again).incoming).differences == ()


def test_spreadsheets_are_known_by_their_names(tmp_path: Path) -> None:
    for name in ("a.csv", "a.XLSX", "a.ods", "a.tsv"):
        assert recognises(tmp_path / name, b"")
    for name in ("a.json", "a.yaml", "a.zip", "csv"):
        assert not recognises(tmp_path / name, b"")
