"""One account deleted many records at once.

## Why
Twenty deletions of one account within a minute are no work record by record: a list was selected
and thrown away. Whether that was wanted cannot be seen from the data; that it was possible can.
Only the last `days` count.

## Fix
Ask what it was. Let only administrators delete lists, after a backup, and keep what is deleted in
a recycle bin for some months.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  bulk:
    - {table: contacts, action: deleted, by: acct-0a1b2c3d, day: 2026-05-02, rows: 30, source: log}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  bulk:
    - {table: contacts, action: created, by: acct-0a1b2c3d, day: 2026-05-02, rows: 30, source: log}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, long_date, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.measured_use import losses
from crmaudit.rules.words import table_subject

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, days: int = 730) -> Iterator[Hit]:
    for system, found in losses(facts):
        use = facts.governance.usages(facts.day).get(system.id)
        programs = {a.name for a in use.accounts if a.program} if use else set()
        tables: dict[str, list[tuple[int, str, str]]] = {}
        for b in found.bulk:
            recent = facts.day is None or 0 <= (facts.day - b.day).days <= days
            if b.action == "deleted" and recent and b.by not in programs:
                tables.setdefault(b.table, []).append((b.rows, long_date(b.day), b.by))
        for table, deeds in sorted(tables.items()):
            rows, day, by = max(deeds)
            others = counted(len(deeds) - 1, "other time")
            more = joined("", ("; ", others)) if len(deeds) > 1 else ""
            yield Hit(
                table_subject(system.id, table),
                msg(
                    "{by} deleted {records} of {table} in {system} at once on {day}{more}",
                    by=by or msg("An unknown account"),
                    records=counted(rows, "record"),
                    table=table,
                    system=system.name,
                    day=day,
                    more=more,
                ),
                measurements=(
                    Measurement(
                        "records deleted at once", rows, "records", evidence=found.evidence
                    ),
                ),
                who=system.owners.it,
                related=(f"system:{system.id}",),
            )
