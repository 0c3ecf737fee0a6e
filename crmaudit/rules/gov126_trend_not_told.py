"""Notable trend that nobody told the employees.

## Why
A notable trend or concern is told to the employees so that they can adjust. A trend is notable
where its Mann–Kendall test has p below `alpha`; over two years each month is compared with the
same month. Telling counts up to `days` before the newest value.

## Fix
`crmaudit governance kpis --message KPI` writes what changes, since when and how sure that is. Tell
the staff, and note the date under `told:`.

## Bad
```yaml kpis.yaml
kpis:
  - id: visits
    name: Visits
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
kpis:
  - id: visits
    name: Visits
    direction: up
    told: 2026-06-20
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
from crmaudit.governance.kpis import told, worsening
from crmaudit.governance.trend import SHORTEST
from crmaudit.messages import counted, long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, rounded, verb

severity: Severity = "medium"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, alpha: float = 0.05, days: int = 90) -> Iterator[Hit | NotAssessed]:
    facts.need("kpis.yaml")
    room = facts.governance
    for kpi in facts.workspace.kpis.kpis:
        about, points = f"kpi:{kpi.id}", room.points(kpi)
        trend = room.trend(kpi)
        if trend is None:
            yield NotAssessed(
                msg(
                    "{values} {verb} too few to say whether it changes: {SHORTEST} are needed",
                    values=counted(len(points), "value"),
                    verb=verb(len(points), "is", "are"),
                    SHORTEST=SHORTEST,
                )
                if points
                else msg("no value is recorded"),
                msg("{SHORTEST} values in kpis.yaml", SHORTEST=SHORTEST),
                about,
            )
        elif trend.notable(alpha) and not told(kpi, points, days):
            worse = worsening(kpi, trend)
            way = msg("rises") if trend.slope > 0 else msg("falls")
            never = (
                msg("last told {told}", told=long_date(kpi.told))
                if kpi.told
                else msg("employees were not told")
            )
            judged = {True: msg(" (worse)"), False: msg(" (better)"), None: ""}[worse]
            yield Hit(
                about,
                msg(
                    "{kpi} {way} by {rounded} in 30 days{judged}; {never}",
                    kpi=quoted(kpi.name, 50),
                    way=way,
                    rounded=rounded(abs(trend.slope), kpi.unit),
                    judged=judged,
                    never=never,
                ),
                measurements=(
                    Measurement("slope per 30 days", trend.slope, kpi.unit),
                    Measurement("p of the trend", trend.p),
                ),
                severity=None if worse else "low",
                # Under two years a yearly rhythm looks like a trend.
                confidence="firm" if trend.seasonal else "tentative",
                who=kpi.owner,
            )
