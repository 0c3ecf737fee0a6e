"""HubSpot: an export has accounts and teams, and no rights."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from .vendor_tables import SCHEMAS, name, read

ROWS: dict[str, list[dict[str, Any]]] = {
    "contacts": [{"hs_object_id": "1", "lifecyclestage": "lead", "hubspot_owner_id": "9"}],
    "users": [
        {"id": "5", "email": "mara.muster@harbour.example", "primary_team_id": "1", "role_id": "3"},
        {"id": "6", "email": "timo.test@harbour.example", "primary_team_id": "", "role_id": ""},
    ],
    "role": [{"id": "3", "name": "Sales"}],
    "team": [{"id": "1", "name": "North"}, {"id": "2", "name": "South"}],
    "team_user": [{"team_id": "2", "user_id": "5", "is_secondary_user": "true"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    schema = json.loads((SCHEMAS / "hubspot.json").read_text(encoding="utf-8"))["tables"]
    for table, columns in schema.items():
        with (tmp_path / f"{table}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(ROWS.get(table, ()))
    return tmp_path


def test_accounts_and_teams_are_told_and_rights_are_not(folder: Path) -> None:
    found = read(f"folder:///{folder}", "hubspot")
    of = {a.name: a for a in found.accounts}
    assert set(of) == {name(5), name(6)}
    assert of[name(5)].teams == ("1", "2")
    assert of[name(5)].roles == ("3",)
    assert of[name(6)].teams == ()
    assert {a.holding for a in found.accounts} == {""}
    assert found.accounts_read
    assert "settings" in found.cannot
    assert [(r.id, r.name, r.own) for r in found.roles] == [("3", "Sales", ())]


def test_without_the_list_of_users_accounts_are_not_read(folder: Path) -> None:
    (folder / "users.csv").unlink()
    found = read(f"folder:///{folder}", "hubspot")
    assert not found.accounts_read
    assert found.accounts == ()
    assert "export of its own" in found.cannot
