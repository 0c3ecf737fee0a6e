"""Entity without a definition.

## Why
"Customer" means the payer to one department and the visitor to another. As long as nobody wrote
down what counts as one, two reports on customers cannot agree, and neither is wrong.

## Fix
Agree on a sentence with the units that use the word, and write it under `definition:`.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, class: master}]
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, definition: Whoever has an open account with us}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "agree-definitions"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("entities.yaml")
    for entity in facts.workspace.entities:
        if entity.definition is None:
            holders = len(facts.crud.holders(entity.id))
            # Nobody said who holds it: that is not "none".
            unsaid = not holders and facts.crud.unknown(entity.id)
            held = part_of(holders, len(facts.crud.systems), "system")
            yield Hit(
                f"entity:{entity.id}",
                msg("{entity} has no definition", entity=entity.label)
                + ("" if unsaid else msg(" and is held by {held}", held=held)),
                measurements=(Measurement("systems holding it", holders, "systems"),),
                severity="medium" if holders > 1 or entity.class_ == "master" else None,
                who=entity.steward,
            )
