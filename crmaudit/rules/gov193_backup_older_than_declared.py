"""Newest backup file older than what is declared.

## Why
A job that fails in silence is noticed on the day on which the backup is needed. Files do not lie:
the newest may be as old as its declared period and `grace_days` more; without one, as
`typical_days`.

## Fix
Look into the job's log today, take a backup by hand, and have the job report its failures.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: daily}, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files: [{name: crm.sql.gz, written: 2026-06-12T02:00:00Z, bytes: 900000, database: true}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: daily}, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files: [{name: crm.sql.gz, written: 2026-06-29T02:00:00Z, bytes: 900000, database: true}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep import Allowance, of_duty
from crmaudit.governance.upkeep_backups import newest
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import backed_up

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, grace_days: int = 2, typical_days: int = 1) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    allow = Allowance(grace_days=grace_days, typical_days=typical_days)
    for found in backed_up(facts, facts.governance.restorable):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, backups = found
        kept = of_duty("backup", system, facts.governance.testified, day, allow)
        if kept.state == "not assessed":
            yield NotAssessed(
                msg(
                    "how old the newest backup of {system} is, is not known: {why}",
                    system=system.name,
                    why=kept.why,
                ),
                msg(
                    "crmaudit collect by an account that may read it, or the day of a restore test"
                ),
                f"system:{system.id}",
            )
            continue
        # What is late by the dossier's own words, or not whole or too small, other rules say.
        if kept.state == "kept" or kept.unfit or not kept.evidence:
            continue
        care = system.maintenance.backup if system.maintenance else None
        promised = (
            msg(", though it is declared {frequency}", frequency=msg(care.frequency))
            if care and care.frequency
            else ""
        )
        held = newest(backups, day)
        age = held.days if held else None
        yield Hit(
            f"system:{system.id}",
            msg(
                "Backup of {system}: {why}{promised}",
                system=system.name,
                why=kept.why,
                promised=promised,
            ),
            path=("maintenance", "backup") if care else ("maintenance",),
            measurements=()
            if age is None
            else (Measurement("age of the newest backup", age, "days", evidence=(backups.id,)),),
            severity="critical" if kept.last is None else None,
            who=system.owners.it,
        )
