"""Odoo: access rights, record rules and companies, as the vendor documents them.

Expected cells follow
https://www.odoo.com/documentation/17.0/developer/reference/backend/security.html: access rights
are additive over groups; global rules intersect, group rules unify, and the two intersect; the
groups, rights and rules are those that the modules CRM and Contacts install
(sales_team_security.xml, crm_security.xml, ir.model.access.csv of Odoo 17).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, cells, make, name, read, score

GROUPS = {
    1: ("base.group_user", "Internal User"),
    2: ("sales_team.group_sale_salesman", "User: Own Documents Only"),
    3: ("sales_team.group_sale_salesman_all_leads", "User: All Documents"),
    4: ("sales_team.group_sale_manager", "Administrator"),
    5: ("base.group_system", "Settings"),
    6: ("base.group_erp_manager", "Access Rights"),
    7: ("base.group_allow_export", "Access to export feature"),
    8: ("base.group_portal", "Portal"),
    9: ("base.group_partner_manager", "Contact Creation"),
}
IMPLIED = [(2, 1), (3, 2), (4, 3), (5, 6), (6, 1)]
MODELS = {1: "crm.lead", 2: "res.partner", 3: "calendar.event", 4: "crm.team", 5: "ir.cron"}
# Model, group (None: everybody), read, write, create, unlink: as in ir.model.access.csv.
ACCESS = [
    (1, 4, 1, 1, 1, 1),
    (1, 2, 1, 1, 1, 0),
    (2, 1, 1, 0, 0, 0),
    (2, 8, 1, 0, 0, 0),
    (2, 9, 1, 1, 1, 1),
    (2, 2, 1, 1, 1, 0),
    (3, 1, 1, 1, 1, 1),
    (3, 8, 1, 0, 0, 0),
    (4, 1, 1, 0, 0, 0),
    (4, 4, 1, 1, 1, 1),
]
PRIVATE = (
    "['|', ('privacy', '!=', 'private'), '&', ('privacy', '=', 'private'), '|', "
    "('user_id', '=', user.id), ('partner_ids', 'in', user.partner_id.id)]"
)
ALL = "[(1,'=',1)]"
# Model, groups, condition, does it bind reading too?
RULES = [
    (1, [2], "['|',('user_id','=',user.id),('user_id','=',False)]", True),
    (1, [3], ALL, True),
    (1, [], "[('company_id', 'in', company_ids + [False])]", True),
    (
        2,
        [],
        "['|', '|', ('partner_share', '=', False), ('company_id', 'parent_of', company_ids), "
        "('company_id', '=', False)]",
        True,
    ),
    (3, [8], "[('partner_ids', 'in', user.partner_id.id)]", True),
    (3, [1], ALL, True),
    (3, [], PRIVATE, False),
    (4, [3], ALL, True),
    (4, [], "[('company_id', 'in', company_ids + [False])]", True),
]
HELD = {
    1: [1, 5, 6],
    2: [1, 2, 3, 4, 5, 6, 7, 9],
    6: [1, 2],
    7: [1, 2, 3, 7],
    8: [1, 2, 3, 4],
    9: [1],
    10: [8],
}
COMPANIES = {1: 0, 2: 1, 3: 0}


def rows(companies: dict[int, list[int]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """One company, or several with the accounts that may work in each."""
    units = COMPANIES if companies else {1: 0}
    return {
        "ir_module_module": [
            {"id": 1, "name": "base", "latest_version": "17.0.1.3", "state": "installed"}
        ],
        "res_users": [
            {
                "id": u,
                "login": f"mara.muster{u}@harbour.example",
                "partner_id": 100 + u,
                "company_id": 1,
                "active": True,
                "share": u == 10,
                "create_date": "2025-03-04 09:00:00",
            }
            for u in HELD
        ],
        "res_partner": [
            {
                "id": 100 + u,
                "name": f"Beispiel {u}",
                "email": f"mara.muster{u}@harbour.example",
                "partner_share": u == 10,
            }
            for u in HELD
        ],
        "res_groups": [{"id": g, "name": {"en_US": n}} for g, (_, n) in GROUPS.items()],
        "res_groups_implied_rel": [{"gid": g, "hid": h} for g, h in IMPLIED],
        "res_groups_users_rel": [{"gid": g, "uid": u} for u, gs in HELD.items() for g in gs],
        "ir_model": [{"id": i, "model": m, "transient": False} for i, m in MODELS.items()],
        "ir_model_data": [
            {
                "id": g,
                "module": x.split(".")[0],
                "name": x.split(".")[1],
                "model": "res.groups",
                "res_id": g,
            }
            for g, (x, _) in GROUPS.items()
        ],
        "ir_model_access": [
            {
                "id": i,
                "name": "rights",
                "active": True,
                "model_id": m,
                "group_id": g,
                "perm_read": bool(r),
                "perm_write": bool(w),
                "perm_create": bool(c),
                "perm_unlink": bool(d),
            }
            for i, (m, g, r, w, c, d) in enumerate(ACCESS)
        ],
        "ir_rule": [
            {
                "id": i,
                "name": "rule",
                "active": True,
                "model_id": m,
                "domain_force": d,
                "perm_read": r,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
            for i, (m, _, d, r) in enumerate(RULES)
        ],
        "rule_group_rel": [
            {"rule_group_id": i, "group_id": g} for i, (_, gs, *_) in enumerate(RULES) for g in gs
        ],
        "res_company": [
            {"id": c, "name": f"Company {c}", "parent_id": p or None, "active": True}
            for c, p in units.items()
        ],
        "res_company_users_rel": [
            {"cid": c, "user_id": u}
            for u, cs in (companies or {key: [1] for key in HELD}).items()
            for c in cs
        ],
        "crm_team": [{"id": 1, "name": {"de_DE": "Vertrieb", "en_US": "Sales"}}],
        "crm_team_member": [{"id": 1, "crm_team_id": 1, "user_id": 6, "active": True}],
    }


EXPECTED = {
    # The program itself is bound by nothing.
    1: dict.fromkeys(("crm.lead", "res.partner", "calendar.event", "crm.team"), "OOOO"),
    2: {"crm.lead": "OOOO", "res.partner": "OOOO", "calendar.event": "?O??", "crm.team": "OOOO"},
    6: {"crm.lead": "UUU-", "res.partner": "OOO-", "calendar.event": "?O??", "crm.team": "-O--"},
    7: {"crm.lead": "OOO-", "res.partner": "OOO-", "calendar.event": "?O??", "crm.team": "-O--"},
    8: {"crm.lead": "OOOO", "res.partner": "OOO-", "crm.team": "OOOO"},
    9: {"crm.lead": "----", "res.partner": "-O--", "crm.team": "-O--"},
    10: {"crm.lead": "----", "res.partner": "-O--", "calendar.event": "-U--", "crm.team": "----"},
}
OF_COMPANIES = {1: [1, 2, 3], 2: [1, 2, 3], 6: [1], 7: [1, 2], 8: [2, 3], 9: [3], 10: [1]}
EXPECTED_OF_COMPANIES = {
    2: {"crm.lead": "OOOO", "res.partner": "OOOO", "crm.team": "OOOO"},
    6: {"crm.lead": "UUU-", "res.partner": "BBB-", "crm.team": "-B--"},
    # Company 2 stands below company 1: both are one with what is below it.
    7: {"crm.lead": "PPP-", "res.partner": "PPP-", "crm.team": "-P--"},
    8: {"crm.lead": "BBBB", "res.partner": "BBB-", "crm.team": "BBBB"},
    9: {"crm.lead": "----", "res.partner": "-B--"},
}


@pytest.mark.parametrize("dialect", dialects("sqlite", "duckdb", "postgresql"))
def test_every_cell_is_as_the_vendor_describes(
    dialect: str, make_db: Callable[[str], Database]
) -> None:
    db = make_db(dialect)
    make(db, "odoo", rows())
    assert score(read(db.url, "odoo"), EXPECTED) == 104


@pytest.fixture
def file(tmp_path: Path) -> Database:
    return sqlite_file(tmp_path / "odoo.db")


def test_companies_are_units(file: Database) -> None:
    make(file, "odoo", rows(OF_COMPANIES))
    found = read(file.url, "odoo")
    assert score(found, EXPECTED_OF_COMPANIES) == 56
    assert [(u.id, u.parent) for u in found.units] == [("1", ""), ("2", "1"), ("3", "")]


def test_what_goes_beyond_single_records(file: Database) -> None:
    make(file, "odoo", rows())
    found = read(file.url, "odoo")
    assert beyond(found, 2) == {"administer", "export", "import", "mass change", "mass delete"}
    assert beyond(found, 6) == {"import", "mass change"}
    assert beyond(found, 10) == set()


def test_accounts_and_groups(file: Database) -> None:
    make(file, "odoo", rows())
    found = read(file.url, "odoo")
    of = {a.name: a for a in found.accounts}
    assert [of[name(u)].administrator for u in (2, 6)] == [True, False]
    assert [of[name(u)].person for u in (1, 10, 6)] == [False, False, None]
    assert of[name(6)].teams == ("1",)
    assert of[name(6)].signs == ()
    assert found.teams[0].name == "Sales"
    groups = {r.id: r for r in found.roles}
    assert groups["2"].name == "User: Own Documents Only"
    assert groups["2"].note == "sales_team.group_sale_salesman"
    assert groups["3"].includes == ("2",)
    held = {h.object: h.levels for h in groups["3"].own}
    assert held["crm.lead"] == ("Organizational", "Organizational", "Organizational", "None")
    assert "ir.cron" not in held


def test_what_rules_leave_open_is_said(file: Database) -> None:
    make(file, "odoo", rows())
    found = read(file.url, "odoo")
    (account,) = [a for a in found.accounts if a.name == name(9)]
    (rights,) = [h for h in found.holdings if h.id == account.holding]
    assert rights.unknown == ("calendar.event: record rules hang on values of the records (5, 6).",)


@pytest.mark.parametrize(
    ("version", "held", "expected"),
    [
        ("17.0.1.3", [3], "----"),
        ("17.0.1.3", [1, 2, 3], "OOO-"),
        ("19.0.1.3", [3], "OOO-"),
        (None, [4], "OOOO"),
    ],
)
def test_implied_groups_count_where_the_version_does_not_write_them_down(
    file: Database, version: str | None, held: list[int], expected: str
) -> None:
    data = rows()
    data["ir_module_module"][0]["latest_version"] = version
    data["res_groups_users_rel"] = [{"gid": g, "uid": 6} for g in held]
    make(file, "odoo", data)
    assert cells(read(file.url, "odoo"), 6)["crm.lead"] == expected


def test_groups_that_imply_one_another_do_no_harm(file: Database) -> None:
    data = rows()
    data["ir_module_module"][0]["latest_version"] = "19.0"
    data["res_groups_implied_rel"] += [{"gid": 1, "hid": 4}]
    make(file, "odoo", data)
    assert cells(read(file.url, "odoo"), 9)["crm.lead"] == "OOOO"


def test_rights_and_rules_switched_off_do_not_count(file: Database) -> None:
    data = rows()
    data["ir_model_access"][0]["active"] = False
    data["ir_rule"][0]["active"] = False
    make(file, "odoo", data)
    found = read(file.url, "odoo")
    assert cells(found, 8)["crm.lead"] == "OOO-"
    # Of the rules of groups none is left for the salesman: only that of companies binds.
    assert cells(found, 6)["crm.lead"] == "OOO-"


def test_a_right_without_group_is_everybodys(file: Database) -> None:
    data = rows()
    data["ir_model_access"][4]["group_id"] = None
    make(file, "odoo", data)
    found = read(file.url, "odoo")
    assert cells(found, 9)["res.partner"] == "OOOO"


def test_without_rules_nobody_knows_how_far_rights_reach(file: Database) -> None:
    make(file, "odoo", rows(), without=["rule_group_rel"])
    found = read(file.url, "odoo")
    assert cells(found, 6)["crm.lead"] == "???-"
    assert cells(found, 9)["crm.lead"] == "----"


def test_without_the_table_of_rights_none_is_alleged(file: Database) -> None:
    make(file, "odoo", rows(), without=["ir_model_access"])
    found = read(file.url, "odoo")
    assert {a.holding for a in found.accounts} == {""}
    assert "ir_model_access" in found.cannot


def test_without_the_names_of_groups_nobody_knows_who_administers(file: Database) -> None:
    make(file, "odoo", {k: v for k, v in rows().items() if k != "ir_model_data"})
    found = read(file.url, "odoo")
    (account,) = [a for a in found.accounts if a.name == name(2)]
    (rights,) = [h for h in found.holdings if h.id == account.holding]
    assert account.administrator is None
    assert "administer" not in rights.beyond
    assert any("administer" in u for u in rights.unknown)


# Cells derived from the vendor's source: `_compute_domain` and `_get_rules` of
# odoo/addons/base/models/ir_rule.py, `_get_access_groups` and `_get_allowed_models` of ir_model.py,
# `group_ids` and `all_group_ids` of res_users.py.
Data = dict[str, list[dict[str, Any]]]
NOBODY, OWN = "[(0, '=', 1)]", "[('user_id', '=', user.id)]"


def add_rule(data: Data, model: int, groups: list[int], domain: str, **switches: bool) -> None:
    number = 100 + len(data["ir_rule"])
    data["ir_rule"].append(
        {**data["ir_rule"][0], "id": number, "model_id": model, "domain_force": domain, **switches}
    )
    data["rule_group_rel"] += [{"rule_group_id": number, "group_id": g} for g in groups]


def without_rules(data: Data, model: int) -> None:
    data["ir_rule"] = [r for r in data["ir_rule"] if r["model_id"] != model]


def test_a_global_rule_closes_what_rules_of_groups_open(file: Database) -> None:
    data = rows()
    add_rule(data, 1, [], NOBODY)
    add_rule(data, 4, [], NOBODY, perm_read=False)
    make(file, "odoo", data)
    found = read(file.url, "odoo")
    # None but the program itself passes; the second binds all but reading.
    score(found, {7: {"crm.lead": "----"}, 8: {"crm.team": "-O--"}, 1: {"crm.lead": "OOOO"}})


def test_global_rules_intersect_and_rules_of_groups_unify(file: Database) -> None:
    data = rows()
    add_rule(data, 4, [], OWN)
    add_rule(data, 1, [2], NOBODY)
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {8: {"crm.team": "UUUU", "crm.lead": "OOOO"}})


def test_rules_of_others_groups_do_not_bind(file: Database) -> None:
    data = rows()
    without_rules(data, 4)
    add_rule(data, 4, [8], NOBODY)
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {9: {"crm.team": "-O--"}, 10: {"crm.team": "----"}})


def test_without_any_rule_rights_reach_all_records(file: Database) -> None:
    data = rows()
    without_rules(data, 1)
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {6: {"crm.lead": "OOO-"}, 9: {"crm.lead": "----"}})


def test_a_rule_binds_the_operations_that_it_names(file: Database) -> None:
    data = rows()
    data["ir_rule"][0]["perm_read"] = False
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {6: {"crm.lead": "UOU-"}})


def test_a_rule_whose_groups_are_gone_binds_everybody(file: Database) -> None:
    data = rows()
    data["rule_group_rel"] = [r for r in data["rule_group_rel"] if r["rule_group_id"] != 0]
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {7: {"crm.lead": "UUU-"}, 8: {"crm.lead": "UUUU"}})


def test_what_is_neither_on_nor_off_counts_as_off(file: Database) -> None:
    # `AND a.active`, and a search for active = True: a null is neither.
    data = rows()
    data["ir_rule"][0]["active"] = None
    data["ir_model_access"][0]["active"] = None
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {6: {"crm.lead": "OOO-"}, 8: {"crm.lead": "OOO-"}})


def test_administrators_of_settings_are_bound_by_rights_and_the_program_is_not(
    file: Database,
) -> None:
    data = rows()
    data["res_groups_users_rel"] = [
        {"gid": g, "uid": u} for u, gs in {2: [1, 5, 6], 9: [1]}.items() for g in gs
    ]
    data["res_users"][5]["active"] = False
    make(file, "odoo", data)
    found = read(file.url, "odoo")
    score(
        found,
        {
            1: {"crm.lead": "OOOO", "res.partner": "OOOO"},
            2: {"crm.lead": "----", "res.partner": "-O--"},
            # Inactive, and said so: the rights stand until the groups are taken away.
            9: {"crm.lead": "----", "res.partner": "-O--"},
        },
    )
    of = {a.name: a for a in found.accounts}
    assert of[name(2)].administrator is True
    assert of[name(9)].active is False


@pytest.mark.parametrize(
    ("version", "expected"),
    [("18.0.1.3", "----"), ("saas~18.1.1.3", "----"), ("saas~18.2.1.3", "OOO-")],
)
def test_implied_groups_count_since_they_are_not_written_down(
    file: Database, version: str, expected: str
) -> None:
    # Commit 4f13b617547a, January 2025: `groups_id` became `group_ids` and `all_group_ids`.
    data = rows()
    data["ir_module_module"][0]["latest_version"] = version
    data["res_groups_users_rel"] = [{"gid": 3, "uid": 6}]
    make(file, "odoo", data)
    assert cells(read(file.url, "odoo"), 6)["crm.lead"] == expected


def test_without_the_table_of_implied_groups_no_right_is_alleged(file: Database) -> None:
    data = rows()
    data["ir_module_module"][0]["latest_version"] = "19.0.1.3"
    make(file, "odoo", data, without=["res_groups_implied_rel"])
    found = read(file.url, "odoo")
    assert {a.holding for a in found.accounts} == {""}
    assert "res_groups_implied_rel" in found.cannot


def test_without_the_table_of_companies_nobody_knows_how_far_theirs_reach(file: Database) -> None:
    make(file, "odoo", rows(OF_COMPANIES), without=["res_company"])
    found = read(file.url, "odoo")
    score(found, {6: {"crm.lead": "UUU-", "crm.team": "-?--"}, 7: {"crm.lead": "???-"}})


def test_a_company_is_enough_where_rules_name_it_and_no_matter_where_none_does(
    file: Database,
) -> None:
    data = rows(OF_COMPANIES)
    without_rules(data, 1)
    make(file, "odoo", data)
    score(read(file.url, "odoo"), {6: {"crm.lead": "OOO-", "crm.team": "-B--"}})


@pytest.mark.parametrize("told", [True, False])
def test_rules_bind_records_that_are_part_of_others(file: Database, told: bool) -> None:
    # `_inherits`: product.product holds records of product.template, whose rules bind it as well.
    data = rows(OF_COMPANIES)
    data["ir_model"] += [
        {"id": 6, "model": "product.product", "transient": False},
        {"id": 7, "model": "product.template", "transient": False},
    ]
    right = data["ir_model_access"][0]
    data["ir_model_access"] += [
        {**right, "id": 50 + m, "model_id": m, "group_id": 2, "perm_unlink": False} for m in (6, 7)
    ]
    add_rule(data, 7, [], "['|', ('company_id', '=', False), ('company_id', 'in', company_ids)]")
    if told:
        data["ir_model_inherit"] = [
            {"id": 1, "model_id": 6, "parent_id": 7, "parent_field_id": 99},
            # Taken over as a whole, not held: no rule of it binds.
            {"id": 2, "model_id": 1, "parent_id": 7, "parent_field_id": None},
        ]
    make(file, "odoo", data, without=[] if told else ["ir_model_inherit"])
    found = read(file.url, "odoo")
    score(
        found,
        {
            2: {"product.product": "OOO-"},
            6: {"product.product": "BBB-", "product.template": "BBB-", "crm.lead": "UUU-"},
            9: {"product.product": "----"},
        },
    )
