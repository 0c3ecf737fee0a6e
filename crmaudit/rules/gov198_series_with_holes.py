"""KPI whose series has holes or changes its interval.

## Why
A missing stretch hides what happened in it, and values at another interval are other values: a
week's visits are no month's. A trend over either may be one of counting, not of work.

## Fix
Fill in the values from their source, or begin a KPI of its own where the interval changed. Up to
`most` missing values are passed over.

## Bad
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    series:
      - {date: 2025-10-31, value: 90}
      - {date: 2025-11-30, value: 86}
      - {date: 2025-12-31, value: 91}
      - {date: 2026-05-31, value: 88}
      - {date: 2026-06-30, value: 70}
```

## Good
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    series:
      - {date: 2026-02-28, value: 90}
      - {date: 2026-03-31, value: 86}
      - {date: 2026-05-31, value: 88}
      - {date: 2026-06-30, value: 70}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, long_date, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, quoted, verb

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, most: int = 1) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        course = facts.governance.course(kpi, facts.day)
        lacking = sum(m.values for m in course.rhythm.missing)
        parts = []
        if lacking > most:
            first = course.rhythm.missing[0]
            parts.append(
                msg(
                    "{values} {verb} missing, the first after {after}",
                    values=counted(lacking, "value"),
                    verb=verb(lacking, "is", "are"),
                    after=long_date(first.after),
                )
            )
        parts += [
            msg(
                "values come every {now} since {since}, before every {was}",
                now=msg(s.now),
                since=long_date(s.since),
                was=msg(s.was),
            )
            for s in course.rhythm.switches[:1]
        ]
        if parts:
            yield Hit(
                f"kpi:{kpi.id}",
                joined(": ", (quoted(kpi.name, 40), listed(parts))),
                measurements=(Measurement("values missing", lacking, "values"),),
                who=kpi.owner,
            )
