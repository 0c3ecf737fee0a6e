"""Users can delete for good or change in bulk.

## Why
Unintentional loss comes from deletions that cannot be undone and from changes to many records at
once. Both belong to super users and administrators, with a backup at hand.

## Fix
Let users mark records as deleted instead, and keep bulk changes for super users. Then set
`hard_deletes: false` and `bulk_changes: false` under `maintenance:`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {hard_deletes: true, bulk_changes: true}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {hard_deletes: false, bulk_changes: false}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.governance.maintained:
        care = system.maintenance
        deletes = care.hard_deletes if care else None
        bulk = care.bulk_changes if care else None
        about = f"system:{system.id}"
        ways = []
        if deletes:
            ways.append(msg("delete records for good"))
        if bulk:
            ways.append(msg("change many records at once"))
        if ways:
            both = len(ways) == 2 and care is not None and care.audit_trail is False
            yield Hit(
                about,
                msg(
                    "Ordinary users of {system} can {ways}",
                    system=system.name,
                    ways=listed(ways),
                ),
                path=("maintenance",),
                severity="high" if both else None,
                who=system.owners.it,
            )
        elif system.kind == "crm" and (deletes is None or bulk is None):
            yield NotAssessed(
                msg(
                    "what users of {system} can delete or change in bulk is not declared",
                    system=system.name,
                ),
                msg("maintenance: hard_deletes:, bulk_changes: in its dossier"),
                about,
            )
