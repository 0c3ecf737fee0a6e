"""Target that is not reached if things go on as they do.

## Why
A trend that leads away from the target, or towards it too slowly, does not turn by itself. The
sooner that is said, the more can still be done.

## Fix
Ask what would have to change, with the KPI's owner; change the work, or set another target. A
trend counts where its p is below `alpha`; it is too slow where it takes over `years` years.

## Bad
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
    direction: up
    target: 120
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
kpis:
  - id: visits
    name: Visits
    direction: down
    target: 50
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
from datetime import timedelta

from crmaudit.facts import Facts
from crmaudit.governance.kpis import outlook
from crmaudit.messages import counted, month_of, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import amount, quoted

severity: Severity = "medium"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, alpha: float = 0.05, years: int = 3) -> Iterator[Hit]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        course = facts.governance.course(kpi, facts.day)
        trend, found = course.trend, outlook(kpi, course.points, course.trend, alpha)
        if found is None or found.reached or trend is None or not trend.notable(alpha):
            continue
        if found.away:
            told = msg("the trend leads away from it")
        elif found.late(trend.last + timedelta(days=round(365.25 * years))):
            told = (
                msg("at this pace it comes in {month_of}", month_of=month_of(found.on))
                if found.on
                else msg("at this pace it is over {years} away", years=counted(10, "year"))
            )
        else:
            continue
        yield Hit(
            f"kpi:{kpi.id}",
            msg(
                "{kpi} is at {amount}, its target at {target:g}; {told}",
                kpi=quoted(kpi.name, 50),
                amount=amount(found.newest, kpi.unit),
                target=found.target,
                told=told,
            ),
            measurements=(
                Measurement("newest value", found.newest, kpi.unit),
                Measurement("slope per 30 days", trend.slope, kpi.unit),
                Measurement("p of the trend", trend.p),
            ),
            severity=None if found.away else "low",
            confidence="firm" if trend.seasonal else "tentative",
            who=kpi.owner,
        )
