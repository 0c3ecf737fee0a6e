"""What matching says becomes part of the scores, in one place and with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from matched_evidence import duplicates, overlap, seen

from crmaudit.evidence import (
    Catalog,
    Column,
    ColumnProfile,
    EntityMap,
    Index,
    MappedTable,
    Method,
    Overlap,
    Table,
    TableProfile,
)
from crmaudit.evidence.match import Compared
from crmaudit.quality.effective import EffectiveMap, effective
from crmaudit.quality.explaining import explained
from crmaudit.quality.matching.counted import placed, trust
from crmaudit.quality.matching.judged import (
    JudgedDuplicates,
    JudgedOverlap,
    judged_duplicates,
    judged_overlap,
)
from crmaudit.quality.quality import Quality
from crmaudit.workspace.landscape import Entity

CONTACT = {"person": Entity(id="person", trusted=("crm", "erp"))}


def row(table: str, entity: str = "person", where: str = "", role: str = "primary") -> MappedTable:
    return MappedTable(table, entity, role=role, where=where)  # type: ignore[arg-type]


def maps(**tables: Sequence[MappedTable]) -> dict[str, EffectiveMap]:
    found = {}
    for system, rows in tables.items():
        one = effective(system, None, EntityMap(seen(system), tuple(rows)), {})
        assert one is not None
        found[system] = one
    return found


def profile(system: str, table: str, *columns: str, rows: int = 1000, where: str = "") -> Any:
    made = tuple(ColumnProfile(c, "text", "text", rows, 0) for c in columns)
    return TableProfile(seen(system), table=table, rows=rows, columns=made, where=where)


def quality(
    known: dict[str, EffectiveMap],
    profiles: Sequence[TableProfile],
    duplicate: Sequence[JudgedDuplicates] = (),
    across: Sequence[JudgedOverlap] = (),
    entities: dict[str, Entity] | None = None,
) -> Quality:
    whole: dict[str, dict[str, TableProfile]] = {}
    parts: dict[str, dict[tuple[str, str], TableProfile]] = {}
    for p in profiles:
        system = p.provenance.system
        if p.where:
            parts.setdefault(system, {})[p.table, p.where] = p
        else:
            whole.setdefault(system, {})[p.table] = p
    counts = placed(duplicate, across, known, entities or {})
    return Quality(whole, {}, known, date(2026, 6, 30), parts=parts, matched=counts)


def across(document: Overlap | None = None) -> JudgedOverlap:
    found = judged_overlap(document or overlap(), "person", ("crm", "erp"), ())
    assert found is not None
    return found


TWO = (profile("crm", "contacts", "town"), profile("erp", "customers", "city", rows=600))
KNOWN = maps(crm=[row("contacts")], erp=[row("customers")])


def test_records_that_stand_for_one_thing_each() -> None:
    found = quality(KNOWN, TWO, [judged_duplicates(duplicates(), "person", ())])
    score = found.table_card("crm", "contacts").scores["uniqueness"]
    assert (score.checks, score.method) == ((900, 1000), Method("model"))
    assert score.interval == pytest.approx((0.87, 0.915))
    assert score.evidence == ("duplicates:crm/person@s1",)
    (count,) = (c for c in explained(found, "crm.contacts").counts if c.dimension == "uniqueness")
    assert count.what == ("records that stand for one thing each, 870 to 915 with 95 % confidence")
    assert count.failed == (("duplicates found", 80), ("estimated besides", 20))


def test_an_entity_has_the_count_of_its_tables_once() -> None:
    known = maps(crm=[row("contacts"), row("people")])
    both = (profile("crm", "contacts"), profile("crm", "people"))
    found = quality(known, both, [
        judged_duplicates(duplicates(tables=("people", "contacts")), "person", ())
    ])  # fmt: skip
    card = found.entity_card("person")
    assert card is not None
    assert card.scores["uniqueness"].checks == (900, 1000)
    assert found.table_card("crm", "contacts").scores["uniqueness"].share is None
    whole = found.system_card("crm")
    assert whole is not None
    assert whole.scores["uniqueness"].checks == (900, 1000)


def test_a_part_has_its_own_count_and_the_table_that_of_all() -> None:
    known = maps(
        crm=[row("contacts", "person", "kind = 'P'"), row("contacts", "organisation", "kind = 'O'")]
    )
    found = quality(
        known,
        (
            profile("crm", "contacts", rows=1500),
            profile("crm", "contacts", rows=1000, where="kind = 'P'"),
            profile("crm", "contacts", rows=500, where="kind = 'O'"),
        ),
        [
            judged_duplicates(duplicates(), "person", ()),
            judged_duplicates(
                duplicates(
                    entity="organisation",
                    surplus=10,
                    estimated=None,
                    matching=replace(duplicates().matching, records=500),
                ),
                "organisation",
                (),
            ),
        ],
    )
    persons, firms = found.entity_card("person"), found.entity_card("organisation")
    assert persons is not None
    assert firms is not None
    assert persons.scores["uniqueness"].checks == (900, 1000)
    assert firms.scores["uniqueness"].checks == (490, 500)
    assert found.table_card("crm", "contacts").scores["uniqueness"].checks == (1390, 1500)


def test_agreement_counts_for_the_columns_of_both_systems() -> None:
    found = quality(KNOWN, TWO, across=[across()])
    for place in (("crm", "contacts", "town"), ("erp", "customers", "city")):
        score = found.column_card(*place).scores["consistency"]
        assert (score.checks, score.method.kind) == ((360, 400), "model")
        assert score.interval == pytest.approx(((0.9 - 0.05) / 0.95, 0.9 / 0.95))
        assert found.column_card(*place).scores["accuracy"].share is None


def test_accuracy_is_agreement_with_the_system_that_is_trusted_more() -> None:
    found = quality(KNOWN, TWO, across=[across()], entities=CONTACT)
    assert found.column_card("erp", "customers", "city").scores["accuracy"].checks == (360, 400)
    own = found.column_card("crm", "contacts", "town").scores["accuracy"]
    assert own.reason == "needs a trusted reference, or an expectation of that dimension"
    assert trust(Entity(id="a", system_of_record="erp")) == ("erp",)
    assert trust(None) == trust(Entity(id="a")) == ()


def test_an_attribute_beside_the_table_counts_with_its_records() -> None:
    beside = Compared("city", ("crm:places.town", "erp:customers.city"), 1400)
    document = overlap(matching=replace(overlap().matching, attributes=(beside,)))
    found = quality(KNOWN, TWO, across=[across(document)])
    (count,) = explained(found, "crm.contacts").counts
    assert (count.what, count.column, count.passed) == ("city of person as erp has it", "", 360)


def test_an_attribute_in_an_extension_counts_there() -> None:
    known = maps(crm=[row("contacts"), row("more", role="extension")], erp=[row("customers")])
    more = Compared("city", ("crm:more.town", "erp:customers.city"), 1400)
    document = overlap(matching=replace(overlap().matching, attributes=(more,)))
    found = quality(known, (*TWO, profile("crm", "more", "town")), across=[across(document)])
    assert found.column_card("crm", "more", "town").scores["consistency"].checks == (360, 400)
    assert found.table_card("crm", "contacts").scores["consistency"].share is None


def test_matched_by_an_identifier_is_counted_not_estimated() -> None:
    document = overlap(by="identifier", matching=replace(overlap().matching, precision=None))
    found = quality(KNOWN, TWO, across=[across(document)])
    score = found.column_card("crm", "contacts", "town").scores["consistency"]
    assert (score.method, score.interval) == (Method(), None)


def test_what_could_not_be_compared_counts_nothing() -> None:
    lacking = replace(duplicates().matching, cannot="no attribute", records=0)
    nothing = judged_duplicates(duplicates(matching=lacking), "person", ())
    no_match = replace(overlap().matching, cannot="nothing in common")
    apart = across(overlap(matching=no_match))
    assert placed([nothing], [apart], KNOWN, CONTACT) == ()
    # Without a map nobody knows which table holds the records.
    assert placed([judged_duplicates(duplicates(), "person", ())], [across()], {}, CONTACT) == ()


def test_numbers_of_rows_count_no_longer_where_things_do() -> None:
    """A number that the database gives each row is unique whatever stands in the row."""
    columns = tuple(ColumnProfile(c, "integer", "integer", 1000, 0, distinct=1000) for c in (
        "id", "contact_no"
    ))  # fmt: skip
    numbered = TableProfile(seen(), table="contacts", rows=1000, columns=columns)
    declared = Table("contacts", primary_key=("id",), columns=(
        Column("id", "integer"), Column("contact_no", "integer")
    ), indexes=(Index("no", ("contact_no",), unique=True),))  # fmt: skip
    catalog = {"crm": Catalog(seen(), tables=(declared,))}
    counts = placed([judged_duplicates(duplicates(), "person", ())], (), KNOWN, {})
    profiles = {"crm": {"contacts": numbered}}
    day = date(2026, 6, 30)
    before = Quality(profiles, catalog, KNOWN, day).table_card("crm", "contacts")
    after = Quality(profiles, catalog, KNOWN, day, matched=counts)
    assert before.scores["uniqueness"].checks == (2000, 2000)
    assert after.table_card("crm", "contacts").scores["uniqueness"].checks == (1900, 2000)
    own = after.column_card("crm", "contacts", "id").scores["uniqueness"]
    assert own.reason == "it numbers the rows, whose things were counted instead"
