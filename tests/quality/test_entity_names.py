"""Names taken apart: languages, plurals, compounds, prefixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.quality.entities.names import prefixes, stripped, words_of
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
