"""Dolibarr: rights of users and groups.

Expected cells follow https://wiki.dolibarr.org/index.php?title=Module_Users (a user has own
permissions and those of all groups; external users see their own third party only) and the
vendor's labels of the rights in htdocs/core/modules (mod*.class.php): "Read all third parties (and
their objects) by internal users (otherwise only if commercial contact)", "Read projects and tasks
(shared projects or projects I am contact for)", "See all tickets, even if not assigned to".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Database, dialects, sqlite_file

from .vendor_tables import beyond, cells, make, name, read, score

RIGHTS = {
    121: ("societe", "lire", None),
    122: ("societe", "creer", None),
    125: ("societe", "supprimer", None),
    126: ("societe", "export", None),
    262: ("societe", "client", "voir"),
    281: ("societe", "contact", "lire"),
    282: ("societe", "contact", "creer"),
    31: ("produit", "lire", None),
    32: ("produit", "creer", None),
    41: ("projet", "lire", None),
    42: ("projet", "creer", None),
    141: ("projet", "all", "lire"),
    142: ("projet", "all", "creer"),
    2401: ("agenda", "myactions", "read"),
    2402: ("agenda", "myactions", "create"),
    2411: ("agenda", "allactions", "read"),
    251: ("user", "user", "lire"),
    253: ("user", "self", "creer"),
    56001: ("ticket", "read", None),
    56003: ("ticket", "delete", None),
    56005: ("ticket", "view", "all"),
    81: ("commande", "lire", None),
    84: ("commande", "order_advance", "validate"),
    1421: ("commande", "commande", "export"),
    1251: ("import", "run", None),
}
GROUPS = {7: ("Sales", [121, 122, 281, 282, 81, 84]), 8: ("Support", [56001, 56003, 41, 42])}
OF_USERS = {1: [], 2: [31], 3: [262, 125, 126, 1421], 4: [56005, 2401, 2402, 141], 5: [262, 1251]}
MEMBERS = {2: [7], 3: [7], 4: [8], 5: [7], 6: [8]}
EXPECTED: dict[str | int, dict[str, str]] = {
    # An administrator has what is given to him, and manages users.
    1: {"societe": "----", "user": "OOOO", "produit": "----"},
    2: {"societe": "UUU-", "societe.contact": "UUU-", "commande": "-U--", "produit": "-O--"},
    3: {"societe": "OOOO", "societe.contact": "OOO-", "commande": "-O--", "produit": "----"},
    4: {"ticket": "-O-O", "projet": "UOU-", "agenda": "UUU-", "societe": "----"},
    # An outsider sees what is of his own third party, whatever the right says.
    5: {"societe": "UUU-", "commande": "-U--"},
    6: {"ticket": "-U-U", "projet": "UUU-", "agenda": "----"},
}


def rows() -> dict[str, list[dict[str, Any]]]:
    users: list[dict[str, Any]] = [
        {
            "rowid": n,
            "login": f"login{n}",
            "lastname": "Beispiel",
            "firstname": "Ada",
            "admin": int(n == 1),
            "statut": 1,
            "entity": 1,
            "fk_soc": 77 if n == 5 else None,
        }
        for n in range(1, 7)
    ]
    return {
        "llx_user": users,
        "llx_rights_def": [
            {"id": i, "entity": 1, "module": m, "perms": p, "subperms": s}
            for i, (m, p, s) in RIGHTS.items()
        ],
        "llx_user_rights": [
            {"rowid": 1000 * u + i, "entity": 1, "fk_user": u, "fk_id": i}
            for u, rs in OF_USERS.items()
            for i in rs
        ],
        "llx_usergroup": [{"rowid": g, "nom": n, "entity": 1} for g, (n, _) in GROUPS.items()],
        "llx_usergroup_rights": [
            {"rowid": 1000 * g + i, "entity": 1, "fk_usergroup": g, "fk_id": i}
            for g, (_, rs) in GROUPS.items()
            for i in rs
        ],
        "llx_usergroup_user": [
            {"rowid": 10 * u + g, "entity": 1, "fk_user": u, "fk_usergroup": g}
            for u, gs in MEMBERS.items()
            for g in gs
        ],
    }


@pytest.mark.parametrize("version", ["dolibarr", "dolibarr-16"])
@pytest.mark.parametrize("dialect", dialects("sqlite", "mariadb"))
def test_the_cells_are_those_of_the_documentation(
    make_db: Callable[[str], Database], dialect: str, version: str
) -> None:
    db = make_db(dialect)
    make(db, version, rows())
    found = read(db.url, "dolibarr")
    score(found, EXPECTED)
    assert beyond(found, 1) == {"administer"}
    assert beyond(found, 2) == set()
    assert beyond(found, 3) == {"export", "mass delete"}
    assert beyond(found, 5) == {"import"}


def test_reasons_name_the_group_and_the_account(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    make(db, "dolibarr", rows())
    found = read(db.url, "dolibarr")
    by_name = {a.name: a for a in found.accounts}
    (holding,) = [h for h in found.holdings if h.id == by_name[name(3)].holding]
    (held,) = [h for h in holding.held if h.object == "societe"]
    assert held.table == "llx_societe"
    assert held.why == (("7", "account"), ("7", "account"), ("7", "account"), ("account",))
    assert [(r.id, r.name, r.kind) for r in found.roles] == [
        ("7", "Sales", "group"),
        ("8", "Support", "group"),
    ]


def test_rights_of_another_company_are_not_mixed_up(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    changed = rows()
    # The same id means another right in the second company.
    changed["llx_rights_def"].append(
        {"id": 31, "entity": 2, "module": "produit", "perms": "supprimer", "subperms": None}
    )
    make(db, "dolibarr", changed)
    found = read(db.url, "dolibarr")
    assert cells(found, 2)["produit"] == "-O--"
    assert any("several companies" in note for note in found.notes)
