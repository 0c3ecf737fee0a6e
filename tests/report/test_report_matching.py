"""Duplicates and overlap in the report: what is drawn and said, of how many, and what is not."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.engine import judge
from crmaudit.evidence import Estimate
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import figures
from crmaudit.report import specs as s
from crmaudit.report.compose import document
from crmaudit.report.figures.svg import measure
from crmaudit.report.matched import (
    ATTRIBUTES,
    PAIRS,
    duplicates_part,
    overlap_part,
    share_words,
)
from crmaudit.report.numbers import more
from crmaudit.report.pdf_data import SMALL, widths
from crmaudit.report.tables import Tables
from crmaudit.report.tables.matching import MOST
from crmaudit.report.text import plain
from crmaudit.strategy import plan

Make = Callable[..., Facts]
SVG = "{http://www.w3.org/2000/svg}"
LONG = "Mitgliederverwaltung für Fördervereine und Städtische Büchereien Süd"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def facts(*evidence: dict[str, Any], **files: Any) -> Facts:
        for found in evidence:
            for holder in ({"system": found["system"]}, *found.get("holders", ())):
                system = holder["system"]
                files.setdefault(f"systems__{system}", {"id": system, "name": system})
        names = {n.replace("__", "/") + ".yaml": c for n, c in files.items()}
        return Example(names, evidence).facts(tmp_path)

    return facts


def share(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


STEPS = (
    {"attribute": "family name", "level": "same", "weight": 9.0, "left": "Aa", "right": "Aa"},
    {"attribute": "household or employer", "level": "explains some of it", "weight": -0.04},
    {"attribute": "e-mail", "level": "different", "weight": -3.0, "left": "a@a", "right": "b@a"},
)


def matching(**changes: Any) -> dict[str, Any]:
    example = {
        "left": "rec-1", "right": "rec-2", "left_system": "crm", "right_system": "crm",
        "probability": 0.98, "weight": 4.96, "state": "same", "prior": -1.0, "steps": list(STEPS),
    }  # fmt: skip
    return {
        "attributes": [
            {"attribute": "street", "columns": ["contacts.street"], "filled": 900},
            {"attribute": "e-mail", "columns": ["contacts.mail"], "filled": 700},
            {"attribute": "country", "unused": "all rows have the same value in contacts.land"},
            {"attribute": "birth date", "unused": "no column of it was found"},
        ],
        "records": 1000,
        "left_out": {"deleted": 50},
        "candidates": 5000,
        "comparisons": [
            {"attribute": "e-mail", "levels": [
                {"label": "same", "weight": 12.0, "m": 0.9, "u": 0.1},
                {"label": "different", "weight": -0.02, "m": 0.1, "u": 0.9}]},
            {"attribute": "address", "levels": [
                {"label": "same home", "weight": 15.0, "m": 0.9, "u": 0.1},
                {"label": "different", "weight": -4.0, "m": 0.1, "u": 0.9}]},
        ],
        "threshold": 0.0,
        "uncertain": -4.0,
        "histogram": [
            {"low": -26.0, "high": -24.0, "pairs": 4000, "expected": 0.0},
            {"low": -4.0, "high": -2.0, "pairs": 920, "expected": 30.0},
            {"low": 4.0, "high": 6.0, "pairs": 80, "expected": 78.0},
        ],
        "same_pairs": 80,
        "uncertain_pairs": 920,
        "precision": share(0.98, 0.92, 1.0),
        "recall": share(0.8, 0.5, 1.0),
        "examples": [example],
        **changes,
    }  # fmt: skip


def duplicates(system: str = "crm", entity: str = "person", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "duplicates", "system": system, "entity": entity, "entity_kind": "person",
        "tables": ["contacts"], "surplus": 70, "estimated": share(90, 65, 160),
        "matching": matching(), **changes,
    }  # fmt: skip


def pair(left: str, right: str, *agreement: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "left": left, "right": right, "things": 100, "pairs": 100, "left_matched": 100,
        "right_matched": 100, "left_estimated": share(110, 90, 140),
        "right_estimated": share(110, 90, 2000), "agreement": list(agreement), **changes,
    }  # fmt: skip


CITY = {"attribute": "city", "same": 60, "conflicting": 20, "left_only": 20}
BIRTH = {"attribute": "birth date", "right_only": 70}
MIDDLE = {"attribute": "middle name", "left_only": 4, "right_only": 3}


def overlap(*between: dict[str, Any], **changes: Any) -> dict[str, Any]:
    systems = sorted({x[side] for x in between for side in ("left", "right")})
    return {
        "kind": "overlap", "system": systems[0] if systems else "crm", "entity": "person",
        "entity_kind": "person",
        "holders": [{"system": x, "tables": ["t"], "records": 500, "things": 500}
                    for x in systems],
        "matching": matching(), "between": list(between),
        "sets": [{"systems": [x], "things": 400} for x in systems]
        + [{"systems": list(x), "things": 100} for x in combinations(systems, 2)],
        **changes,
    }  # fmt: skip


def sections(facts: Facts) -> dict[str, b.Section]:
    judgement = judge(facts)
    made = document(facts, judgement, plan(facts, judgement))
    return {x.id: x for x in made.sections}


def prose(section: b.Section) -> str:
    found = []
    for block in section.blocks:
        if isinstance(block, b.Paragraph):
            found.append(plain(block.inlines))
        elif isinstance(block, b.BulletList):
            found += [
                plain(x.inlines) for i in block.items for x in i if isinstance(x, b.Paragraph)
            ]
    return " ".join(found).replace("\u00a0", " ")


def drawn(section: b.Section) -> dict[str, b.Figure]:
    return {x.id: x for x in section.blocks if isinstance(x, b.Figure)}


def table(facts: Facts, name: str) -> b.Table:
    judgement = judge(facts)
    found = getattr(Tables(facts, judgement, plan(facts, judgement)), name)
    assert isinstance(found, b.Table)
    return found


def texts(found: b.Table) -> list[list[str]]:
    return [[c.text.replace("\u00a0", " ") for c in row] for row in found.rows]


def placed(figure: b.Figure, width: int) -> list[tuple[float, str]]:
    root = ET.fromstring(figures.draw(figure, width))
    return [(float(t.get("x", "0")), t.text or "") for t in root.iter(f"{SVG}text")]


# Duplicates


def test_duplicates_are_told_with_their_denominator_how_surely_and_what_waits(make: Make) -> None:
    facts = make(duplicates(), duplicates("erp", surplus=0, estimated=share(0.2, 0, 3)))
    section = sections(facts)["duplicates"]
    said = prose(section)
    assert "2,000 records of 2 systems were compared" in said
    assert "4 % (70 of 2,000) are surplus by the pairs found" in said
    assert "Of 5,000 pairs" in said
    assert "80 are taken for the same" in said
    assert "98 % (92–100 %) of these are right, as estimated" in said
    assert "They are 80 % (50–100 %) of all pairs that are the same" in said
    assert "answer" not in said
    title = drawn(section)["duplicates-found"].title.replace("\u00a0", " ")
    assert "7 % (70 of 1,000) surplus as found, 65 to 160 as estimated" in title
    assert drawn(section)["duplicate-waterfall"].evidence


def test_one_record_is_not_many(make: Make) -> None:
    one = matching(records=2, candidates=1, same_pairs=1, uncertain_pairs=1, answers=1)
    said = prose(sections(make(duplicates(surplus=1, estimated=None, matching=one)))["duplicates"])
    assert "2 records of 1 system were compared" in said
    assert "50 % (1 of 2) is surplus by the pairs found: what it stands for" in said
    assert "1 more pair only a person can decide" in said
    assert "rest on 1 answer of" in said
    assert "Of 1 pair of records" in said
    assert "1 is taken" in said


def test_what_cannot_be_said_is_neither_none_nor_a_picture(make: Make) -> None:
    facts = make(duplicates(matching={"cannot": "nothing names a record"}, surplus=0))
    section = sections(facts)["duplicates"]
    assert not drawn(section)
    assert "Nothing can be said of person in crm" in prose(section)
    assert "No two were found" not in prose(section)
    row = table(facts, "duplicates").rows[0]
    assert (row[2].state, row[2].reason) == ("not_assessed", "nothing names a record")


def test_the_worst_stands_first_and_what_cannot_be_said_last(make: Make) -> None:
    facts = make(
        duplicates("a", matching={"cannot": "no"}, surplus=0),
        duplicates("b", surplus=3, estimated=None),
        duplicates("c"),
    )
    assert [row[1] for row in texts(table(facts, "duplicates"))] == ["c", "b", "a"]


def test_only_answers_known_when_records_were_compared_carry_the_numbers(make: Make) -> None:
    given = [{"left": "rec-1", "right": "rec-2", "answer": "same"}]
    part = duplicates_part(make(duplicates(), matches={"matches": given}))
    assert part
    assert part.answers == 0


def test_answers_given_since_are_remarked_and_rows_without_customer_estimated(make: Make) -> None:
    given = [{"left": "rec-1", "right": "rec-2", "answer": "different"}]
    part = duplicates_part(make(duplicates(), matches={"matches": given}))
    assert part
    assert [what for what, _ in part.remarks] == ["person in crm"]
    rows = {"system": "crm", "entity": "invoice", "entity_kind": "invoice", "table": "i",
            "in_system": "erp", "rows": 1000, "without": 400, "nobody": 3}  # fmt: skip
    facts = make(overlap(pair("crm", "erp", CITY), unlinked=[rows]), matches={"matches": given})
    section = sections(facts)["overlap"]
    assert "1 answer has changed since" in prose(section)
    assert texts(table(facts, "unlinked"))[0][3:] == [
        "40 % (400 of 1,000)", "360 to 410", "< 1 % (3 of 1,000)"
    ]  # fmt: skip


def test_few_duplicates_of_a_month_are_chance_and_no_door(make: Make) -> None:
    causes = [
        {"by": "month", "value": "2026-01", "duplicates": 6, "records": 20},
        {"by": "import batch", "value": "A-9", "duplicates": 40, "records": 100},
    ]
    rows = texts(table(make(duplicates(causes=causes)), "duplicate_causes"))
    assert [row[2:4] for row in rows] == [["import batch", "A-9"]]


def test_the_first_bar_holds_all_that_lie_lower_and_numbers_have_a_minus(make: Make) -> None:
    part = duplicates_part(make(duplicates()))
    assert part
    assert part.weights
    _, rows = part.weights.table()
    assert [r[0] for r in rows] == ["below −24", "−4 to −2", "4 to 6"]
    assert rows[0][1] == "4,000"


@pytest.mark.parametrize(
    ("bits", "text"), [(9.06, "+9.1"), (-2.2, "−2.2"), (-0.04, "0.0"), (0.0, "0.0")]
)
def test_what_rounds_to_nothing_has_no_sign(bits: float, text: str) -> None:
    assert more(bits, 1) == text


@pytest.mark.parametrize(
    ("low", "value", "high", "text"),
    [
        (0.92, 0.98, 1.0, "98 % (92–100 %)"),
        (0.999, 0.9995, 1.0, "> 99 %"),
        (0.999, 1.0, 1.0, "100 % (> 99 %)"),
        (0.0, 0.0, 0.003, "0 % (< 1 %)"),
        (0.5, 0.5, 0.5, "50 %"),
    ],
)
def test_an_interval_reads_as_one(low: float, value: float, high: float, text: str) -> None:
    assert share_words(Estimate(value, low, high)).replace("\u00a0", " ") == text


def test_on_a_phone_no_name_of_an_attribute_is_cut(make: Make) -> None:
    figure = drawn(sections(make(duplicates()))["duplicates"])["duplicate-waterfall"]
    for width in (figures.WIDE, figures.NARROW):
        assert "household or employer" in [t for _, t in placed(figure, width)]


def test_every_comparison_is_told_and_why_an_attribute_takes_no_part(make: Make) -> None:
    facts = make(duplicates())
    rows = {row[2]: row for row in texts(table(facts, "compared_by"))}
    assert rows["address"][3:] == ["made of others", "+15.0", "−4.0"]
    assert rows["e-mail"][3:] == ["70 % (700 of 1,000)", "+12.0", "0.0"]
    assert rows["country"][3] == "not used"
    assert "birth date" not in rows
    whole = texts(table(facts, "comparisons"))[0]
    assert whole[2:] == ["1,000", "50 deleted", "5,000", "80", "50 %", "98 % (92–100 %)",
                         "80 % (50–100 %)"]  # fmt: skip


# Overlap


def test_overlap_is_told_with_how_surely_records_were_matched(make: Make) -> None:
    section = sections(make(overlap(pair("crm", "erp", CITY))))["overlap"]
    said = prose(section)
    assert "80 pairs of records of crm and erp were matched" in said
    assert "98 % (92–100 %) of them are right, as estimated" in said
    assert "they are 80 % (50–100 %) of all pairs that are the same" in said
    assert "by the pairs found" in said


def test_what_an_identifier_ties_together_was_not_compared(make: Make) -> None:
    tied = {"records": 1000}
    facts = make(overlap(pair("crm", "erp", CITY), by="identifier", matching=tied))
    said = prose(sections(facts)["overlap"])
    assert said.startswith("person: records of crm and erp were put together by an identifier")
    assert "compared by what they say" not in said
    judgement = judge(facts)
    assert Tables(facts, judgement, plan(facts, judgement)).comparisons is None


def test_no_estimate_is_more_than_the_records(make: Make) -> None:
    rows = texts(table(make(overlap(pair("crm", "erp", CITY))), "coverage"))
    assert [row[4] for row in rows] == ["90 to 140", "90 to 500"]


def test_attributes_of_one_side_alone_are_named_and_not_drawn(make: Make) -> None:
    facts = make(overlap(pair("crm", "erp", CITY, BIRTH, MIDDLE)))
    part = overlap_part(facts)
    assert part
    (agree,) = part.entities[0].agreement
    assert [x.label for x in agree.bars.items] == ["city", "middle name"]
    assert agree.alone == (("erp", ("birth date",)),)
    assert (agree.conflicts, agree.compared) == (20, 80)
    assert agree.bars.parts[agree.bars.alarm or 0] == "conflicting"
    figure = drawn(sections(facts)["overlap"])["agreement-1-1"]
    assert "25 % (20 of 80)" in figure.title.replace("\u00a0", " ")
    assert "Only erp has birth date." in figure.note


def test_contradictions_have_bounds_whatever_the_false_pairs_are_like(make: Make) -> None:
    row = texts(table(make(overlap(pair("crm", "erp", CITY))), "contradictions"))[0]
    assert row[3:5] == ["25 % (20 of 80)", "18–27 %"]


def test_entities_of_the_same_reason_are_told_once_and_not_among_the_shares(make: Make) -> None:
    two = [{"system": "crm"}, {"system": "erp", "cannot": "no database of it was read"}]
    why = {"cannot": "only one could be read"}
    facts = make(
        overlap(pair("crm", "erp", CITY)),
        overlap(entity="lead", holders=two, matching=why),
        overlap(entity="household", holders=two, matching=why),
    )
    section = sections(facts)["overlap"]
    callouts = [x for x in section.blocks if isinstance(x, b.Callout)]
    assert [x.title for x in callouts] == ["household and lead across systems"]
    assert {row[0] for row in texts(table(facts, "coverage"))} == {"person"}


def test_where_nothing_can_be_compared_the_reason_is_all_that_is_said(make: Make) -> None:
    two = [{"system": "crm"}, {"system": "erp"}]
    section = sections(make(overlap(holders=two, matching={"cannot": "nothing in common"})))[
        "overlap"
    ]
    assert not drawn(section)
    assert not prose(section)
    assert [type(x).__name__ for x in section.blocks] == ["Callout"]


def test_twelve_systems_give_a_few_pictures_and_tables_that_end(make: Make) -> None:
    systems = [f"s{n:02}" for n in range(12)]
    many = [{**CITY, "attribute": f"attribute {n}"} for n in range(ATTRIBUTES + 2)]
    between = [
        pair(x, y, *({**a, "conflicting": n + 1} for a in many))
        for n, (x, y) in enumerate(combinations(systems, 2))
    ]
    dossiers = {f"systems__{x}": {"id": x, "name": f"{LONG} {x}"} for x in systems}
    facts = make(
        overlap(*between), overlap(*between, entity="lead"), *map(duplicates, systems), **dossiers
    )
    found = sections(facts)
    pictures = drawn(found["overlap"])
    assert sum(x.startswith("agreement") for x in pictures) == PAIRS
    assert f"{2 * len(between) - PAIRS} more pairs of systems" in prose(found["overlap"])
    assert "2 more attributes are not drawn" in pictures["agreement-1-1"].note
    for name in ("coverage", "contradictions"):
        made = table(facts, name)
        assert len(made.rows) == MOST
        assert f"the first {MOST} of " in made.caption
    for figure in (*pictures.values(), *drawn(found["duplicates"]).values()):
        assert figure.alt
        heads, rows = figure.spec.table()
        assert all(len(row) == len(heads) and all(row) for row in rows)
        for width in (figures.WIDE, figures.NARROW)[: 1 + figures.narrows(figure)]:
            assert all(0 <= x <= width + 1 for x, _ in placed(figure, width))


# In every format


def test_a_reason_wraps_before_a_number_does() -> None:
    gap = b.Cell("not assessed", None, state="not_assessed", reason="nothing names a record " * 3)
    interval = b.Cell("98 % (92–100 %)".replace(" %", "\u00a0%"), 0.98)
    columns = (b.Column("Entity"), *(b.Column("Share", "percent") for _ in range(4)))
    rows = ((b.Cell("Contact"), gap, *[interval] * 3), (b.Cell("Lead"), *[interval] * 4))
    room = 390.0
    made = widths(b.Table("t", "t", columns, rows), room)
    assert sum(made) <= room
    assert min(made[1:]) >= measure(interval.text, SMALL)


def test_the_part_that_is_amiss_has_the_colour_of_alarm() -> None:
    stack = s.Stack("city", (3, 2), ("3", "2"))
    for alarm, wanted in ((1, True), (None, False)):
        figure = b.Figure("f", "t", s.Stacked(("same", "conflicting"), (stack,), alarm=alarm), "a")
        assert ("var(--alarm," in figures.draw(figure, figures.WIDE)) is wanted
