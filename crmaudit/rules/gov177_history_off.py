"""Changes of what matters are kept in no history.

## Why
Master data without a history cannot be set right after a mistake, and nobody can tell whose it was.
It counts where the CRM's own settings say so, or where a hundred rows were changed since its
history begins and not one is in it.

## Fix
Switch the history on for these kinds of record, master data first, and look after a week whether
it fills.

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
  kept_on: {contacts: false}
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
  kept_on: {contacts: true}
  removed: [{table: contacts, rows: 90}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import losses
from crmaudit.rules.words import entities, entity_subject

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system, found in losses(facts):
        about = f"system:{system.id}"
        off = [t for t in found.trails if t.on is False]
        masters = [t.entity for t in off if t.master]
        open_ = [t for t in found.trails if t.on is None and t.master]
        if off:
            named = entities(facts, [*masters, *(t.entity for t in off if not t.master)], 6)
            why = off[0].why if len({t.why for t in off}) == 1 and len(named) < 60 else ""
            yield Hit(
                about,
                msg("{system} keeps no history of {named}", system=system.name, named=named)
                + (joined("", (": ", why)) if why else ""),
                severity=None if masters else "medium",
                who=system.owners.it,
                related=tuple(entity_subject(t.entity) for t in off),
            )
        elif open_:
            named = entities(facts, (t.entity for t in open_))
            yield NotAssessed(
                msg(
                    "whether {system} keeps a history of {named} cannot be told: {why}",
                    system=system.name,
                    named=named,
                    why=open_[0].why,
                ),
                msg("the part `history` or `trail` in maps/, then crmaudit collect --only changes"),
                about,
            )
