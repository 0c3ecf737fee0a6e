"""Indexes not cared for.

## Why
Indexes and statistics age with every change; look-ups grow slow, and people stop looking things
up. Care rarer than every `rarest_days` days needs its reason in `note:`; `grace_days` are granted.

## Fix
Schedule index and statistics upkeep, and declare `maintenance: index_care:`. Spreadsheets, cloud
and desktop systems, and those the vendor maintains, are left out.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {index_care: {frequency: never}}}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {index_care: {frequency: weekly, last: 2026-06-25}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.care import care_results

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, rarest_days: int = 7, grace_days: int = 14) -> Iterator[Hit | NotAssessed]:
    yield from care_results(
        facts,
        facts.governance.with_indexes,
        "index_care",
        msg("index care"),
        rarest_days,
        grace_days,
    )
