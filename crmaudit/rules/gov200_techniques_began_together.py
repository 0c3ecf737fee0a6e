"""Techniques whose effects cannot be told apart.

## Why
A KPI changed since its technique began (p below `alpha`), and another technique began within
`days` days. What changed may be the other one's doing, or come of both.

## Fix
Start techniques one after the other, or try each in a part of the organisation first. Say both
where the change is reported.

## Bad
```yaml kpis.yaml
techniques:
  - {id: form, name: New form, start: 2026-03-01}
  - {id: calls, name: Calls, start: 2026-03-20}
kpis:
  - id: visits
    name: Visits
    technique: form
    direction: up
    series:
      - {date: 2025-11-30, value: 90}
      - {date: 2025-12-31, value: 86}
      - {date: 2026-01-31, value: 81}
      - {date: 2026-02-28, value: 77}
      - {date: 2026-03-31, value: 70}
      - {date: 2026-04-30, value: 66}
      - {date: 2026-05-31, value: 61}
      - {date: 2026-06-30, value: 55}
```

## Good
```yaml kpis.yaml
techniques:
  - {id: form, name: New form, start: 2026-03-01}
  - {id: calls, name: Calls, start: 2025-03-20}
kpis:
  - id: visits
    name: Visits
    technique: form
    direction: up
    series:
      - {date: 2025-11-30, value: 90}
      - {date: 2025-12-31, value: 86}
      - {date: 2026-01-31, value: 81}
      - {date: 2026-02-28, value: 77}
      - {date: 2026-03-31, value: 70}
      - {date: 2026-04-30, value: 66}
      - {date: 2026-05-31, value: 61}
      - {date: 2026-06-30, value: 55}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.kpis import SAME_TIME_DAYS, confounders
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, quoted

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, days: int = SAME_TIME_DAYS, alpha: float = 0.05) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    techniques = facts.workspace.kpis.techniques
    for kpi in facts.workspace.kpis.kpis:
        course = facts.governance.course(kpi, facts.day)
        if course.technique is None or course.effect is None or not course.effect.notable(alpha):
            continue
        beside = confounders(course.technique, techniques, days)
        if beside:
            names = listed(quoted(t.name, 30) for t in beside)
            yield Hit(
                f"kpi:{kpi.id}",
                msg(
                    "{kpi} changed since {technique} began; {names} began at nearly the same time",
                    kpi=quoted(kpi.name, 40),
                    technique=quoted(course.technique.name, 30),
                    names=names,
                ),
                measurements=(Measurement("p of the difference", course.effect.p),),
                who=kpi.owner,
                related=tuple(f"technique:{t.id}" for t in (course.technique, *beside)),
            )
