"""Shapes never hold two fingerprints together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.crud_matrix.collectors.logs.shapes import Shapes
from crmaudit.crud_matrix.sql import DIALECTS, fingerprint

_PIECES = (
    *("SELECT a FROM t", "t1", "t2", "x_12", "x_13", "a.b", "=", " = ", ",", "(", ")", "()", ";"),
    *(
        "1",
        "2",
        "12",
        "345",
        "1.5",
        "2.75",
        ".5",
        "1e5",
        "0x1F",
        "-3",
        "$1",
        "$2",
        ":1",
        "@p1",
        "?",
    ),
    *("'", "''", "'x'", "'it''s'", "'5'", "E'a'", "q'[a'b]'", '"', '"a"', '"a 1 b"', '"a 2 b"'),
    *("`", "`a 1`", "`a 2`", "[", "]", "[a 1]", "[a 2]", "[it's]", "{", "}", "#{a}", "\\", "\\'"),
    *(
        "--",
        "-- c 1\n",
        "-- it's\n",
        "/*",
        "*/",
        "/* 1 */",
        "/* it's */",
        "#",
        "# 1\n",
        "$$",
        "$a$",
    ),
    *(" ", "\n", "\t", "IN (1, 2)", "IN (1,2,3)", "VALUES (1, 'a'), (2, 'b')", "é", "\0", "²", "٣"),
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=150, deadline=None)
@given(st.lists(_TEXTS, min_size=2, max_size=6), st.data())
def test_one_shape_has_one_fingerprint(dialect: str, texts: list[str], data: st.DataObject) -> None:
    # Beside each text one in which a piece is another: it often has the same shape.
    changed = []
    for text in texts:
        old = data.draw(st.sampled_from(_PIECES))
        changed.append(text.replace(old, data.draw(st.sampled_from(_PIECES)), 1))
    _hold_together(dialect, texts + changed)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "pair",
    [
        ("SELECT /* ' */ a, /* ' */ 1", "SELECT /* ' */ b, /* ' */ 1"),
        ("SELECT 1 -- it's\n, a, 'x'", "SELECT 1 -- it's\n, b, 'x'"),
        ('SELECT "a\'b", c, "d\'e"', 'SELECT "a\'b", f, "d\'e"'),
        ("SELECT 'a\\' , b, 'c'", "SELECT 'a\\' , d, 'c'"),
        ("SELECT $$it's$$, a, $$it's$$", "SELECT $$it's$$, b, $$it's$$"),
        ('SELECT * FROM "y 2024 x"', 'SELECT * FROM "y 2025 x"'),
        ("SELECT * FROM orders_2024", "SELECT * FROM orders_2025"),
        ("''SELECT a", "'SELECT a"),
        ("SELECT * FROM `2024`", "SELECT * FROM `2025`"),
        ('SELECT /* " */ 1, "a 12 b"', 'SELECT /* " */ 1, "a 13 b"'),
    ],
)
def test_what_hides_quotes_is_seen(dialect: str, pair: tuple[str, str]) -> None:
    _hold_together(dialect, list(pair))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_make_no_new_shape(dialect: str) -> None:
    shapes = Shapes(dialect)
    texts = [
        f"SELECT a FROM t2 WHERE b = 'it''s {i}' AND c = {i} AND d > {i / 4:.2f}"
        for i in range(300)
    ]
    assert len({shapes.of(text.encode()) for text in texts}) == 1


def test_names_with_figures_stay_apart() -> None:
    shapes = Shapes("postgresql")
    texts = [b"SELECT a%d FROM t%d WHERE b = 'x'" % (i // 3, i % 3) for i in range(9)]
    assert len({shapes.of(text) for text in texts}) == 9


def test_memory_is_bounded() -> None:
    shapes = Shapes("ansi", known=50)
    for i in range(1_000):
        assert shapes.of(b"SELECT a%d FROM t" % i) != shapes.of(b"SELECT a%d FROM t" % (i + 1))
    assert shapes.remembered <= 50


def _hold_together(dialect: str, texts: list[str]) -> None:
    shapes = Shapes(dialect)
    seen: dict[bytes, str] = {}
    for text in texts:
        shape = shapes.of(text.encode("utf-8", "surrogatepass"))
        assert (
            seen.setdefault(shape, fingerprint(text, dialect).id) == fingerprint(text, dialect).id
        )
