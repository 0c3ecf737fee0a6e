"""What is said of duplicates holds: probabilities, numbers with their intervals.

On records made up here, of which all is known. Nothing was tuned on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import made_people
import pyarrow as pa
import pytest
from made_people import Made

from crmaudit.evidence import Estimate, Matching
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.matching import match
from crmaudit.quality.collectors.matching.records import LISTS, make
from crmaudit.quality.plan import Plan

SETS = {
    "many duplicates": ("person", 1_200, 300, 4_711),
    "few duplicates": ("person", 2_000, 40, 815),
    "namesakes": ("person", 1_500, 200, 606),
    "families": ("person", 2_500, 100, 1_234),
    "neighbours": ("person", 3_000, 150, 77),
    "organisations": ("organisation", 1_000, 150, 99),
}
NAMESAKES = 60
"""In the set of that name: persons of one name, half of them parent and child."""


@dataclass(frozen=True)
class Outcome:
    matching: Matching
    estimated: Estimate
    surplus: int
    things: dict[int, int]
    """What each record stands for in truth."""
    members: dict[int, int]
    scored: list[tuple[int, int, float, str]]

    def same(self, left: int, right: int) -> bool:
        return self.things[left] == self.things[right]


def matched(kind: str, made: Sequence[Made]) -> Outcome:
    rows = [made_people.row(n, m) for n, m in enumerate(made)]
    with Engine(Plan(memory=512), 2) as engine:
        make(engine)
        table = pa.table(
            {
                name: pa.array(
                    [r[name] for r in rows],
                    pa.int64() if name == "n" else pa.list_(pa.string()) if name in LISTS
                    else pa.string(),
                )
                for name in rows[0]
            }
        )  # fmt: skip
        names = ", ".join(f'"{n}"' for n in table.column_names)
        engine.run(
            lambda: engine.show(
                "given_rows", table, f"INSERT INTO records ({names}) SELECT {names} FROM given_rows"
            )
        )
        found = match(engine, kind)
        return Outcome(
            found.matching,
            found.estimated("crm"),
            found.surplus("crm"),
            dict(enumerate(m.thing for m in made)),
            dict(engine.ask("SELECT n, thing FROM members ORDER BY n")),
            engine.ask("SELECT l, r, probability, state FROM scored ORDER BY l, r"),
        )


@cache
def outcome(name: str) -> Outcome:
    kind, count, copies, seed = SETS[name]
    if kind == "organisation":
        return matched(kind, made_people.organisations(count, copies, seed))
    namesakes = NAMESAKES if name == "namesakes" else 0
    made = made_people.people(
        count,
        copies,
        seed,
        namesakes=namesakes,
        families=name == "families",
        streets=60 if name == "neighbours" else 0,
    )
    return matched(kind, made)


@pytest.fixture(params=SETS)
def on(request: pytest.FixtureRequest) -> Outcome:
    return outcome(request.param)


def test_pairs_said_to_be_almost_sure_are_true(on: Outcome) -> None:
    sure = [on.same(left, right) for left, right, p, _ in on.scored if p >= 0.9]

    assert len(sure) > 20
    assert sum(sure) / len(sure) >= 0.9


def test_pairs_said_to_be_hardly_possible_are_not(on: Outcome) -> None:
    unlikely = [on.same(left, right) for left, right, p, _ in on.scored if p < 0.1]

    assert sum(unlikely) <= 0.1 * len(unlikely)


def test_the_interval_holds_the_number_of_records_too_many(on: Outcome) -> None:
    surplus = len(on.things) - len(set(on.things.values()))

    assert on.estimated.low <= surplus <= on.estimated.high


def test_the_interval_is_narrow_enough_to_be_of_use(on: Outcome) -> None:
    surplus = len(on.things) - len(set(on.things.values()))

    assert on.estimated.high - on.estimated.low <= max(30, 1.1 * surplus)


def test_the_precision_that_is_stated_is_the_true_one(on: Outcome) -> None:
    taken = [on.same(left, right) for left, right, _, state in on.scored if state == "same"]
    stated = on.matching.precision

    assert stated is not None
    assert stated.low - 0.02 <= sum(taken) / len(taken) <= stated.high + 0.02


def test_surplus_is_records_less_things_found(on: Outcome) -> None:
    assert on.surplus == len(on.members) - len(set(on.members.values()))


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("many duplicates", 0.93),
        ("namesakes", 0.87),
        ("families", 0.75),
        ("neighbours", 0.9),
        ("organisations", 0.97),
    ],
)
def test_things_found_are_mostly_right(name: str, least: float) -> None:
    found = outcome(name)
    said, true = _together(found.members), _together(found.things)

    assert 2 * len(said & true) / (len(said) + len(true)) >= least


def _together(things: dict[int, int]) -> set[tuple[int, int]]:
    groups: dict[int, list[int]] = {}
    for n, thing in things.items():
        groups.setdefault(thing, []).append(n)
    return {(a, b) for g in groups.values() for a in g for b in g if a < b}


def test_without_a_duplicate_hardly_any_is_found() -> None:
    found = matched("person", made_people.people(1_500, 0, 31))

    assert found.surplus <= 5
    assert found.estimated.low <= 0.5
