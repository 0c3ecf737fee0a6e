"""Whose data a column holds, as its recognised meaning says."""

from __future__ import annotations

import pytest

from crmaudit.evidence import Semantic
from crmaudit.evidence.privacy import account_name, whose
from crmaudit.evidence.semantic import SEMANTIC_TYPES, SemanticType, audience


@pytest.mark.parametrize(
    ("kind", "others", "expected"),
    [
        ("birth date", (), "customer"),
        ("owner", (), "account"),
        ("secret", (), "secret"),
        ("status", (), "none"),
        ("category", (("full name", 0.5),), "customer"),
        ("date", (("birth date", 0.41),), "customer"),
        ("category", (("full name", 0.2),), "none"),
        ("category", (("text", 0.8),), "none"),
        ("identifier", (("secret", 0.6),), "customer"),
    ],
)
def test_whose(
    kind: SemanticType, others: tuple[tuple[SemanticType, float], ...], expected: str
) -> None:
    assert whose(Semantic(kind, 0.9, others=others)) == expected


def test_a_hint_of_names_is_enough_where_nothing_else_is_known() -> None:
    hint: tuple[tuple[SemanticType, float], ...] = (("text", 0.35), ("family name", 0.2))
    assert whose(Semantic("category", 0.42, others=hint)) == "customer"
    assert whose(Semantic("category", 0.42, others=(("city", 0.2),))) == "none"
    assert whose(Semantic("region", 0.7, others=hint)) == "none"


def test_nothing_is_known_without_a_meaning() -> None:
    assert whose(None) == "none"


def test_every_meaning_has_an_audience() -> None:
    assert {audience(kind) for kind in SEMANTIC_TYPES} == {"customer", "account", "secret", "none"}


@pytest.mark.parametrize(
    ("value", "name"), [(" 7 ", "7"), ("7.0", "7"), ("7.5", "7.5"), ("j.doe", "j.doe"), ("7.", "7")]
)
def test_an_account_has_one_name(value: str, name: str) -> None:
    assert account_name(value) == name
