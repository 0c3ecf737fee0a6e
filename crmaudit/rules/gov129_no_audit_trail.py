"""Changes leave no trail.

## Why
Rights alone do not show whether information was changed or lost by accident. Without a trail
nobody can tell who overwrote what, nor set it right. What the database has of a history counts
before what is declared.

## Fix
Switch the product's audit log on for the master data, and set `maintenance: audit_trail: true`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {audit_trail: false}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {audit_trail: true}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.governance.maintained:
        about = f"system:{system.id}"
        seen = facts.governance.changes.get(system.id)
        kept = seen.kept if seen else None
        trail = system.maintenance.audit_trail if system.maintenance else None
        if kept:
            continue
        if kept is None and trail is None:
            yield NotAssessed(
                msg(
                    "whether {system} records who changed what is not declared", system=system.name
                ),
                msg("maintenance: audit_trail: in its dossier"),
                about,
            )
        elif not trail or kept is False:
            measured = kept is False and seen is not None
            yield Hit(
                about,
                _said(system.name, measured, trail),
                path=() if trail is None else ("maintenance", "audit_trail"),
                severity=None if system.kind == "crm" else "medium",
                who=system.owners.it,
            )


def _said(system: str, measured: bool, declared: bool | None) -> str:
    if not measured:
        return msg("{system} does not record who changed what", system=system)
    if not declared:
        return msg(
            "{system} does not record who changed what, as its database shows", system=system
        )
    return msg(
        "{system} does not record who changed what, as its database shows, "
        "although it is declared that it does",
        system=system,
    )
