"""The matrix as a workbook and CSV, there and back, and as graphs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from book_workspaces import ENTITIES, export, folder, teardown_module, workspace
from golden_files import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st
from libreoffice import LibreOffice
from openpyxl import load_workbook

from crmaudit.audit import Audit
from crmaudit.crud_matrix import LETTERS
from crmaudit.engine import Judgement
from crmaudit.errors import InvalidInput
from crmaudit.exchange import (
    archimate,
    archimate_out,
    graphml,
    matrix_book,
    matrix_book_in,
    matrix_csv,
    matrix_dot,
    matrix_mermaid,
    node_link,
)
from crmaudit.exchange.formats import Export, exporter, importer
from crmaudit.exchange.matrix_book import MARK
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import Merge, merge

__all__ = ["teardown_module"]

CRM = {"id": "crm", "name": "Our CRM", "crud": {"customer": "CRU", "order": "", "odd": None}}
BILLING = {"id": "billing", "name": "=1+1", "crud": {"customer": "R"}, "crud_complete": True}


@pytest.fixture
def declared() -> Workspace:
    return workspace(CRM, BILLING)


def book(declared: Workspace, tmp_path: Path, name: str = "matrix.xlsx") -> Path:
    path = tmp_path / name
    module = matrix_csv if name.endswith(".csv") else matrix_book
    path.write_bytes(module.render(export(declared)).content)
    return path


def back(declared: Workspace, path: Path) -> Merge:
    return merge(declared, matrix_book_in.read(path, declared))


def said(found: Merge) -> list[tuple[str, str, Any, Any]]:
    return [(d.subject, ".".join(map(str, d.path)), d.old, d.new) for d in found.differences]


class Sheets:
    """The workbook open for changes, its cells found by keys."""

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, load_workbook(path)

    def cell(self, sheet: str, row: dict[str, str] | str, column: str) -> Any:
        page = self.book[sheet]
        keys = [c.value for c in page[1]]
        mark = next(i for i, k in enumerate(keys) if str(k).startswith(f"{MARK}:"))
        at = keys.index(column)
        for cells in page.iter_rows(min_row=3):
            if str(cells[mark].value or "").startswith(str(row)):
                return cells[at]
        raise LookupError(row)

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


@pytest.mark.parametrize("name", ["matrix.xlsx", "our-crud.csv"])
@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_an_untouched_matrix_changes_nothing(example: str, name: str, tmp_path: Path) -> None:
    declared = load(EXAMPLES / example)
    path = book(declared, tmp_path, name)
    what, module = importer(path)
    assert what == "matrix"
    found = merge(declared, module.read(path, declared))
    assert not found.differences
    assert not found.left_out
    assert found.unchanged >= sum(len(s.crud) for s in declared.systems)


def test_the_three_sheets_say_the_same(declared: Workspace, tmp_path: Path) -> None:
    sheets = load_workbook(book(declared, tmp_path))
    assert sheets.sheetnames[:3] == ["Matrix", "Relations", "Configuration"]
    grid = [[c.value for c in row] for row in sheets["Matrix"].iter_rows()]
    assert grid[0] == ["entity", f"{MARK}:grid", "billing", "crm"]
    assert grid[1][0] == "Entity"
    assert [row[2:] for row in grid[2:]] == [["R", "CRU"], [None, "none"], [None, None]]
    lines = [[c.value for c in row][:4] for row in sheets["Relations"].iter_rows(min_row=3)]
    assert ["Our CRM", "Customer", "crm customer=CRU", "CRU"] in lines
    assert ["Our CRM", "order", "crm order=none", "none"] in lines


def test_a_cell_changed_in_the_grid_changes_the_dossier(
    declared: Workspace, tmp_path: Path
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = "crud"
    sheets.cell("Matrix", "order", "billing").value = "none"
    found = back(declared, sheets.save())
    assert said(found) == [
        ("system:crm", "crud.customer", "CRU", "CRUD"),
        ("system:billing", "crud.order", None, ""),
    ]
    found.changes.write()
    now = load(declared.root)
    assert now.system["crm"].crud == {"customer": "CRUD", "order": "", "odd": None}
    assert now.system["billing"].crud == {"customer": "R", "order": ""}


def test_a_line_changed_in_the_relations_does_as_well(declared: Workspace, tmp_path: Path) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Relations", "billing customer", "declared").value = "CR"
    page = sheets.book["Relations"]
    page.append(["billing", "order", None, "R"])
    sheets.cell("Configuration", "crm", "complete").value = "yes"
    assert said(back(declared, sheets.save())) == [
        ("system:billing", "crud.customer", "R", "CR"),
        ("system:billing", "crud.order", None, "R"),
        ("system:crm", "crud_complete", None, True),
    ]


def test_grid_and_relations_must_agree(declared: Workspace, tmp_path: Path) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = "C"
    sheets.cell("Relations", "crm customer", "declared").value = "D"
    path = sheets.save()
    with pytest.raises(InvalidInput) as caught:
        back(declared, path)
    (problem,) = caught.value.problems
    assert "Our CRM and customer: D here, C in matrix.xlsx!Matrix!D3" in str(problem)
    sheets.cell("Relations", "crm customer", "declared").value = "C"
    assert said(back(declared, sheets.save())) == [("system:crm", "crud.customer", "CRU", "C")]


def test_what_changed_here_meanwhile_is_a_conflict(declared: Workspace, tmp_path: Path) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = "CRUD"
    path = sheets.save()
    later = workspace({**CRM, "crud": {**CRM["crud"], "customer": "R"}}, BILLING)  # type: ignore[dict-item]
    (conflict,) = back(later, path).differences
    assert conflict.what == "conflict"


@pytest.mark.parametrize("wrong", ["=CRUD()", "write", "X", "CRUDX", "5"])
def test_what_is_no_letter_is_refused_with_its_cell(
    declared: Workspace, tmp_path: Path, wrong: str
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    cell = sheets.cell("Matrix", "customer", "crm")
    cell.value, cell.data_type = wrong, "s"
    path = sheets.save()
    with pytest.raises(InvalidInput, match=r"matrix\.xlsx!Matrix!D3.*is no set of letters"):
        back(declared, path)


def test_what_is_not_there_any_more_is_left_out(declared: Workspace, tmp_path: Path) -> None:
    path = book(declared, tmp_path)
    later = workspace(CRM)
    assert "there is no system 'billing'" in str(back(later, path).left_out[0])


_LETTERS = st.none() | st.sets(st.sampled_from("CRUD")).map(
    lambda s: "".join(x for x in "CRUD" if x in s)
)
_CELLS = st.dictionaries(st.sampled_from([e["id"] for e in ENTITIES]), _LETTERS)


@settings(max_examples=25, deadline=None)
@given(_CELLS, _CELLS, st.booleans())
def test_any_matrix_comes_back_whole(
    tmp_path_factory: pytest.TempPathFactory,
    was: dict[str, str | None],
    now: dict[str, str | None],
    complete: bool,
) -> None:
    """The book of one matrix, given its marks, turns no other; forced, it gives itself."""
    one = {"id": "crm", "name": "CRM", "crud": now, "crud_complete": complete}
    declared = workspace(one)
    for name in ("matrix.xlsx", "matrix.csv"):
        path = book(declared, tmp_path_factory.mktemp("m"), name)
        assert said(back(declared, path)) == []
        other = workspace({**one, "crud": was})
        assert all(d.what != "changed" for d in back(other, path).differences)


def test_the_names_of_files_mean_the_formats() -> None:
    names = {
        "crm-matrix.xlsx": "matrix",
        "matrix.csv": "matrix-csv",
        "matrix.dot": "matrix-dot",
        "crud.mmd": "matrix-mermaid",
        "landscape.json": "node-link",
        "inventory.xlsx": "inventory",
        "inventory.csv": "inventory-csv",
    }
    assert {name: exporter(Path(name))[0] for name in names} == names


def test_networkx_reads_the_node_link_json(declared: Workspace) -> None:
    import networkx as nx

    whole = load(EXAMPLES / "harbourlight")
    data = json.loads(node_link.render(export(whole)).content)
    graph = nx.node_link_graph(data, edges="links")
    assert graph.nodes["system:crm"]["label"] == "BeaconCRM"
    held = {(a, z): d["crud"] for a, z, d in graph.edges(data=True) if d["kind"] == "access"}
    assert held["system:crm", "entity:contact"] == "CRUD"
    assert len(held) == sum(len(s.crud) for s in whole.systems)
    same = nx.parse_graphml(graphml.render(export(whole)).content.decode())
    assert set(graph.nodes) == set(same.nodes)
    assert graph.number_of_edges() == same.number_of_edges()


def test_graphviz_and_mermaid_draw_every_relation() -> None:
    whole = load(EXAMPLES / "harbourlight")
    held = sum(bool(x) for s in whole.systems for x in s.crud.values())
    drawing = matrix_dot.render(export(whole)).content
    assert drawing.count(b" -> ") == held
    if shutil.which("dot"):
        made = subprocess.run(["dot", "-Tplain"], input=drawing, capture_output=True, check=True)
        assert len(re.findall(rb"^edge ", made.stdout, re.MULTILINE)) == held
    text = matrix_mermaid.render(export(whole)).content.decode()
    assert len(re.findall(r"-->\|", text)) == held


def test_a_large_matrix_is_cut_for_mermaid_and_said_so() -> None:
    crud = {f"e{n}": "CR" if n % 2 else "R" for n in range(900)}
    files = {
        "entities.yaml": {"entities": [{"id": e} for e in crud]},
        "systems/crm.yaml": {"id": "crm", "name": "CRM", "crud": crud},
    }
    made = matrix_mermaid.render(export(load(folder(files))))
    assert made.content.count(b"-->|") == 450
    assert any("relations not drawn" in x and "450" in x for x in made.losses)


def test_rows_and_columns_may_stand_elsewhere_or_be_gone(
    declared: Workspace, tmp_path: Path
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    page = sheets.book["Matrix"]
    sheets.cell("Matrix", "order", "crm").value = "C"
    rows = [[c.value for c in row] for row in page.iter_rows(min_row=3)]
    page.delete_rows(3, len(rows))
    for row in reversed(rows[:2]):  # sorted, and the last row deleted
        page.append(row)
    page.insert_rows(3)
    page.delete_cols([c.value for c in page[1]].index("billing") + 1)
    page.title = "Our matrix 2026"
    sheets.book.remove(sheets.book["Configuration"])
    assert said(back(declared, sheets.save())) == [("system:crm", "crud.order", "", "C")]


def test_names_sorted_without_their_hidden_cells_change_nothing(
    declared: Workspace, tmp_path: Path
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    one, other = (sheets.cell("Matrix", e, "entity") for e in ("customer", "order"))
    one.value, other.value = other.value, one.value
    assert said(back(declared, sheets.save())) == []
    sheets.cell("Matrix", "customer", "crm").value = "D"
    path = sheets.save()
    with pytest.raises(InvalidInput, match="'order' is written here, and the hidden cell says"):
        back(declared, path)


def test_a_copied_line_with_another_name_is_refused(declared: Workspace, tmp_path: Path) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.book["Relations"].append(["Our CRM", "order", "crm customer=CRU", "R"])
    path = sheets.save()
    with pytest.raises(InvalidInput, match="'order' is written here"):
        back(declared, path)


@pytest.mark.parametrize(
    ("written", "means"),
    [("crud", "CRUD"), (" c, r ", "CR"), ("C/R", "CR"), ("–", ""), ("None", ""), ("?", None)],
)
def test_what_people_write_for_letters(
    declared: Workspace, tmp_path: Path, written: str, means: str | None
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = written
    ((_, _, old, new),) = said(back(declared, sheets.save()))
    assert (old, new) == ("CRU", means)


@pytest.mark.parametrize("wrong", [True, 5, 1.5, ",", "/", "Create", "CR?"])
def test_numbers_and_half_words_are_no_letters(
    declared: Workspace, tmp_path: Path, wrong: Any
) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = wrong
    path = sheets.save()
    with pytest.raises(InvalidInput, match="is no set of letters"):
        back(declared, path)


@pytest.mark.parametrize("wrong", ['="C"&"R"', "#NAME?", "#REF!"])
def test_a_cell_without_a_result_is_not_taken_for_emptied(
    declared: Workspace, tmp_path: Path, wrong: str
) -> None:
    for sheet, row, column in (
        ("Matrix", "customer", "crm"),
        ("Relations", "crm customer", "declared"),
        ("Configuration", "billing", "complete"),
    ):
        sheets = Sheets(book(declared, tmp_path))
        sheets.cell(sheet, row, column).value = wrong
        path = sheets.save()
        with pytest.raises(InvalidInput, match=r"no result|not a value"):
            back(declared, path)


def test_merged_cells_are_not_taken_for_emptied(declared: Workspace, tmp_path: Path) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.book["Matrix"].merge_cells("C3:D3")
    path = sheets.save()
    with pytest.raises(InvalidInput, match="cells are merged"):
        back(declared, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_saved_by_other_programs(
    declared: Workspace, tmp_path: Path, mark: str, encoding: str
) -> None:
    path = book(declared, tmp_path, "our-crud.csv")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    at = rows[0].index("declared")
    for row in rows[1:]:
        if row[:2] == ["crm", "customer"]:
            row[at] = "crud"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=mark).writerows(rows)
    assert importer(path)[0] == "matrix"
    assert said(back(declared, path)) == [("system:crm", "crud.customer", "CRU", "CRUD")]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_libreoffice_opens_and_saves_it(declared: Workspace, tmp_path: Path, kind: str) -> None:
    sheets = Sheets(book(declared, tmp_path))
    sheets.cell("Matrix", "customer", "crm").value = "CRUD"
    sheets.save()
    path = LibreOffice(tmp_path).convert(sheets.path, kind)
    assert importer(path)[0] == "matrix"
    assert said(back(declared, path)) == [("system:crm", "crud.customer", "CRU", "CRUD")]


@pytest.fixture
def measured(demo: Path) -> Export:
    return Export(Audit(demo).facts, Judgement((), (), (), (), (), None), "")


def test_evidence_stands_in_every_form(measured: Export, tmp_path: Path) -> None:
    """What is proven leaves with the graphs, and none of it comes back as declared."""
    import networkx as nx

    crud, declared = measured.facts.whole_crud, measured.facts.workspace
    differing = {
        (c.system, c.entity)
        for c in crud.cells()
        if {c.verdict(x) for x in LETTERS} & {"shadow", "contradicted"}
    }
    assert differing
    made = matrix_book.render(measured)
    assert f"{len(differing)} proven otherwise than declared" in made.holds
    for name, module in (("matrix.xlsx", matrix_book), ("matrix.csv", matrix_csv)):
        path = tmp_path / name
        path.write_bytes(module.render(measured).content)
        assert said(back(declared, path)) == []
    data = json.loads(node_link.render(measured).content)
    graph = nx.node_link_graph(data, edges="links")
    proven = {
        (a.removeprefix("system:"), z.removeprefix("entity:")): d["proven"]
        for a, z, d in graph.edges(data=True)
        if d["kind"] == "access" and "proven" in d
    }
    assert proven == {(c.system, c.entity): c.proven for c in crud.cells() if c.proven}
    same = nx.parse_graphml(graphml.render(measured).content.decode())
    assert graph.number_of_edges() == same.number_of_edges()
    held = sum(bool(c.held) for c in crud.cells())
    assert matrix_dot.render(measured).content.count(b" -> ") == held
    assert matrix_mermaid.render(measured).content.count(b"-->|") == held


@pytest.mark.parametrize(
    "name", ['say "hi"', "[bold]x[/]", "a|b]c", "日本語" * 9, "\u202eleft", "x" * 300]
)
def test_graphs_of_hostile_names(name: str) -> None:
    crm = {**CRM, "name": name}
    made = export(workspace(crm, BILLING))
    drawing = matrix_dot.render(made).content
    if shutil.which("dot"):
        ran = subprocess.run(["dot", "-Tplain"], input=drawing, capture_output=True, check=True)
        assert len(re.findall(rb"^edge ", ran.stdout, re.MULTILINE)) == 2
    lines = matrix_mermaid.render(made).content.decode().splitlines()
    assert sum("-->|" in line for line in lines) == 2
    assert not [x for x in lines[1:] if x and not x.startswith("  ")]


@pytest.mark.skipif(not shutil.which("xmllint"), reason="needs xmllint")
def test_archimate_with_evidence_is_valid_and_comes_back(measured: Export, tmp_path: Path) -> None:
    folder = Path(archimate.__file__).parent / "xsd"
    for schema in folder.glob("*.xsd"):
        text = schema.read_text().replace("http://www.w3.org/2001/xml.xsd", "xml.xsd")
        (tmp_path / schema.name).write_text(text)
    made = archimate_out.render(measured)
    path = tmp_path / "model.xml"
    path.write_bytes(made.content)
    command = ["xmllint", "--nonet", "--noout", "--schema", "archimate3_Diagram.xsd", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    crud, declared = measured.facts.whole_crud, measured.facts.workspace
    assert made.content.count(b"proven") >= sum(bool(c.letters and c.proven) for c in crud.cells())
    shadow = sum(bool(c.proven and not c.letters) for c in crud.cells())
    assert shadow
    assert [x for x in made.losses if "left out that are proven" in x and str(shadow) in x]
    what, module = importer(path)
    assert what == "archimate"
    assert said(merge(declared, module.read(path, declared))) == []
