"""Nobody maintains the system.

## Why
Backups, indexes and updates are the work of an IT specialist, in-house or outsourced. Where
nobody is named, each supposes that the other does it.

## Fix
Declare `maintenance: provider:` and, unless the vendor does it, the specialist under `by:`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {provider: in-house}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {provider: in-house, by: Ana Diaz}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.governance.maintained:
        care = system.maintenance
        about, name = f"system:{system.id}", system.name
        if "maintenance" in system.blank:
            continue
        if care is None or (care.provider is None and care.by is None):
            yield NotAssessed(
                msg("who maintains {name} is not declared", name=name),
                msg("maintenance: in its dossier"),
                about,
            )
        elif care.provider == "none":
            yield Hit(
                about,
                msg("Nobody maintains {name}", name=name),
                path=("maintenance", "provider"),
                severity="critical" if system.criticality == "critical" else None,
                who=system.owners.it,
            )
        elif care.by is None and care.provider and care.provider != "vendor":
            yield Hit(
                about,
                msg(
                    "The maintenance of {name} is {provider}, but nobody is named for it",
                    name=name,
                    provider=msg(care.provider),
                ),
                path=("maintenance", "provider"),
                severity="medium",
                who=system.owners.it,
            )
