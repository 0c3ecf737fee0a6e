"""One system's records are never made one by another system's alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.overlapping.joining import join
from crmaudit.quality.plan import Plan

Scored = tuple[int, int, float, str, str]
SYSTEMS = ("crm", "billing", "news")


def joined(systems: list[str], scored: list[Scored], apart: set[int] | None = None) -> list[int]:
    """Record → its thing; `members` has all together but the records `apart`."""
    alone = apart or set()
    records = ", ".join(f"({n}, '{s}')" for n, s in enumerate(systems))
    members = ", ".join(f"({n}, {n if n in alone else 0})" for n in range(len(systems)))
    with Engine(Plan(), 1) as engine:

        def make() -> None:
            engine.ask("CREATE TABLE records (n BIGINT, system VARCHAR)")
            engine.ask(f"INSERT INTO records VALUES {records}")
            engine.ask("CREATE TABLE members (n BIGINT, thing BIGINT)")
            engine.ask(f"INSERT INTO members VALUES {members}")
            engine.ask(
                "CREATE TABLE scored (l BIGINT, r BIGINT, weight DOUBLE, state VARCHAR, "
                "rule VARCHAR)"
            )
            for row in scored:
                engine.ask(f"INSERT INTO scored VALUES {row}")

        engine.run(make)
        join(engine)
        found = engine.run(lambda: engine.ask("SELECT n, thing FROM together ORDER BY n"))
    assert [n for n, _ in found] == list(range(len(systems)))
    return [thing for _, thing in found]


def test_two_of_one_name_stay_two() -> None:
    # Both agree with the subscriber of that name; the better one is it.
    pairs = [(0, 2, 3.0, "same", ""), (1, 2, 4.0, "same", "")]
    assert joined(["crm", "crm", "news"], pairs) == [0, 1, 1]


def test_another_system_settles_a_doubt() -> None:
    pairs = [
        (0, 1, -1.0, "uncertain", ""),
        (0, 2, 3.0, "same", ""),
        (1, 2, 4.0, "same", ""),
    ]
    assert joined(["crm", "crm", "news"], pairs) == [0, 0, 0]
    apart = [(0, 1, -9.0, "different", ""), *pairs[1:]]
    assert joined(["crm", "crm", "news"], apart) == [0, 1, 1]


def test_duplicates_go_together_wherever_they_are_known() -> None:
    # 0 and 1 are one in the CRM; each has its own partner, and the partners are two.
    pairs = [
        (0, 1, 9.0, "same", ""),
        (0, 2, 5.0, "same", ""),
        (1, 3, 6.0, "same", ""),
        (0, 4, 2.0, "same", ""),
    ]
    assert joined(["crm", "crm", "billing", "billing", "news"], pairs) == [0, 0, 2, 0, 0]


def test_what_people_said_goes_first() -> None:
    pairs = [(0, 2, 3.0, "same", "as reviewed"), (1, 2, 8.0, "same", "")]
    assert joined(["crm", "crm", "news"], pairs) == [0, 1, 0]


def test_what_was_cut_apart_stays_apart() -> None:
    assert joined(["crm", "news"], [(0, 1, 9.0, "same", "")], {1}) == [0, 1]


def test_nothing_to_join() -> None:
    assert joined(["crm", "news"], []) == [0, 1]


@st.composite
def landscapes(draw: st.DrawFn) -> tuple[list[str], list[Scored]]:
    systems = draw(st.lists(st.sampled_from(SYSTEMS), min_size=2, max_size=9))
    states = st.sampled_from(["same", "uncertain", "different"])
    pairs = [
        (i, j, float(draw(st.integers(-9, 9))), draw(states), "")
        for i in range(len(systems))
        for j in range(i + 1, len(systems))
        if draw(st.booleans())
    ]
    return systems, pairs


@settings(max_examples=40)
@given(landscapes())
def test_no_thing_without_a_reason(made: tuple[list[str], list[Scored]]) -> None:
    systems, pairs = made
    things = joined(systems, pairs)
    assert all(things[t] == t <= n for n, t in enumerate(things)), "called by its lowest number"
    near: dict[int, set[int]] = {n: set() for n in range(len(systems))}
    own: dict[int, set[int]] = {n: {n} for n in range(len(systems))}
    for one, other, _, state, _ in pairs:
        if state == "same":
            near[one].add(other)
            near[other].add(one)
            if systems[one] == systems[other]:
                # Records of one system that say that they are one are one.
                assert things[one] == things[other]
                merged = own[one] | own[other]
                for n in merged:
                    own[n] = merged
    # A thing hangs together by pairs taken for the same.
    for thing in set(things):
        records = {n for n, t in enumerate(things) if t == thing}
        reached, queue = {thing}, [thing]
        while queue:
            new = (near[queue.pop()] & records) - reached
            reached |= new
            queue += new
        assert reached == records
    # Groups of one system in a thing have an uncertain pair between them.
    doubts = {frozenset((i, j)) for i, j, _, state, _ in pairs if state == "uncertain"}
    for i, one in enumerate(things):
        for j in range(i):
            if one == things[j] and systems[i] == systems[j] and j not in own[i]:
                assert any(frozenset((a, b)) in doubts for a in own[i] for b in own[j])
