"""Names taken apart: languages, plurals, compounds, prefixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.quality.entities.names import bare, prefixes, stripped, words_of
from crmaudit.quality.entities.reading import read


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "contacts": ("contact",),
        "tblContactDetails": ("contact", "detail"),
        "opportunities": ("opportunity",),
        "Kundenadressen": ("kunde", "adresse"),
        "Rechnungen": ("rechnung",),
        "Mitgliedsarten": ("mitglied", "art"),
        "Aktivitäten": ("aktivitaet",),
        "facturedet": ("facture", "det"),
        "sociétés": ("societe",),
        "clienti": ("cliente",),
        "fatture": ("fattura",),
        "klanten": ("klant",),
        "doações": ("doacao",),
        "oportunidades": ("oportunidade",),
        "business_units": ("businessunit",),
        "CRM_Leads_2": ("lead",),
        "troubletickets": ("ticket",),
        "": (),
        "顧客": (),
    }.items(),
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_prefixes_that_most_tables_share_say_nothing() -> None:
    names = [f"acme_{n}" for n in ("contact", "lead", "task", "user", "role")]
    assert prefixes(names) == ("acme_",)
    assert stripped("acme_contact", ("acme_",)) == "contact"
    # What many tables are called after is no prefix.
    mostly = [*(f"contact_{n}" for n in "abcde"), "lead", "task", "user", "role"]
    assert prefixes(mostly) == ()
    assert prefixes([]) == ()


@pytest.mark.parametrize(
    ("name", "entity", "role"),
    [
        ("contacts", "person", ""),
        ("Firmen", "organisation", ""),
        ("Spenden", "contribution", ""),
        ("adhésions", "membership", ""),
        ("campañas", "campaign", ""),
        ("preventivi", "quote", ""),
        ("facturen", "invoice", ""),
        ("encomendas", "order", ""),
        ("event_registrations", "event registration", ""),
        ("contact_types", "person", "lookup"),
        ("tipo_cliente", "party", "lookup"),
        ("invoice_lines", "invoice", "line"),
        ("Rechnungspositionen", "", "line"),
        ("contacts_cstm", "person", "extension"),
        ("audit_log", "", "log"),
        ("job_queue", "", "system"),
        ("custom_fields", "", "system"),
        ("wobble", "", ""),
    ],
)
def test_what_a_name_says(name: str, entity: str, role: str) -> None:
    said = read(words_of(name))
    best = max(said.entities, key=lambda e: said.entities[e], default="")
    assert (best if not said.role else (said.of[0] if said.of else ""), said.role) == (entity, role)


def test_machinery_and_places() -> None:
    assert read(words_of("acl_contact_cache")).machinery
    assert read(words_of("state_province")).geography
    assert read(words_of("provincias")).geography
    assert not read(words_of("country_managers")).geography


@given(st.text(max_size=60))
def test_any_name_can_be_read(name: str) -> None:
    words = words_of(name)
    assert all(w.isascii() and w == w.lower() and w for w in words)
    said = read(words)
    assert all(0 <= weight <= 1 for weight in said.entities.values())
    assert stripped(name, prefixes([name] * 5)) is not None


@pytest.mark.parametrize(
    ("name", "words"),
    {
        # Whose a document is says nothing of what it is.
        "facturascli": ("factura",),
        "pedidosprov": ("pedido",),
        "lineasfacturascli": ("linea", "factura"),
        "emails_sent": ("email",),
        "bug_reports": ("bugreport",),
        "codigo_postal": ("codigopostal",),
        # A word of its own stays.
        "provincias": ("provincia",),
        "clients": ("client",),
    }.items(),
)
def test_words_that_only_qualify(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_the_tables_own_word_in_its_columns_says_nothing() -> None:
    columns = ["id_adh", "nom_adh", "ville_adh", "date_crea_adh", "parent_id"]
    told = bare("asso_adherents", columns)
    assert told["ville_adh"] == "ville"
    assert told["date_crea_adh"] == "date_crea"
    assert told["parent_id"] == "parent_id"
    # Only the table's own word is left out, and only where most columns have it.
    same = ["contact_id", "lead_id", "deal_id", "user_id"]
    assert bare("crm_links", same) == {c: c for c in same}
    few = ["adh_id", "name", "city", "phone", "email"]
    assert bare("adherents", few) == {c: c for c in few}
    assert bare("x", []) == {}


def test_a_log_whatever_its_rows_are_called() -> None:
    assert read(words_of("job_log_entries")).role in ("log", "system")
    assert read(words_of("invoice_entries")).role == "line"
