"""KPI worse since the technique began.

## Why
Before and after its start the values of a technique's KPI are compared, over two years the same
months. Where they are worse and chance is unlikely (Mann–Whitney p below `alpha`), the technique
does harm or came at a bad time.

## Fix
Ask those who apply it, look for what else changed on that date, and stop or change the technique.

## Bad
```yaml kpis.yaml
techniques: [{id: form, name: New form, start: 2026-03-01}]
kpis:
  - id: visits
    name: Visits
    technique: form
    direction: up
    series:
      - {date: 2025-11-30, value: 90}
      - {date: 2025-12-31, value: 86}
      - {date: 2026-01-31, value: 91}
      - {date: 2026-02-28, value: 88}
      - {date: 2026-03-31, value: 70}
      - {date: 2026-04-30, value: 66}
      - {date: 2026-05-31, value: 71}
      - {date: 2026-06-30, value: 65}
```

## Good
```yaml kpis.yaml
techniques: [{id: form, name: New form, start: 2026-03-01}]
kpis:
  - id: visits
    name: Visits
    technique: form
    direction: down
    series:
      - {date: 2025-11-30, value: 90}
      - {date: 2025-12-31, value: 86}
      - {date: 2026-01-31, value: 91}
      - {date: 2026-02-28, value: 88}
      - {date: 2026-03-31, value: 70}
      - {date: 2026-04-30, value: 66}
      - {date: 2026-05-31, value: 71}
      - {date: 2026-06-30, value: 65}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.kpis import FEWEST_EACH_SIDE
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import amount, quoted

severity: Severity = "high"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts, alpha: float = 0.05) -> Iterator[Hit | NotAssessed]:
    facts.need("kpis.yaml")
    for kpi in facts.workspace.kpis.kpis:
        if kpi.technique is None:
            continue
        about, effect = f"kpi:{kpi.id}", facts.governance.effect(kpi)
        if effect is None:
            yield NotAssessed(
                msg("too few values before or after the technique's start to compare"),
                msg(
                    "the start, and {FEWEST_EACH_SIDE} values on each side of it",
                    FEWEST_EACH_SIDE=FEWEST_EACH_SIDE,
                ),
                about,
            )
        elif effect.notable(alpha) and kpi.direction is None:
            yield NotAssessed(msg("which way is better is not declared"), "direction:", about)
        elif effect.notable(alpha) and effect.worse(kpi):
            yield Hit(
                about,
                msg(
                    "{kpi} lies {amount} {higher} since the technique began, which is worse{it}",
                    kpi=quoted(kpi.name, 50),
                    amount=amount(abs(effect.change), kpi.unit),
                    higher=msg("higher") if effect.change > 0 else msg("lower"),
                    it=msg(", but went that way before") if effect.already else "",
                ),
                measurements=(
                    Measurement("median before", effect.before, kpi.unit),
                    Measurement("median after", effect.after, kpi.unit),
                    Measurement("shift", effect.change, kpi.unit),
                    Measurement("p of the difference", effect.p),
                ),
                confidence="tentative",
                who=kpi.owner,
                related=(f"technique:{kpi.technique}",),
            )
