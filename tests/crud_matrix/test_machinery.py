"""What follows by itself from an effect."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.machinery import expand
from crmaudit.evidence.use import Effect, Machinery


def view(name: str, *tables: str, calls: tuple[str, ...] = ()) -> Machinery:
    return Machinery(name, "view", tuple(Effect(t, "R") for t in tables), calls)


def trigger(name: str, on: str, event: str, *effects: Effect, **more: tuple[str, ...]) -> Machinery:
    return Machinery(name, "trigger", effects, more.get("calls", ()), on, event)


def test_nothing_follows_without_machinery() -> None:
    assert expand([Effect("t", "CRUD")], ()) == {}


def test_a_view_is_read_through_and_written_through() -> None:
    machinery = (view("v", "t"), view("joined", "v", "s"))
    assert expand([Effect("joined", "R")], machinery) == {
        "s": {"R": "through view joined"},
        "t": {"R": "through view joined, through view v"},
        "v": {"R": "through view joined"},
    }
    assert expand([Effect("v", "CUD")], machinery) == {
        "t": dict.fromkeys("CUD", "through view v"),
    }
    # Of several tables nobody knows which one a change means.
    assert expand([Effect("joined", "U")], machinery) == {}


def test_what_stands_in_for_a_write_to_a_view_replaces_it() -> None:
    machinery = (view("v", "t"), trigger("instead", "v", "C", Effect("log", "C")))
    assert expand([Effect("v", "C")], machinery) == {"log": {"C": "by trigger instead on v"}}
    assert expand([Effect("v", "D")], machinery) == {"t": {"D": "through view v"}}


def test_to_fill_a_materialised_view_is_to_read_its_tables() -> None:
    machinery = (Machinery("m", "materialised view", (Effect("t", "R"),)),)
    told = {"t": {"R": "through materialised view m"}}
    assert expand([Effect("m", "CD")], machinery) == told
    assert expand([Effect("m", "R")], machinery) == told


def test_triggers_call_routines_that_call_others() -> None:
    machinery = (
        trigger("tr", "t", "CU", calls=("f",)),
        Machinery("f", "routine", (Effect("log", "C"),), ("s.g",)),
        Machinery("s.g", "routine", (Effect("counter", "RU"),)),
    )
    assert expand([Effect("t", "R")], machinery) == {}
    assert expand([Effect("t", "U")], machinery) == {
        "counter": dict.fromkeys("RU", "by trigger tr on t, by routine f, by routine s.g"),
        "log": {"C": "by trigger tr on t, by routine f"},
    }
    assert expand([], machinery, ["G"]) == {"counter": dict.fromkeys("RU", "by routine s.g")}
    assert expand([], machinery, ["other.g"]) == {}


def test_circles_end_and_the_shortest_way_is_told() -> None:
    machinery = (
        trigger("a_to_b", "a", "U", Effect("b", "U")),
        trigger("b_to_a", "b", "U", Effect("a", "U")),
        trigger("a_to_c", "a", "U", Effect("c", "U")),
        trigger("b_to_c", "b", "U", Effect("c", "U")),
        Machinery("loop", "routine", (), ("loop",)),
        view("self", "self"),
    )
    assert expand([Effect("a", "U")], machinery) == {
        "a": {"U": "by trigger a_to_b on a, by trigger b_to_a on b"},
        "b": {"U": "by trigger a_to_b on a"},
        "c": {"U": "by trigger a_to_c on a"},
    }
    assert expand([], machinery, ["loop"]) == {}
    assert expand([Effect("self", "R")], machinery) == {"self": {"R": "through view self"}}


def test_events_follow_from_nothing_that_anybody_does() -> None:
    nightly = Machinery("nightly", "event", (Effect("t", "D"),))
    assert expand([Effect("t", "CRUD")], (nightly,)) == {}


_NAMES = st.sampled_from("abcdef")
_EFFECTS = st.builds(Effect, _NAMES, st.sampled_from(["C", "R", "U", "D", "RU", "CD"]))
_MACHINERY = st.builds(
    Machinery,
    _NAMES,
    st.sampled_from(["view", "trigger", "routine", "cascade", "rule", "partition"]),
    st.lists(_EFFECTS, max_size=3).map(tuple),
    st.lists(_NAMES, max_size=2).map(tuple),
    _NAMES,
    st.sampled_from(["C", "U", "D", "CUD"]),
)


@given(st.lists(_EFFECTS, max_size=3), st.lists(_MACHINERY, max_size=12))
def test_all_that_follows_from_what_follows_is_there(
    effects: list[Effect], machinery: list[Machinery]
) -> None:
    found = expand(effects, tuple(machinery))
    assert found == expand(effects, tuple(reversed(machinery)))
    more = [Effect(table, "".join(letters)) for table, letters in found.items()]
    again = expand([*effects, *more], tuple(machinery))
    assert {t: set(x) for t, x in again.items()} == {t: set(x) for t, x in found.items()}
    assert all(reason for letters in found.values() for reason in letters.values())
