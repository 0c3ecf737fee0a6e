"""Restore never tested, or too long ago.

## Why
A backup that was never restored is a hope. Only a test shows that files are whole, that somebody
knows how, and how long it takes. It should come every `rarest_days` days, `grace_days` granted.

## Fix
Restore the newest backup into an empty database, compare row counts, and note the date under
`maintenance: restore_test:`. Systems that the vendor maintains are left out.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {restore_test: {frequency: yearly, last: 2023-05-01}}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {restore_test: {frequency: yearly, last: 2026-05-01}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.care import care_results

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(
    facts: Facts, rarest_days: int = 366, grace_days: int = 31
) -> Iterator[Hit | NotAssessed]:
    yield from care_results(
        facts,
        facts.governance.restorable,
        "restore_test",
        msg("the restore test"),
        rarest_days,
        grace_days,
        milder={"rare": "low", "late": "medium"},
    )
