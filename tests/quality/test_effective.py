"""People correct what was measured, and give it their own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import ContactPoint, EntityMap, MappedTable, Provenance
from crmaudit.quality.effective import EffectiveMap, effective, kind_of, translated
from crmaudit.workspace.landscape import Entity, Map

SEEN = Provenance("crm", "sqlite:///crm", "sqlite", "s1", datetime(2026, 6, 30, tzinfo=UTC), "t")


def entity(id_: str, **more: Any) -> Entity:
    return Entity.model_validate({"id": id_, **more})


def joined(
    declared: list[dict[str, Any]] | None, *measured: MappedTable, entities: tuple[Entity, ...] = ()
) -> EffectiveMap:
    own = Map.model_validate({"system": "crm", "tables": declared}) if declared else None
    points = (ContactPoint("e-mail", ("person", "lead"), "mails", ("mail",)),)
    found = EntityMap(SEEN, measured, contact_points=points) if measured else None
    whole = effective("crm", own, found, {e.id: e for e in entities})
    assert whole is not None
    return whole


def rows(found: EffectiveMap) -> list[tuple[str, str, str]]:
    return [(t.table, t.entity, t.basis) for t in found.tables]


def test_nobody_said_anything() -> None:
    assert effective("crm", None, None, {}) is None


def test_a_declared_row_replaces_all_that_was_measured_of_its_table() -> None:
    found = joined(
        [{"table": "contacts", "entity": "customer", "where": "kind = 'C'"}],
        MappedTable("contacts", "person", where="kind = 'P'", basis="product map"),
        MappedTable("contacts", "organisation", where="kind = 'O'", basis="product map"),
        MappedTable("orders", "order", basis="inferred", confidence=0.6),
    )
    assert rows(found) == [("contacts", "customer", "declared"), ("orders", "order", "inferred")]
    assert found.tables[0].where == "kind = 'C'"
    assert found.tables[1].confidence == 0.6
    assert found.evidence == "entity-map:crm@s1"
    assert [t.table for t in found.of("order")] == ["orders"]


def test_a_blank_says_that_nobody_knows() -> None:
    found = joined([{"table": "contacts"}], MappedTable("contacts", "person"))
    assert rows(found) == [("contacts", "", "declared")]


def test_canonical_kinds_become_the_workspaces_words() -> None:
    found = joined(
        None,
        MappedTable("a", "person", basis="product map"),
        MappedTable("b", "lead", basis="product map"),
        MappedTable("c", "invoice", basis="product map"),
        entities=(entity("client", kind="person"), entity("donor", kind="person"), entity("lead")),
    )
    assert [t.entity for t in found.tables] == ["client", "lead", "invoice"]
    assert found.ambiguous == {"person": ("donor",)}
    assert found.kinds == {"client": "person", "lead": "lead", "invoice": "invoice"}
    assert found.contact_points[0].of == ("client", "lead")
    assert [t.table for t in found.of_kind("person", "invoice")] == ["a", "c"]


def test_a_kind_declared_goes_before_an_id_and_a_synonym() -> None:
    by_synonym = entity("referral", synonyms=["Opportunity"])
    by_id, by_kind = entity("opportunity"), entity("deal", kind="opportunity")
    assert translated("opportunity", [by_synonym]) == ("referral",)
    assert translated("opportunity", [by_synonym, by_id]) == ("opportunity",)
    assert translated("opportunity", [by_synonym, by_id, by_kind]) == ("deal",)
    # An entity of that id which is something else by its own words is not meant.
    assert translated("case", [entity("case", kind="document")]) == ()
    assert kind_of("referral", {"referral": by_synonym}) == "opportunity"
    assert kind_of("deal", {"deal": by_kind}) == "opportunity"
    assert kind_of("event registration", {}) == "event registration"
    assert kind_of("shift", {"shift": entity("shift")}) == ""


def test_machinery_holds_nothing() -> None:
    found = joined([{"table": "log", "entity": "person", "role": "system"}])
    assert list(found.of("person")) == []
    assert found.entities() == ()


tables = st.sampled_from(["a", "b", "c"])


@given(st.lists(tables, max_size=4), st.lists(tables, max_size=4))
def test_every_table_keeps_one_opinion(declared: list[str], measured: list[str]) -> None:
    found = effective(
        "crm",
        Map.model_validate({"system": "crm", "tables": [{"table": t} for t in declared]}),
        EntityMap(SEEN, tuple(MappedTable(t, "person", basis="inferred") for t in measured)),
        {},
    )
    assert found is not None
    by_table: dict[str, set[str]] = {}
    for row in found.tables:
        by_table.setdefault(row.table, set()).add(row.basis)
    assert by_table.keys() == {*declared, *measured}
    assert all(
        basis == ({"declared"} if table in declared else {"inferred"})
        for table, basis in by_table.items()
    )


def proposed(*tables: str) -> Map:
    said = [{"table": t, "entity": "client"} for t in tables]
    return Map.model_validate({"system": "crm", "confirmed": False, "tables": said})


def test_what_nobody_confirmed_gives_way_and_fills_gaps() -> None:
    seen = EntityMap(SEEN, (MappedTable("a", "person", basis="inferred", confidence=0.8),))
    found = effective("crm", proposed("a", "b"), seen, {})
    assert found is not None
    assert rows(found) == [("a", "person", "inferred"), ("b", "client", "inferred")]
    assert (found.tables[1].confidence, found.tables[1].reasons) == (
        0.5,
        ("proposed, not confirmed by anybody",),
    )
    alone = effective("crm", proposed("a"), None, {})
    assert alone is not None
    assert [(t.basis, t.confidence) for t in alone.tables] == [("inferred", 0.5)]


def test_each_table_keeps_the_word_of_its_own_map() -> None:
    sure = Map.model_validate({"system": "crm", "tables": [{"table": "b", "entity": "donor"}]})
    seen = EntityMap(SEEN, (MappedTable("a", "person"), MappedTable("b", "person")))
    for both in (sure.joined(proposed("a", "b", "c")), proposed("a", "b", "c").joined(sure)):
        assert both.settled == {"b"}
        found = effective("crm", both, seen, {})
        assert found is not None
        assert sorted((t.table, t.entity) for t in found.tables) == [
            ("a", "person"),
            ("b", "donor"),
            ("c", "client"),
        ]
