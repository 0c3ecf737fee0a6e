"""Texts under a person's role or a special category are masked; codes and numbers are not."""

from __future__ import annotations

import pytest

from crmaudit.evidence.privacy import may_show, may_show_range

ROLES = """
    staff worker caseworker case_worker handler counsellor volunteer doctor teacher assignee
    operator reviewer member members client customer donor patient mother father supervisor coach
    officer trustee guardian carer employee agent manager owner author creator responsible partner
    spouse child children volunteer_1 TeamMember staff__c social_worker
    kunde Kundin Klient betreuer Kundenbetreuer bearbeiter Sachbearbeiterin mitarbeiter Ärztin
    Lehrer Mitglied Spender Mutter Vater Vormund Ehefrau
    patiente conseiller conseillère responsable bénévole médecin enseignant mère père conjoint
    cliente paciente voluntario médico maestra madre padre cónyuge asesor
"""
SPECIAL = """
    disability disability_type Behinderung handicap discapacidad nationality nationalité
    Staatsangehörigkeit Staatsangehoerigkeit medication Medikamente allergy allergies offence
    offence_code union trade_union union_flag marital marital_status Familienstand estado_civil
    état_civil religion religion_code ethnicity ethnic_group diagnosis diagnosis_code health
    health_status Gesundheit santé salud
"""
CODES = """
    status type kind code category level group stage country member_status customer_type
    owner_type member_type__c client_group staff_level volunteer_category donor_flag customer_kind
    member_code member_count member_status_c customer_segment patient_class Klient_Typ
    membership segment remember_me Sekunden saludo
"""


@pytest.mark.parametrize("name", (ROLES + SPECIAL).split())
def test_texts_of_people_are_masked(name: str) -> None:
    assert not may_show(name, "text", 3, 1000, "Jones", 100)
    assert not may_show_range(name, "text", 3, 1000, "Jones")


@pytest.mark.parametrize("name", CODES.split())
def test_codes_beside_a_role_are_shown(name: str) -> None:
    assert may_show(name, "text", 3, 1000, "Active", 100)


@pytest.mark.parametrize("name", ["member_count", "staff", "customer", "children", "volunteers"])
def test_numbers_under_a_role_stay_visible(name: str) -> None:
    assert may_show(name, "integer", 3, 1000, "5", 100)
    assert may_show_range(name, "integer", 3, 1000, "5")


@pytest.mark.parametrize("name", ["gender", "Geschlecht", "sexe", "género", "gender_code"])
def test_of_a_gender_only_single_characters_are_shown(name: str) -> None:
    assert all(may_show(name, "text", 4, 1000, code, 100) for code in ("F", "M", "X", "1"))
    assert not may_show(name, "text", 4, 1000, "intersex", 100)


WAYS_IN = """
    import_batch importBatch batch lead_source source quelle Herkunft source_c signup_source canal
    campaign Kampagne campaña origen upload migration
"""
ORDINARY = ["Website", "walk-in", "Legacy import", "WebForm 2", "cold_call", "Empfehlung", "7", "B",
            "Bouche à oreille", "batch_12", "Feria", "web forms"]  # fmt: skip
MADE_UP = ["miller", "miller list", "jane doe", "Mrs Jones", "imp jm", "J M", "王", "web-miller",
           "MillerImport", "liste schulz"]  # fmt: skip


@pytest.mark.parametrize("name", WAYS_IN.split())
def test_of_what_people_call_a_way_in_only_ordinary_words_are_shown(name: str) -> None:
    assert [v for v in ORDINARY if not may_show(name, "text", 3, 1000, v, 100)] == []
    assert [v for v in MADE_UP if may_show(name, "text", 3, 1000, v, 100)] == []
    # A number is the key of a list, and names nobody.
    assert may_show(name, "integer", 3, 1000, "17", 100)


@pytest.mark.parametrize("name", ["source_type", "import_status", "campaign_kind", "resource"])
def test_codes_beside_a_way_in_are_shown(name: str) -> None:
    assert may_show(name, "text", 3, 1000, "sepa", 100)
