"""Whose version counts, what class an entity is of, where its copies stand."""

from __future__ import annotations

from typing import Any

import pytest
from crud_matrix.proven import CRM, SHOP, matrix, proofs

from crmaudit.crud_matrix import Cell
from crmaudit.crud_matrix.records import (
    Backing,
    class_of,
    favoured_by,
    leads,
    outdone,
    record_of,
    score,
)
from crmaudit.workspace.landscape import Entity


def entity(**facts: Any) -> Entity:
    return Entity.model_validate({"id": "customer", **facts})


def cells(**letters: str | Cell) -> dict[str, Cell]:
    return {s: x if isinstance(x, Cell) else Cell(s, "customer", x) for s, x in letters.items()}


class TestRecord:
    def test_proven_counts_as_declared_and_denied_counts_nothing(self) -> None:
        assert score(Cell("a", "e", "CRU")) == 8
        assert score(Cell("a", "e", None, "CRU")) == 8
        assert score(Cell("a", "e", "CRU", "CRU")) == 8
        assert score(Cell("a", "e", "CRU", "R", "CU")) == 1
        assert score(Cell("a", "e", "CRU", "", "CRU")) == 0

    def test_evidence_moves_the_proposal(self) -> None:
        before = record_of(entity(), cells(crm="CRU", shop="CR"))
        after = record_of(entity(), cells(crm=Cell("crm", "customer", "CRU", "R", "CU"), shop="CR"))
        assert before is not None
        assert after is not None
        assert (before.systems, before.margin, before.conflict) == (("crm",), 3, "")
        assert (after.systems, after.margin, after.conflict) == (("shop",), 5, "")

    @pytest.mark.parametrize(
        ("crm", "shop", "conflict", "rivals"),
        [
            ("CRU", "R", "", ()),
            ("R", "CRU", "does not write", ("shop",)),
            (Cell("crm", "customer", "CRU", "R", "CU"), "R", "contradicted", ()),
            ("CR", "CRU", "outscored", ("shop",)),
            ("CRU", "CRU", "", ()),
        ],
    )
    def test_conflicts_of_a_declared_record(
        self, crm: str | Cell, shop: str, conflict: str, rivals: tuple[str, ...]
    ) -> None:
        found = record_of(entity(system_of_record="crm"), cells(crm=crm, shop=shop))
        assert found is not None
        assert (found.systems, found.conflict, found.rivals) == (("crm",), conflict, rivals)

    def test_a_tie_is_a_conflict_and_no_writer_no_record(self) -> None:
        tie = record_of(entity(), cells(crm="CRU", shop="CRU"))
        assert tie is not None
        assert (tie.systems, tie.margin, tie.conflict) == (("crm", "shop"), 0, "tie")
        assert record_of(entity(), cells(crm="R")) is None
        assert record_of(entity(), {}) is None


class TestBacking:
    RICH = Backing(covers=(90, 100), complete=(95, 100), newer=(20, 40), agrees=(80, 100))
    POOR = Backing(covers=(60, 100), complete=(94, 100), newer=(20, 40), agrees=(80, 100))
    LATE = Backing(covers=(90, 100), complete=(80, 100), newer=(28, 40), agrees=(95, 100))

    def test_a_lead_is_five_points_over_enough(self) -> None:
        assert leads(self.RICH, self.POOR) == ("covers",)
        assert leads(self.POOR, self.RICH) == ()
        few = Backing(covers=(29, 29))
        assert leads(few, Backing(covers=(0, 100))) == ()

    def test_the_data_favour_who_leads_every_other(self) -> None:
        assert favoured_by({"crm": self.RICH, "shop": self.POOR}) == (
            "crm",
            ("knows 90 % of all, the other 60 %",),
        )
        system, grounds = favoured_by({"crm": self.RICH, "shop": self.POOR, "news": self.LATE})
        assert system == "news"
        assert grounds[0] == "knows 90 % of all, the others 60 % to 90 %"
        assert favoured_by({"crm": self.RICH, "shop": self.RICH}) == ("", ())
        assert favoured_by({"crm": self.RICH}) == favoured_by({}) == ("", ())

    def test_it_is_a_reason_beside_the_score(self) -> None:
        backing = {"crm": self.RICH, "shop": self.POOR}
        tie = record_of(entity(), cells(crm="CRU", shop="CRU"), backing)
        assert tie is not None
        assert (tie.systems, tie.conflict, tie.favoured) == (("crm", "shop"), "tie", "crm")
        said = record_of(entity(system_of_record="shop"), cells(crm="R", shop="CRU"), backing)
        assert said is not None
        assert (said.systems, said.conflict, said.favoured) == (("shop",), "", "crm")

    def test_a_declared_record_may_be_outdone(self) -> None:
        backing = {"crm": self.RICH, "shop": self.POOR, "news": self.LATE}
        assert outdone("shop", backing) == ("news", ("covers", "newer", "agrees"))
        assert outdone("news", backing) == ("", ())
        with pytest.raises(KeyError):
            outdone("mail", backing)


class TestStandings:
    def test_source_contributor_replica_copy(self) -> None:
        crud = matrix(
            {},
            {"id": "crm", "crud": {"customer": "CRU"}, "feeds": [{"to": "mart"}]},
            {"id": "mart", "crud": {"customer": "R"}},
            {"id": "desk", "crud": {"customer": "RU"}, "feeds": [{"to": "crm"}]},
            {"id": "excel", "crud": {"customer": "CRU"}},
            {"id": "old", "crud": {"customer": "R"}},
            system_of_record="crm",
        )
        assert [(s.system, s.part) for s in crud.standings("customer")] == [
            ("crm", "source"),
            ("desk", "contributor"),
            ("mart", "replica"),
            ("excel", "copy"),
            ("old", "copy"),
        ]

    def test_who_reads_in_the_sources_database_is_a_replica(self) -> None:
        found = {"shop": {"customer": proofs("R")}}
        crud = matrix(found, CRM, SHOP, shared={"customer": {("shop", "crm"): "R"}})
        parts = {s.system: (s.part, s.letters) for s in crud.standings("customer")}
        assert parts == {"crm": ("source", "cr"), "shop": ("replica", "+R")}

    def test_without_one_source_all_are_copies(self) -> None:
        crud = matrix({}, CRM, {**CRM, "id": "shop"})
        assert {s.part for s in crud.standings("customer")} == {"copy"}


class TestClass:
    def test_declared_is_declared(self) -> None:
        found = class_of(entity(**{"class": "reference"}), "person", (), (), None)
        assert (found.value, found.declared) == ("reference", True)

    @pytest.mark.parametrize(
        ("kind", "facts", "rows", "value"),
        [
            ("person", {}, None, "master"),
            ("invoice", {}, None, "transaction"),
            ("role", {}, None, "reference"),
            ("", {"volume": {"growth": 0.5}}, None, "transaction"),
            ("", {}, 40, "reference"),
            ("", {}, None, None),
            ("person", {"volume": {"growth": 0.5}}, None, "master"),
        ],
    )
    def test_proposed_with_reasons(
        self, kind: str, facts: dict[str, Any], rows: int | None, value: str | None
    ) -> None:
        holders = cells(crm="CRU", mart="R", desk="R").values()
        found = class_of(entity(**facts), kind, holders, (), rows)
        assert found.value == value
        assert bool(found.reasons) == (value is not None)

    def test_what_much_hangs_on_is_master(self) -> None:
        customer = entity(
            relationships=[
                {"to": "invoice", "cardinality": "1:n"},
                {"to": "case", "cardinality": "0..1:n"},
            ]
        )
        case = Entity.model_validate(
            {
                "id": "case",
                "relationships": [
                    {"to": "customer", "cardinality": "n:1"},
                    {"to": "product", "cardinality": "n:1"},
                ],
            }
        )
        assert class_of(customer, "", (), (customer, case), None).value == "master"
        assert class_of(case, "", (), (customer, case), None).value == "transaction"
