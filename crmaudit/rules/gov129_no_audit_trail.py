"""Changes leave no trail.

## Why
Rights alone do not show whether information was changed or lost by accident. Without a trail
nobody can tell who overwrote what, nor set it right.

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
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.governance.maintained:
        about = f"system:{system.id}"
        trail = system.maintenance.audit_trail if system.maintenance else None
        if trail is None:
            yield NotAssessed(
                f"whether {system.name} records who changed what is not declared",
                "maintenance: audit_trail: in its dossier",
                about,
            )
        elif not trail:
            yield Hit(
                about,
                f"{system.name} does not record who changed what",
                path=("maintenance", "audit_trail"),
                severity=None if system.kind == "crm" else "medium",
                who=system.owners.it,
            )
