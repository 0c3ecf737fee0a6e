"""The language of `compare:` and the patterns of `pattern:`, as read with the file."""

from __future__ import annotations

import contextlib
import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crmaudit.workspace import comparison as c
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.patterns import check_pattern

names = st.text(min_size=1, max_size=8).filter(lambda t: "\0" not in t).map(c.Name)
values = st.one_of(
    st.text(max_size=8).map(lambda t: c.Value(t, "text")),
    st.integers(-999, 999).map(lambda n: c.Value(str(n), "number")),
    st.sampled_from(["true", "false"]).map(lambda t: c.Value(t, "boolean")),
)
signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
leaves = st.one_of(
    st.builds(c.Test, names, signs, st.one_of(names, values)),
    st.builds(c.Empty, names, st.booleans()),
)


def _several(word: str) -> st.SearchStrategy[c.Condition]:
    other = "or" if word == "and" else "and"
    inner = st.lists(leaves, min_size=2, max_size=3).map(lambda p: c.Several(other, tuple(p)))  # type: ignore[arg-type]
    parts = st.lists(st.one_of(leaves, inner), min_size=2, max_size=3)
    return parts.map(lambda p: c.Several(word, tuple(p)))  # type: ignore[arg-type]


conditions = st.one_of(leaves, _several("and"), _several("or"))


def written(condition: c.Condition) -> str:
    match condition:
        case c.Several(word, parts):
            return "(" + f" {word.upper()} ".join(map(written, parts)) + ")"
        case c.Empty(operand, negated):
            return f"{operand_text(operand)} is {'not ' if negated else ''}empty"
        case c.Test(left, sign, right):
            return f"{operand_text(left)}{sign} {operand_text(right)}"


def operand_text(operand: c.Operand) -> str:
    if isinstance(operand, c.Name):
        return '"' + operand.name.replace('"', '""') + '"'
    if operand.kind == "text":
        return "'" + operand.text.replace("'", "''") + "'"
    return operand.text


@given(conditions)
def test_what_is_written_is_read(condition: c.Condition) -> None:
    assert c.parse(written(condition)) == condition


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert c.columns(c.parse(text))


def test_and_binds_more_than_or() -> None:
    found = c.parse("a = 1 or b == 2 and c != `d e`")
    assert isinstance(found, c.Several)
    assert found.word == "or"
    assert found.parts[1] == c.Several(
        "and",
        (
            c.Test(c.Name("b"), "=", c.Value("2", "number")),
            c.Test(c.Name("c"), "<>", c.Name("d e")),
        ),
    )
    assert c.columns(found) == ("a", "b", "c", "d e")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ends too early"),
        ("a >=", "ends too early"),
        ("a >= b)", "')' at character 7"),
        ("(a >= b", "ends too early"),
        ("a + b > c", "'+' at character 3"),
        ("order = and", 'a column of that name is written "and"'),
        ("1 = 1", "needs a column"),
        ("a = 1; DROP TABLE x", "';' at character 6"),
        ("a is 3", "'3' at character 6"),
        ('"" = 1', "without a name"),
        ("(" * 30 + "a = 1" + ")" * 30, "parentheses"),
        ("a = 1 or " * 400, "too long"),
    ],
)
def test_mistakes_say_where(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        c.parse(text)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"^(?=x)", "looks ahead"),
        (r"(?<!x)y", "looks behind"),
        (r"(a)\1", "refers back"),
        ("a++", "repetition of a repetition"),
        ("(a", "without its"),
        ("a)", "without its"),
        ("[a", "without its"),
        ("*a", "nothing that"),
        ("a{3,2}", "no repetition"),
        ("a{1001}", "no repetition"),
        ("a\\", "single"),
        (r"\Z", "not known"),
        ("(?x)a", "not known"),
    ],
)
def test_patterns_that_re2_lacks(pattern: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        check_pattern(pattern)
    with pytest.raises(ValidationError):
        Expectation.model_validate({"id": "e", "pattern": pattern})


pieces = st.sampled_from(
    [
        *"ab|()[]^$*+?{}1,-.:=!<>P\\",
        r"\d",
        "(?:",
        "(?i)",
        "(?=",
        "[^",
        "{2}",
        "{1,3}",
        r"\Q",
        r"\pL",
    ]
)


@given(st.lists(pieces, min_size=1, max_size=7).map("".join))
def test_no_pattern_of_re2_is_refused(pattern: str) -> None:
    try:
        check_pattern(pattern)
    except ValueError:
        text = pattern.replace("'", "''")
        with pytest.raises(duckdb.Error):
            duckdb.sql(f"SELECT regexp_matches(x, '{text}') FROM (VALUES ('a')) t(x)").fetchall()
