"""Evidence of records matched: which of it still speaks of what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmaudit.evidence import (
    Between,
    Catalog,
    Document,
    Duplicates,
    Holder,
    Matching,
    Overlap,
    Provenance,
    Status,
    Table,
)
from crmaudit.evidence.match import SystemSet
from crmaudit.evidence_set import EvidenceSet, known_as
from crmaudit.facts import Facts, NotAssessed
from crmaudit.workspace import load


def seen(system: str = "crm", day: int = 1, source: str = "crm.sqlite") -> Provenance:
    return Provenance(system, source, "sqlite", f"s{day}", datetime(2026, 6, day, tzinfo=UTC), "t")


def duplicates(**changes: object) -> Duplicates:
    found = Duplicates(
        seen(), entity="person", tables=("contacts",), matching=Matching(records=9), surplus=1
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def overlap(day: int = 1, left: str = "crm") -> Overlap:
    return Overlap(
        seen(left, day),
        entity="person",
        holders=(Holder(left, records=40, things=40), Holder("erp", records=90, things=90)),
        sets=(SystemSet((left, "erp"), 40), SystemSet(("erp",), 50)),
        between=(Between(left, "erp", 40, 40, 40, 40),),
    )


def facts(folder: Path, found: Iterable[Document], **files: str) -> Facts:
    given = {
        "audit": "organisation: Test\nas_of: 2026-06-30\n",
        "systems/crm": "id: crm\nname: BeaconCRM\ncrud: {person: CRU}\n",
        "systems/erp": "id: erp\nname: Ledgerline\ncrud: {person: CRU}\n",
        "entities": "entities: [{id: person}]\n",
        **files,
    }
    for name, text in given.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Facts.of(load(folder), found)


def test_duplicates_of_another_source_or_a_table_that_is_gone_are_left_out() -> None:
    catalog = Catalog(seen(day=2), tables=(Table("contacts"),))
    there = duplicates()
    assert EvidenceSet((there,)).duplicates == {"crm": {"person": there}}
    assert EvidenceSet((catalog, there)).duplicates == {"crm": {"person": there}}
    moved = replace(catalog, provenance=seen(source="new.sqlite"))
    assert EvidenceSet((moved, there)).duplicates == {}
    assert EvidenceSet((replace(catalog, tables=(Table("people"),)), there)).duplicates == {}


def test_the_newest_overlap_of_an_entity_counts() -> None:
    old, new = overlap(1), overlap(2)
    assert EvidenceSet((new, old)).overlaps == {"person": new}


def test_an_overlap_that_failed_hides_none() -> None:
    old, new = overlap(1), overlap(2)
    failed = replace(new, provenance=replace(new.provenance, status=Status("failed", "no room")))
    # It may stand under another system: the first one was not there any more.
    moved = replace(failed, provenance=replace(failed.provenance, system="erp"))
    for late in (failed, moved):
        known = EvidenceSet((late, old))
        assert known.overlaps == {"person": old}
        assert known.failed_since(old) == late
        assert known.failed_since(overlap(3)) is None
    assert EvidenceSet((failed,)).overlaps == {"person": failed}


def test_an_overlap_with_another_source_is_left_out() -> None:
    there = replace(overlap(), holders=(Holder("crm", source="crm.sqlite"), Holder("erp")))
    catalog = Catalog(seen(day=2), tables=(Table("contacts"),))
    assert EvidenceSet((catalog, there)).overlaps == {"person": there}
    moved = replace(catalog, provenance=seen(day=2, source="new.sqlite"))
    assert EvidenceSet((moved, there)).overlaps == {}


def test_systems_are_called_as_they_are_now() -> None:
    found = known_as([overlap(left="old")], {"crm", "erp"}, {"old": "crm"})
    (document,) = found.overlaps.values()
    assert document.systems == ("crm", "erp")
    assert document.sets[0].systems == ("crm", "erp")
    # The evidence keeps the id under which it was collected.
    assert document.id == "overlap:old/person@s1"


def test_rules_are_told_what_is_missing(tmp_path: Path) -> None:
    bare = facts(tmp_path, [])
    with pytest.raises(NotAssessed) as lacking:
        bare.need_duplicates()
    assert lacking.value.needs == "crmaudit collect --only duplicates"
    with pytest.raises(NotAssessed) as lacking:
        bare.need_overlap()
    assert lacking.value.needs.startswith("crmaudit collect --only overlap")


def test_the_data_speak_for_a_system_of_record(tmp_path: Path) -> None:
    known = facts(tmp_path, [overlap()])
    record = known.crud.record("person")
    assert record is not None
    assert (record.systems, record.conflict) == (("crm", "erp"), "tie")
    assert (record.favoured, record.grounds) == ("erp", ("knows 100 % of all, the other 44 %",))


def test_without_a_system_its_overlap_goes(tmp_path: Path) -> None:
    known = facts(tmp_path, [overlap(), duplicates()])
    assert len(known.overlap) == 1
    left = known.without(["erp"])
    assert (left.overlap, [d.entity for d in left.duplicates]) == ((), ["person"])
