"""Critical system without a way back to the hour before.

## Why
From last night's backup alone, a day's records are lost with one wrong click. Servers can keep a
log by which a restore goes on to any moment; for a system that is declared `criticality: critical`
that is expected.

## Fix
Switch it on (PostgreSQL: `archive_mode` with a command; MySQL and MariaDB: `log_bin`). Keep the
logs on another disk than the server's, and test a restore to a moment. Where the host's own
snapshots do the same, answer the finding so.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, criticality: critical}
```
```yaml evidence
- kind: health
  system: crm
  settings: {archive_mode: "off"}
  provenance: {engine: postgresql}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, criticality: critical}
```
```yaml evidence
- kind: health
  system: crm
  settings: {archive_mode: "on", archive_command: set}
  provenance: {engine: postgresql}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import SERVERS, recovery
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import served

severity: Severity = "medium"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.restorable):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        if health.provenance.engine not in SERVERS:
            continue
        about = f"system:{system.id}"
        if system.criticality is None:
            yield NotAssessed(
                msg("how much stops with {system} is not declared", system=system.name),
                msg("criticality: in its dossier"),
                about,
            )
            continue
        if system.criticality != "critical":
            continue
        way = recovery(health)
        if way.on is None:
            yield NotAssessed(
                msg(
                    "whether {system} can be brought back to any moment is not known: {why}",
                    system=system.name,
                    why=way.why,
                ),
                msg("the right to read the server's settings"),
                about,
            )
        elif not way.on:
            yield Hit(
                about,
                msg(
                    "{system} is critical, and its server keeps no log to restore to a "
                    "moment: {why}",
                    system=system.name,
                    why=way.why,
                ),
                path=("criticality",),
                confidence="firm",
                who=system.owners.it,
            )
