"""Responsibility for an entity that has gaps or contradicts itself.

## Why
Exactly one person answers for an entity, and somebody does the work. Where two answer for it, or
a group, or somebody who left, a fault in the data is everybody's and nobody's.

## Fix
Correct `raci:` of the entity in entities.yaml: one person under `accountable:`, who does it under
`responsible:`.

## Bad
```yaml entities.yaml
entities: [{id: contact, raci: {responsible: data custodian, accountable: [ana, ben]}}]
```
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, user_type: data custodian}
  - {id: ben, name: Ben Osei}
```

## Good
```yaml entities.yaml
entities: [{id: contact, raci: {responsible: data custodian, accountable: ana}}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: data custodian}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_subject, several

severity: Severity = "medium"
topic: Topic = "users"
initiative = "assign-owners"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    rows = facts.governance.raci(facts.day)
    declared = [r for r in rows if r.declared]
    if not declared:
        raise NotAssessed(
            msg("no entity says who is responsible"), needs=msg("raci: in entities.yaml")
        )
    for row in declared:
        if row.faults:
            more = (
                msg(" and {faults} more", faults=len(row.faults) - 1) if len(row.faults) > 1 else ""
            )
            yield Hit(
                entity_subject(row.entity),
                msg(
                    "Responsibility for {row}: {faults}{more}",
                    row=several(row.label),
                    faults=row.faults[0],
                    more=more,
                ),
                path=("raci",),
            )
