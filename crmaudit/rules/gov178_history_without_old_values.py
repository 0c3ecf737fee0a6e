"""The history does not tell what stood there before.

## Why
A history that says who changed a record and when, and not what was there before, names a culprit
and restores nothing.

## Fix
Let the history keep old and new values of the fields that matter; where the product cannot, keep
daily copies for as long as mistakes take to be found.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: person, key: id}]
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, changed: 80, keeps_old: false}]
  removed: [{table: contacts, rows: 90}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: person, key: id}]
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, changed: 80, keeps_old: true}]
  removed: [{table: contacts, rows: 90}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.measured_use import losses
from crmaudit.rules.words import entities, entity_subject

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    for system, found in losses(facts):
        blind = [t for t in found.trails if t.on and t.keeps_old is False]
        if blind:
            named = entities(
                facts, [t.entity for t in sorted(blind, key=lambda t: not t.master)], 6
            )
            rows = sum(t.rows for t in blind)
            yield Hit(
                f"system:{system.id}",
                msg(
                    "The history of {system} tells no value before a change: {named}, {rows}",
                    system=system.name,
                    named=named,
                    rows=counted(rows, "row"),
                ),
                severity=None if any(t.master for t in blind) else "low",
                confidence="firm",
                who=system.owners.it,
                related=tuple(entity_subject(t.entity) for t in blind),
            )
