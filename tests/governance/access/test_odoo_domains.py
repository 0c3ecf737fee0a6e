"""Conditions of record rules: those of Odoo 17's own modules, and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.governance.collectors.access.odoo_domains import (
    ALL,
    ANYTHING,
    EVERYBODY,
    NOBODY,
    UNIT,
    USER,
    Reach,
    both,
    either,
    reach,
)

COMPANY = Reach(UNIT, UNIT)


@pytest.mark.parametrize(
    ("domain", "level"),
    [
        (None, "Organizational"),
        ("", "Organizational"),
        ("[]", "Organizational"),
        ("[(1, '=', 1)]", "Organizational"),
        ("[(1,'=',1)]\t", "Organizational"),
        ("[(0, '=', 1)]", "None"),
        ("[('user_id', '=', user.id)]", "User"),
        ("[('create_uid','=', user.id)]", "User"),
        ("['|',('user_id','=',user.id),('user_id','=',False)]", "User"),
        ("[('user_id', 'in', (False, user.id))]", "User"),
        ("[('user_id','in',[False,user.id])]", "User"),
        ("[('message_partner_ids', 'in', [user.partner_id.id])]", "User"),
        ("[('employee_id', '=', user.employee_id.id)]", "User"),
        ("[('team_id', '=', user.sale_team_id.id)]", "User"),
        ("[('team_id', 'in', user.crm_team_ids.ids)]", "User"),
        ("[('company_id', 'in', company_ids)]", "Business Unit"),
        ("[('company_id', 'in', company_ids + [False])]", "Business Unit"),
        ("[('vehicle_id.company_id', 'in', company_ids + [False])]", "Business Unit"),
        ("['|', ('company_id', '=', False), ('company_id', 'parent_of', company_ids)]",
         "Business Unit"),
        ("[('company_id', '=', user.company_id.id)]", "Business Unit"),
        ("[('company_id', 'in', user.company_ids.ids)]", "Business Unit"),
        ("[('id', 'in', company_ids)]", "Business Unit"),
        ("[('company_id', 'in', company_ids), ('user_id', '=', user.id)]", "User"),
        ("['&', ('state', '!=', 'confirmed'), ('user_id', '=', user.id)]", "User"),
        ("['|', ('user_id', '=', user.id), (1, '=', 1)]", "Organizational"),
        ("['!', (1, '=', 1)]", "None"),
        ("[('website_published', '=', True)]", None),
        ("[('state', '=', 'sale')]", None),
        ("[('user_ids', 'not in', user.id)]", None),
        ("[('group_ids', 'in', user.groups_id.ids)]", None),
        ("[('employee_id.parent_id.user_id', '=', user.id)]", None),
        ("['|', ('employee_id.parent_id.user_id', '=', user.id), ('user_id', '=', user.id)]", None),
        ("['|', ('company_id', 'in', [False, website.company_id.id]), "
         "('company_id', 'in', company_ids)]", None),
        ("[('id', 'child_of', user.commercial_partner_id.id)]", None),
        ("[('company_id', 'in', company_ids), ('state', '=', 'sale')]", None),
        ("[('user_id', '=', user.id if user.share else False)]", None),
        ("user.has_group('base.group_user') and [] or [(0, '=', 1)]", None),
        ("['|', ('user_id', '=', user.id)]", None),
        ("[('user_id', '=')]", None),
        ("[", None),
        ("\x00", None),
        ("[" * 5000, None),
        ("['!'," * 1 + "'!'," * 4000 + "(1,'=',1)]", None),
        ("__import__('os').system('true')", None),
    ],
)  # fmt: skip
def test_whose_records_a_condition_reaches(domain: str | None, level: str | None) -> None:
    assert reach(domain, COMPANY).level == level


def test_one_company_or_all_of_them_are_the_organisation() -> None:
    everybody = "[('company_id', 'in', company_ids + [False])]"
    assert reach(everybody, ALL).level == "Organizational"
    assert reach(everybody, Reach(UNIT, EVERYBODY)).level is None


REACHES = st.tuples(st.integers(NOBODY, EVERYBODY), st.integers(NOBODY, EVERYBODY)).map(
    lambda two: Reach(min(two), max(two))
)
TERMS = {
    "('user_id', '=', user.id)": Reach(USER, USER),
    "(1, '=', 1)": ALL,
    "('state', '=', 'sale')": ANYTHING,
    "('company_id', 'in', company_ids)": COMPANY,
}


@given(st.lists(REACHES, min_size=1), st.lists(REACHES, min_size=1))
def test_more_conditions_never_widen_and_more_ways_never_narrow(
    one: list[Reach], other: list[Reach]
) -> None:
    narrower, wider = both(one + other), either(one + other)
    assert narrower.most <= both(one).most
    assert narrower.least <= both(one).least
    assert wider.most >= either(one).most
    assert wider.least >= either(one).least
    assert narrower.least <= narrower.most
    assert wider.least <= wider.most


@given(st.lists(st.sampled_from(sorted(TERMS)), min_size=1, max_size=6))
def test_polish_notation_says_what_it_says(terms: list[str]) -> None:
    ways = "[" + "'|', " * (len(terms) - 1) + ", ".join(terms) + "]"
    assert reach(ways, COMPANY) == either([TERMS[t] for t in terms])
    assert reach("[" + ", ".join(terms) + "]", COMPANY) == both([TERMS[t] for t in terms])


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    found = reach(text, COMPANY)
    assert NOBODY <= found.least <= found.most <= EVERYBODY
