"""Backups that failed to come for days.

## Why
A job that failed for a week and came back by itself fails again, and nobody notices. A hole is told
of where no whole backup lies between two that are further apart than declared, `grace_days` more,
and at least `least` backups before it came in time: older ones that are thinned out on purpose are
no hole. Only the last `days` days count, and systems of which a frequency of backups is declared.

## Fix
Look into the job's log for these days, and have it report when it fails, or when it did not run.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: daily}, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files:
    - {name: a, written: 2026-06-29T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: b, written: 2026-06-20T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: c, written: 2026-06-19T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: d, written: 2026-06-18T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: e, written: 2026-06-17T02:00:00Z, bytes: 9000, series: s, database: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: daily}, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files:
    - {name: a, written: 2026-06-29T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: b, written: 2026-06-28T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: c, written: 2026-06-21T02:00:00Z, bytes: 9000, series: s, database: true}
    - {name: d, written: 2026-05-21T02:00:00Z, bytes: 9000, series: s, database: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.cadence import PERIOD
from crmaudit.governance.upkeep_backups import holes
from crmaudit.messages import counted, long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import backed_up

severity: Severity = "medium"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(
    facts: Facts, grace_days: int = 2, least: int = 3, days: int = 366
) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for found in backed_up(facts, facts.governance.restorable):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, backups = found
        care = system.maintenance.backup if system.maintenance else None
        period = PERIOD.get(care.frequency) if care and care.frequency else None
        if care is None or period is None or backups.unread:
            continue
        told = [
            h for h in holes(backups, period, grace_days, least) if (day - h.after).days <= days
        ]
        if told:
            longest = max(told, key=lambda h: h.days)
            more = (
                msg(", and {times}", times=counted(len(told) - 1, "other time"))
                if len(told) > 1
                else ""
            )
            yield Hit(
                f"system:{system.id}",
                msg(
                    "No whole backup of {system} lies between {long_date} and "
                    "{long_date2}{more}, though it is declared {frequency}",
                    system=system.name,
                    long_date=long_date(longest.before),
                    long_date2=long_date(longest.after),
                    more=more,
                    frequency=msg(care.frequency or ""),
                ),
                path=("maintenance", "backup"),
                measurements=(
                    Measurement(
                        "longest time between two", longest.days, "days", evidence=(backups.id,)
                    ),
                ),
                confidence="firm",
                who=system.owners.it,
            )
