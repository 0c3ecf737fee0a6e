"""Master entity without a steward.

## Why
Master data (customers, organisations, products) lie in many systems and belong to none of their
owners wholly. A steward answers for the entity itself: what it means, how good it is, which copy
counts.

## Fix
Name a person from the business who knows the entity under `steward:`.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, class: master}]
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, class: master, steward: ana}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "assign-owners"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    for entity in facts.workspace.entities:
        subject = f"entity:{entity.id}"
        if entity.steward is not None:
            continue
        if entity.class_ is None:
            reason = msg(
                "nobody said whether {entity} is master, reference or transaction data",
                entity=entity.label,
            )
            yield NotAssessed(reason, msg("class: in entities.yaml"), subject)
        elif entity.class_ == "master":
            holders = len(facts.crud.holders(entity.id))
            yield Hit(
                subject,
                msg(
                    "{entity} is master data in {systems} and has no steward",
                    entity=entity.label,
                    systems=part_of(holders, len(facts.crud.systems), "system"),
                ),
                measurements=(Measurement("systems holding it", holders, "systems"),),
            )
