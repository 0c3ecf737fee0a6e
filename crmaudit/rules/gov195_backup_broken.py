"""Backup files that are not whole.

## Why
A file that breaks off, or whose checksum does not fit, cannot be restored as a whole. That the
newest are broken means that the job, or the disk it writes to, fails now: of a system that holds
master data or personal data that weighs as much as having no backup.

## Fix
Find out why it breaks off (a full disk, a time limit, a lost connection), take a backup by hand and
test it by a restore.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: daily, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files:
    - {name: crm.sql, written: 2026-06-29T02:00:00Z, bytes: 9, sound: false, why: it breaks off}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: daily, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files: [{name: crm.sql, written: 2026-06-29T02:00:00Z, bytes: 9, sound: true}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Backups
from crmaudit.facts import Facts
from crmaudit.governance.upkeep_backups import broken
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import backed_up
from crmaudit.rules.words import listed, part_of, verb
from crmaudit.workspace.dossier import System

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for found in backed_up(facts, facts.governance.restorable):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, backups = found
        faults = broken(backups)
        tested = [f for f in backups.files if f.sound is not None]
        if faults:
            named = (
                msg(
                    "{f} of {long_date} ({why})",
                    f=f.name,
                    long_date=long_date(f.written.date()),
                    why=f.why,
                )
                for f in faults
            )
            yield Hit(
                f"system:{system.id}",
                msg(
                    "Backups of {system}: {files} {verb} not whole: {named}",
                    system=system.name,
                    files=part_of(len(faults), len(tested), "tested file"),
                    verb=verb(len(faults), "is", "are"),
                    named=listed(named, 1),
                ),
                path=("maintenance",),
                measurements=(
                    Measurement.share("broken backups", len(faults), len(tested), (backups.id,)),
                ),
                severity=_weight(facts, system, backups),
                who=system.owners.it,
            )


def _weight(facts: Facts, system: System, backups: Backups) -> Severity | None:
    """An older one that is broken harms less than the newest, and that by what would be lost."""
    if backups.files[0].sound is not False:
        return "medium"
    known = facts.workspace.entity
    dear = any(
        facts.class_of(e).value == "master" or known[e].personal_data in ("personal", "special")
        for e in facts.crud.held_by(system.id)
    )
    return "critical" if dear else None
