"""A product map on a catalog: only what is there, in conditions that the database answers."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from product_schemas import SCHEMAS, catalog, of_schema, schema

from crmaudit.evidence import Catalog
from crmaudit.evidence.keys import Polymorphic, Reference
from crmaudit.evidence.semantic import SEMANTIC_TYPES
from crmaudit.quality.products import (
    Resolved,
    dictionary_queries,
    product_maps,
    recognise,
    references_from_dictionary,
    resolve,
)
from crmaudit.sources.conditions import selected
from crmaudit.workspace.accounts import COLUMN, TABLE, TEST, Part


def resolved(where: Catalog) -> Resolved:
    found = recognise(where)
    assert found is not None
    return resolve(found, where)


def conditions(known: Resolved) -> Iterator[tuple[str, str]]:
    """Every condition with the table whose rows it is about."""
    for row in known.tables:
        for what in ("where", "soft_delete", "archived", "test_rows", "automatic"):
            yield row.table, getattr(row, what)
    for point in known.contact_points:
        for what in ("where", "primary", "invalid", "opt_out"):
            yield point.table, getattr(point, what)
    for part in parts(known):
        for field, info in type(part).model_fields.items():
            if TEST in info.metadata:
                yield part.table, getattr(part, field)


def parts(known: Resolved) -> Iterator[Part]:
    found: list[object] = [known.users, *known.sessions, *known.history]
    if known.access:
        fields = (getattr(known.access, f) for f in type(known.access).model_fields)
        found += [part for value in fields if isinstance(value, tuple) for part in value]
    while found:
        part = found.pop()
        if isinstance(part, Part):
            yield part
            found += [getattr(part, f) for f in type(part).model_fields]


def places(known: Resolved) -> Iterator[tuple[str, str]]:
    """Every table and column that is named; the column may be empty."""
    for row in known.tables:
        stamps = (row.created_at, row.created_by, row.modified_at, row.modified_by, row.owner)
        for column in (*row.key, *row.name, *stamps, row.last_login, *row.columns):
            yield (row.table, column) if "." not in column else column.rpartition(".")[::2]
        for there, here in row.join.items():
            yield row.table, here
            yield there.rpartition(".")[::2]
    for reference in (*known.references, *(r for group in known.alternatives for r in group)):
        assert len(reference.columns) == len(reference.to_columns) > 0
        yield from ((reference.table, c) for c in reference.columns)
        yield from ((reference.to, c) for c in reference.to_columns)
        yield (reference.table, reference.when[0]) if reference.when else (reference.table, "")
    for pair in known.polymorphic:
        yield pair.table, pair.type_column
        yield pair.table, pair.id_column
    for table, columns in known.sentinels:
        yield from ((table, c) for c in columns)
    for point in known.contact_points:
        yield from ((point.table, c) for c in (*point.columns, *point.on))
    for table, own in known.custom_columns.items():
        yield from ((table, c) for c in own)
    for table, meant in known.semantics.items():
        yield from ((table, c) for c in meant)
        assert set(meant.values()) <= set(SEMANTIC_TYPES)
    for table, lists in known.codes.items():
        for codes in lists:
            yield table, codes.column
            yield from ((codes.table, c) for c in (codes.value, codes.label, codes.group_column))
            yield codes.group_table, codes.group_name
    for part in parts(known):
        for field, info in type(part).model_fields.items():
            value = getattr(part, field)
            if COLUMN in info.metadata:
                several = value if isinstance(value, tuple) else (value,)
                yield from ((part.table, c) for c in several)
            elif TABLE in info.metadata and value:
                yield value, ""


@pytest.mark.parametrize("name", SCHEMAS)
def test_all_that_is_named_is_there_and_every_condition_is_answered(name: str) -> None:
    here = of_schema(name, "duckdb", "VARCHAR")
    known = resolved(here)
    columns = {t.qualified: {c.name for c in t.columns} for t in here.tables}
    named = list(places(known))
    assert not [(t, c) for t, c in named if t not in columns or (c and c not in columns[t])]
    assert len({t for t, c in named if c}) > 10 or name == "hubspot"
    with duckdb.connect() as database:
        for table in here.tables:
            # The list of HubSpot's columns has headings too; DuckDB does not tell case apart.
            once = {c.name.casefold(): c.name for c in table.columns}.values()
            spelled = ", ".join(f'"{name}" VARCHAR' for name in once)
            database.execute(f'CREATE TABLE "{table.name}" ({spelled})')
        asked = {(table, text) for table, text in conditions(known) if text}
        for table, text in sorted(asked):
            database.execute(f'SELECT count(*) FROM "{table}"{selected(text)}')
        for query in dictionary_queries(known):
            found = database.execute(query.sql)
            assert len(found.description or ()) == len(query.columns)
    assert asked
    assert all(row.basis == "product map" and row.reasons for row in known.tables)


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_every_map_has_to_say(name: str) -> None:
    known = resolved(of_schema(name))
    entities = {t.entity for t in known.tables}
    assert {"person", "organisation", "user"} <= entities
    assert {p.kind for p in known.contact_points} == {"e-mail", "phone", "address"}
    assert known.users is not None
    assert known.users.key
    assert known.users.login
    assert known.references
    assert any(t.role == "primary" and t.created_at for t in known.tables)
    if name != "hubspot":
        assert known.access is not None
        assert known.sessions or known.history
        assert any(t.role == "system" for t in known.tables)
    # One row for each part of a table in an entity.
    parts_ = [(t.table, t.entity, t.role, t.where) for t in known.tables]
    assert len(parts_) == len(set(parts_))


def test_one_table_holds_several_entities() -> None:
    known = resolved(of_schema("civicrm"))
    rows = {t.entity: t.where for t in known.tables if t.table == "civicrm_contact"}
    assert rows == {
        "person": "`contact_type` = 'Individual'",
        "organisation": "`contact_type` = 'Organization'",
        "household": "`contact_type` = 'Household'",
    }


def test_one_entity_is_kept_in_several_tables() -> None:
    known = resolved(of_schema("vtiger"))
    (person,) = [t for t in known.tables if t.table == "vtiger_contactdetails"]
    assert person.join == {"vtiger_crmentity.crmid": "contactid"}
    assert person.created_at == "vtiger_crmentity.createdtime"
    assert person.owner == "vtiger_crmentity.smownerid"
    assert person.soft_delete == (
        "`contactid` IN (SELECT `crmid` FROM `vtiger_crmentity` "
        "WHERE lower(`deleted`) IN ('1', 'true', 't', 'yes', 'y'))"
    )
    (address,) = [t for t in known.tables if t.table == "vtiger_contactaddress"]
    assert (address.entity, address.role) == ("person", "extension")
    assert address.join == {"vtiger_contactdetails.contactid": "contactaddressid"}


def test_stamps_that_are_not_there_are_dropped() -> None:
    known = resolved(of_schema("fat_free_crm"))
    rows = {t.table: t for t in known.tables}
    assert (rows["contacts"].created_by, rows["contacts"].owner) == ("user_id", "assigned_to")
    assert (rows["tags"].created_at, rows["tags"].owner) == ("", "")
    assert not any(t.soft_delete for t in known.tables)


def test_rows_whose_condition_cannot_be_asked_are_left_out() -> None:
    tables = dict(schema("salesforce")["tables"])
    gone = "IsPersonAccount"
    tables["Account"] = [c for c in tables["Account"] if c != gone]
    known = resolved(catalog(tables, "folder"))
    accounts = [(t.entity, t.where) for t in known.tables if t.table == "Account"]
    assert accounts == [("organisation", "")]
    assert "Account as person: there is no column IsPersonAccount" in known.left_out


def test_contact_points_through_a_link_table() -> None:
    known = resolved(of_schema("suitecrm", "postgresql", "varchar(36)"))
    points = [p for p in known.contact_points if p.kind == "e-mail" and p.of == ("person",)]
    (point,) = points
    assert point.table == "email_addr_bean_rel"
    assert point.columns == ("email_address_id",)
    assert point.on == {"bean_id": "id"}
    assert "\"bean_module\" = 'Contacts'" in point.where
    assert 'IN (SELECT "id" FROM "email_addresses" WHERE "email_address" IS NOT NULL' in point.where
    assert point.opt_out.startswith('"email_address_id" IN (SELECT "id" FROM "email_addresses"')


def test_custom_fields() -> None:
    tables = dict(schema("suitecrm")["tables"])
    tables["contacts_cstm"] = ["id_c", "shoe_size_c"]
    known = resolved(catalog(tables))
    (row,) = [t for t in known.tables if t.table == "contacts_cstm"]
    assert (row.entity, row.role, row.join) == ("person", "extension", {"contacts.id": "id_c"})
    assert known.custom_columns["contacts_cstm"] == ("shoe_size_c",)
    tables = dict(schema("fat_free_crm")["tables"])
    tables["accounts"] = [*tables["accounts"], "cf_colour", "cfo"]
    assert resolved(catalog(tables)).custom_columns == {"accounts": ("cf_colour",)}


def of(known: Resolved, table: str, type_column: str) -> Polymorphic:
    (pair,) = [p for p in known.polymorphic if (p.table, p.type_column) == (table, type_column)]
    return pair


def test_polymorphic_pairs_by_what_their_types_mean() -> None:
    known = resolved(of_schema("fat_free_crm"))
    pair = of(known, "addresses", "addressable_type")
    listed = {r.when: r.to for r in known.references if r.table == "addresses" and r.when}
    assert listed == {
        ("addressable_type", "Account"): "accounts",
        ("addressable_type", "Contact"): "contacts",
        ("addressable_type", "Lead"): "leads",
    }
    account = known.reference_of(pair, "Account")
    assert account == Reference(
        "addresses",
        ("addressable_id",),
        "accounts",
        ("id",),
        ("addressable_type", "Account"),
        "product map",
        reasons=("the product map of Fat Free CRM says so",),
    )
    assert known.reference_of(pair, "Spaceship") is None
    # Never without a condition: values that go elsewhere would look like orphans.
    assert not [r for r in known.references if r.columns == ("addressable_id",) and not r.when]
    attached = of(known, "active_storage_attachments", "record_type")
    for value, table in (
        ("ActiveStorage::Blob", "active_storage_blobs"),
        ("AccountOpportunity", "account_opportunities"),
        ("Address", "addresses"),
    ):
        reference = known.reference_of(attached, value)
        assert reference is not None
        assert reference.to == table


def test_a_type_may_be_the_tables_name() -> None:
    known = resolved(of_schema("civicrm-5"))
    pair = of(known, "civicrm_line_item", "entity_table")
    reference = known.reference_of(pair, "civicrm_participant")
    assert reference is not None
    assert (reference.to, reference.to_columns) == ("civicrm_participant", ("id",))
    assert known.reference_of(pair, "civicrm_nothing") is None
    role = known.reference_of(of(known, "civicrm_acl", "entity_table"), "civicrm_acl_role")
    assert role is not None
    assert (role.to, role.to_columns) == ("civicrm_option_value", ("value",))
    assert known.sentinels["civicrm_acl", ("entity_id",)] == ("0",)


def test_a_type_may_be_a_models_name() -> None:
    known = resolved(of_schema("odoo"))
    pair = of(known, "mail_message", "model")
    for value, table in (("res.partner", "res_partner"), ("crm.lead", "crm_lead")):
        reference = known.reference_of(pair, value)
        assert reference is not None
        assert reference.to == table


def test_ids_that_may_be_in_one_of_several_tables() -> None:
    known = resolved(of_schema("salesforce", "folder"))
    groups = {(g[0].table, g[0].columns): {r.to for r in g} for g in known.alternatives}
    assert groups["Task", ("WhoId",)] == {"Contact", "Lead"}
    assert groups["Opportunity", ("OwnerId",)] == {"User", "Group"}
    alone = {(r.table, r.columns) for r in known.references}
    assert not alone & groups.keys()


def test_references_that_every_table_has() -> None:
    known = resolved(of_schema("dolibarr"))
    to = {r.table for r in known.references if r.columns == ("fk_soc",) and r.to == "llx_societe"}
    assert {"llx_facture", "llx_socpeople", "llx_ticket"} <= to
    assert known.sentinels["llx_facture", ("fk_soc",)] == ("0",)


def test_the_first_form_of_accounts_that_fits_counts() -> None:
    old, new = resolved(of_schema("civicrm-5")).users, resolved(of_schema("civicrm")).users
    assert old is not None
    assert new is not None
    assert (old.login, new.login) == ("uf_name", "username")
    assert old.authors == new.authors == "civicrm_contact"


def test_logins_in_a_table_of_their_own() -> None:
    users = resolved(of_schema("vtiger")).users
    assert users is not None
    assert users.logins is not None
    assert (users.logins.table, users.logins.login) == ("vtiger_loginhistory", "user_name")
    assert users.last_login == ""


def test_histories_by_pattern() -> None:
    known = resolved(of_schema("suitecrm"))
    assert known.history
    assert all(h.table.endswith("_audit") and h.field == "field_name" for h in known.history)


def test_codes_and_meanings() -> None:
    known = resolved(of_schema("civicrm-5"))
    (phone_type,) = known.codes["civicrm_phone"]
    assert (phone_type.column, phone_type.group) == ("phone_type_id", "phone_type")
    assert phone_type.group_table == "civicrm_option_group"
    meant = known.semantics["civicrm_contact"]
    assert (meant["first_name"], meant["api_key"], meant["created_date"]) == (
        "given name", "secret", "created at",
    )  # fmt: skip
    assert known.semantics["civicrm_email"]["location_type_id"] == "reference"


def read(known: Resolved, table: str, rows: list[tuple[object, ...]]) -> set[tuple[object, ...]]:
    (query,) = [q for q in dictionary_queries(known) if q.table == table]
    assert query.sql.endswith(" LIMIT 50000")
    found = references_from_dictionary(query, rows)
    assert all(r.basis == "dictionary" for r in found)
    return {(r.table, *r.columns, r.to, *r.to_columns, r.when) for r in found}


def test_relations_of_suitecrm_are_read() -> None:
    known = resolved(of_schema("suitecrm"))
    (query,) = dictionary_queries(known)
    assert query.columns == (
        "table", "column", "to", "to_column", "link", "link_column", "link_to_column",
        "when_column", "when",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = [
        ("tasks", "parent_id", "accounts", "id", None, "", "", "parent_type", "Accounts"),
        ("tasks", "contact_id", "contacts", "id", None, None, None, None, None),
        ("contacts", "id", "accounts", "id", "accounts_contacts", "contact_id", "account_id", "",
         ""),
        ("email_addresses", "id", "contacts", "id", "email_addr_bean_rel", "email_address_id",
         "bean_id", "bean_module", "Contacts"),
        # A role that selects rows instead of a type; ids without the type that tells their table.
        ("email_addresses", "id", "contacts", "id", "email_addr_bean_rel", "email_address_id",
         "bean_id", "primary_address", "1"),
        ("calls", "parent_id", "accounts", "id", None, None, None, None, None),
        ("cases", "any_id", "accounts", "id", None, None, None, None, None),
        ("accounts", "id", "securitygroups", "id", "securitygroups_records", "record_id",
         "securitygroup_id", "module", "Accounts"),
        ("ghosts", "account_id", "accounts", "id", None, None, None, None, None),
        ("tasks", "ghost_id", "accounts", "id", None, None, None, None, None),
        (None, None, None, None, None, None, None, None, None),
        # The wrong way round: the key on the many side.
        ("users", "id", "cases", "assigned_user_id", None, None, None, None, None),
    ]  # fmt: skip
    assert read(known, "relationships", rows) == {
        ("tasks", "parent_id", "accounts", "id", ("parent_type", "Accounts")),
        ("tasks", "contact_id", "contacts", "id", None),
        ("accounts_contacts", "contact_id", "contacts", "id", None),
        ("accounts_contacts", "account_id", "accounts", "id", None),
        ("email_addr_bean_rel", "email_address_id", "email_addresses", "id", None),
        ("email_addr_bean_rel", "bean_id", "contacts", "id", ("bean_module", "Contacts")),
        ("cases", "assigned_user_id", "users", "id", None),
        ("securitygroups_records", "record_id", "accounts", "id", ("module", "Accounts")),
        ("securitygroups_records", "securitygroup_id", "securitygroups", "id", None),
    }


def test_other_dictionaries_are_read() -> None:
    known = resolved(of_schema("vtiger"))
    rows: list[tuple[object, ...]] = [
        ("vtiger_potential", "related_to", "vtiger_account", "accountid"),
        ("vtiger_crmentity", "smownerid", "vtiger_users", None),
    ]
    assert read(known, "vtiger_fieldmodulerel", rows) == {
        ("vtiger_potential", "related_to", "vtiger_account", "accountid", None),
        ("vtiger_crmentity", "smownerid", "vtiger_users", "id", None),
    }
    odoo: list[tuple[object, ...]] = [
        ("crm.lead", "partner_id", "res.partner"), ("crm.lead", "x", "y.z"),
    ]  # fmt: skip
    assert read(resolved(of_schema("odoo")), "ir_model_fields", odoo) == {
        ("crm_lead", "partner_id", "res_partner", "id", None)
    }
    tables = dict(schema("civicrm-5")["tables"])
    tables["civicrm_value_shoes_1"] = ["id", "entity_id", "size_2"]
    civicrm: list[tuple[object, ...]] = [("civicrm_value_shoes_1", "Individual")]
    assert read(resolved(catalog(tables)), "civicrm_custom_group", civicrm) == {
        ("civicrm_value_shoes_1", "entity_id", "civicrm_contact", "id", None)
    }


def test_the_same_catalog_gives_the_same_answer() -> None:
    for product in product_maps():
        name = product.checked_against[0].schema_
        assert resolved(of_schema(name)) == resolved(of_schema(name))
