"""The matrix: its invariants on any portfolio, and its answers on small ones."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix import LETTERS, CrudMatrix, cell_subject, feed_subject
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

NAMES = ("a", "b", "c", "d")
THINGS = ("customer", "invoice", "case")


def matrix(*systems: dict[str, Any], entities: tuple[dict[str, Any], ...] = ()) -> CrudMatrix:
    """Systems by their facts; the entities are those given and those named in a `crud:`."""
    dossiers = [System.model_validate({"name": s["id"], **s}) for s in systems]
    known = {e["id"]: Entity.model_validate(e) for e in entities}
    for dossier in dossiers:
        for name in dossier.crud:
            known.setdefault(name, Entity(id=name))
    return CrudMatrix(dossiers, known.values())


_letters = st.one_of(st.none(), st.sets(st.sampled_from(LETTERS)).map("".join))
_feed = st.builds(
    lambda to, entities: {"to": to, "entities": entities},
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(THINGS), unique=True),
)


@st.composite
def portfolios(draw: st.DrawFn) -> CrudMatrix:
    systems = [
        {
            "id": name,
            "crud": draw(st.dictionaries(st.sampled_from(THINGS), _letters)),
            "crud_complete": draw(st.booleans()),
            "feeds": [f for f in draw(st.lists(_feed, max_size=3)) if f["to"] != name],
        }
        for name in NAMES
    ]
    record = draw(st.sampled_from((None, *NAMES)))
    entities = tuple({"id": t, "system_of_record": record} for t in THINGS)
    return matrix(*systems, entities=entities)


class TestInvariants:
    @given(portfolios())
    def test_a_cell_is_yes_no_or_unknown(self, crud: CrudMatrix) -> None:
        cells = list(crud.cells())
        assert len(cells) == len(crud.systems) * len(crud.entities)
        known, whole = crud.known_share
        assert whole == len(cells)
        assert known == sum(c.letters is not None for c in cells)
        assert known == whole - sum(len(crud.unknown(e)) for e in crud.entities)
        if not crud.incomplete:
            # A blank in a listed cell stays unknown even then.
            blank = {(c.system, c.entity) for c in cells if c.letters is None}
            assert blank == {(s, e) for e in crud.entities for s in crud.unknown(e)}

    @given(portfolios())
    def test_questions_agree_with_the_cells(self, crud: CrudMatrix) -> None:
        for entity in crud.entities:
            cells = {s: crud.cell(s, entity) for s in crud.systems}
            for letter in LETTERS:
                assert crud.doing(letter, entity) == tuple(s for s in cells if letter in cells[s])
            assert crud.holders(entity) == tuple(s for s in cells if cells[s].letters)
            assert set(crud.holders(entity)).isdisjoint(crud.unknown(entity))
            written = set(crud.doing("C", entity)) | set(crud.doing("U", entity))
            assert set(crud.writers(entity)) == written

    @given(portfolios())
    def test_the_record_is_declared_or_a_writer(self, crud: CrudMatrix) -> None:
        for entity in crud.entities:
            record = crud.record(entity)
            if record is None:
                assert not crud.writers(entity)
            elif record.declared:
                assert len(record.systems) == 1
            else:
                assert set(record.systems) <= set(crud.writers(entity))
                assert (record.margin == 0) == (len(record.systems) > 1)
                assert record.score >= 3

    @given(portfolios())
    def test_a_missing_feed_joins_a_creator_with_a_reader_out_of_reach(
        self, crud: CrudMatrix
    ) -> None:
        for (source, target), entities in crud.implied_feeds().items():
            assert entities
            assert source != target
            for entity in entities:
                assert source in crud.doing("C", entity)
                assert target in crud.doing("R", entity)
                assert target not in crud.doing("C", entity)
                assert target not in crud.reach(entity, crud.doing("C", entity))
                assert entity in crud.read_from(source, target)

    @given(portfolios())
    def test_every_reader_is_a_creator_reached_or_missing_a_feed(self, crud: CrudMatrix) -> None:
        missing = crud.implied_feeds()
        for entity in crud.entities:
            creators = crud.doing("C", entity)
            reached = crud.reach(entity, creators)
            for reader in crud.doing("R", entity):
                lacking = any(entity in e for (_, t), e in missing.items() if t == reader)
                assert not creators or (reader in reached) != lacking

    @given(portfolios())
    def test_reach_grows_with_its_start_and_is_closed(self, crud: CrudMatrix) -> None:
        for entity in crud.entities:
            one = crud.reach(entity, ["a"])
            assert "a" in one
            assert one <= crud.reach(entity, ["a", "b"])
            assert crud.reach(entity, one) == one

    @given(portfolios())
    def test_a_silo_holds_something_and_has_no_feed(self, crud: CrudMatrix) -> None:
        ends = {s for link in crud.feeds for s in (link.source, link.target)}
        for system in crud.silos():
            assert system not in ends
            assert any(system in crud.holders(e) for e in crud.entities)

    @given(portfolios())
    def test_circles_are_apart_and_each_comes_back(self, crud: CrudMatrix) -> None:
        for entity in crud.entities:
            circles = crud.circles(entity)
            members = [s for circle in circles for s in circle]
            assert len(members) == len(set(members))
            for circle in circles:
                assert all(set(circle) <= crud.reach(entity, [s]) for s in circle)

    @given(portfolios())
    def test_the_graph_is_a_copy_and_bipartite(self, crud: CrudMatrix) -> None:
        graph = crud.graph
        assert all({a[0], b[0]} == {"system", "entity"} for a, b in graph.edges)
        assert graph.number_of_edges() == sum(len(crud.holders(e)) for e in crud.entities)
        graph.clear()
        assert crud.graph.number_of_nodes() == len(crud.systems) + len(crud.entities)

    @given(portfolios())
    def test_the_frame_shows_the_cells(self, crud: CrudMatrix) -> None:
        frame = crud.frame
        assert frame.shape == (len(crud.entities), len(crud.systems))
        assert all(frame.loc[c.entity, c.system] == c.text for c in crud.cells())


class TestCells:
    def test_missing_letters_of_a_listed_entity_mean_no(self) -> None:
        crud = matrix({"id": "a", "crud": {"customer": "CR"}})
        cell = crud.cell("a", "customer")
        assert "C" in cell
        assert "D" not in cell
        assert cell.text == "CR"

    def test_an_entity_not_listed_is_unknown_until_the_dossier_is_complete(self) -> None:
        systems = [{"id": "a", "crud": {"customer": "C"}}, {"id": "b"}]
        assert matrix(*systems).cell("b", "customer").text == "?"
        systems[1]["crud_complete"] = True
        assert matrix(*systems).cell("b", "customer").text == "–"

    def test_no_letters_mean_none(self) -> None:
        crud = matrix({"id": "a", "crud": {"customer": ""}})
        assert crud.cell("a", "customer").text == "–"
        assert crud.holders("customer") == ()


class TestRecord:
    def test_score_and_margin(self) -> None:
        crud = matrix(
            {"id": "a", "crud": {"customer": "CRUD"}}, {"id": "b", "crud": {"customer": "RU"}}
        )
        record = crud.record("customer")
        assert record is not None
        assert (record.systems, record.score, record.margin) == (("a",), 10, 6)

    def test_a_tie_names_both(self) -> None:
        crud = matrix({"id": "a", "crud": {"x": "C"}}, {"id": "b", "crud": {"x": "C"}})
        record = crud.record("x")
        assert record is not None
        assert (record.systems, record.margin) == (("a", "b"), 0)

    def test_a_reader_is_no_record(self) -> None:
        assert matrix({"id": "a", "crud": {"x": "RD"}}).record("x") is None

    def test_what_people_declared_stands(self) -> None:
        crud = matrix(
            {"id": "a", "crud": {"x": "CRUD"}},
            {"id": "b", "crud": {"x": "R"}},
            entities=({"id": "x", "system_of_record": "b"},),
        )
        record = crud.record("x")
        assert record is not None
        assert (record.systems, record.declared, record.margin) == (("b",), True, -9)


class TestFeeds:
    def test_told_at_both_ends_it_is_one_with_what_either_says(self) -> None:
        crud = matrix(
            {"id": "a", "feeds": [{"to": "b", "entities": ["x", "y"], "by": "api"}]},
            {"id": "b", "feeds": [{"from": "a", "entities": ["y", "x"], "owner": "tom"}]},
        )
        (link,) = crud.feeds
        assert (link.source, link.target, link.by, link.owner) == ("a", "b", "api", "tom")
        assert (link.declared_in, link.index, link.subject) == ("a", 0, "feed:a.b")

    def test_a_feed_carries_what_it_names(self) -> None:
        crud = matrix(
            {"id": "a", "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "feeds": [{"to": "c", "entities": "y"}]},
            {"id": "c"},
        )
        assert crud.reach("x", ["a"]) == {"a", "b"}
        assert crud.connected("a", "c")
        assert not crud.connected("c", "a")

    def test_a_feed_of_anything_closes_no_circle(self) -> None:
        crud = matrix(
            {"id": "a", "feeds": [{"to": "b", "entities": "x"}]},
            {"id": "b", "feeds": [{"to": "a"}]},
        )
        assert crud.circles("x") == ()
        assert crud.reach("x", ["b"]) == {"a", "b"}

    def test_subjects_cannot_be_confused(self) -> None:
        assert feed_subject("a.b", "c") != feed_subject("a", "b.c")
        assert cell_subject("a", "b") == "cell:a.b"
