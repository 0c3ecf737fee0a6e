"""Expressions that choose rows: what they mean, and that no text breaks them."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.cli.query import (
    And,
    Comparison,
    Expression,
    Field,
    Fields,
    Given,
    Not,
    Or,
    arranged,
    choose,
    columns,
    order,
)
from crmaudit.cli.query_parser import MAX_DEPTH, parse
from crmaudit.errors import CrmauditError

PHASES = ("plan", "phase-in", "active", "phase-out", "retired")
FIELDS = Fields(
    [
        Field(key="name", about=""),
        Field(key="phase", about="", choices=PHASES, ordered=True, aliases=("lifecycle",)),
        Field(key="cost", about="", kind="number"),
        Field(key="contract_end", about="", kind="date"),
        Field(key="in_scope", about="", kind="yes or no"),
        Field(key="findings", about="", kind="list"),
        Field(key="business_owner", about=""),
        Field(key="it_owner", about=""),
        Field(key="owner", about="", kind="list", keys=("business_owner", "it_owner")),
    ]
)
ROWS: list[dict[str, Any]] = [
    {
        "name": "Alpha",
        "phase": "active",
        "cost": 100.0,
        "contract_end": date(2027, 1, 1),
        "in_scope": True,
        "findings": ["INV101", "CRD102"],
        "business_owner": "Ana Diaz",
        "it_owner": None,
    },
    {
        "name": "Beta's",
        "phase": "phase-out",
        "cost": 20_000.0,
        "contract_end": None,
        "in_scope": False,
        "findings": [],
        "business_owner": None,
        "it_owner": "Tom",
    },
    {
        "name": "ALPHA two",
        "phase": None,
        "cost": None,
        "contract_end": date(2026, 12, 31),
        "in_scope": True,
        "findings": ["INV101"],
        "business_owner": None,
        "it_owner": None,
    },
]


def names(text: str) -> list[str]:
    found, _ = choose(parse(text, FIELDS), ROWS)
    return [r["name"] for r in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lifecycle=phase-out and cost>10000", ["Beta's"]),
        ("LIFECYCLE = Phase-Out AND COST > 10000", ["Beta's"]),
        ("name ~ alpha", ["Alpha", "ALPHA two"]),
        ("name = 'alpha two'", ["ALPHA two"]),
        ('name = "Beta\'s"', ["Beta's"]),
        ("name = 'Beta''s'", ["Beta's"]),
        ("name != alpha", ["Beta's", "ALPHA two"]),
        ("phase >= active", ["Alpha", "Beta's"]),
        ("phase < phase-out", ["Alpha"]),
        ("phase in (active, retired)", ["Alpha"]),
        ("phase not in (active, retired)", ["Beta's"]),
        ("contract_end < 2027-01-01", ["ALPHA two"]),
        ("contract-end <= 2027-01-01", ["Alpha", "ALPHA two"]),
        ("contract_end ~ 2026-12", ["ALPHA two"]),
        ("in_scope = no", ["Beta's"]),
        ("in_scope != no", ["Alpha", "ALPHA two"]),
        ("findings = inv101", ["Alpha", "ALPHA two"]),
        ("findings != INV101", ["Beta's"]),
        ("findings ~ crd", ["Alpha"]),
        ("findings in (CRD102, GOV101)", ["Alpha"]),
        ("owner = tom", ["Beta's"]),
        ("owner ~ 'ana '", ["Alpha"]),
        ("it_owner missing", ["Alpha", "ALPHA two"]),
        ("it_owner is given", ["Beta's"]),
        ("owner missing", ["ALPHA two"]),
        ("findings missing", ["Beta's"]),
        ("cost = 100 or name ~ two", ["Alpha", "ALPHA two"]),
        ("not (cost = 100 or name ~ two)", ["Beta's"]),
        ("cost = 100 or cost > 1000 and in_scope = yes", ["Alpha"]),
        ("cost > -1.5", ["Alpha", "Beta's"]),
    ],
)
def test_what_an_expression_chooses(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_what_is_not_known_never_matches_and_is_counted() -> None:
    for text in ("cost > 0", "not cost > 0", "cost != 7", "not (cost > 0 and in_scope = yes)"):
        found, unknown = choose(parse(text, FIELDS), ROWS)
        assert ROWS[2] not in found
        assert unknown == {"cost": 1}


def test_what_is_not_known_does_not_matter_where_the_rest_decides() -> None:
    found, unknown = choose(parse("cost > 0 or in_scope = yes", FIELDS), ROWS)
    assert len(found) == 3
    assert not unknown
    found, unknown = choose(parse("cost > 0 and in_scope = no", FIELDS), ROWS)
    assert [r["name"] for r in found] == ["Beta's"]
    assert not unknown


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 1, "the expression is empty", "write it like"),
        ("costt > 1", 1, "there is no column 'costt'", "did you mean 'cost'? columns: name, phase"),
        ("cost > 10k", 8, "'10k' is no number", "like 10000"),
        ("cost > 10,000", 10, "expected, not ','", "without units and separators"),
        ("cost > 10 EUR", 11, "expected, not 'EUR'", "without units and separators"),
        ("cost > '10 000'", 8, "'10 000' is no number", "like 10000"),
        ("cost > 80%", 8, "'80%' is no number", "without unit"),
        ("cost > " + "9" * 400, 8, "too large", ""),
        ("cost ~ 1", 6, "cost is a number", "=, !=, <"),
        ("findings > 3", 10, "findings holds several texts", "=, !=, ~ or in"),
        ("in_scope = perhaps", 12, "yes or no", "write yes or no"),
        ("in_scope", 9, "missing at the end", "write it like"),
        ("phase = phaseout", 9, "phase is never 'phaseout'", "did you mean 'phase-out'?"),
        ("contract_end < 2027", 16, "'2027' is no date", "like 2027-01-31"),
        ("contract_end < 2027-02-30", 16, "is no date", "like 2027-01-31"),
        ("contract_end < 02-30-2027", 16, "is no date", "like 2027-01-31"),
        ("name = 'abc", 8, "this quote is never closed", "close the quote"),
        ("(name = abc", 1, "this bracket is never closed", "close it with )"),
        ("name = abc)", 11, "expected, not ')'", ""),
        ("name = and", 8, "a value is missing", "put 'and' in quotes"),
        ("name = abc and", 15, "a column is missing at the end", "write it like"),
        ("name == abc", 7, "a value is missing", "write it like"),
        ("name is abc", 6, "expected, not 'is'", ""),
        ("name in abc", 9, "`(` is expected", ""),
        ("name in ()", 10, "a value is missing", ""),
        ("name not = abc", 10, "`in` is expected", ""),
        ("not", 4, "a column is missing at the end", ""),
        ("= 1", 1, "a column is expected", ""),
        ("(" * 50 + "name=a" + ")" * 50, MAX_DEPTH + 1, "levels deep", "more simply"),
        ("not " * 9000 + "name=a", 4 * MAX_DEPTH + 1, "levels deep", "more simply"),
    ],
)
def test_mistakes_are_shown_where_they_are(text: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        parse(text, FIELDS)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint
    assert problem.where is not None
    assert (str(problem.where), problem.where.column) == ("--where", column)
    assert problem.where.snippet == text


WORDS = st.text(max_size=12).map(lambda t: t.replace("\r", "").replace("\n", "").replace("\t", ""))
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def _comparisons() -> st.SearchStrategy[Expression]:
    every = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "~"])
    few = st.sampled_from(["=", "!=", "<", ">="])
    field = {f.key: f for f in FIELDS.all}
    days = st.dates()
    return st.one_of(
        st.builds(lambda o, v: Comparison(field["name"], o, (v,)), every, WORDS),
        st.builds(lambda o, v: Comparison(field["cost"], o, (v,)), few, _NUMBERS),
        st.builds(lambda o, v: Comparison(field["contract_end"], o, (v,)), few, days),
        st.builds(
            lambda v: Comparison(field["phase"], "in", tuple(v)),
            st.lists(st.sampled_from(PHASES), min_size=1, max_size=3),
        ),
        st.builds(lambda v: Comparison(field["in_scope"], "=", (v,)), st.booleans()),
        st.builds(lambda v: Comparison(field["owner"], "~", (v,)), WORDS),
        st.builds(Given, st.sampled_from(FIELDS.all), st.booleans()),
    )


EXPRESSIONS = st.recursive(
    _comparisons(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: And(tuple(p))),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: Or(tuple(p))),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_a_printed_expression_reads_back_as_itself(expression: Expression) -> None:
    assert parse(str(expression), FIELDS) == expression


@given(EXPRESSIONS)
def test_what_is_chosen_and_what_its_opposite_chooses_are_apart(expression: Expression) -> None:
    chosen, unknown = choose(expression, ROWS)
    others, unknown_too = choose(Not(expression), ROWS)
    assert not [r for r in chosen if r in others]
    assert unknown == unknown_too
    assert len(chosen) + len(others) == len(ROWS) or unknown


_PIECES = st.sampled_from(
    ["name", "cost", "phase", "=", "!=", "<", ">=", "~", "in", "not", "and", "or", "(", ")", ",",
     "'", '"', "is", "missing", "given", "abc", "10", "10k", "2027-01-01", "!", "\0", "…", "é",
     "'a b'"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map(" ".join)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        expression = parse(text, FIELDS)
    except CrmauditError as error:
        places = [p.where.column for p in error.problems if p.where]
        expression = None
    if expression is None:
        assert len(places) == 1
        assert 1 <= places[0] <= len(text) + 1
    else:
        assert parse(str(expression), FIELDS) == expression
        choose(expression, ROWS)


class TestOrder:
    def test_unknown_values_come_last_both_ways(self) -> None:
        for text, expected in (
            ("cost", ["Alpha", "Beta's", "ALPHA two"]),
            ("-cost", ["Beta's", "Alpha", "ALPHA two"]),
            ("-lifecycle, name", ["Beta's", "Alpha", "ALPHA two"]),
            ("in_scope,-name", ["Beta's", "ALPHA two", "Alpha"]),
            ("-findings", ["Alpha", "ALPHA two", "Beta's"]),
        ):
            assert [r["name"] for r in arranged(ROWS, order(text, FIELDS))] == expected

    @given(st.lists(st.integers(0, 3) | st.none(), max_size=8))
    def test_equal_rows_keep_their_order(self, costs: list[int | None]) -> None:
        rows = [{"cost": c, "n": n} for n, c in enumerate(costs)]
        for text in ("cost", "-cost"):
            result = arranged(rows, order(text, FIELDS))
            assert sorted(r["n"] or 0 for r in result) == list(range(len(rows)))
            for value in set(costs):
                same = [r["n"] for r in result if r["cost"] == value]
                assert same == sorted(n or 0 for n in same)

    @pytest.mark.parametrize("text", ["foo", "name, foo", "-foo", "name,--cost"])
    def test_a_column_that_there_is_not(self, text: str) -> None:
        with pytest.raises(CrmauditError, match="there is no column") as caught:
            order(text, FIELDS)
        assert caught.value.where is not None
        assert text[caught.value.where.column - 1 :].startswith(("foo", "-cost"))


def test_columns_are_taken_once_in_the_order_given() -> None:
    found = columns(" cost , name,COST,, lifecycle ", FIELDS)
    assert [f.key for f in found] == ["cost", "name", "phase"]
    with pytest.raises(CrmauditError, match="there is no column 'nme'") as caught:
        columns("cost, nme", FIELDS)
    assert "did you mean 'name'?" in caught.value.hint


def test_unknown_kinds_of_systems_are_mistakes() -> None:
    from crmaudit.cli.inventory_columns import FIELDS as COLUMNS
    from crmaudit.workspace.dossier import Kind

    field = COLUMNS.find("kind")
    assert field is not None
    assert field.choices == get_args(Kind)
    with pytest.raises(CrmauditError, match="kind is never 'spredsheet'") as raised:
        parse("kind = spredsheet", COLUMNS)
    assert raised.value.hint == "did you mean 'spreadsheet'?"
    with pytest.raises(CrmauditError, match="kind is never 'nonsense'"):
        parse("not kind in (crm, nonsense)", COLUMNS)
    assert str(parse("kind = 'Point of Sale'", COLUMNS)) == 'kind = "point of sale"'
