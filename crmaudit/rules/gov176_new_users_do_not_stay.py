"""People begin to record and give it up.

## Why
Who recorded for some weeks and then stopped has tried the system and found it wanting, or found a
way around it. Followed are accounts by the month in which they first made a row; those of the
first year at hand are left out. Of `people` at least, `share` should still record half a year
later.

## Fix
Talk with those who stopped, within the quarter in which they do. Give newcomers somebody to ask,
and look at what they recorded after a month.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: z, table: notes, month: [2024-01, 2026-06], created: 1}
    - {account: [a, b, c, d, e, f, g, h, i, j, k, l], table: notes, month: 2025-04, created: 5}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: z, table: notes, month: [2024-01, 2026-06], created: 1}
    - {account: [a, b, c, d, e, f, g, h, i, j, k, l], table: notes, month: [2025-04, 2026-01],
       created: 5}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.adoption import cohorts, stayed
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "train-users"
_MONTHS = 6


def check(facts: Facts, share: float = 0.5, people: int = 10) -> Iterator[Hit]:
    use = need_usage(facts)
    found = stayed(cohorts(use), _MONTHS)
    if found.whole < people:
        raise NotAssessed(
            msg(
                "fewer than {people} accounts began to record at least {MONTHS} months "
                "ago, after the first year at hand",
                people=people,
                MONTHS=_MONTHS,
            ),
            needs=msg("crmaudit collect --only recording, once there is more"),
        )
    if found.part / found.whole < share:
        yield Hit(
            crm_subject(facts),
            msg(
                "Of {whole} accounts that began to record in {crm_name}, {part} still "
                "did {MONTHS} months later",
                whole=found.whole,
                crm_name=crm_name(facts),
                part=msg("fewer than five") if found.hidden else found.part,
                MONTHS=_MONTHS,
            ),
            measurements=()
            if found.hidden
            else (Measurement.share("still recording", found.part, found.whole, use.evidence),),
            confidence="firm",
        )
