"""Backup absent, rarer than daily, or overdue.

## Why
What is not backed up is lost with the first broken disk or wrong click. Backups are typically
daily; one that is rarer than every `rarest_days` days needs its reason in `note:`. One is overdue
when its own period and `grace_days` more have passed.

## Fix
Back up daily, and declare `maintenance: backup:` with frequency and the last date.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: weekly}}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: {frequency: daily, last: 2026-06-29}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.care import care_results

severity: Severity = "critical"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, rarest_days: int = 1, grace_days: int = 7) -> Iterator[Hit | NotAssessed]:
    yield from care_results(
        facts,
        facts.governance.maintained,
        "backup",
        msg("the backup"),
        rarest_days,
        grace_days,
        milder={"rare": "medium", "late": "high"},
    )
