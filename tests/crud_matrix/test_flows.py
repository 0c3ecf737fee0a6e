"""Flows as declared, implied and seen; and an entity's way through the systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix import CrudMatrix, Proof
from crmaudit.crud_matrix.cell import Origin
from crmaudit.crud_matrix.flows import Flow, flows, lineage
from crmaudit.crud_matrix.testimony import Testimony
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

NAMES, THINGS = ("a", "b", "c", "d"), ("x", "y")
HEARD: frozenset[Origin] = frozenset({"observed"})
Shared = Mapping[str, Mapping[tuple[str, str], str]]


def landscape(*dossiers: dict[str, Any], shared: Shared | None = None) -> CrudMatrix:
    systems = [System.model_validate({"name": d["id"], **d}) for d in dossiers]
    named = dict.fromkeys(e for s in systems for e in s.crud)
    proofs: dict[str, dict[str, tuple[Proof, ...]]] = {}
    for entity, met in (shared or {}).items():
        for (system, host), letters in met.items():
            cells = proofs.setdefault(system, {})
            cells[entity] = cells.get(entity, ()) + tuple(
                Proof(x, "observed", "yes", tables=(f"{host}:t",), calls=3, evidence=("ev1",))
                for x in letters
            )
    seen = Testimony(found=proofs, heard=dict.fromkeys(proofs, HEARD), shared=shared or {})
    return CrudMatrix(systems, [Entity(id=e) for e in named], seen)


def kinds(crud: CrudMatrix) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(f.source, f.target, f.kind, f.entities) for f in flows(crud)]


class TestFlows:
    def test_declared_and_held_at_both_ends(self) -> None:
        crud = landscape(
            {"id": "a", "crud": {"x": "CRU"}, "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "crud": {"x": "R"}},
        )
        assert kinds(crud) == [("a", "b", "confirmed", ("x",))]

    def test_implied_and_not_declared(self) -> None:
        crud = landscape(
            {"id": "a", "crud": {"x": "CRU"}, "feeds": []}, {"id": "b", "crud": {"x": "R"}}
        )
        (flow,) = flows(crud)
        assert (flow.kind, flow.declared, flow.seen) == ("missing", False, False)

    def test_a_detour_is_a_way(self) -> None:
        crud = landscape(
            {"id": "a", "crud": {"x": "CRU"}, "feeds": [{"to": "hub", "entities": "x"}]},
            {"id": "hub", "crud_complete": True, "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "crud": {"x": "R"}},
        )
        # The hub holds nothing, it passes on.
        assert kinds(crud) == [
            ("a", "hub", "confirmed", ("x",)),
            ("hub", "b", "confirmed", ("x",)),
        ]

    def test_what_an_end_does_not_hold(self) -> None:
        crud = landscape(
            {
                "id": "a",
                "crud": {"x": "CRU", "y": ""},
                "feeds": [{"to": "b", "entities": ["x", "y"]}, {"to": "c", "entities": "x"}],
            },
            {"id": "b", "crud": {"y": "R"}, "crud_complete": True},
            {"id": "c"},
        )
        assert [(*k, f.reason) for k, f in zip(kinds(crud), flows(crud), strict=True)] == [
            ("a", "b", "unused", ("y",), "source"),
            ("a", "b", "unused", ("x",), "target"),
            ("a", "c", "unknown", ("x",), "target"),
        ]

    def test_nobody_said_what_it_carries(self) -> None:
        crud = landscape({"id": "a", "feeds": [{"to": "b"}]}, {"id": "b"})
        (flow,) = flows(crud)
        assert (flow.kind, flow.reason, flow.entities) == ("unknown", "entities", ())

    def test_seen_in_the_other_s_database(self) -> None:
        systems = (
            {"id": "a", "crud": {"x": "CRU"}, "feeds": []},
            {"id": "b", "crud": {"x": "R"}, "feeds": []},
        )
        (flow,) = flows(landscape(*systems, shared={"x": {("b", "a"): "R"}}))
        assert (flow.source, flow.target, flow.kind, flow.letters) == ("a", "b", "direct", "R")
        assert [p.evidence for p in flow.proofs] == [("ev1",)]
        there, back = flows(landscape(*systems, shared={"x": {("b", "a"): "RU"}}))
        assert (there.source, there.letters) == ("a", "R")
        assert (back.source, back.target, back.letters) == ("b", "a", "U")

    def test_seen_and_declared_is_confirmed(self) -> None:
        def told(by: str | None) -> list[str]:
            feed = {"to": "b", "entities": "x", **({"by": by} if by else {})}
            crud = landscape(
                {"id": "a", "crud": {"x": "CRU"}, "feeds": [feed]},
                {"id": "b", "crud": {"x": "R"}},
                shared={"x": {("b", "a"): "R"}},
            )
            return [f.kind for f in flows(crud)]

        assert told("database") == told(None) == ["confirmed"]
        assert told("api") == ["direct", "confirmed"]

    def test_a_declared_use_that_evidence_denies_is_none(self) -> None:
        crud = landscape(
            {"id": "a", "crud": {"x": "CRU"}, "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "crud": {"x": "R"}},
        )
        no = {"b": {"x": (Proof("R", "observed", "no"),)}}
        denied = Testimony(found=no, heard={"b": HEARD})
        again = CrudMatrix(list(crud._systems.values()), list(crud._entities.values()), denied)
        assert kinds(again) == [("a", "b", "unused", ("x",))]

    def test_round_and_round(self) -> None:
        crud = landscape(
            {"id": "a", "crud": {"x": "CRU"}, "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "crud": {"x": "RU"}, "feeds": [{"to": "a", "entities": "x"}]},
        )
        assert [f.circular for f in flows(crud)] == [("x",), ("x",)]

    def test_a_feed_out_of_scope_is_unknown(self) -> None:
        crud = landscape({"id": "a", "crud": {"x": "C"}, "feeds": [{"to": "z", "entities": "x"}]})
        assert kinds(crud) == [("a", "z", "unknown", ("x",))]


_feed = st.builds(
    lambda to, entities, by: {"to": to, "entities": entities, "by": by},
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(THINGS), unique=True),
    st.sampled_from(("api", "database", None)),
)
_letters = st.sampled_from(("", "C", "R", "U", "CRU", "RD"))


@st.composite
def landscapes(draw: st.DrawFn) -> CrudMatrix:
    dossiers = [
        {
            "id": name,
            "crud": draw(st.dictionaries(st.sampled_from(THINGS), _letters)),
            "crud_complete": draw(st.booleans()),
            "feeds": [f for f in draw(st.lists(_feed, max_size=3)) if f["to"] != name],
        }
        for name in NAMES
    ]
    pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] != p[1])
    met = st.dictionaries(pairs, st.sampled_from(("R", "RU", "C")), max_size=3)
    return landscape(*dossiers, shared=draw(st.dictionaries(st.sampled_from(THINGS), met)))


class TestInvariants:
    @given(landscapes())
    def test_every_way_is_told_once(self, crud: CrudMatrix) -> None:
        found = flows(crud)
        declared = {(f.source, f.target, e) for f in crud.feeds for e in f.entities}
        told = [(f.source, f.target, e) for f in found if f.kind != "direct" for e in f.entities]
        assert len(told) == len(set(told))
        assert declared == {
            (f.source, f.target, e)
            for f in found
            if f.declared and f.kind != "direct"
            for e in f.entities
        }
        for flow in found:
            assert _ok(flow)
        assert found == flows(crud)

    @given(landscapes(), st.sampled_from(THINGS))
    def test_lineage_goes_step_by_step(self, crud: CrudMatrix, entity: str) -> None:
        if entity not in crud.entities:
            return
        found = lineage(crud, entity)
        assert {s for s, d in found.distance.items() if d == 0} == set(found.origins)
        for system, distance in found.distance.items():
            if distance:
                assert any(
                    x.target == system
                    and x.certain
                    and found.distance.get(x.source) == distance - 1
                    for x in found.steps
                )
        reached = {*found.distance, *found.perhaps}
        assert not reached & set(found.unreached)
        assert set(crud.holders(entity)) <= reached | set(found.unreached)
        assert reached == (set(crud.reach(entity, found.origins)) if found.origins else set())
        assert all(x.source in reached and x.target in reached for x in found.steps)


def _ok(flow: Flow) -> bool:
    if flow.kind == "direct":
        return flow.seen and bool(flow.proofs)
    if flow.kind == "missing":
        return not flow.declared and not flow.seen and bool(flow.entities)
    return flow.declared and bool(flow.entities or flow.reason == "entities")


class TestLineage:
    def test_from_the_origin_to_all_holders(self) -> None:
        def to(target: str) -> dict[str, str]:
            return {"to": target, "entities": "x"}

        crud = landscape(
            {"id": "crm", "crud": {"x": "CRU"}, "feeds": [{**to("hub"), "by": "api"}]},
            {"id": "hub", "crud_complete": True, "feeds": [to("news"), {"to": "web"}]},
            *({"id": name, "crud": {"x": "R"}} for name in ("news", "web", "list", "bi")),
            shared={"x": {("bi", "crm"): "R"}},
        )
        found = lineage(crud, "x")
        assert found.origins == ("crm",)
        assert found.distance == {"crm": 0, "hub": 1, "bi": 1, "news": 2}
        assert (found.perhaps, found.unreached, found.passing) == (("web",), ("list",), ("hub",))
        assert [(x.source, x.target, x.distance, x.by, x.certain) for x in found.steps] == [
            ("crm", "hub", 1, ("api",), True),
            ("crm", "bi", 1, (), True),
            ("hub", "news", 2, (), True),
            ("hub", "web", 2, (), False),
        ]

    def test_nobody_s_entity(self) -> None:
        found = lineage(landscape({"id": "a", "crud": {"x": "R"}, "feeds": [{"to": "b"}]}), "x")
        assert (found.origins, found.steps, found.unreached) == ((), (), ("a",))
