"""KPI without owner, target, direction or series.

## Why
A number becomes an indicator through somebody who watches it, a value to reach, and the way that
is better. Without a series there is nothing to watch at all.

## Fix
Complete the KPI in kpis.yaml: `owner:`, `target:`, `direction:`, and `series:` or `file:`.

## Bad
```yaml kpis.yaml
kpis: [{id: visits, name: Visits, owner: Ana Diaz}]
```

## Good
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    owner: Ana Diaz
    direction: up
    target: 500
    series: [{date: 2026-05-31, value: 420}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.kpis import lacks
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import quoted

severity: Severity = "medium"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        lacking = lacks(kpi, facts.governance.points(kpi))
        if lacking:
            yield Hit(
                f"kpi:{kpi.id}",
                msg(
                    "The KPI {kpi} has {lacking}",
                    kpi=quoted(kpi.name),
                    lacking=joined(", ", (msg(f"no {x}") for x in lacking)),
                ),
                severity=None if "series" in lacking else "low",
                who=kpi.owner,
            )
