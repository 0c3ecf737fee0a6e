"""Records were deleted for good.

## Why
What the history says was deleted and what is not in its table any more is lost, with its story,
unless a backup or another table has it. Numbers missing in a row of keys are no proof and are not
counted here.

## Fix
Find out from the history who deleted them and whether they were meant to go. Restore the others
from a backup, and let users only mark records as deleted.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, deleted: 9, gone: 9, last: 2026-05-02}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, deleted: 9, gone: 0, last: 2026-05-02}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.measured_use import losses
from crmaudit.rules.words import table_subject

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    for system, found in losses(facts):
        tables = facts.governance.testified.entities.get(system.id, {})
        for kind in found.gone:
            place = kind.table or kind.object
            entity = tables.get(kind.table, "")
            yield Hit(
                table_subject(system.id, place),
                msg(
                    "{records} of {place} in {system} were deleted for good, of {deleted:,} "
                    "deletions in the history",
                    records=counted(kind.gone or 0, "record"),
                    place=place,
                    system=system.name,
                    deleted=kind.deleted,
                ),
                measurements=(
                    Measurement.share("gone", kind.gone or 0, kind.deleted, found.evidence),
                ),
                # They may have been moved to a table that nobody maps.
                confidence="firm",
                who=system.owners.it,
                related=(
                    f"system:{system.id}",
                    *((f"entity:{entity}",) if entity in facts.workspace.entity else ()),
                ),
            )
