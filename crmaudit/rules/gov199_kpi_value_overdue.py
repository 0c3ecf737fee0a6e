"""KPI that nobody goes on measuring.

## Why
An indicator whose last value is old says what was, and people stop to look at it. A concern that
arises now is seen by nobody.

## Fix
Measure again, let a `sql:` or `figure:` do it, or take the KPI out. A value is overdue where two
of its usual intervals have passed, and `days` more.

## Bad
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    series:
      - {date: 2025-08-31, value: 90}
      - {date: 2025-09-30, value: 86}
      - {date: 2025-10-31, value: 91}
```

## Good
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    series:
      - {date: 2026-04-30, value: 90}
      - {date: 2026-05-31, value: 86}
      - {date: 2026-06-30, value: 91}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, span

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, days: int = 30) -> Iterator[Hit | NotAssessed]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        course = facts.governance.course(kpi, facts.as_of)
        if not course.points:
            continue
        if course.rhythm.days is None:
            yield NotAssessed(
                msg("its values come at no usual interval"),
                msg("values at one interval"),
                f"kpi:{kpi.id}",
            )
        elif course.overdue is not None and course.overdue > days:
            yield Hit(
                f"kpi:{kpi.id}",
                msg(
                    "{kpi}: the last value is of {long_date}; the next one is overdue for {span}",
                    kpi=quoted(kpi.name),
                    long_date=long_date(max(course.points)[0]),
                    span=span(course.overdue),
                ),
                measurements=(Measurement("days overdue", course.overdue, "days"),),
                who=kpi.owner,
            )
