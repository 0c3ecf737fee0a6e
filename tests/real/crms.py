"""The real CRM databases beside the checkout, and workspaces made of their truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NAMES = ("civicrm", "fat_free_crm")

KINDS = {
    "Contact": "person",
    "Account": "organisation",
    "Household": "household",
    "Lead": "lead",
    "Opportunity": "opportunity",
    "Activity": "activity",
    "Case": "case",
    "Campaign": "campaign",
    "Contribution": "contribution",
    "Membership": "membership",
    "Event": "event",
    "Payment": "payment",
    "User": "user",
    "Role": "role",
}
"""What the truth calls an entity → what crmaudit does."""


def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name / "truth.json").read_text())
    return found


def entity_id(name: str) -> str:
    return "".join("-" + c.lower() if c.isupper() else c for c in name).strip("-")


def entity_map(known: dict[str, Any], system: str = "crm") -> dict[str, Any]:
    """The map that somebody would write who knows the CRM as well as the truth does."""
    return {"system": system, "tables": list(_tables(known))}


def _tables(known: dict[str, Any]) -> Any:
    for entity, tables in known["entities"].items():
        for told in tables:
            row = {"table": told["table"], "entity": entity_id(entity), "role": told["role"]}
            row["where"] = told.get("row_filter")
            row["key"] = told["pk"]
            for stamp in ("created_at", "created_by", "modified_at", "modified_by", "owner"):
                row[stamp] = told.get(stamp)
            deleted = told.get("soft_delete")
            if deleted:
                row["soft_delete"] = f"{deleted['column']} = {deleted['deleted_value']}"
            yield {name: value for name, value in row.items() if value}


def entities(known: dict[str, Any]) -> dict[str, Any]:
    """The entities that some table holds."""
    return {
        "entities": [
            {"id": entity_id(name), "name": name} | ({"kind": KINDS[name]} if name in KINDS else {})
            for name, tables in known["entities"].items()
            if tables
        ]
    }


def use_truth(root: Path, known: dict[str, Any]) -> None:
    """Replace what was proposed in the workspace by what is true."""
    for file, content in (
        ("maps/crm.yaml", entity_map(known)),
        ("entities.yaml", entities(known)),
    ):
        (root / file).write_text(yaml.safe_dump(content, sort_keys=False))
