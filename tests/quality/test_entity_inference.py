"""Tables of CRMs that nobody knows, mapped to entities."""

from __future__ import annotations

from dataclasses import replace

import pytest
from entity_catalogs import catalog, column, infer, profiled, rows_of, said, table
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import Column, Keys, Polymorphic, Reference, Status, Table
from crmaudit.quality.entities.inference import Inferring

ENGLISH = (
    table("crm_contacts", "id first_name last_name email phone birth_date account_id owner_id"),
    table("crm_accounts", "id name website industry vat_number owner_id created_at"),
    table("crm_leads", "id first_name last_name company_name lead_source converted_at"),
    table("crm_deals", "id name amount probability close_date stage_id account_id"),
    table("crm_stages", "id name sort_order"),
    table("crm_tasks", "id subject due_date priority completed_at contact_id"),
    table("crm_tickets", "id ticket_number subject priority resolution contact_id"),
    table("crm_campaigns", "id name budget expected_revenue starts_on ends_on"),
    table("crm_campaign_members", "id campaign_id contact_id created_at"),
    table("crm_invoices", "id invoice_number account_id due_date total tax"),
    table("crm_invoice_items", "id invoice_id product_id quantity unit_price"),
    table("crm_products", "id sku name unit_price stock"),
    table("crm_users", "id login password_hash last_login email"),
    table("crm_roles", "id name"),
    table("crm_user_roles", "id user_id role_id"),
    table("crm_permissions", "id role_id module allowed"),
    table("crm_sessions", "id data expires_at"),
    table("crm_countries", "id iso_code name"),
    table("crm_audit_log", "id user_id action old_value new_value created_at"),
    table("crm_emails", "id subject body sender recipient sent_at parent_type parent_id"),
    table("crm_addresses", "id street city postcode contact_id"),
    table("crm_wobbles", "id a b c d e f g"),
)


def test_a_crm_by_names_alone() -> None:
    found = infer(*ENGLISH)
    assert {name.removeprefix("crm_"): pair for name, pair in said(found).items()} == {
        "contacts": ("person", "primary"),
        "accounts": ("organisation", "primary"),
        "leads": ("lead", "primary"),
        "deals": ("opportunity", "primary"),
        "stages": ("opportunity", "lookup"),
        "tasks": ("activity", "primary"),
        "tickets": ("case", "primary"),
        "campaigns": ("campaign", "primary"),
        "campaign_members": ("campaign", "link"),
        "invoices": ("invoice", "primary"),
        "invoice_items": ("invoice", "line"),
        "products": ("product", "primary"),
        "users": ("user", "primary"),
        "roles": ("role", "primary"),
        "user_roles": ("role", "link"),
        "permissions": ("role", "line"),
        "sessions": ("", "system"),
        "countries": ("", "lookup"),
        "audit_log": ("", "log"),
        "emails": ("activity", "primary"),
        "addresses": ("person", "secondary"),
    }
    # What nothing explains is in no row.
    assert not rows_of(found, "crm_wobbles")
    for row in found.tables:
        assert 0 < row.confidence <= 1
        assert row.reasons, row.table
        assert row.basis == "inferred"


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(
            (
                table("Kontakte", "KontaktID Vorname Nachname Geburtsdatum Telefon Firma_ID"),
                table("Firmen", "FirmaID Firmenname Webseite Branche UStID"),
                table("Verkaufschancen", "ID Titel Betrag Wahrscheinlichkeit Phase Abschlussdatum"),
                table("Aufgaben", "ID Betreff faellig_am Prioritaet erledigt"),
                table("Rechnungen", "ID Rechnungsnummer faellig_am Gesamtbetrag MwSt"),
                table("Benutzer", "ID Benutzername Passwort letzte_Anmeldung"),
            ),
            id="german",
        ),
        pytest.param(
            (
                table("personnes", "id prenom nom date_naissance telephone societe_id"),
                table("societes", "id raison_sociale site_web secteur siret"),
                table("opportunites", "id libelle montant probabilite etape"),
                table("taches", "id objet echeance priorite termine"),
                table("factures", "id numero_facture echeance total_ttc tva"),
                table("utilisateurs", "id identifiant mot_de_passe derniere_connexion"),
            ),
            id="french",
        ),
        pytest.param(
            (
                table("contactos", "id nombre apellidos fecha_nacimiento telefono empresa_id"),
                table("empresas", "id razon_social sitio_web sector cif"),
                table("oportunidades", "id nombre importe probabilidad etapa fecha_cierre"),
                table("tareas", "id asunto vencimiento prioridad"),
                table("facturas", "id numero_factura vencimiento total iva"),
                table("usuarios", "id login contrasena ultimo_acceso"),
            ),
            id="spanish",
        ),
        pytest.param(
            (
                table("contatti", "id nome cognome data_nascita telefono azienda_id"),
                table("aziende", "id ragione_sociale sito_web settore partita_iva"),
                table("trattative", "id titolo importo probabilita fase chiusura"),
                table("compiti", "id oggetto scadenza priorita"),
                table("fatture", "id numero_fattura scadenza totale iva"),
                table("utenti", "id login password ultimo_accesso"),
            ),
            id="italian",
        ),
    ],
)
def test_a_crm_in_another_language(tables: tuple[Table, ...]) -> None:
    found = said(infer(*tables))
    kinds = ("person", "organisation", "opportunity", "activity", "invoice", "user")
    assert [found.get(t.name) for t in tables] == [(kind, "primary") for kind in kinds]


def test_columns_tell_what_a_name_does_not() -> None:
    found = infer(
        table("t01", "id first_name last_name birth_date gender job_title email"),
        table("t02", "id username password_hash last_login is_admin"),
        table("t03", "id name probability close_date stage amount"),
        table("t04", "id x y z"),
    )
    assert said(found) == {
        "t01": ("person", "primary"),
        "t02": ("user", "primary"),
        "t03": ("opportunity", "primary"),
    }


def test_meanings_found_in_the_content_count() -> None:
    cryptic = table("zz_main", "id f1 f2 f3 f4")
    meant = profiled(
        "zz_main",
        column("f1", meaning="given name"),
        column("f2", meaning="family name"),
        column("f3", meaning="birth date"),
        column("f4", meaning="e-mail"),
    )
    found = infer(cryptic, profiles=(meant,))
    (row,) = found.tables
    assert (row.entity, row.name) == ("person", ("f1", "f2"))
    assert [(p.kind, p.columns) for p in found.contact_points] == [("e-mail", ("f4",))]


def test_look_alikes() -> None:
    found = infer(
        table("contacts", "id first_name last_name email_greeting consent_email"),
        table("state_province", "id name country_id abbreviation", 4_005),
        table("emails", "id subject body sent_from sent_to message_id"),
        table("email_templates", "id name subject body"),
        table("option_values", "id option_list_id label value"),
        table("menu_items", "id label sort_order"),
        table("bank_accounts", "id iban contact_id"),
    )
    pairs = said(found)
    assert pairs["state_province"] == ("", "lookup")
    assert pairs["emails"] == ("activity", "primary")
    for machinery in ("email_templates", "option_values", "menu_items"):
        assert pairs[machinery] == ("", "system")
    assert pairs["bank_accounts"][1] == "secondary"
    # A greeting and a consent hold no address.
    assert not found.contact_points


def test_a_column_that_no_row_fills_deletes_nothing() -> None:
    contacts = table("contacts", "id first_name last_name deleted_at:timestamp")
    (unknown,) = infer(contacts).tables
    assert unknown.soft_delete == "deleted_at IS NOT NULL"
    empty = profiled("contacts", column("deleted_at", filled=0))
    (known,) = infer(contacts, profiles=(empty,)).tables
    assert known.soft_delete == ""


def test_an_extension_shares_its_key_or_its_name() -> None:
    found = infer(
        table("contacts", "id first_name last_name"),
        table("contacts_cstm", "id_c hobby_c shoe_size_c"),
        table("profile_food", "id diet allergy", id="contacts"),
    )
    pairs = said(found)
    assert pairs["contacts_cstm"] == ("person", "extension")
    assert pairs["profile_food"] == ("person", "extension")


def test_details_of_several_entities_are_told_apart_by_their_type() -> None:
    tables = (
        table("contacts", "id first_name last_name"),
        table("companies", "id company_name website"),
        table("addresses", "id street city postcode owner_type owner_id"),
    )
    pairs = tuple(
        Reference("addresses", ("owner_id",), to, ("id",), when=("owner_type", value))
        for to, value in (("contacts", "Contact"), ("companies", "It's"))
    )
    keys = Keys(
        catalog().provenance,
        references=pairs,
        polymorphic=(Polymorphic("addresses", "owner_type", "owner_id"),),
    )
    found = Inferring(catalog(*tables), keys=keys).infer()
    rows = {r.entity: r.where for r in rows_of(found, "addresses")}
    assert rows == {"person": "owner_type = 'Contact'", "organisation": "owner_type = 'It''s'"}
    points = {p.of: (p.on, p.where) for p in found.contact_points}
    assert points["person",] == ({"owner_id": "id"}, "owner_type = 'Contact'")


def test_members_with_names_are_persons_too() -> None:
    members = table("mitglieder", "id vorname nachname eintritt austritt beitrag")
    found = infer(members)
    assert [(r.entity, r.role) for r in found.tables] == [
        ("membership", "primary"),
        ("person", "primary"),
    ]


def test_views_are_left_out_and_a_failed_profile_counts_as_none() -> None:
    view = replace(table("v_contacts", "id first_name last_name"), kind="view")
    contacts = table("contacts", "id first_name last_name")
    failed = profiled("contacts")
    lost = replace(failed.provenance, status=Status("failed", "no right"))
    found = infer(view, contacts, profiles=(replace(failed, provenance=lost),))
    assert said(found) == {"contacts": ("person", "primary")}


def test_nothing_gives_nothing() -> None:
    assert infer().tables == ()
    assert infer(Table("empty")).tables == ()


def test_the_order_of_tables_changes_nothing() -> None:
    assert infer(*ENGLISH) == infer(*reversed(ENGLISH))


NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["id", "type", "contact_id", "name", "from", "select", 'a"b', "a'b", "x\x00y", "deleted"]
)


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=8, unique=True), max_size=6))
def test_hostile_names_are_survived(named: dict[str, list[str]]) -> None:
    tables = [Table(n, columns=tuple(Column(c, "text") for c in cs)) for n, cs in named.items()]
    found = Inferring(catalog(*tables)).infer()
    known = {t.name: {c.name for c in t.columns} for t in tables}
    for row in found.tables:
        assert {*row.key, *row.name} <= known[row.table]
