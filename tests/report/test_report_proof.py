"""Declared against proven in the report: figures, tables, sections, drawings of structure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmaudit.crud_matrix import Proof
from crmaudit.engine import judge
from crmaudit.evidence import (
    Account,
    Catalog,
    Code,
    Document,
    Grants,
    Provenance,
    Right,
    Statements,
    Table,
    Unread,
    Use,
)
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.compose import compose, document
from crmaudit.report.context import ReportContext
from crmaudit.report.figures import draw
from crmaudit.report.formats import writer
from crmaudit.report.proven import proof_words
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme
from crmaudit.report.webs import box_map, crud_web, flow_web
from crmaudit.strategy import plan
from crmaudit.workspace import load

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)
START = datetime(2026, 7, 1, tzinfo=UTC)
ENTITIES = [
    {"id": "customer", "name": "Customer", "class": "master", "system_of_record": "crm"},
    {"id": "invoice", "name": "Invoice", "class": "transaction"},
]
CRM = {
    "id": "crm",
    "name": "Relations",
    "crud": {"customer": "CRD", "invoice": "R"},
    "crud_complete": True,
    "feeds": [{"to": "shop", "entities": ["customer"], "by": "file"}],
}
SHOP = {"id": "shop", "name": "Web shop", "crud": {"customer": "R"}}
MAP = {
    "system": "crm",
    "tables": [
        {"table": "customers", "entity": "customer", "key": "id"},
        {"table": "invoices", "entity": "invoice", "key": "id"},
    ],
    "principals": [
        {"principal": "crm_app", "system": "crm"},
        {"principal": "shop_app", "system": "shop"},
    ],
}


def origin() -> Provenance:
    return Provenance(
        system="crm",
        source="postgresql://crm",
        engine="postgresql",
        snapshot="s",
        taken_at=NOON,
        tool="crmaudit 0",
    )


def use(who: str, table: str, letters: str, calls: int) -> list[Use]:
    return [Use(who, table, x, calls, 2, START, NOON) for x in letters]  # type: ignore[arg-type]


def evidence(strangers: bool = True) -> tuple[Document, ...]:
    uses = [
        *use("crm_app", "customers", "CRU", 40),
        *use("shop_app", "invoices", "R", 5),
        *(use("acct-1", "invoices", "RU", 3) if strangers else ()),
    ]
    unread = Unread("SELECT * FROM <b>?", "nobody can read it", 7, "crm_app", tables=("jobs",))
    statements = Statements(
        origin(),
        origin="server",
        uses=tuple(uses),
        unread=(unread,),
        calls=100,
        distinct=20,
        understood=19,
        understood_calls=93,
        dropped=0,
        since=START,
        until=NOON,
    )
    grants = Grants(
        origin(),
        accounts=(Account("crm_app"), Account("shop_app"), Account("acct-1")),
        rights=(
            Right("crm_app", "customers", "CRUD", "grant"),
            Right("crm_app", "invoices", "CRUD", "grant"),
            Right("shop_app", "invoices", "R", "grant"),
        ),
    )
    tables = (Table("customers"), Table("invoices"), Table("jobs"))
    return Catalog(origin(), tables=tables), Code(origin()), statements, grants


def facts(root: Path, *documents: Document, **files: Any) -> Facts:
    audit = {"organisation": "Acme", "as_of": NOON.date()}
    whole: dict[str, Any] = {
        "audit.yaml": audit,
        "entities.yaml": {"entities": ENTITIES},
        "systems/crm.yaml": CRM,
        "systems/shop.yaml": SHOP,
        "maps/crm.yaml": MAP,
    }
    for name, data in (whole | files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data))
    return Facts.of(load(root), documents)


@pytest.fixture
def proven(tmp_path: Path) -> Facts:
    return facts(tmp_path, *evidence())


@pytest.fixture
def declared(tmp_path: Path) -> Facts:
    return facts(tmp_path)


def composed(found: Facts) -> ReportContext:
    judgement = judge(found)
    return compose(found, judgement, plan(found, judgement))


def markdown(found: Facts) -> str:
    judgement = judge(found)
    made = document(found, judgement, plan(found, judgement))
    text = writer("md")(made, Theme(), Templates()).decode()
    return text.replace("\u00a0", " ").replace("\\", "")


def rows(table: b.Table | None) -> list[list[str]]:
    assert table
    return [[c.text.replace("\u00a0", " ") for c in row] for row in table.rows]


def test_what_differs_stands_before_the_matrix(proven: Facts) -> None:
    text = markdown(proven)
    said = text.index("2 letters are in use that nobody declared (1 of them changing data), and 1 ")
    assert said < text.index("2 cells where declaration and proof differ")
    assert text.index("where declaration and proof differ") < text.index("| Entity | Relations |")
    assert "Not understood: 5 % (1 of 20) of the statements." in text


def test_numbers_of_proof_have_their_denominators(proven: Facts) -> None:
    part = composed(proven).crud.proof
    assert part
    assert (part.declared, part.confirmed, part.contradicted) == (5, 2, 1)
    assert (part.shadow, part.shadow_writes) == (2, 1)
    assert part.strangers == part.strangers_writing == ("acct-1",)
    assert (part.statements, part.not_understood, part.dropped) == (20, 1, 0)
    words = {f.label: (f.value, f.detail) for f in part.figures}
    assert words["Declared and found in use"][1] == "2 of 5 declared letters"
    assert words["Accounts of no system"] == ("1", "1 of them seen changing data")


def told(found: Facts) -> dict[str, tuple[str, str, str]]:
    part = composed(found).crud.proof
    assert part
    return {f.label: (f.state, f.value, f.reason or f.detail) for f in part.figures}


def test_what_no_source_tells_is_no_zero(tmp_path: Path) -> None:
    catalog, machinery, statements, _ = evidence(strangers=False)
    assert isinstance(statements, Statements)
    other = replace(statements, uses=(), unread=(), calls=0, distinct=0, understood=0, elsewhere=9)
    found = facts(tmp_path, catalog, machinery, other)
    figures = told(found)
    for label in ("Accounts of no system", "Allowed, neither declared nor used"):
        assert figures[label][0] == "not_assessed"
    assert figures["Statements not understood"] == ("not_assessed", "", "none were read")
    text = markdown(found)
    assert "nothing that was read tells which accounts use the databases" in text
    assert "Every account" not in text
    assert "9 statements of other databases do not count here" in text


def test_what_is_read_of_accounts_and_rights_is_counted(proven: Facts) -> None:
    figures = told(proven)
    assert figures["Accounts of no system"][:2] == ("value", "1")
    assert figures["Allowed, neither declared nor used"][0] == "value"
    assert figures["Declared and found in use"][2] == "2 of 5 declared letters"


def test_an_entity_that_no_dossier_lists_is_a_gap_and_no_contradiction(proven: Facts) -> None:
    part = composed(proven).crud.proof
    assert part
    assert (part.shadow, part.shadow_unlisted) == (2, 1)  # the shop's invoices
    said = "Of those in use, 1 is of entities that the dossier does not list: a gap in what was"
    assert said in markdown(proven)


def test_open_letters_say_where_nothing_could_have_proven_them(tmp_path: Path) -> None:
    shelf = {"id": "shelf", "name": "Shelf", "crud": {"invoice": "CR"}}
    found = facts(tmp_path, *evidence(), **{"systems/shelf.yaml": shelf})
    part = composed(found).crud.proof
    assert part
    assert (part.declared, part.confirmed, part.contradicted, part.untested) == (7, 2, 1, 2)
    assert "4 stay open, 2 of them because nothing was read that could prove" in markdown(found)
    assert "Of Shelf nothing was read: what it does is neither proven nor denied." in markdown(
        found
    )


def test_places_left_out_are_not_counted() -> None:
    proof = Proof("R", "coded", "yes", statements=33, places=("a.rb:1", "b.rb:2", "c.rb:3"))
    assert proof_words(proof, 1).replace("\u00a0", " ") == "33 statements at a.rb:1 among others"
    assert proof_words(proof).endswith("at a.rb:1, b.rb:2 and c.rb:3")


def test_calls_of_object_mappers_are_told_apart_from_statements(tmp_path: Path) -> None:
    catalog, machinery, statements, grants = evidence()
    calls = Unread("….save()", "its class is not known", 4, places=("a.rb:1",))
    blank = Unread("  ", "all of it is put together at run time", 2, places=("a.rb:2",))
    code = Code(origin(), origin="src", database="crm", unread=(calls, blank), statements=2)
    table = composed(facts(tmp_path, catalog, machinery, statements, grants, code)).tables
    assert table.not_understood
    assert "are not among the statements whose share is told" in table.not_understood.note
    texts = {row[2].text: row[2].state for row in table.not_understood.rows}
    assert texts["not assessed"] == "not_assessed"


def test_differences_name_what_shows_them(proven: Facts) -> None:
    found = rows(composed(proven).tables.differences)
    assert [row[:4] for row in found] == [
        ["Customer", "Relations", "U", "D"],
        ["Invoice", "Web shop", "R", "–"],
    ]
    assert "U observed: 40 calls by crm_app on customers (1 Jul 2026 to 31 Oct 2026)" in found[0][4]
    assert "R observed: 5 calls by shop_app on crm:invoices" in found[1][4]


def test_strangers_are_told_with_what_they_did(proven: Facts) -> None:
    found = rows(composed(proven).tables.strangers)
    assert found == [["acct-1", "Relations", "Invoice (RU)", "3"]]
    assert "1 account that no map assigns to a system was found" in markdown(proven)


def test_rights_beyond_use_are_told(proven: Facts) -> None:
    found = rows(composed(proven).tables.excess_rights)
    assert found[0][:3] == ["Relations", "CD", "1"]
    letters = {row[1]: row[4] for row in found}
    assert letters["U"].startswith("not assessed")  # the stranger's doing could be it


def test_what_nobody_understood_is_shown_without_markup(proven: Facts) -> None:
    found = rows(composed(proven).tables.not_understood)
    assert found == [
        ["Relations", "server", "SELECT * FROM <b>?", "nobody can read it", "7", "jobs"]
    ]
    judgement = judge(proven)
    made = document(proven, judgement, plan(proven, judgement))
    assert b"FROM <b>" not in writer("html")(made, Theme(), Templates())


def test_flows_say_how_they_are_known(proven: Facts) -> None:
    found = {(r[0], r[1], r[2]): r[3] for r in rows(composed(proven).tables.flow_kinds)}
    assert found["Relations", "Web shop", "Customer"] == "declared and plausible"
    assert found["Relations", "Web shop", "Invoice"] == "undeclared, seen in the database"
    assert composed(proven).crud.flows.direct == 1


def test_master_data_have_their_way(proven: Facts) -> None:
    (row,) = rows(composed(proven).tables.lineages)
    assert row[:4] == ["Customer", "Relations", "Relations → Web shop (file)", "1"]


def test_without_evidence_nothing_is_claimed(declared: Facts) -> None:
    part, text = composed(declared), markdown(declared)
    assert part.crud.proof is None
    assert part.tables.differences is None
    assert part.tables.strangers is None
    assert part.tables.cell_evidence is None
    assert "No evidence of use was collected" in text
    assert "No evidence was collected: all letters are as declared." in text
    assert "Every account" not in text
    assert {x.state for c in part.crud.matrix.cells for x in c.letters} == {"declared"}


def test_cells_that_nobody_told_are_open_and_not_listed(declared: Facts) -> None:
    made = composed(declared).crud.matrix
    assert [c.open for c in made.columns] == [False, True]
    assert [(c.row, c.column) for c in made.cells] == [(0, 0), (0, 1), (1, 0)]


def test_the_appendix_has_each_answer_with_its_reason(proven: Facts) -> None:
    found = rows(composed(proven).tables.cell_evidence)
    assert found[0][:2] == ["Customer", "Relations"]  # differences first
    unknown = [row for row in found if row[5] == "unknown"]
    assert unknown
    assert all(row[6] for row in unknown)


def test_the_web_tells_what_is_proven_and_what_is_only_declared(proven: Facts) -> None:
    made = crud_web(proven)
    assert made
    web, left = made
    assert left == 0
    kinds = {(e.source, e.target): (e.kind, e.strong, e.label) for e in web.edges}
    assert kinds["system:crm", "entity:customer"] == ("alarm", True, "CR+U-D")
    assert kinds["system:shop", "entity:customer"] == ("told", False, "r")
    assert web.table()[1][0][3]


def test_flows_are_drawn_by_how_they_are_known(proven: Facts) -> None:
    from crmaudit.crud_matrix.flows import flows

    made = flow_web(proven, flows(proven.crud))
    assert made
    kinds = {(e.source, e.target, e.kind): e.items for e in made[0].edges}
    assert kinds == {("crm", "shop", "firm"): ("Customer",), ("crm", "shop", "alarm"): ("Invoice",)}
    svg = draw(b.Figure("f", "t", made[0], "a"))
    # Two lines between the same two do not hide each other.
    ends = re.findall(r'<path d="(M[\d. -]+L[\d. -]+)" fill="none"', svg)
    assert len(set(ends)) == 2
    assert 'data-items="Customer"' in svg


def test_boxes_lie_on_the_diagonal(tmp_path: Path) -> None:
    names = [f"e{n}" for n in range(6)]
    dossiers = {
        f"systems/s{n}.yaml": {
            "id": f"s{n}",
            "name": f"System {n}",
            "crud": {names[n // 2 * 3 + k]: "CRU" for k in range(3)},
        }
        for n in range(4)
    }
    empty = {
        "entities.yaml": {"entities": [{"id": e} for e in names]},
        "systems/crm.yaml": {**CRM, "crud": {}, "feeds": []},
        "systems/shop.yaml": {**SHOP, "crud": {}},
        "maps/crm.yaml": {"system": "crm"},
    }
    found = facts(tmp_path, **dossiers, **empty)
    made = box_map(found.crud)
    assert made
    assert len(made.boxes) == 2
    for one, other in zip(made.boxes, made.boxes[1:], strict=False):
        assert one.rows[1] < other.rows[0]
        assert one.columns[1] < other.columns[0]
    assert not any(c.outside for c in made.cells)
    assert all(
        any(
            box.rows[0] <= c.row <= box.rows[1] and box.columns[0] <= c.column <= box.columns[1]
            for box in made.boxes
        )
        for c in made.cells
    )


def test_a_network_of_many_shows_those_with_most_cells(tmp_path: Path) -> None:
    names = [f"e{n}" for n in range(120)]
    wide = {**CRM, "crud": dict.fromkeys(names, "CR"), "feeds": []}
    shop = {**SHOP, "crud": dict.fromkeys(names[:10], "R")}
    found = facts(
        tmp_path,
        **{
            "entities.yaml": {"entities": [{"id": e} for e in names]},
            "systems/crm.yaml": wide,
            "systems/shop.yaml": shop,
            "maps/crm.yaml": {"system": "crm"},
        },
    )
    made = crud_web(found)
    assert made
    web, left = made
    assert len(web.nodes) == 90
    assert left == 32
    drawn = {n.id for n in web.nodes}
    assert {"system:crm", "system:shop", *(f"entity:e{n}" for n in range(10))} <= drawn
