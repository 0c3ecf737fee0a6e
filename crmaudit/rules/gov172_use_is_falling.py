"""Ever fewer people work in the CRM.

## Why
A system that people leave silently dies: what is not recorded there is kept elsewhere, or nowhere.
Counted are accounts that made rows or, where logins are kept, logged in, month by month; the trend
is Theil–Sen's, tested by Mann and Kendall's, and the fall must be at least `share`.

## Fix
Ask those who stopped what they use instead, and why. People who have left need successors in the
system, not only in the team.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: [a, b, c, d, e], table: contacts, created: 1, month: [2025-07, 2025-08, 2025-09,
       2025-10, 2025-11, 2025-12, 2026-01, 2026-02, 2026-03, 2026-04, 2026-05, 2026-06]}
    - {account: [f, g, h, i, j], table: contacts, created: 1,
       month: [2025-07, 2025-08, 2025-09, 2025-10, 2025-11, 2025-12]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: [a, b, c, d, e, f, g, h], table: contacts, created: 1, month: [2025-07, 2025-08,
       2025-09, 2025-10, 2025-11, 2025-12, 2026-01, 2026-02, 2026-03, 2026-04, 2026-05, 2026-06]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.adoption import falling
from crmaudit.governance.rate import too_few
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import crm_name, crm_subject, percent

severity: Severity = "medium"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, share: float = 0.25) -> Iterator[Hit]:
    use = need_usage(facts)
    found = falling(use)
    if found is None or too_few(round(found.usual)):
        raise NotAssessed(
            msg("less than a year of months of at least five accounts is at hand"),
            needs=msg("crmaudit collect --only access,recording, once there is more"),
        )
    if found.by(share):
        what = msg("at work") if found.logins else msg("recording")
        now = (
            msg("{n:.0f}", n=found.now) if not too_few(round(found.now)) else msg("fewer than five")
        )
        fell = 1 - found.now / found.usual
        yield Hit(
            crm_subject(facts),
            msg(
                "Accounts {what} in {crm_name} fell from {usual:.0f} to {now} a month, "
                "by {percent} within {months} months",
                what=what,
                crm_name=crm_name(facts),
                usual=found.usual,
                now=now,
                percent=percent(round(fell, 2)),
                months=found.months,
            ),
            measurements=(
                Measurement("change a month", found.trend.slope, "accounts", evidence=use.evidence),
                Measurement("p", found.trend.p, evidence=use.evidence),
            ),
            confidence="firm",
        )
