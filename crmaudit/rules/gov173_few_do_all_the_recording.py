"""A few do nearly all the recording.

## Why
Where five accounts write most of what there is, the system knows what passes their desks, and
rests on them. Counted are rows made or changed by hand within the last `days`, over all accounts
that could record, `rows` at least; hit where the busiest five did more than `share` of them.

## Fix
Let those record who did the work, and take away what keeps them from it. Share out what only the
five can do now.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: [a, b, c, d, e], table: notes, month: 2026-05, created: 60}
    - {account: [f, g, h, i, j, k, l, m, n, o], table: notes, month: 2026-05, created: 6}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: [a, b, c, d, e, f, g, h, i, j, k], table: notes, month: 2026-05, created: 20}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.adoption import concentration
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import crm_name, crm_subject, percent

severity: Severity = "medium"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, share: float = 0.5, days: int = 365, rows: int = 100) -> Iterator[Hit]:
    use = need_usage(facts, days)
    found = concentration(use, days)
    if found is None or found.rows < rows:
        raise NotAssessed(
            msg(
                "fewer than ten accounts could record, or they recorded fewer than {rows} rows",
                rows=rows,
            ),
            needs=msg("crmaudit collect --only access,recording"),
        )
    # Of few accounts five are always many: half as much again as their even part is no finding.
    even = found.busiest / found.accounts
    if found.top / found.rows > max(share, 1.5 * even):
        yield Hit(
            crm_subject(facts),
            msg(
                "The {busiest} busiest of {accounts} accounts wrote {percent} of "
                "{rows:,} rows recorded by hand in {crm_name}",
                busiest=found.busiest,
                accounts=found.accounts,
                percent=percent(found.top / found.rows),
                rows=found.rows,
                crm_name=crm_name(facts),
            ),
            measurements=(
                Measurement.share("rows of the busiest five", found.top, found.rows, use.evidence),
                Measurement("Gini coefficient", found.gini, evidence=use.evidence),
            ),
            # Whoever shares an account is counted as one.
            confidence="firm",
        )
