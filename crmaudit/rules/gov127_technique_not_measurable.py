"""Technique whose effect cannot be seen.

## Why
Which CRM techniques work is shown by KPIs before and after their start. Without a start date, or
without any KPI, a campaign or a new form stays a matter of opinion.

## Fix
Give the technique its `start:` in kpis.yaml and name it under `technique:` of a KPI.

## Bad
```yaml kpis.yaml
techniques: [{id: form, name: New form}]
```

## Good
```yaml kpis.yaml
techniques: [{id: form, name: New form, start: 2026-02-01}]
kpis: [{id: visits, name: Visits, technique: form}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed, quoted

severity: Severity = "medium"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    kpis = facts.workspace.kpis
    measured = {k.technique for k in kpis.kpis}
    for technique in kpis.techniques:
        lacking = []
        if technique.start is None:
            lacking.append(msg("no start date"))
        if technique.id not in measured:
            lacking.append(msg("no KPI"))
        if lacking:
            yield Hit(
                f"technique:{technique.id}",
                msg(
                    "The technique {technique} has {lacking}",
                    technique=quoted(technique.name),
                    lacking=listed(lacking),
                ),
                who=technique.owner,
            )
