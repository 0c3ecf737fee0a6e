"""Entity of the model that no system holds.

## Why
The entity-relationship diagram names what the organisation has to know. What it names and no
system holds is an information gap: it lives in heads and on paper, and no report will show it.

## Fix
Decide whether the entity is needed. If so, say which system is to hold it; if not, remove it
from the model.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer}, {id: complaint, name: Complaint}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("entities.yaml")
    facts.need_complete()
    needed = {e for need in facts.workspace.needs for e in need.entities}
    for entity in facts.workspace.entities:
        if not facts.crud.holders(entity.id):
            asked = msg(", and a need asks for it") if entity.id in needed else ""
            yield Hit(
                f"entity:{entity.id}",
                msg(
                    "{entity} is held by {systems} in scope{asked}",
                    entity=entity.label,
                    systems=part_of(0, len(facts.crud.systems), "system"),
                    asked=asked,
                ),
                severity="high" if asked else None,
                who=entity.steward,
            )
