"""What is compared follows from maps, meanings, contact points and references alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from entity_catalogs import BORN, catalog, column, table

from crmaudit.evidence import (
    ColumnProfile,
    ContactPoint,
    Keys,
    MappedTable,
    Reference,
    Table,
    TableKey,
    TableProfile,
)
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.recipe import ATTRIBUTES, Recipe, Taken
from crmaudit.quality.matching.recipes import WANTED, recipes
from crmaudit.workspace.landscape import Map

KINDS = {k: k for k in ("person", "organisation", "household", "lead", "unit", "relationship")}
PERSON = "id first_name last_name email phone born_on street zip city"


def meant(name: str, columns: Sequence[ColumnProfile], where: str = "") -> TableProfile:
    rows = max((c.rows for c in columns), default=0)
    return TableProfile(BORN, name, rows, columns=tuple(columns), where=where)


def made(
    tables: Sequence[Table],
    mapped: Sequence[MappedTable],
    profiles: Sequence[TableProfile] = (),
    points: Sequence[ContactPoint] = (),
    keys: Keys | None = None,
    references: Sequence[Mapping[str, str]] = (),
) -> list[Recipe]:
    known = EffectiveMap("crm", tuple(mapped), None, tuple(points), KINDS)
    declared = Map.model_validate({"system": "crm", "tables": [], "references": list(references)})
    return list(recipes("crm", known, catalog(*tables), keys, declared, profiles))


def taken(recipe: Recipe, what: str) -> list[Taken]:
    return [t for t in recipe.taken if t.what == what]


def columns(recipe: Recipe, what: str) -> list[str]:
    return [f"{t.table.name}.{t.column}" for t in taken(recipe, what)]


def test_names_alone_tell_where_nothing_was_measured() -> None:
    people = table("people", f"{PERSON} email_greeting no_email phone_type tel_no anrede")
    (one,) = made([people], [MappedTable("people", "person")])
    (house,) = made([table("houses", "id name")], [MappedTable("houses", "household")])
    assert columns(house, "household") == ["houses.name"]
    assert columns(one, "phone") == ["people.phone", "people.tel_no"]
    assert columns(one, "salutation") == ["people.anrede"]
    assert one.key == ("id",)
    assert columns(one, "given name") == ["people.first_name"]
    assert columns(one, "e-mail") == ["people.email"]
    assert columns(one, "postcode") == ["people.zip"]
    assert not one.cannot


def test_the_content_outweighs_the_name_and_the_map_outweighs_both() -> None:
    people = table("people", "id first_name last_name notes email")
    found = [
        column("first_name", meaning="family name"),
        column("last_name", meaning="given name"),
        column("notes", meaning="text"),
        column("email", meaning="e-mail"),
    ]
    (one,) = made([people], [MappedTable("people", "person")], [meant("people", found)])
    assert columns(one, "given name") == ["people.last_name"]
    said = MappedTable("people", "person", columns={"notes": "given name"})
    (one,) = made([people], [said], [meant("people", found)])
    assert columns(one, "given name") == ["people.notes"]


def test_the_part_of_a_table_has_meanings_of_its_own() -> None:
    party = table("party", "id kind name1 mail")
    whole = meant("party", [column("name1", meaning="full name"), column("mail", meaning="e-mail")])
    firms = replace(
        meant("party", [column("name1", meaning="organisation name"), column("mail", filled=0)]),
        where="kind = 'F'",
    )
    rows = [
        MappedTable("party", "person", where="kind = 'P'"),
        MappedTable("party", "organisation", where="kind = 'F'"),
    ]
    person, firm = made([party], rows, [whole, firms])
    assert columns(person, "full name") == ["party.name1"]
    assert columns(person, "e-mail") == ["party.mail"]
    assert columns(firm, "organisation name") == ["party.name1"]
    assert firm.unused["e-mail"] == "no row has a value in party.mail"
    assert (person.rows, firm.rows) == ("kind = 'P'", "kind = 'F'")


def test_what_there_is_nothing_to_compare_by_has_its_reason() -> None:
    people = table("people", f"{PERSON} api_key country")
    found = [
        column("first_name", meaning="given name"),
        column("last_name", meaning="family name"),
        column("phone", filled=0),
        column("api_key", meaning="secret"),
        replace(column("country", meaning="country"), distinct=1, uniques=0),
    ]
    (one,) = made([people], [MappedTable("people", "person")], [meant("people", found)])
    assert one.unused["phone"] == "no row has a value in people.phone"
    assert one.unused["country"] == "all rows have the same value in people.country"
    bare = table("people", "id first_name last_name")
    (one,) = made([bare], [MappedTable("people", "person")])
    assert one.unused["e-mail"] == "no column of it was found"
    assert not any(t.column == "api_key" for t in one.taken)


def test_where_everything_is_the_same_it_is_compared_all_the_same() -> None:
    people = table("people", "id first_name email")
    found = [
        replace(column("first_name", meaning="given name"), distinct=1, uniques=0),
        replace(column("email", meaning="e-mail"), distinct=1, uniques=0),
    ]
    (one,) = made([people], [MappedTable("people", "person")], [meant("people", found)])
    assert columns(one, "given name") == ["people.first_name"]
    assert columns(one, "e-mail") == ["people.email"]


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (replace(table("people", PERSON), primary_key=()), "no key tells the rows of people apart"),
        (replace(table("people", PERSON), readable=False), "people may not be read"),
        (table("people", "id born_on city"), "nothing in people names a record"),
        (table("people", "id"), "nothing in people names a record"),
    ],
)
def test_what_cannot_be_compared_says_why(people: Table, why: str) -> None:
    (one,) = made([people], [MappedTable("people", "person")])
    assert one.cannot.startswith(why)


def test_a_key_that_is_not_read_tells_no_rows_apart() -> None:
    people = table("people", PERSON)
    found = [replace(column("id"), logical="binary", distinct=None, uniques=None)]
    (one,) = made([people], [MappedTable("people", "person")], [meant("people", found)])
    assert one.cannot.startswith("no key")
    bare = replace(people, primary_key=())
    keys = Keys(BORN, (TableKey("people", ("id",), rows=9, nulls=0, repeated=0),))
    (one,) = made([bare], [MappedTable("people", "person")], keys=keys)
    assert one.key == ("id",)


def test_deleted_and_test_rows_are_left_out_and_archived_ones_stay() -> None:
    row = MappedTable(
        "people", "person", where="kind = 1", soft_delete="gone = 1", test_rows="trial = 1",
        archived="old = 1",
    )  # fmt: skip
    (one,) = made([table("people", f"{PERSON} gone trial old kind")], [row])
    deleted, test = one.left_out["deleted"], one.left_out["made to test"]
    assert deleted == "(kind = 1) AND (gone = 1)"
    assert "trial = 1" in test
    assert "THEN 0" in test, "a row that is deleted as well is counted once"
    assert "old" not in one.rows
    assert one.where == "kind = 1"


def test_faxes_assistants_and_nicknames_are_somebody_elses() -> None:
    people = table(
        "people", f"{PERSON} fax assistant_phone spouse_name nick_name maiden_name middle_name"
    )
    said = {
        **dict.fromkeys(("fax", "assistant_phone"), "phone"),
        **dict.fromkeys(("spouse_name", "nick_name"), "full name"),
        "maiden_name": "family name",
        "middle_name": "given name",
        "first_name": "given name",
    }
    (one,) = made([people], [MappedTable("people", "person", columns=said)])
    assert columns(one, "phone") == ["people.phone"]
    assert columns(one, "full name") == []
    assert columns(one, "family name") == ["people.last_name"]
    assert columns(one, "given name") == ["people.first_name"]
    assert columns(one, "middle name") == ["people.middle_name"]


def test_lines_of_one_address_belong_together() -> None:
    firms = table(
        "firms",
        "id name billing_street billing_street_2 billing_city billing_zip "
        "shipping_street shipping_city shipping_zip",
    )
    said = {
        c.name: "street" if "street" in c.name else "city" if "city" in c.name else "postcode"
        for c in firms.columns
        if "ing_" in c.name
    }
    row = MappedTable("firms", "organisation", name=("name",), columns=said)
    (one,) = made([firms], [row])
    (street,) = taken(one, "street")
    assert (street.column, street.parts) == ("billing_street", ("billing_street_2",))
    assert columns(one, "city") == ["firms.billing_city"]
    assert columns(one, "postcode") == ["firms.billing_zip"]


def test_contact_points_of_a_side_table_the_main_one_first() -> None:
    mails = table("mails", "id person_id address main bounced gone", person_id="people")
    point = ContactPoint(
        "e-mail", ("person",), "mails", ("address",), {"person_id": "id"}, "kind = 'p'", "main = 1",
        "bounced = 1",
    )  # fmt: skip
    rows = [
        MappedTable("people", "person"),
        MappedTable("mails", "person", "secondary", "kind = 'p'", soft_delete="gone = 1",
                    columns={"address": "e-mail"}),
    ]  # fmt: skip
    people = table("people", "id last_name")
    (one,) = made([people, mails], rows, points=[point])
    first, second = taken(one, "e-mail")
    assert first.on == second.on == ("person_id", "id")
    assert first.first < second.first
    for condition in ("kind = 'p'", "gone = 1", "bounced = 1"):
        assert condition in first.where
        assert condition in second.where
    assert first.where.endswith("AND (main = 1)")
    assert second.where.endswith("CASE WHEN (main = 1) THEN 0 ELSE 1 END = 1)")


def test_contact_points_behind_a_table_of_links() -> None:
    people, links = table("people", "id last_name"), table("links", "id bean_id mail_id")
    mails = table("mails", "id address")
    point = ContactPoint(
        "e-mail", ("person",), "links", ("mail_id",), {"bean_id": "id"}, "bean_module = 'Contacts'"
    )
    rows = [
        MappedTable("people", "person"),
        MappedTable("mails", "person", "lookup", columns={"address": "e-mail"}),
    ]
    to = [{"table": "links", "columns": "mail_id", "to": "mails", "to_columns": "id"}]
    (one,) = made([people, links, mails], rows, points=[point], references=to)
    (mail,) = taken(one, "e-mail")
    assert (mail.table.name, mail.column, mail.on) == ("mails", "address", ("id", "id"))
    assert mail.via is not None
    assert (mail.via.table.name, mail.via.own, mail.via.to) == ("links", "bean_id", "mail_id")
    assert mail.via.where == "bean_module = 'Contacts'"


def test_a_country_by_number_is_looked_up_or_left_alone() -> None:
    people = table("people", "id last_name country_id", country_id="countries")
    countries = table("countries", "id iso_code name")
    numbers = [
        replace(column("country_id", meaning="reference"), logical="integer"),
        column("last_name", meaning="family name"),
    ]
    row = MappedTable("people", "person", columns={"country_id": "country"})
    (one,) = made([people, countries], [row], [meant("people", numbers)])
    (country,) = taken(one, "country")
    assert (country.table.name, country.column) == ("countries", "iso_code")
    assert country.on == ("id", "country_id")
    bare = table("people", "id last_name country_id")
    (one,) = made([bare], [row], [meant("people", numbers)])
    assert taken(one, "country") == []


def test_employer_and_household_by_reference_by_links_and_by_name() -> None:
    people = table("people", "id last_name company firm_id house_id", firm_id="firms")
    firms, houses = table("firms", "id name"), table("houses", "id code")
    members = table("members", "id person_id house_id", person_id="people", house_id="houses")
    rows = [
        MappedTable("people", "person", columns={"company": "organisation name"}),
        MappedTable("firms", "organisation", name=("name",)),
        MappedTable("houses", "household", where="open = 1"),
        MappedTable("members", "household", "link", soft_delete="gone = 1"),
    ]
    to = [{"table": "people", "columns": "house_id", "to": "houses", "to_columns": "id"}]
    person, firm, house = made([people, firms, houses, members], rows, references=to)
    assert columns(person, "employer") == ["people.company", "firms.name"]
    assert min(taken(person, "employer"), key=lambda t: t.first).table.name == "firms"
    # Nothing names a household, so its key has to do, and it cannot be compared itself.
    assert columns(person, "household") == ["people.house_id"]
    assert columns(firm, "organisation name") == ["firms.name"]
    assert house.cannot
    named = [*rows[:2], replace(rows[2], name=("code",)), rows[3]]
    person, _, house = made([people, firms, houses, members], named, references=to)
    by_key, by_link = taken(person, "household")
    assert (by_key.table.name, by_key.on, by_key.where) == (
        "houses",
        ("id", "house_id"),
        "open = 1",
    )
    assert by_link.via is not None
    assert by_link.via.where == "CASE WHEN (gone = 1) THEN 0 ELSE 1 END = 1"
    assert columns(house, "household") == ["houses.code"]


def test_a_lead_with_a_company_only_is_that_company() -> None:
    (person,) = made(
        [table("leads", "id first_name company email")],
        [MappedTable("leads", "lead", columns={"company": "organisation name"})],
    )
    assert columns(person, "employer") == ["leads.company"]
    (firm,) = made(
        [table("leads", "id company email")],
        [MappedTable("leads", "lead", columns={"company": "organisation name"})],
    )
    assert columns(firm, "organisation name") == ["leads.company"]


def test_numbers_that_people_know_are_identifiers_and_keys_are_not() -> None:
    people = table("people", "id last_name member_no batch_no uuid firm_id", firm_id="firms")
    found = [
        column("last_name", meaning="family name"),
        column("member_no", meaning="identifier"),
        replace(column("batch_no", meaning="identifier"), distinct=3, uniques=0),
        column("uuid", meaning="uuid"),
        column("firm_id", meaning="identifier"),
    ]
    rows = [MappedTable("people", "person"), MappedTable("firms", "organisation")]
    one, _ = made([people, table("firms", "id")], rows, [meant("people", found)])
    assert columns(one, "identifier") == ["people.member_no"]
    assert columns(one, "import batch") == ["people.batch_no"]


def test_where_a_record_comes_from() -> None:
    people = table(
        "people",
        "id last_name created_at written_by changed lead_source import_id branch_id",
        import_id="imports",
        branch_id="branches",
    )
    found = [
        column("last_name", meaning="family name"),
        column("written_by", meaning="created by"),
        column("changed", meaning="modified at"),
        replace(column("lead_source", meaning="category"), distinct=4),
    ]
    tables = [people, table("imports", "id label"), table("branches", "id label")]
    (one,) = made(
        tables, [MappedTable("people", "person", owner="nobody")], [meant("people", found)]
    )
    marks = {t.what: t.column for t in one.taken if t.what not in ATTRIBUTES}
    assert marks == {
        "created at": "created_at",
        "created by": "written_by",
        "modified at": "changed",
        "import batch": "import_id",
        "source": "lead_source",
        "unit": "branch_id",
    }


def test_stamps_in_a_table_beside_it() -> None:
    row = MappedTable(
        "people", "person", created_at="entity.made", created_by="entity.maker",
        soft_delete="entity.gone = 1", join={"entity.crmid": "id"},
    )  # fmt: skip
    entity = table("entity", "crmid made maker gone")
    (one,) = made([table("people", "id last_name"), entity], [row])
    (stamp,) = taken(one, "created at")
    assert (stamp.table.name, stamp.column, stamp.on) == ("entity", "made", ("crmid", "id"))
    assert one.without is not None
    assert one.without[1:] == ("gone = 1", "crmid", "id")
    assert one.left_out == {}


def test_only_whole_tables_of_matched_kinds_have_recipes() -> None:
    tables = [table("people", PERSON), table("units", "id name"), table("lists", "id name")]
    rows = [
        MappedTable("units", "unit"),
        MappedTable("lists", "person", "lookup"),
        MappedTable("gone", "person"),
        MappedTable("people", "person"),
    ]
    assert [r.table.name for r in made(tables, rows)] == ["people"]


def test_a_reference_that_nobody_trusts_leads_nowhere() -> None:
    people, firms = table("people", "id last_name firm"), table("firms", "id name")
    weak = Reference("people", ("firm",), "firms", ("id",), confidence=0.3, filled=3, orphans=0)
    rows = [MappedTable("people", "person"), MappedTable("firms", "organisation", name=("name",))]
    one, _ = made([people, firms], rows, keys=Keys(BORN, references=(weak,)))
    assert taken(one, "employer") == []
    sure = replace(weak, confidence=0.9)
    one, _ = made([people, firms], rows, keys=Keys(BORN, references=(sure,)))
    assert columns(one, "employer") == ["firms.name"]


def test_every_kind_is_compared_by_known_attributes_only() -> None:
    for wanted in WANTED.values():
        assert set(wanted) <= set(ATTRIBUTES)
