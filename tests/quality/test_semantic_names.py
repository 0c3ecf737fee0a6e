"""What names of columns say, in several languages; what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence.semantic import SEMANTIC_TYPES
from crmaudit.quality.semantics import SeenColumn, SeenTable, understand
from crmaudit.quality.semantics.naming import concepts_of, words_of

PEOPLE = "id first_name last_name email phone street city postcode"

NAMES = """
given name: first_name FirstName Vorname prénom fname voornaam given_name contact_first_name
family name: last_name Nachname surname apellidos achternaam nom_de_famille cognome
organisation name: company company_name Firma organization_name account_name raison_sociale
salutation: salutation Anrede civilite name_prefix
job title: job_title Beruf profession puesto
login: username login Benutzername user_name
e-mail: email e_mail EMailAddress courriel correo mail email1 work_email EMailPrivat alt_email
phone: phone Telefon téléphone telefono phone_work TelefonPrivat phonehome tel rufnummer
mobile: mobile phone_mobile Handy movil mobilephone cell_phone
fax: fax phone_fax Telefax
url: website homepage web_site url
street: street Straße rue calle address_line1 billing_street mailingstreet
house number: house_number Hausnummer
city: city Ort ville ciudad localidad billing_city mailingcity
postcode: zip postal_code PLZ code_postal codigo_postal postcode ship_zip
region: province Bundesland billing_state stateprovince
country: country Land pays pais billing_country
birth date: birth_date Geburtsdatum date_naissance fecha_nacimiento dob born_on birthday
gender: gender Geschlecht sexe sexo
language: language preferred_language Sprache langue idioma
national id: ssn dni nir Sozialversicherungsnummer
tax number: vat_number tax_id USt-IdNr NIF
bank account: iban bic Kontonummer bank_account
payment card: card_number credit_card_number
ip address: ip_address last_login_ip
money: amount total_amount Betrag montant importe annual_revenue price unit_price
percentage: probability percent_complete Prozent
currency: currency Währung devise moneda
status: status statut stage sales_stage
text: description notes Bemerkung commentaire observaciones subject
consent: do_not_call opt_out no_email newsletter_consent is_opt_out Einwilligung
soft delete: deleted is_deleted deleted_at geloescht
created at: created_at date_entered CreatedDate createdtime angelegt_am date_creation
modified at: updated_at date_modified LastModifiedDate modifiedtime geaendert_am
created by: created_by creator_id angelegt_von created_user_id
modified by: modified_by updated_by modified_user_id
owner: owner_id assigned_to assigned_user_id OwnerId smownerid
reference: contact_id campaign_id fk_soc state_province_id country_id location_type_id
secret: password api_key user_hash reset_token Passwort
file name: filename attachment photo
counter: contacts_count login_count
latitude: latitude geo_lat
"""
CASES = [
    (kind, name)
    for kind, _, names in (line.partition(": ") for line in NAMES.strip().splitlines())
    for name in names.split()
]

LOOK_ALIKES = """
e-mail: email_greeting_display preferred_mail_format mailing_type email_status email_count
    email_greeting_id mailing_name email_template email_verified email_type
phone: phone_ext phone_type phone_count telephone_status phone_type_id
postcode: postal_greeting_custom postal_code_suffix discount_code product_code
region: state workflow_state state_province_id
birth date: city_of_birth birth_country created_date
city: capacity electricity
given name: first_contact_date first_visit last_name
secret: passenger passage tokenised_name_display session_count
soft delete: deleted_count
consent: do_not_delete option_value
"""
FOOLED = [
    (kind, name)
    for kind, _, names in (
        line.partition(": ") for line in LOOK_ALIKES.strip().replace("\n    ", " ").splitlines()
    )
    for name in names.split()
]


def meant(name: str, table: str = "contacts", columns: str = PEOPLE) -> str:
    return understand(SeenColumn(name), SeenTable(table, tuple(columns.split()))).type


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_names(kind: str, name: str) -> None:
    assert meant(name) == kind


@pytest.mark.parametrize(("kind", "name"), FOOLED)
def test_look_alikes(kind: str, name: str) -> None:
    assert meant(name, columns="id name") != kind


@pytest.mark.parametrize(
    ("table", "columns", "name", "kind"),
    [
        ("organisations", "id name city", "name", "organisation name"),
        ("llx_societe", "rowid nom town", "nom", "organisation name"),
        ("users", "id name", "name", "full name"),
        ("products", "id name price", "name", "text"),
        ("personen", "id vorname name", "name", "family name"),
        ("contacts", "id prenom nom", "nom", "family name"),
        ("contacts", "id first_name last_name title", "title", "job title"),
        ("campaigns", "id title start_date", "title", "text"),
        ("notes", "id parent_type parent_id", "parent_type", "discriminator"),
        ("civicrm_note", "id entity_table entity_id", "entity_table", "discriminator"),
        ("vtiger_accountbillads", "bill_city bill_code bill_street", "bill_code", "postcode"),
        ("products", "id bill_code", "bill_code", "identifier"),
        ("contacts", "id city state zip", "state", "region"),
        ("tickets", "id subject state", "state", "status"),
        ("accounts", "id name assigned_to user_id email phone", "user_id", "created by"),
        ("email_addresses", "id name lower", "name", "e-mail"),
        ("groups_users", "group_id user_id", "user_id", "reference"),
        ("crm_contacts", "contact_id email", "contact_id", "identifier"),
    ],
)
def test_the_table_tells(table: str, columns: str, name: str, kind: str) -> None:
    assert meant(name, table, columns) == kind


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mailingstreet", ("mailing", "street")),
        ("dateofbirth", ("date", "of", "birth")),
        ("Kundennummer", ("kunden", "nummer")),
        ("HTTPCode", ("http", "code")),
        ("x1", ("x",)),
    ],
)
def test_compounds_come_apart(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_both_spellings_of_an_umlaut() -> None:
    assert concepts_of("geaendert") == concepts_of("geändert") == {"modified"}


def test_a_number_that_names_a_country_refers_to_one() -> None:
    table = SeenTable("contacts", ("id", "country"))
    assert understand(SeenColumn("country", "integer"), table).type == "reference"
    assert understand(SeenColumn("email", "boolean"), table).type == "flag"


def test_an_empty_column_keeps_the_meaning_of_its_name() -> None:
    table = SeenTable("contacts", ("id", "email", "zzyzx"))
    found = understand(SeenColumn("email", "text", rows=10), table)
    assert found.type == "e-mail"
    assert "no row fills it" in found.reasons
    assert understand(SeenColumn("zzyzx", "text", rows=10), table).type == "unused"


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=5))
def test_any_name_is_understood(name: str, others: list[str]) -> None:
    found = understand(SeenColumn(name), SeenTable(name[:9], (name, *others)))
    assert found.type in SEMANTIC_TYPES
    assert 0 <= found.confidence <= 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("social_security_number", "national id"),
        ("numero_securite_sociale", "national id"),
        ("Krankenversicherungsnummer", "national id"),
        ("national_insurance_number", "national id"),
        ("codpostal", "postcode"),
        ("admitemarketing", "consent"),
        ("acepta_privacidad", "consent"),
        ("datenschutz_akzeptiert", "consent"),
        ("date_crea_adh", "created at"),
        ("date_modif_adh", "modified at"),
        ("contact_number", "phone"),
        ("client_number", "identifier"),
        ("emailHost", "machine text"),
    ],
)
def test_names_of_other_products(name: str, kind: str) -> None:
    assert understand(SeenColumn(name), SeenTable("x", ("id", name))).type == kind


def test_what_is_done_with_a_field_is_not_the_field() -> None:
    table = SeenTable("profile", ("id", "disablePhoneLinks"))
    assert understand(SeenColumn("disablePhoneLinks", "integer"), table).type == "flag"
    assert understand(SeenColumn("emailUseSignature", "integer"), table).type != "e-mail"
