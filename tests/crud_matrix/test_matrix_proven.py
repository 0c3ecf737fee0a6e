"""The matrix with evidence: which questions go by what is proven, which by what was said."""

from __future__ import annotations

from crud_matrix.proven import CRM, SHOP, matrix, proofs


class TestQuestions:
    def test_what_is_proven_happens(self) -> None:
        crud = matrix({"shop": {"customer": proofs("CU")}}, CRM, SHOP)
        assert crud.doing("C", "customer") == ("crm", "shop")
        assert crud.writers("customer") == ("crm", "shop")
        assert crud.held_by("shop") == {"customer": "CU"}
        assert crud.graph.has_edge(("system", "shop"), ("entity", "customer"))
        assert crud.frame.loc["customer", "shop"] == "CU"

    def test_what_was_said_stays_what_was_said(self) -> None:
        crud = matrix({"shop": {"customer": proofs("CU")}}, CRM, SHOP)
        assert crud.incomplete == ("shop",)
        assert crud.unknown("customer") == ("shop",)
        assert crud.said_of("shop") == 0
        assert crud.known_of("shop") == 1
        assert crud.known_share == (2, 2)

    def test_an_entity_of_no_workspace_stands_in_no_cell(self) -> None:
        crud = matrix({"shop": {"ghost": proofs("C")}}, CRM, SHOP)
        assert crud.held_by("shop") == {}
        assert crud.known_share == (1, 2)

    def test_the_dossier_is_the_first_of_the_proofs(self) -> None:
        crud = matrix({"crm": {"customer": proofs("C", "R")}}, CRM)
        told = [(p.letter, p.origin, p.answer) for p in crud.proofs("crm", "customer")]
        assert told[:3] == [
            ("C", "declared", "yes"),
            ("C", "observed", "yes"),
            ("R", "declared", "yes"),
        ]
        assert len(told) == 6

    def test_a_system_without_evidence_is_as_declared(self) -> None:
        declared = matrix({}, CRM, SHOP)
        proven = matrix({"shop": {"customer": proofs("CU")}}, CRM, SHOP)
        assert declared.cell("crm", "customer") == proven.cell("crm", "customer")
        assert not declared.testimony


class TestMeeting:
    def test_who_reads_in_anothers_database_needs_no_feed(self) -> None:
        found = {"shop": {"customer": proofs("R")}}
        apart = matrix(found, CRM, SHOP)
        assert apart.implied_feeds() == {("crm", "shop"): ("customer",)}
        assert apart.silos() == ("crm", "shop")
        meeting = matrix(found, CRM, SHOP, shared={"customer": {("shop", "crm"): "R"}})
        assert meeting.implied_feeds() == {}
        assert meeting.silos() == ()
        assert meeting.reach("customer", ["crm"]) == {"crm", "shop"}
        assert meeting.reach("customer", ["shop"]) == {"shop"}

    def test_a_change_made_there_is_there(self) -> None:
        meeting = matrix({}, CRM, SHOP, shared={"customer": {("shop", "crm"): "U"}})
        assert meeting.reach("customer", ["shop"]) == {"crm", "shop"}
        assert meeting.reach("customer", ["crm"]) == {"crm"}
