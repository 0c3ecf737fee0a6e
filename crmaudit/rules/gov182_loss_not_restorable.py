"""What was lost may never come back.

## Why
Records that are gone from their table can only come from a backup, and one that was never restored
on trial is a hope. It counts where records were deleted for good, and no restore test since is
declared.

## Fix
Restore a backup from before the loss on trial, now, as backups are kept for some time only. Then
test a restore every year and write the day into the dossier.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {restore_test: {last: 2023-05-16}}}
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, deleted: 9, gone: 9}]
  bulk:
    - {table: contacts, action: deleted, by: acct-0a1b2c3d, day: 2025-08-09, rows: 9, source: log}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, maintenance: {restore_test: {last: 2026-02-01}}}
```
```yaml evidence
- kind: changes
  system: crm
  trails:
    - table: log
      rows: 80
      of: [{object: contacts, table: contacts, rows: 80, deleted: 9, gone: 9}]
  bulk:
    - {table: contacts, action: deleted, by: acct-0a1b2c3d, day: 2025-08-09, rows: 9, source: log}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, long_date, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.measured_use import losses

severity: Severity = "high"
topic: Topic = "access"
initiative = "maintain-systems"


def check(facts: Facts) -> Iterator[Hit]:
    for system, found in losses(facts):
        gone = sum(kind.gone or 0 for kind in found.gone)
        if not gone:
            continue
        care = system.maintenance
        tested = care.restore_test.last if care and care.restore_test else None
        days = [b.day for b in found.bulk if b.action == "deleted"]
        days = days or [kind.last for kind in found.gone if kind.last]
        if tested and days and tested >= max(days):
            continue
        when = (
            msg("last tested on {long_date}", long_date=long_date(tested))
            if tested
            else msg("never tested, as far as declared")
        )
        yield Hit(
            f"system:{system.id}",
            msg(
                "{records} are gone from {system}; restoring a backup was {when}",
                records=counted(gone, "record"),
                system=system.name,
                when=when,
            ),
            path=("maintenance", "restore_test") if care and care.restore_test else (),
            confidence="firm",
            who=system.owners.it,
        )
