"""Subsystems and residual flows, communities, hubs and sections."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from random import Random

import networkx as nx
import pytest
from crud_matrix.structure_cases import matrix_of, planted, tables
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.structure import communities, diagonal, hubs, sections, unsectioned
from crmaudit.crud_matrix.structure.boxes import Boxes, likelihood
from crmaudit.crud_matrix.structure.communities import adjusted_rand
from crmaudit.crud_matrix.structure.cuts import cuts
from crmaudit.crud_matrix.structure.grid import grid
from crmaudit.crud_matrix.structure.louvain import louvain, modularity

Table = dict[str, dict[str, str]]
SMALL = {
    "crm": {"customer": "CRU", "lead": "CRUD", "visit": "CRUD", "invoice": "R"},
    "calls": {"visit": "RU", "lead": "R"},
    "billing": {"invoice": "CRUD", "payment": "CRUD", "customer": "R"},
    "dunning": {"invoice": "R", "payment": "R"},
}


class TestDiagonal:
    def test_a_landscape_of_two_halves(self) -> None:
        found = diagonal(matrix_of(SMALL))
        assert [(x.systems, set(x.entities)) for x in found.subsystems] == [
            (("billing", "dunning"), {"invoice", "payment"}),
            (("crm", "calls"), {"customer", "lead", "visit"}),
        ]
        assert [x.cells for x in found.subsystems] == [4, 5]
        assert [(x.system_from, x.system_to, x.entities) for x in found.flows] == [
            ("billing", "crm", ("invoice",)),
            ("crm", "billing", ("customer",)),
        ]
        assert [(x.source, x.target) for x in found.flows] == [(0, 1), (1, 0)]
        assert (found.inside, found.cells) == (9, 11)

    def test_planted_blocks_are_found(self) -> None:
        found = diagonal(matrix_of(planted()))
        assert len(found.subsystems) == 5
        for box in found.subsystems:
            assert len({x[:2] for x in (*box.systems, *box.entities)}) == 1
        assert found.spread is not None
        assert found.was is not None
        assert found.spread < 0.1 < found.was

    @given(tables())
    def test_what_holds_of_every_matrix(self, table: Table) -> None:
        crud = matrix_of(table)
        found = diagonal(crud)
        systems = [s for x in found.subsystems for s in x.systems]
        entities = [e for x in found.subsystems for e in x.entities]
        assert (*systems, *found.outside_systems) == found.order.systems
        assert (*entities, *found.outside_entities) == found.order.entities
        cells = {(s, e) for s, row in table.items() for e, letters in row.items() if letters}
        for box in found.subsystems:
            inside = {(s, e) for s, e in cells if s in box.systems and e in box.entities}
            assert box.cells == len(inside) >= 2
            assert box.density > len(cells) / (len(crud.systems) * len(crud.entities)) or (
                box.density == 1
            )
        at_s, at_e = found.index()
        told = Counter((x.system_to, e) for x in found.flows for e in x.entities)
        home = {e: x.system_from for x in found.flows for e in x.entities}
        assert all(n == 1 for n in told.values())
        for s, e in cells:
            boxed = s in at_s and at_s[s] == at_e.get(e)
            if (s, e) in told:
                assert not boxed
                assert "C" in table[home[e]][e]
            elif crud.doing("C", e) and not boxed:
                assert e not in home or home[e] == s, "only its home may use it without a flow"
        for x in found.flows:
            assert x.source == at_s.get(x.system_from)
            assert x.target == at_s.get(x.system_to)
            assert x.created == tuple(e for e in x.entities if "C" in table[x.system_to][e])

    @given(tables(), st.randoms(use_true_random=False))
    def test_the_order_of_files_changes_nothing(self, table: Table, dice: Random) -> None:
        entities = sorted({e for row in table.values() for e in row})
        other = {n: table[n] for n in dice.sample(sorted(table), len(table))}
        one = diagonal(matrix_of(table, entities))
        two = diagonal(matrix_of(other, dice.sample(entities, len(entities))))
        assert (one.subsystems, one.flows, one.spread) == (two.subsystems, two.flows, two.spread)

    @given(tables())
    def test_an_entity_stands_with_one_that_creates_it(self, table: Table) -> None:
        crud = matrix_of(table)
        found = diagonal(crud)
        for box in found.subsystems:
            for e in box.entities:
                makers = crud.doing("C", e) or crud.holders(e)
                assert set(makers) & set(box.systems)

    @given(tables())
    def test_boxes_are_counted_right_while_they_merge(self, table: Table) -> None:
        g = grid(matrix_of(table))
        boxes = Boxes(g, {})
        for box in boxes.boxes.values():
            assert box.cells == sum(e in box.entities for s in box.systems for e in g.rows[s])
        alone = Counter(h for h in boxes.home if h >= 0).values()
        outside = g.cells - sum(alone), len(g.systems) * len(g.entities) - sum(alone)
        assert boxes.total >= likelihood(*outside) - 1e-6
        whole = [(x.cells, x.area) for x in boxes.boxes.values()]
        rest = g.cells - sum(n for n, _ in whole), len(g.systems) * len(g.entities)
        rest = rest[0], rest[1] - sum(a for _, a in whole)
        assert boxes.total == pytest.approx(sum(likelihood(*x) for x in (*whole, rest)))

    def test_the_record_is_where_an_entity_is_at_home(self) -> None:
        crud = matrix_of({"a": {"x": "CR", "y": "CR"}, "b": {"x": "CRUD", "z": "CRUD"}})
        (flow,) = diagonal(crud).flows
        assert (flow.system_from, flow.system_to, flow.created) == ("b", "a", ("x",))

    def test_nothing_at_all(self) -> None:
        found = diagonal(matrix_of({}))
        assert found.subsystems == ()
        assert found.spread is None


class TestCommunities:
    def test_planted_groups_are_stable(self) -> None:
        found = communities(matrix_of(planted()))
        assert len(found.groups) == 5
        assert found.trust == "stable"
        assert found.runs == 20

    def test_without_structure_they_are_doubtful(self) -> None:
        dice = Random(3)
        table = {
            f"s{i}": {f"e{j}": "R" for j in range(20) if dice.random() < 0.3} for i in range(20)
        }
        found = communities(matrix_of(table))
        assert found.stability is not None
        assert found.stability < 0.6
        assert "idea only" in found.words

    def test_one_group_is_none(self) -> None:
        found = communities(matrix_of({"a": {"x": "C"}, "b": {"x": "R"}}))
        assert (found.trust, found.runs) == ("none", 0)

    @given(tables(), st.randoms(use_true_random=False))
    def test_every_one_once_whatever_the_order(self, table: Table, dice: Random) -> None:
        found = communities(matrix_of(table))
        entities = sorted({e for row in table.values() for e in row})
        other = {n: table[n] for n in dice.sample(sorted(table), len(table))}
        assert communities(matrix_of(other, entities)) == found
        systems = [s for x in found.groups for s in x.systems]
        assert sorted(systems) == sorted(s for s, row in table.items() if any(row.values()))

    @given(st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(6, 11)), st.just(1.0), min_size=1
    ))  # fmt: skip
    def test_modularity_is_the_library_s(self, edges: dict[tuple[int, int], float]) -> None:
        found = louvain(edges, Random(1))
        graph = nx.Graph(list(edges))
        groups: dict[int, set[int]] = {}
        for node, group in found.items():
            groups.setdefault(group, set()).add(node)
        assert sorted(found) == sorted(graph)
        theirs = nx.community.modularity(graph, groups.values())
        assert modularity(edges, found) == pytest.approx(theirs)

    def test_as_good_as_the_library_s(self) -> None:
        crud = matrix_of(planted(blocks=12, seed=5))
        graph = crud.graph
        theirs = nx.community.louvain_communities(graph, seed=1)
        assert communities(crud).modularity >= nx.community.modularity(graph, theirs) - 0.005

    def test_adjusted_rand(self) -> None:
        # Hubert and Arabie's index on two partitions of six things, worked out by hand:
        # 2 pairs together in both, 6 and 3 in each, 15 in all.
        assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(
            (2 - 6 * 3 / 15) / ((6 + 3) / 2 - 6 * 3 / 15)
        )
        assert adjusted_rand([0, 0, 1], [5, 5, 7]) == 1
        assert adjusted_rand([0, 0, 0], [1, 1, 1]) == 1


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph[int]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(draw(st.integers(1, 9))))
    pairs = st.tuples(st.sampled_from(sorted(graph)), st.sampled_from(sorted(graph)))
    graph.add_edges_from((a, b) for a, b in draw(st.lists(pairs, max_size=14)) if a != b)
    return graph


class TestHubs:
    @given(graphs(), st.sets(st.integers(0, 8)))
    def test_cuts_leave_these_parts(self, graph: nx.Graph[int], counted: set[int]) -> None:
        found = cuts({n: sorted(graph[n]) for n in sorted(graph)}, counted)
        assert set(found) == set(nx.articulation_points(graph))
        for node, parts in found.items():
            near = nx.node_connected_component(graph, node)
            rest = graph.subgraph(near - {node})
            sizes = (len(x & counted) for x in nx.connected_components(rest))
            assert sorted(parts) == sorted(sizes)

    @given(tables())
    def test_betweenness_is_the_library_s(self, table: Table) -> None:
        crud = matrix_of(table)
        theirs = nx.betweenness_centrality(crud.graph)
        found = hubs(crud)
        if len(crud.graph) > 2:
            assert found.sources == sum(d > 0 for _, d in crud.graph.degree())
            assert found.sources == found.nodes or not found.sources  # no sample
        for hub in found.top:
            assert hub.betweenness == pytest.approx(theirs[hub.kind, hub.id], abs=2e-6)
        top = [hub.betweenness for hub in found.top]
        assert top == sorted(top, reverse=True)
        missed = {n for n, v in theirs.items() if v > 1e-5} - {(h.kind, h.id) for h in found.top}
        assert not missed

    def test_a_sample_is_near(self, monkeypatch: pytest.MonkeyPatch) -> None:
        table = planted(blocks=8)
        table["b0s0"] |= {f"b{b}e1": "R" for b in range(8)}
        whole = hubs(matrix_of(table))
        module = import_module("crmaudit.crud_matrix.structure.hubs")
        monkeypatch.setattr(module, "WORK", 1)
        monkeypatch.setattr(module, "LEAST_STARTS", 40)
        part = hubs(matrix_of(table))
        assert (part.sources, part.nodes) == (40, 80)
        assert part.top[0].id == whole.top[0].id == "b0s0"
        assert part.top[0].betweenness == pytest.approx(whole.top[0].betweenness, rel=0.25)

    def test_what_joins_parts_alone(self) -> None:
        crud = matrix_of(
            {
                "crm": {"invoice": "R", "mailing": "R", "own": "CRUD"},
                "billing": {"invoice": "C"},
                "dunning": {"invoice": "R"},
                "news": {"mailing": "C"},
                "alone": {"else": "C"},
            }
        )
        found = hubs(crud)
        assert [(x.id, x.parts) for x in found.systems] == [("crm", (2, 1))]
        assert [(x.id, x.parts) for x in found.entities] == [
            ("invoice", (2, 1, 1)),
            ("mailing", (3, 1)),
        ]
        assert found.islands == 2

    def test_relays_go_by_feeds(self) -> None:
        feeds = {"hub": [{"to": x, "entities": ["x"]} for x in ("a", "b")]}
        crud = matrix_of({"hub": {"x": "R"}, "a": {"x": "R"}, "b": {"x": "R"}}, feeds=feeds)
        found = hubs(crud)
        assert [(x.id, x.parts) for x in found.relays] == [("hub", (1, 1))]
        assert found.systems == ()


class TestSections:
    def test_what_fits_is_one(self) -> None:
        (whole,) = sections(matrix_of(SMALL))
        assert len(whole.systems) == 4
        assert unsectioned(matrix_of(SMALL)) == ()

    @given(tables(), st.integers(1, 5))
    def test_sections_and_list_are_the_whole(self, table: Table, most: int) -> None:
        crud = matrix_of(table)
        found = sections(crud, most)
        shown = [(s, e) for x in found for s in x.systems for e in x.entities]
        assert len(shown) == len(set(shown))
        assert all(len(x.systems) <= most and len(x.entities) <= most for x in found)
        for names in (
            [s for x in found for s in x.systems],
            [e for x in found for e in x.entities],
        ):
            assert len(names) == len(set(names))
        listed = {(c.system, c.entity) for c in unsectioned(crud, most)}
        cells = {(s, e) for s, row in table.items() for e, letters in row.items() if letters}
        assert listed == cells - set(shown)

    def test_small_subsystems_share_one(self) -> None:
        found = sections(matrix_of(planted()), most=12)
        assert [len(x.systems) for x in found] == [8, 8, 4]
        assert " to " in found[0].title


def test_the_answer_is_kept() -> None:
    crud = matrix_of(SMALL)
    assert diagonal(crud) is diagonal(crud)
    assert sections(crud, 2) is not sections(crud, 3)
