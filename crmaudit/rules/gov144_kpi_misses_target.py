"""KPI that misses its target.

## Why
A target says what was meant to be reached. Where the newest value misses it by more than `margin`
of the target, either the work or the target has to change.

## Fix
Find the cause with the KPI's owner, tell the employees, and adjust the work or the target.

## Bad
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    direction: up
    target: 500
    series: [{date: 2026-05-31, value: 420}]
```

## Good
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    direction: up
    target: 500
    series: [{date: 2026-05-31, value: 510}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.kpis import short_of_target
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import amount, quoted

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, margin: float = 0.0) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        value = short_of_target(kpi, facts.governance.points(kpi))
        if value is None or kpi.target is None:
            continue
        if abs(value - kpi.target) > margin * abs(kpi.target):
            yield Hit(
                f"kpi:{kpi.id}",
                msg(
                    "{kpi}: {amount} against a target of {target:g}",
                    kpi=quoted(kpi.name),
                    amount=amount(value, kpi.unit),
                    target=kpi.target,
                ),
                measurements=(
                    Measurement("newest value", value, kpi.unit),
                    Measurement("target", kpi.target, kpi.unit),
                ),
                who=kpi.owner,
            )
