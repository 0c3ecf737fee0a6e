"""Measured quality in the report: what is drawn and said, of how many, and what is not."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules.harness import Example

from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.quality.scores import Clean, Score, Scorecard
from crmaudit.report import blocks as b
from crmaudit.report import figures
from crmaudit.report import specs as s
from crmaudit.report.compose import document
from crmaudit.report.measured_columns import MONTHS, distributions, missing, months, visible
from crmaudit.report.measured_keys import MOST, key_diagrams
from crmaudit.report.measured_model import found_model
from crmaudit.report.measured_scores import heat, reach_heat, seen_together
from crmaudit.report.tables import Tables
from crmaudit.strategy import plan

Make = Callable[..., Facts]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def facts(*evidence: dict[str, Any], **files: Any) -> Facts:
        names = {n.replace("__", "/") + ".yaml": c for n, c in files.items()}
        return Example(names, evidence).facts(tmp_path)

    return facts


def profile(table: str, *columns: dict[str, Any], rows: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "kind": "profile",
        "system": "crm",
        "table": table,
        "rows": rows,
        "columns": list(columns),
        **more,
    }


def reference(table: str, column: str, to: str, **more: Any) -> dict[str, Any]:
    """All of a hundred rows refer to one of ten, four at the most to the same."""
    counted = {"cases": 100, "filled": 100, "orphans": 0, "most": 4, "distinct": 10, "parents": 10}
    return {"table": table, "columns": [column], "to": to, **counted, **more}


def keys(*references: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "keys", "system": "crm", "references": list(references)}


def mapped(**entities: str) -> dict[str, Any]:
    return {"system": "crm", "tables": [{"table": t, "entity": e} for t, e in entities.items()]}


def entities(*names: str, **relationships: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "entities": [{"id": n, "relationships": relationships.get(n, [])} for n in names],
    }


def words(spec: s.FigureSpec, width: int = figures.WIDE) -> list[str]:
    """The texts of the drawing."""
    svg = figures.draw(b.Figure("f", "title", spec, "what it shows"), width)
    return [t.text or "" for t in ET.fromstring(svg).iter(f"{SVG}text")]


# Keys


def test_declared_and_found_keys_look_different_and_orphans_are_counted(make: Make) -> None:
    facts = make(
        profile("contacts"),
        profile("notes"),
        profile("cases", rows=7),
        keys(
            reference("notes", "contact_id", "contacts", basis="declared"),
            reference("cases", "contact_id", "contacts", orphans=12),
            reference("cases", "note_id", "notes", filled=0, orphans=None, most=None),
        ),
    )
    (drawing,) = key_diagrams(facts)
    ties = {(t.source, t.target): t for t in drawing.diagram.ties}
    assert ties["contacts", "notes"].kind == "solid"
    assert ties["contacts", "cases"].kind == "dashed"
    assert ties["contacts", "cases"].mark
    assert ties["notes", "cases"].kind == "dotted"
    assert not ties["contacts", "notes"].mark
    assert (drawing.declared, drawing.found, drawing.untested) == (1, 2, 1)
    assert (drawing.orphans, drawing.faulty) == (12, 1)
    told = words(drawing.diagram)
    assert "12" in told
    assert "7 rows" in told
    assert {"declared in the database", "found, not declared", "no value to test"} <= set(told)
    _, rows = drawing.diagram.table()
    assert any("12 of 100 lead nowhere" in row[-1] for row in rows)
    assert any("cannot tell" in row[-1] for row in rows)


def test_references_to_accounts_are_left_out_and_said_so(make: Make) -> None:
    owner = {"name": "owner_id", "semantic": {"type": "owner", "confidence": 0.9}}
    facts = make(
        profile("contacts", owner),
        profile("notes"),
        profile("users"),
        keys(
            reference("contacts", "owner_id", "users"),
            reference("notes", "contact_id", "contacts"),
        ),
    )
    (drawing,) = key_diagrams(facts)
    assert {b.id for b in drawing.diagram.boxes} == {"contacts", "notes"}
    assert "1 reference to the table of accounts" in drawing.left_out[0]


def test_more_tables_than_can_be_read_are_drawn_by_entity(make: Make) -> None:
    tables = [f"t{n:02}" for n in range(MOST + 5)]
    others = [reference(t, "contact_id", "contacts") for t in tables]
    facts = make(
        profile("contacts"),
        *(profile(t) for t in tables),
        keys(*others, reference("t44", "lost_id", "t43", orphans=3)),
        maps__crm=mapped(contacts="contact", t00="note", t01="note"),
        entities=entities("contact", "note"),
    )
    (drawing,) = key_diagrams(facts)
    assert {b.label for b in drawing.diagram.boxes} == {"contact", "note", "t43", "t44"}
    (note,) = (b for b in drawing.diagram.boxes if b.label == "note")
    assert note.detail == "200 rows, 2 tables"
    assert "of tables that hold no entity" in drawing.left_out[-1]


def test_without_tested_keys_there_is_no_diagram(make: Make) -> None:
    facts = make(profile("contacts"))
    assert key_diagrams(facts) == ()
    assert found_model(facts) is None


# The model that is really there


def test_the_found_model_stands_beside_the_declared_one(make: Make) -> None:
    facts = make(
        profile("contacts"),
        profile("gifts", rows=30),
        profile("letters"),
        profile("cars"),
        keys(
            reference("gifts", "contact_id", "contacts", filled=90),
            reference("letters", "contact_id", "contacts"),
        ),
        maps__crm=mapped(contacts="contact", gifts="gift", letters="letter", cars="car"),
        entities=entities(
            "contact",
            "gift",
            "letter",
            "car",
            "ghost",
            contact=[
                {"to": "gift", "cardinality": "1:n"},
                {"to": "car", "cardinality": "1:n"},
                {"to": "ghost", "cardinality": "1:n"},
            ],
        ),
    )
    model = found_model(facts)
    assert model is not None
    ties = {frozenset((t.source, t.target)): t for t in model.diagram.ties}
    gift = ties[frozenset(("contact", "gift"))]
    assert (gift.kind, gift.source, gift.source_end, gift.target_end) == (
        "solid",
        "contact",
        "0..1",
        "n",
    )
    assert ties[frozenset(("contact", "letter"))].kind == "dashed"
    assert ties[frozenset(("contact", "car"))].kind == "dotted"
    assert (model.both, model.missing, model.extra) == (
        1,
        ("car – contact",),
        ("contact – letter",),
    )
    assert model.unmapped == ("ghost",)
    assert {b.label: b.detail for b in model.diagram.boxes}["gift"] == "30"


def test_a_contradiction_is_marked_and_told_in_words(make: Make) -> None:
    facts = make(
        profile("contacts"),
        profile("gifts"),
        keys(reference("gifts", "contact_id", "contacts")),
        maps__crm=mapped(contacts="contact", gifts="gift"),
        entities=entities("contact", "gift", contact=[{"to": "gift", "cardinality": "1:1"}]),
    )
    model = found_model(facts)
    assert model is not None
    (tie,) = model.diagram.ties
    assert tie.mark
    assert model.contradicting == (
        "contact – gift: declared 1:1, but one contact has up to 4 × gift",
    )
    agreed = make(
        profile("contacts"),
        profile("gifts"),
        keys(reference("gifts", "contact_id", "contacts")),
        maps__crm=mapped(contacts="contact", gifts="gift"),
        entities=entities("contact", "gift", contact=[{"to": "gift", "cardinality": "1:n"}]),
    )
    model = found_model(agreed)
    assert model is not None
    assert model.contradicting == ()


def test_a_tie_to_a_table_of_several_entities_is_no_tie_that_is_missing(make: Make) -> None:
    rows = mapped(gifts="gift", hints="role")
    rows["tables"] += [
        {"table": "contacts", "entity": "person", "where": "kind = 'P'"},
        {"table": "contacts", "entity": "firm", "where": "kind = 'F'"},
    ]
    rows["tables"][1]["role"] = "line"
    facts = make(
        profile("contacts"),
        profile("gifts"),
        profile("hints"),
        keys(
            reference("gifts", "contact_id", "contacts"),
            reference("gifts", "replaces_id", "gifts"),
        ),
        maps__crm=rows,
        entities=entities(
            "person",
            "firm",
            "gift",
            "role",
            person=[{"to": "gift", "cardinality": "1:n"}],
            gift=[{"to": "gift", "cardinality": "1:n"}],
        ),
    )
    model = found_model(facts)
    assert model is not None
    assert (model.both, model.missing, model.extra) == (2, (), ())
    ties = {(t.source, t.target): t for t in model.diagram.ties}
    assert ties["person", "gift"].kind == "solid"
    assert ties["person", "gift"].detail == "crm: gifts.contact_id"
    assert ties["gift", "gift"].detail == "crm: gifts.replaces_id"
    assert model.unmapped == (), "a table beside the main one is a table that was read"


def test_a_link_table_makes_two_entities_many_to_many(make: Make) -> None:
    rows = mapped(contacts="contact", groups="circle")
    rows["tables"].append({"table": "members", "role": "link"})
    facts = make(
        profile("contacts"),
        profile("groups"),
        profile("members"),
        keys(
            reference("members", "contact_id", "contacts"),
            reference("members", "group_id", "groups"),
        ),
        maps__crm=rows,
        entities=entities("contact", "circle"),
    )
    model = found_model(facts)
    assert model is not None
    (tie,) = model.diagram.ties
    assert (tie.source_end, tie.target_end) == ("n", "n")
    assert "through members" in tie.detail


# Columns


def semantic(kind: str) -> dict[str, Any]:
    return {"type": kind, "confidence": 0.9}


def test_distributions_show_codes_months_and_bins_and_no_masked_value(make: Make) -> None:
    facts = make(
        profile(
            "contacts",
            {
                "name": "status",
                "semantic": semantic("status"),
                "top": [
                    {"value": "Active ", "count": 60, "masked": False},
                    {"value": "Gone", "count": 30, "masked": False},
                    {"value": "Aa", "count": 5, "masked": True},
                ],
            },
            {
                "name": "created_at",
                "logical": "datetime",
                "semantic": semantic("created at"),
                "months": {"2026-05": 10, "2026-06": 80, "2026-08": 10},
            },
            {
                "name": "worth",
                "logical": "number",
                "semantic": semantic("money"),
                "histogram": [
                    {"low": "0", "high": "5", "count": 98},
                    {"low": "5", "high": "10", "count": 2},
                ],
            },
            {
                "name": "last_name",
                "semantic": semantic("family name"),
                "top": [{"value": "Aa", "count": 50, "masked": True}],
            },
        ),
        maps__crm=mapped(contacts="contact"),
        entities=entities("contact"),
    )
    drawn = distributions(facts)
    assert drawn is not None
    panels = {p.label: p for p in drawn.items}
    assert set(panels) == {"contacts.status", "contacts.created_at", "contacts.worth"}
    assert [p.label for p in panels["contacts.status"].parts] == ["Active␣", "Gone"]
    stamps = panels["contacts.created_at"]
    assert [(p.label, p.value, p.mark) for p in stamps.parts] == [
        ("2026-05", 10, False),
        ("2026-06", 80, False),
        ("2026-07", 0, True),
        ("2026-08", 10, True),
    ]
    assert stamps.note == "100 of 100 filled; 10 in the future"
    assert (panels["contacts.worth"].low, panels["contacts.worth"].high) == ("0", "10")
    for width in (figures.WIDE, figures.NARROW):
        assert {"Active␣", "60", "2026-08"} <= set(words(drawn, width))


@given(
    st.dictionaries(
        st.builds(lambda y, m: f"{y:04}-{m:02}", st.integers(1, 9999), st.integers(1, 12)),
        st.integers(1, 10**6),
        min_size=1,
        max_size=40,
    )
)
def test_steps_of_time_lose_no_row_and_are_few(counts: dict[str, int]) -> None:
    steps = list(months(counts))
    assert sum(n for _, _, n in steps) == sum(counts.values())
    assert 1 <= len(steps) <= MONTHS
    assert len({name for name, _, _ in steps}) == len(steps)
    assert [first for _, first, _ in steps] == sorted(first for _, first, _ in steps)


@pytest.mark.parametrize(
    ("value", "seen"), [(" x ", "␣x␣"), ("x y", "x y"), ("  ", "␣␣"), ("", "")]
)
def test_blanks_at_the_ends_are_seen(value: str, seen: str) -> None:
    assert visible(value) == seen


def test_columns_empty_together_are_drawn_with_their_rows(make: Make) -> None:
    facts = make(
        profile(
            "contacts",
            {"name": "id"},
            {"name": "phone", "nulls": 60},
            {"name": "email", "nulls": 50},
            missing=[
                {"columns": ["phone", "email"], "rows": 40},
                {"columns": [], "rows": 30},
                {"columns": ["phone"], "rows": 20},
                {"columns": ["email"], "rows": 10},
            ],
        ),
        maps__crm=mapped(contacts="contact"),
        entities=entities("contact"),
    )
    ((name, drawn),) = missing(facts)
    assert name == "contact (CRM: contacts)"
    assert [(c.label, c.text) for c in drawn.columns] == [
        ("phone", "40\u00a0%"),
        ("email", "50\u00a0%"),
    ]
    assert [(p.text, p.empty) for p in drawn.patterns] == [
        ("40", (0, 1)),
        ("30", ()),
        ("20", (0,)),
        ("10", (1,)),
    ]
    assert {"40", "phone", "filled", "empty"} <= set(words(drawn))
    assert drawn.table()[1][0] == ("phone", "40\u00a0%", "empty", "filled", "empty", "filled")


# Scores


def card(clean: Clean | None = None, **shares: float) -> Scorecard:
    dimensions = ("completeness", "uniqueness", "validity", "timeliness", "consistency", "accuracy")
    return Scorecard(
        {
            d: Score(d, shares[d] * 100, 100) if d in shares else Score(d, reason="not asked")
            for d in dimensions
        },
        clean,
    )


def test_the_worst_dimension_is_outlined_and_clean_records_stand_beside() -> None:
    drawn = heat(
        {
            "Contact": card(Clean(74, 100), completeness=0.5, validity=0.9),
            "Product": card(completeness=1, validity=1),
        },
        "Entity",
    )
    assert drawn is not None
    assert drawn.columns == ("completeness", "validity", "all of them", "no faulty value")
    first, second = drawn.cells
    assert [(c.text, c.mark) for c in first] == [
        ("50\u00a0%", True),
        ("90\u00a0%", False),
        ("70\u00a0%", False),
        ("74\u00a0%", False),
    ]
    assert not any(c.mark for c in second), "what is whole has no worst"
    assert second[-1].value is None, "not counted is neither 0 nor 100"


def test_what_was_not_assessed_is_told_with_its_reason_and_how_many(make: Make) -> None:
    facts = make(
        profile("contacts", {"name": "city", "nulls": 5}),
        maps__crm=mapped(contacts="contact"),
        entities=entities("contact"),
    )
    judgement = judge(facts)
    table = Tables(facts, judgement, plan(facts, judgement)).quality_gaps
    assert table is not None
    rows = {row[0].text: [c.text for c in row[1:]] for row in table.rows}
    assert "completeness" not in rows
    assert rows["accuracy"][1] == "100\u00a0% (1 of 1)"
    assert rows["accuracy"][2] == "contact"
    assert "reference" in rows["accuracy"][0]


def test_faults_are_told_with_their_denominator_most_likely_errors_first(make: Make) -> None:
    def fault(kind: str, rows: int, confidence: float) -> dict[str, Any]:
        return {
            "kind": kind,
            "columns": ["email"],
            "rows": rows,
            "of": 80,
            "example": "a@a",
            "confidence": confidence,
        }

    facts = make(
        profile(
            "contacts",
            {"name": "email", "nulls": 20, "faults": [fault("outlier", 40, 0.2)]},
            {"name": "city", "faults": [fault("placeholder", 20, 0.9)]},
        )
    )
    judgement = judge(facts)
    table = Tables(facts, judgement, plan(facts, judgement)).faults
    assert table is not None
    assert [row[1].text for row in table.rows] == ["placeholder", "outlier"]
    assert table.rows[1][2].text == "50\u00a0% (40 of 80)"
    assert table.rows[1][2].evidence


# One place


def test_customers_seen_in_one_place_are_shares_of_their_records(make: Make) -> None:
    facts = make(
        profile("contacts"),
        {
            "kind": "reach",
            "system": "crm",
            "reached": [
                {
                    "entity": "person",
                    "table": "contacts",
                    "where": "",
                    "records": 200,
                    "having": {"e-mail": 100, "activity": 50},
                    "lacking": {
                        "invoice": "no table holds invoices",
                        "order": "no table holds orders",
                        "phone": "no column of telephone numbers was found",
                    },
                    "together": 20,
                    "together_of": ["contact point", "activity"],
                }
            ],
        },
        entities={"entities": [{"id": "contact", "name": "Contact", "kind": "person"}]},
    )
    drawn = reach_heat(facts)
    assert drawn is not None
    assert drawn.rows == ("Contact in CRM",)
    shown = dict(zip(drawn.columns, drawn.cells[0], strict=True))
    assert shown["e-mail"].value == 0.5
    assert shown["invoice"].value is None
    assert shown["seen together"].value == 0.1
    told = seen_together(facts)
    assert told == ("Contact in CRM with contact point and activity", 20, 200)
    judgement = judge(facts)
    table = Tables(facts, judgement, plan(facts, judgement)).reached
    assert table is not None
    lines = {row[1].text: row[2].reason for row in table.rows}
    assert lines["invoice, order"] == "no table holds it", "what is nowhere is one line"
    assert "telephone" in lines["phone"]


def test_the_numbers_of_distributions_are_a_line_each() -> None:
    bars = tuple(s.Bar(str(n), float(n), str(n)) for n in range(30))
    _, rows = s.Panels((s.Panel("a", "values", bars, note="30 of 30 filled"),)).table()
    assert len(rows) == 1
    assert rows[0][1].startswith("1: 1; 2: 2")
    assert rows[0][2] == "30 of 30 filled"


# The whole report


def test_old_evidence_gives_sections_that_say_what_is_missing(make: Make) -> None:
    facts = make(profile("contacts", {"name": "city", "nulls": 5}))
    judgement = judge(facts)
    made = document(facts, judgement, plan(facts, judgement))
    sections = {x.id: x for x in made.sections}
    told = str(sections["values"].blocks)
    assert "did not look for them" in told
    assert "not_assessed" in told
    assert "no references between tables have been tested" in str(sections["keys"].blocks)


def test_every_picture_of_the_demo_reads_in_both_widths(demo: Path) -> None:
    from crmaudit.audit import Audit

    audit = Audit(demo)
    made = document(audit.facts, audit.findings, audit.plan)
    wanted = {"entity-scorecards", "distributions", "missing-1", "keys-1", "found-model", "reach"}
    drawn = {
        block.id: block
        for section in made.sections
        for block in section.blocks
        if isinstance(block, b.Figure)
    }
    assert wanted <= set(drawn)
    for name in wanted:
        figure = drawn[name]
        assert figure.alt
        heads, rows = figure.spec.table()
        assert rows, name
        assert all(len(row) == len(heads) for row in rows), name
        for width in (figures.WIDE, figures.NARROW)[: 1 + figures.narrows(figure)]:
            root = ET.fromstring(figures.draw(figure, width))
            for text in root.iter(f"{SVG}text"):
                assert 0 <= float(text.get("x", "0")) <= width + 1, (name, text.text)
