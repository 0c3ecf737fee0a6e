"""Measured quality at every level, through the entity maps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.quality.expected import answers, fingerprint
from crmaudit.quality.quality import Quality, column_named

Make = Callable[..., Facts]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def facts(*evidence: dict[str, Any], **files: Any) -> Facts:
        names = {n.replace("__", "/") + ".yaml": c for n, c in files.items()}
        return Example(names, evidence).facts(tmp_path)

    return facts


def profile(
    table: str, *columns: dict[str, Any], rows: int = 100, system: str = "crm"
) -> dict[str, Any]:
    return {
        "kind": "profile",
        "system": system,
        "table": table,
        "rows": rows,
        "columns": list(columns),
    }


MAP = {
    "system": "crm",
    "tables": [
        {"table": "contacts", "entity": "contact"},
        {"table": "contacts_more", "entity": "contact", "role": "extension"},
        {"table": "audit_log", "role": "system"},
        {"table": "countries", "entity": "contact", "role": "lookup"},
        {"table": "absent", "entity": "contact"},
    ],
}
TABLES = (
    profile("contacts", {"name": "email", "nulls": 20}, {"name": "city", "nulls": 40}),
    profile("contacts_more", {"name": "hobby", "nulls": 90}),
    profile("audit_log", {"name": "text", "nulls": 99}),
    profile("countries", {"name": "label", "nulls": 0}),
)


def completeness(card: Any) -> tuple[float, float]:
    score = card.scores["completeness"]
    return score.passed, score.applicable


def test_levels_add_up_by_the_map(make: Make) -> None:
    quality = make(*TABLES, maps__crm=MAP).quality
    assert completeness(quality.column_card("crm", "contacts", "email")) == (80, 100)
    assert completeness(quality.table_card("crm", "contacts")) == (140, 200)
    # The extension counts, the look-up table does not.
    assert completeness(quality.entity_card("contact")) == (150, 300)
    # Nor does either in a system that has a map, where only records of entities do.
    assert completeness(quality.system_card("crm")) == (150, 300)
    assert completeness(quality.portfolio_card) == (150, 300)


def test_without_a_map_all_tables_count(make: Make) -> None:
    quality = make(*TABLES).quality
    assert completeness(quality.system_card("crm")) == (251, 500)
    assert quality.entity_card("contact") is None


def test_systems_are_kept_apart(make: Make) -> None:
    other = profile("customers", {"name": "email", "nulls": 100}, system="billing", rows=200)
    maps = {
        "maps__crm": MAP,
        "maps__billing": {
            "system": "billing",
            "tables": [{"table": "customers", "entity": "contact"}],
        },
    }
    quality = make(*TABLES, other, **maps).quality
    assert completeness(quality.entity_card("contact", "billing")) == (100, 200)
    assert completeness(quality.entity_card("contact")) == (250, 500)
    assert completeness(quality.portfolio_card) == (250, 500)


def test_what_was_not_measured_is_none(make: Make) -> None:
    quality = make().quality
    assert quality.system_score("crm") is None
    assert quality.portfolio_score is None
    assert quality.entity_score("contact") is None
    with pytest.raises(KeyError):
        quality.table_card("crm", "contacts")


def test_an_empty_table_has_no_share(make: Make) -> None:
    quality = make(profile("contacts", {"name": "email"}, rows=0)).quality
    score = quality.system_score("crm")
    assert score is not None
    assert score.share is None
    assert "empty" in score.reason


def test_all_checks_in_one(make: Make) -> None:
    column = {"name": "email", "nulls": 20, "checks": {"valid": [60, 80]}}
    quality = make(profile("contacts", column)).quality
    score = quality.system_score("crm")
    assert score is not None
    assert (score.passed, score.applicable) == (140, 180)
    assert isinstance(score.passed, int)
    assert score.evidence == ("profile:crm/contacts@s1",)


def test_newest_is_never_after_the_day(make: Make) -> None:
    stamp = {
        "name": "changed",
        "logical": "datetime",
        "masking": "none",
        "maximum": "2031-01-01 00:00:00",
        "months": {"2026-04": 3, "2026-06": 1, "2031-01": 2},
    }
    quality: Quality = make(profile("contacts", stamp)).quality
    column = quality.profiles["crm"]["contacts"].column("changed")
    assert quality.newest(column) == date(2026, 6, 1)


def test_columns_are_found_whatever_their_spelling(make: Make) -> None:
    table = make(profile("t", {"name": "Last_Name"}, {"name": "email"})).evidence.profiles["crm"][
        "t"
    ]
    found = column_named(table, "last name")
    assert found is not None
    assert found.name == "Last_Name"
    assert column_named(table, "e-mail") is not None
    assert column_named(table, "phone") is None


COLUMN = {"name": "n", "nulls": 10, "distinct": 89, "uniques": 88, "masking": "none"}


@pytest.mark.parametrize(
    ("check", "column", "kept", "words"),
    [
        ({"required": True, "threshold": 0.9}, {}, True, "90 of 100"),
        ({"required": True, "threshold": 0.91}, {}, False, "90 of 100"),
        ({"unique": True}, {}, False, "88 of 90"),
        ({"unique": True}, {"uniques": 90}, True, "90 of 90"),
        ({"unique": True}, {"uniques": None}, None, "not counted"),
        ({"minimum": 0}, {"minimum": "-1"}, False, "minimum -1"),
        ({"minimum": 0}, {"minimum": "0"}, True, "minimum 0"),
        ({"minimum": 0, "threshold": 0.9}, {"minimum": "-1"}, None, "how many"),
        ({"maximum": 5}, {"maximum": "9", "masking": "shape"}, None, "not shown"),
        ({"pattern": "x"}, {}, None, "pattern"),
        ({"compare": "a < b"}, {}, None, "compare"),
        (
            {"domain": ["A", "B"]},
            {"top": [{"value": "A", "count": 90, "masked": False}]},
            True,
            "90 of 90",
        ),
        ({"domain": ["A"]}, {"top": [{"value": "A", "count": 80, "masked": False}]}, None, "shown"),
        ({"domain": ["A"]}, {"top": [{"value": "A", "count": 90}]}, None, "shown"),
        ({"max_age_days": 30}, {"maximum": "2026-05-31"}, True, "30 days"),
        ({"max_age_days": 29}, {"maximum": "2026-05-31"}, False, "30 days"),
        ({"max_age_days": 29}, {}, None, "no date"),
        ({"required": True, "column": "absent"}, {}, None, "no column"),
        ({"rows_at_least": 100}, {}, True, "100 rows"),
        ({"rows_at_most": 99}, {}, False, "100 rows"),
    ],
)
def test_expectations(
    make: Make, check: dict[str, Any], column: dict[str, Any], kept: bool | None, words: str
) -> None:
    expectation = {"id": "e", "system": "crm", "table": "t", "column": "n", **check}
    facts = make(profile("t", COLUMN | column), expectations={"expectations": [expectation]})
    (answer,) = answers(facts.workspace.expectations.expectations[0], facts.quality, facts.day)
    assert answer.kept is kept
    assert words in (answer.text or answer.reason)


def test_an_expectation_without_a_table_is_not_answered(make: Make) -> None:
    facts = make(expectations={"expectations": [{"id": "e", "entity": "x", "required": True}]})
    (answer,) = answers(facts.workspace.expectations.expectations[0], facts.quality, facts.day)
    assert answer.kept is None
    assert "not profiled" in answer.reason


PART = {"where": "kind = 'P'"}
PEOPLE_MAP = {
    "system": "crm",
    "tables": [
        {"table": "parties", "entity": "person", "where": "kind = 'P'"},
        {"table": "parties", "entity": "firm", "where": "kind  =  'F'"},
    ],
}


def test_what_is_measured_apart_counts_apart(make: Make) -> None:
    whole = profile("parties", {"name": "email", "nulls": 50})
    people = profile("parties", {"name": "email", "nulls": 5}, rows=60) | PART
    facts = make(whole, people, maps__crm=PEOPLE_MAP)
    quality = facts.quality
    assert completeness(quality.entity_card("person")) == (55, 60)
    assert quality.shared("person") == ()
    # Of the firms nothing was measured apart: all rows of the table stand for them.
    assert completeness(quality.entity_card("firm")) == (50, 100)
    assert quality.shared("firm") == ("parties",)
    # The table counts once for the system.
    assert completeness(quality.system_card("crm")) == (50, 100)
    firms = profile("parties", {"name": "email", "nulls": 30}, rows=40) | {"where": "kind = 'F'"}
    quality = make(whole, people, firms, maps__crm=PEOPLE_MAP).quality
    assert completeness(quality.entity_card("firm")) == (10, 40)
    assert {h.whole for h in quality.holdings()} == {True}


def test_what_a_part_never_fills_is_not_missing_in_the_system(make: Make) -> None:
    def part(where: str, *columns: dict[str, Any], rows: int) -> dict[str, Any]:
        return profile("parties", *columns, rows=rows) | {"where": where}

    whole = profile("parties", {"name": "email", "nulls": 40}, {"name": "trade", "nulls": 60})
    people = part(
        "kind = 'P'", {"name": "email", "nulls": 0}, {"name": "trade", "nulls": 60}, rows=60
    )
    firms = part(
        "kind = 'F'", {"name": "email", "nulls": 40}, {"name": "trade", "nulls": 0}, rows=40
    )
    quality = make(whole, people, firms, maps__crm=PEOPLE_MAP).quality
    assert completeness(quality.system_card("crm")) == (100, 100)
    assert completeness(quality.table_card("crm", "parties")) == (100, 200)
    # Rows that are neither are seen in the whole table only.
    fewer = part("kind = 'F'", {"name": "email", "nulls": 39}, rows=39)
    quality = make(whole, people, fewer, maps__crm=PEOPLE_MAP).quality
    assert completeness(quality.system_card("crm")) == (100, 200)


def test_links_do_not_age(make: Make) -> None:
    tables = [
        {"table": "contacts", "entity": "contact"},
        {"table": "ties", "entity": "contact", "role": "link"},
    ]
    stamp = {"name": "updated_at", "logical": "datetime", "months": {"2020-01": 100}}
    quality = make(
        profile("contacts", stamp),
        profile("ties", stamp),
        maps__crm={"system": "crm", "tables": tables},
    ).quality
    assert quality.table_card("crm", "contacts").scores["timeliness"].share == 0
    assert quality.table_card("crm", "ties").scores["timeliness"].share is None


def test_a_part_that_could_not_be_read_is_none(make: Make) -> None:
    failed = {"provenance": {"status": {"state": "failed", "reason": "denied"}}}
    people = profile("parties", {"name": "email"}, rows=60) | PART | failed
    quality = make(
        profile("parties", {"name": "email", "nulls": 50}), people, maps__crm=PEOPLE_MAP
    ).quality
    assert quality.shared("person") == ("parties",)
    assert completeness(quality.entity_card("person")) == (50, 100)


def test_a_measured_map_holds_entities(make: Make) -> None:
    measured = {
        "kind": "entity-map",
        "system": "crm",
        "tables": [
            {"table": "contacts", "entity": "person", "basis": "inferred", "confidence": 0.6},
            {"table": "audit_log", "entity": "", "role": "system", "basis": "inferred"},
        ],
    }
    entities = {"entities": [{"id": "client", "kind": "person"}]}
    facts = make(*TABLES, measured, entities=entities)
    (holding,) = facts.quality.holdings()
    assert (holding.mapped.entity, holding.doubtful) == ("client", True)
    assert completeness(facts.quality.system_card("crm")) == (140, 200)
    assert facts.maps["crm"].kinds == {"client": "person"}


def test_an_opinion_is_compared_with_the_entitys_own_rows(make: Make) -> None:
    people = profile("parties", {"name": "email", "nulls": 6}, rows=60) | PART
    dossier = {
        "id": "crm",
        "name": "CRM",
        "perceived_quality": [{"who": "Desk", "score": 3, "entity": "person"}],
    }
    facts = make(
        profile("parties", {"name": "email", "nulls": 50}),
        people,
        maps__crm=PEOPLE_MAP,
        systems__crm=dossier,
    )
    (gap,) = facts.opinions
    assert (gap.measured_score, gap.measured.mixed) == (90.0, False)


EXPLAINED = (
    profile(
        "contacts",
        {
            "name": "email",
            "nulls": 20,
            "checks": {"placeholder": [77, 80], "valid": [77, 80]},
            "semantic": {"type": "e-mail", "confidence": 0.9},
        },
        {"name": "firm_id"},
    ),
    profile("contacts_more", {"name": "mail_2", "semantic": {"type": "e-mail", "confidence": 0.9}}),
    {
        "kind": "keys",
        "system": "crm",
        "references": [
            {"table": "contacts", "columns": ["firm_id"], "to": "firms", "filled": 50, "orphans": 5}
        ],
    },
)


def test_a_score_is_explained_down_to_its_evidence(make: Make) -> None:
    quality = make(*EXPLAINED, maps__crm=MAP).quality
    column = quality.explained("crm.contacts.email")
    assert (column.kind, column.parts) == ("column", ())
    told = {c.dimension: (c.passed, c.applicable, c.failed, c.evidence) for c in column.counts}
    id_ = "profile:crm/contacts@s1"
    assert told == {
        "completeness": (80, 100, (("null", 20),), id_),
        "validity": (77, 80, (("placeholder", 3),), id_),
    }
    assert column.overall.share == pytest.approx((0.8 + 77 / 80) / 2)
    reference = quality.explained("crm.contacts.firm_id").counts[0]
    assert (reference.passed, reference.failed) == (45, (("orphans", 5),))
    assert reference.evidence == "keys:crm@s1"

    entity = quality.explained("crm.contact")
    assert entity.kind == "entity"
    assert [p.path for p in entity.parts] == ["crm.contacts", "crm.contacts_more"]
    assert entity.card.scores == quality.entity_card("contact", "crm").scores
    attribute = quality.explained("crm.contact.e-mail")
    assert [p.path for p in attribute.parts] == ["crm.contacts.email", "crm.contacts_more.mail_2"]
    assert quality.explained("contact").kind == "entity"
    system = quality.explained("crm")
    assert system.card.scores == quality.system_card("crm").scores


@pytest.mark.parametrize("path", ["crm.contcts", "nothing", "crm.contacts.absent", ""])
def test_what_is_not_there_is_said(make: Make, path: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        make(*EXPLAINED, maps__crm=MAP).quality.explained(path)
    assert "nothing that was read" in str(caught.value)


def test_expectations_count_only_as_they_were_tested(make: Make) -> None:
    asked = {"id": "form", "system": "crm", "table": "t", "column": "n", "pattern": "x+"}
    files = {"expectations": {"expectations": [asked | {"dimension": "accuracy"}]}}
    now = fingerprint(make(**files).workspace.expectations.expectations[0])
    test = {"expectation": "form", "check": "pattern", "table": "t", "column": "n"}
    test |= {"passed": 7, "applicable": 10}
    for print_, share in ((now, 0.7), ("changed", None)):
        tested = {
            "kind": "expectations",
            "system": "crm",
            "tests": [test | {"fingerprint": print_}],
        }
        quality = make(profile("t", {"name": "n"}), tested, **files).quality
        assert quality.table_card("crm", "t").scores["accuracy"].share == share
