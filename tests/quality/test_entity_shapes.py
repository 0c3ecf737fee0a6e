"""Shapes of tables that CRMs in other languages and frameworks have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from entity_catalogs import infer, rows_of, said, table

from crmaudit.evidence import Column, Table


def typed(found: Table, kinds: Mapping[str, str]) -> Table:
    columns = (replace(c, type=kinds.get(c.name, c.type)) for c in found.columns)
    return replace(found, columns=tuple(columns))


def test_members_are_persons_where_dues_stand_apart() -> None:
    members = table(
        "asso_adherents",
        "id_adh nom_adh prenom_adh ddn_adh sexe_adh ville_adh tel_adh email_adh mdp_adh "
        "date_crea_adh date_modif_adh",
    )
    members = replace(
        members,
        columns=tuple(
            Column(
                {"nom_adh": "lastname_adh", "prenom_adh": "firstname_adh"}.get(c.name, c.name), ""
            )
            for c in members.columns
        ),
    )
    dues = table(
        "asso_cotisations",
        "id_cotis id_adh montant_cotis date_debut_cotis date_fin_cotis",
        id_adh="asso_adherents",
    )
    both = infer(members, dues)
    assert said(both)["asso_adherents"] == ("person", "primary")
    assert said(both)["asso_cotisations"] == ("membership", "primary")
    row = rows_of(both, "asso_adherents")[0]
    assert (row.created_at, row.modified_at) == ("date_crea_adh", "date_modif_adh")
    # Alone they are both: nobody else tells who is a member.
    alone = {r.entity for r in infer(members).tables}
    assert alone == {"membership", "person"}


def test_suppliers_documents_are_no_second_sales() -> None:
    columns = "id numero fecha total neto iva"
    found = said(infer(table("facturascli", columns), table("facturasprov", columns)))
    assert found == {
        "facturascli": ("invoice", "primary"),
        "facturasprov": ("invoice", "secondary"),
    }
    # Where there are no others, they are what there is.
    assert said(infer(table("facturasprov", columns))) == {"facturasprov": ("invoice", "primary")}


@pytest.mark.parametrize(
    ("flag", "kind", "split"),
    [
        ("personafisica", "boolean", True),
        ("company", "tinyint(1)", True),
        ("company", "varchar(80)", False),
    ],
)
def test_a_flag_that_the_law_knows(flag: str, kind: str, split: bool) -> None:
    people = table("clientes", f"id nombre apellidos razon_social email telefono {flag}")
    found = infer(typed(people, {flag: kind}))
    entities = {r.entity: r.where for r in found.tables}
    assert (set(entities) == {"person", "organisation"}) is split
    assert all(entities.values()) is split


def test_leads_without_names_are_deals() -> None:
    persons = table("persons", "id name emails job_title")
    deals = table(
        "leads",
        "id title lead_value lost_reason expected_close_date pipeline_stage_id person_id",
        person_id="persons",
    )
    assert said(infer(persons, deals))["leads"] == ("opportunity", "primary")
    leads = table("leads", "id first_name last_name email lost_reason expected_close_date stage")
    assert said(infer(persons, leads))["leads"] == ("lead", "primary")


def test_goods_in_a_document_are_its_lines() -> None:
    found = said(
        infer(
            table("products", "id sku name price"),
            table("quotes", "id subject valid_until total"),
            table(
                "quotes_products",
                "id quantity price total quote_id product_id",
                quote_id="quotes",
                product_id="products",
            ),
        )
    )
    assert found["quotes_products"] == ("quote", "line")
    assert found["products"] == ("product", "primary")


def test_the_account_that_edits_a_list_joins_nothing() -> None:
    users = table("users", "id login password last_login")
    cities = table(
        "puntos",
        "id nombre creado_nick editado_nick",
        creado_nick="users",
        editado_nick="users",
    )
    assert said(infer(users, cities)).get("puntos", ("", ""))[1] != "link"


def test_actions_are_work_and_event_streams_are_not() -> None:
    actions = table("actions", "id subject due_date priority completed_by reminder assigned_to")
    stream = table("events", "id type text item_type item_id user_id color sticky level lang font")
    assert said(infer(actions))["actions"] == ("activity", "primary")
    assert said(infer(stream))["events"][1] == "log"
    real = table("events", "id name start_at finish_at location item_type item_id")
    assert said(infer(real))["events"] == ("event", "primary")


def test_the_type_of_a_file_is_not_that_of_a_record() -> None:
    emails = table("emails", "id subject body sender recipient sent_at")
    files = table(
        "email_attachments", "id name path size content_type content_id email_id", email_id="emails"
    )
    assert said(infer(emails, files))["email_attachments"] == ("document", "primary")
