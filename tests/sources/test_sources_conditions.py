"""Conditions on rows: they select in every dialect, and can be nothing but a condition."""

from __future__ import annotations

import pytest
from databases import Database
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.sources import open_source
from crmaudit.sources.conditions import selected

HOSTILE = [
    "1 = 1) TO PROGRAM 'touch /tmp/x' --",
    "1 = 1) UNION SELECT a FROM t WHERE (1 = 1",
    "1 = 1; DROP TABLE t",
    "1 = 1 /* and so on */",
    "1 = 1 -- and so on",
    "1 = 1 # and so on",
    "a = $$it is$$",
    "a = 'it\\'s",
    "a = 'no end",
    'a" = 1',
    "((a = 1)",
    ")(",
    "a = 1\0",
]


@pytest.mark.parametrize("condition", HOSTILE)
def test_what_could_be_more_than_a_condition_is_refused(condition: str) -> None:
    with pytest.raises(CrmauditError, match="not a single condition"):
        selected(condition)


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_no_condition_selects_all(empty: str) -> None:
    assert selected(empty) == ""


@pytest.mark.parametrize(
    "condition",
    ["kind = 'P'", "kind IN ('P', 'O''Brien; --')", '("odd;name" = 1) AND (b IS NULL)', "`a#` > 1"],
)
def test_conditions_stay_as_they_are(condition: str) -> None:
    assert selected(condition) == f" WHERE ({condition})"


@given(st.text(alphabet="ab'()\";-#$\\ =1", max_size=20))
def test_outside_quotes_nothing_ends_the_condition(text: str) -> None:
    try:
        found = selected(text)
    except CrmauditError:
        return
    depth, quote = 0, ""
    for character in found.removeprefix(" WHERE "):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            assert character not in ";#$\\"
            depth += {"(": 1, ")": -1}.get(character, 0)
            assert depth >= 0
    assert not quote
    assert not depth


def test_a_condition_selects_rows(db: Database) -> None:
    db.execute(
        [
            "CREATE TABLE party (id INT, kind VARCHAR(9))",
            "INSERT INTO party VALUES (1, 'P'), (2, 'O'), (3, 'P'), (4, NULL)",
        ]
    )
    with open_source(db.url) as source:
        table = source.catalog("s").table("party")
        read = source.stream(table, [table.column("id")], "kind = 'P'").read_all()
        assert sorted(read.column("id").to_pylist()) == ["1", "3"]
        assert source.sent[-1] == source.statement(table, [table.column("id")], "kind = 'P'")
        with pytest.raises(CrmauditError, match="not a single condition"):
            source.stream(table, [table.column("id")], "1 = 1) OR (1 = 1; --")
        with pytest.raises(CrmauditError, match="party"):
            source.stream(table, [table.column("id")], "no_such_column = 1")
        assert source.stream(table, [table.column("id")]).read_all().num_rows == 4
