"""Entity that is entered where nobody answers for it.

## Why
The owner of the system in which a record begins decides what has to be filled in and what counts
as right. Without one the entity's quality is nobody's business, wherever else it is used.

## Fix
Name the business owner of the creating system, or a steward of the entity.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
crud_complete: true
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {business: ana}
crud: {customer: CRU}
crud_complete: true
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import part_of, systems, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "assign-owners"


def check(facts: Facts) -> Iterator[Hit]:
    unowned = {
        s.id
        for s in facts.workspace.in_scope
        if s.owners.business is None and not left_blank(s, "owners.business")
    }
    for entity in facts.workspace.entity.values():
        creators = facts.crud.doing("C", entity.id)
        without = [s for s in creators if s in unowned]
        if not without or entity.steward:
            continue
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} has no steward, and {systems} creating it {verb} no business "
                "owner: {systems2}",
                entity=entity.label,
                systems=part_of(len(without), len(creators), "system"),
                verb=verb(len(without), "has", "have"),
                systems2=systems(facts, without),
            ),
            measurements=(Measurement.share("creators unowned", len(without), len(creators)),),
            severity="high" if entity.class_ == "master" else None,
            related=tuple(f"system:{s}" for s in without),
        )
    facts.need_complete()
