"""What names and types say of references: pure, no rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import Catalog, Column, ForeignKey, Provenance, Reference, Table
from crmaudit.quality.references.candidates import Candidate, Candidates
from crmaudit.quality.references.columns import Columns
from crmaudit.quality.references.judge import Inclusion, Spread, judge
from crmaudit.quality.references.pairs import pairs
from crmaudit.quality.references.stated import declared, mapped, related, without_doubles
from crmaudit.quality.references.tables import TableNames, of_value
from crmaudit.quality.references.words import named, stem, stems
from crmaudit.workspace.landscape import TableReference

PROVENANCE = Provenance("crm", "list", "list", "s", datetime(2026, 1, 1, tzinfo=UTC), "test")


def catalog(**tables: str) -> Catalog:
    """Tables with these columns, written as `id name account_id:uuid`."""
    return Catalog(PROVENANCE, tables=tuple(_table(n, c) for n, c in tables.items()))


def _table(name: str, columns: str) -> Table:
    typed = (c.partition(":") for c in columns.split())
    return Table(name, columns=tuple(Column(c, t or "integer") for c, _, t in typed))


def likeliest(known: Catalog, table: str, column: str) -> str:
    """The target that the names speak for, as `table.column`, or nothing."""
    columns = Columns(known)
    found = columns.get(table, column)
    assert found is not None
    plain = (c for c in Candidates(columns).of(found) if not c.needs_data)
    best = next(plain, None)
    return f"{best.to.qualified}.{best.to_column}" if best and best.prior >= 0.5 else ""


@pytest.mark.parametrize(
    "column",
    [
        "account_id",
        "accountid",
        "AccountId",
        "id_account",
        "account_fk",
        "fk_account",
        "parent_account_id",
        "ACCOUNT_ID",
        "account_id_c",
        "account_uuid",
        "billing_account_id",
        "accounts_id",
    ],
)
def test_many_styles_of_one_reference(column: str) -> None:
    known = catalog(accounts="id name:text", contacts=f"id {column}")
    assert likeliest(known, "contacts", column) == "accounts.id"


@pytest.mark.parametrize(
    ("parent", "column"),
    [
        ("kunden", "kunden_nr"),
        ("kunden", "kunde_id"),
        ("Verträge", "vertrag_id"),
        ("vertraege", "vertrag_id"),
        ("mitglieder", "mitglied_id"),
        ("personen", "person_id"),
        ("adhérents", "id_adherent"),
        ("journaux", "journal_id"),
        ("societe", "fk_soc"),
        ("organizaciones", "organizacion_id"),
        ("contactos", "contacto_id"),
        ("departments", "dept_id"),
        ("companies", "company_id"),
        ("addresses", "address_id"),
        ("people", "person_id"),
        ("llx_societe", "societe_id"),
        ("worldregion", "region_id"),
    ],
)
def test_singular_and_plural_in_four_languages(parent: str, column: str) -> None:
    known = catalog(**{parent: "id name:text"}, line=f"id amount {column}")
    found = Columns(known)
    guess = Candidates(found).of(found.get("line", column))  # type: ignore[arg-type]
    assert guess, f"{column} is not seen to mean {parent}"
    assert guess[0].to.name == parent


@pytest.mark.parametrize(
    "column",
    [
        "owner_id",
        "assigned_to",
        "created_by",
        "modified_by",
        "completed_by",
        "whodunnit",
        "assigned_user_id",
        "smownerid",
        "create_uid",
        "LastModifiedById",
        "angelegt_von_id",
        "propietario_id",
        "createdby",
    ],
)
def test_who_did_something_is_a_user(column: str) -> None:
    known = catalog(
        users="id user_name:text password:text first_name:text", cases=f"id subject:text {column}"
    )
    found = Columns(known)
    guess = Candidates(found).of(found.get("cases", column))  # type: ignore[arg-type]
    assert guess[0].to.name == "users"


def test_a_record_above_is_of_the_own_table() -> None:
    known = catalog(accounts="id parent_id", contacts="id reports_to_id")
    assert likeliest(known, "accounts", "parent_id") == "accounts.id"
    assert likeliest(known, "contacts", "reports_to_id") == "contacts.id"


def test_the_past_and_the_side_of_a_table_refer_to_it() -> None:
    known = catalog(
        contacts="id name:text", contacts_audit="id:char(36) parent_id", contacts_cstm="id_c x"
    )
    assert likeliest(known, "contacts_audit", "parent_id") == "contacts.id"
    assert likeliest(known, "contacts_cstm", "id_c") == "contacts.id"


def test_the_table_nearest_in_name_is_meant() -> None:
    known = catalog(
        roles="id", acl_roles="id", acl_roles_users="id role_id", groups="id", contacts="id",
        group_contact="id", group_contact_cache="id contact_id", membership="id status_id",
        membership_status="id label:text",
    )  # fmt: skip
    assert likeliest(known, "acl_roles_users", "role_id") == "acl_roles.id"
    assert likeliest(known, "group_contact_cache", "contact_id") == "contacts.id"
    assert likeliest(known, "membership", "status_id") == "membership_status.id"


@pytest.mark.parametrize(
    "column", ["amount:decimal(9,2)", "created_at:timestamp", "is_active:boolean", "notes:text"]
)
def test_what_is_no_key_is_no_reference(column: str) -> None:
    known = catalog(notes="id", amounts="id", contacts=f"id {column}")
    assert likeliest(known, "contacts", column.partition(":")[0]) == ""


def test_the_identifier_of_a_table_does_not_refer_to_it() -> None:
    assert likeliest(catalog(contacts="id contact_id"), "contacts", "contact_id") == ""


def test_status_codes_of_other_modules_are_not_taken() -> None:
    known = catalog(activity="id status_id", membership_status="id", event_type="id")
    assert likeliest(known, "activity", "status_id") == ""


def found_pairs(known: Catalog) -> list[tuple[str, str]]:
    columns = Columns(known)
    return [(p.type_column, p.id_column) for p in pairs(columns, TableNames(columns.tables))]


@pytest.mark.parametrize(
    ("type_", "id_"),
    [
        ("parent_type", "parent_id"),
        ("entity_table", "entity_id"),
        ("res_model", "res_id"),
        ("bean_module", "bean_id"),
        ("object_name", "object_id"),
        ("target_entity_type", "target_entity_id"),
        ("module_name", "item_id"),
        ("entity", "entity_id"),
        ("commentable_type", "commentable_id"),
        ("objekt_typ", "objekt_id"),
    ],
)
def test_pairs_in_many_styles(type_: str, id_: str) -> None:
    assert found_pairs(catalog(notes=f"id {type_}:text {id_}")) == [(type_, id_)]


def test_two_pairs_in_one_table_are_told_apart() -> None:
    known = catalog(versions="id item_type:text item_id related_type:text related_id user_id")
    assert found_pairs(known) == [("item_type", "item_id"), ("related_type", "related_id")]


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ("Contact", "civicrm_contact"),
        ("contacts", "civicrm_contact"),
        ("civicrm_contact", "civicrm_contact"),
        ("CRM_Contact", "civicrm_contact"),
        ("App\\Models\\Contact", "civicrm_contact"),
        ("crm.contact", "civicrm_contact"),
        ("line item", "civicrm_line_item"),
        ("LineItem", "civicrm_line_item"),
        ("edit all contacts", None),
        ("Prospect", None),
        ("", None),
    ],
)
def test_a_type_names_its_table(value: str, table: str | None) -> None:
    names = TableNames(
        Table(n) for n in ["civicrm_contact", "civicrm_line_item", "civicrm_note", "civicrm_tag"]
    )
    found = of_value(value, names)
    assert (found.name if found else None) == table


def test_declared_keys_find_their_table_and_key() -> None:
    parent = Table("a", columns=(Column("x", "int"), Column("y", "int")), primary_key=("x", "y"))
    child = Table(
        "b",
        columns=(Column("ax", "int"), Column("ay", "int")),
        foreign_keys=(
            ForeignKey(("ax", "ay"), "a"),
            ForeignKey(("ax",), "elsewhere", ("id",), "other"),
        ),
    )
    found = list(declared(Catalog(PROVENANCE, tables=(parent, child))))
    assert [(r.columns, r.to, r.to_columns) for r in found] == [
        (("ax", "ay"), "a", ("x", "y")),
        (("ax",), "other.elsewhere", ("id",)),
    ]


def test_conditions_of_a_map_become_a_type_where_they_can() -> None:
    known = catalog(notes="id kind:text item_id", cases="id")
    rows = [
        TableReference(table="notes", columns=("item_id",), to="cases", to_columns=("id",), where=w)
        for w in ("kind = 'Case''s'", "kind IN ('a', 'b')")
    ]
    gone = TableReference(table="gone", columns=("x",), to="cases")
    first, second = mapped([*rows, gone], known)
    assert first[0].when == ("kind", "Case's")
    assert first[1] == ""
    assert second[0].when is None
    assert second[1] == "kind IN ('a', 'b')"


def relation(**said: str) -> dict[str, str | None]:
    return dict(said)


def test_a_table_of_relations_is_read() -> None:
    names = TableNames(
        catalog(
            accounts="id", contacts="id account_id", calls="id parent_type:text parent_id",
            leads="id", log="id related_id", beans="id email_id bean_module:text bean_id main:text",
            emails="id",
        ).tables
    )  # fmt: skip
    many = {"join_table": "beans", "join_key_lhs": "email_id", "join_key_rhs": "bean_id"}
    both = {"lhs_table": "emails", "lhs_key": "id", "rhs_key": "id"}
    rows = [
        relation(lhs_table="accounts", lhs_key="id", rhs_table="contacts", rhs_key="account_id"),
        relation(lhs_table="log", lhs_key="related_id", rhs_table="leads", rhs_key="id"),
        relation(
            lhs_table="accounts", lhs_key="id", rhs_table="calls", rhs_key="parent_id",
            relationship_role_column="parent_type", relationship_role_column_value="Accounts",
        ),
        relation(
            **both, **many, rhs_table="leads", relationship_role_column="bean_module",
            relationship_role_column_value="Leads",
        ),
        # A flag is no type: the two targets cannot be told apart.
        *(
            relation(
                **{**both, "lhs_table": t}, join_table="beans", join_key_lhs="main",
                join_key_rhs="email_id", rhs_table="emails", relationship_role_column="main",
                relationship_role_column_value="1",
            )
            for t in ("accounts", "contacts")
        ),
        relation(lhs_table="gone", lhs_key="id", rhs_table="contacts", rhs_key="account_id"),
        relation(lhs_table="accounts"),
    ]  # fmt: skip
    found = related(rows, names, "relationships")
    assert [(r.table, r.columns[0], r.to, r.when) for r in found] == [
        ("beans", "bean_id", "leads", ("bean_module", "Leads")),
        ("beans", "email_id", "emails", None),
        ("calls", "parent_id", "accounts", ("parent_type", "Accounts")),
        ("contacts", "account_id", "accounts", None),
        ("log", "related_id", "leads", None),
    ]


def test_who_is_believed_comes_first() -> None:
    said = Reference("b", ("a_id",), "a", ("id",), basis="map", reasons=("the map says so",))
    same = Reference("b", ("a_id",), "a", ("id",), basis="declared", reasons=("declared",))
    other = Reference("b", ("a_id",), "c", ("id",), basis="product map")
    (kept,) = without_doubles([said, same, other])
    assert (kept.basis, kept.reasons) == ("map", ("the map says so", "declared"))


A, B = Table("a"), Table("b")


@given(
    st.floats(0.2, 1),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.one_of(st.none(), st.tuples(st.integers(-5, 50), st.integers(51, 10_000))),
)
def test_confidence_is_a_share_and_orphans_never_raise_it(
    prior: float, filled: int, orphans: int, referred: int, area: tuple[int, int] | None
) -> None:
    orphans = min(orphans, filled)
    candidate = Candidate(A, "b_id", B, "id", prior, ())
    child, parent = Spread(referred, area), Spread(500, (1, 5000))
    clean = judge(candidate, Inclusion(filled, referred, 0, 0, referred), child, parent)
    broken = judge(candidate, Inclusion(filled, referred, orphans, 0, referred), child, parent)
    assert 0 <= broken.confidence <= clean.confidence <= 1


def test_small_numbers_prove_nothing_and_uuids_much() -> None:
    vague = Candidate(A, "b_id", B, "id", 0.4, ())
    some = Inclusion(100, 5, 0, 0, 5, 30)
    numbers = judge(vague, some, Spread(5, (1, 5)), Spread(1000, (1, 1000)))
    assert numbers.confidence < 0.5
    uuids = judge(vague, some, Spread(5), Spread(1000))
    assert uuids.confidence > 0.7


@given(st.text(max_size=40))
def test_any_name_can_be_read(name: str) -> None:
    assert 0 <= named(name).mark <= 1
    assert all(stem(s) or not s for s in stems(name))


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=12))
def test_any_catalog_can_be_searched(names: list[tuple[str, str]]) -> None:
    tables: dict[str, set[str]] = {}
    for table, column in names:
        tables.setdefault(table, {"id"}).add(column)
    known = Catalog(
        PROVENANCE,
        tables=tuple(
            Table(t, columns=tuple(Column(c, "text") for c in sorted(cs)))
            for t, cs in sorted(tables.items())
        ),
    )
    columns = Columns(known)
    for candidate in Candidates(columns).all():
        assert (candidate.table.name, candidate.column) != (candidate.to.name, candidate.to_column)
    assert list(pairs(columns, TableNames(columns.tables))) is not None
