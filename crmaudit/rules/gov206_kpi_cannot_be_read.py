"""KPI whose declared source gives no values.

## Why
A statement that fails, a file without values, a figure that no audit keeps: the KPI looks
declared, and nobody sees that it is blind.

## Fix
The reason says what to mend: the statement under `sql:`, the file's columns, the figure's name.
A database is asked by `crmaudit collect --only series`.

## Bad
```yaml kpis.yaml
kpis: [{id: visits, name: Visits, system: crm, sql: SELECT day FROM visits}]
```
```yaml evidence
- kind: series
  system: crm
  kpi: visits
  statement: SELECT day FROM visits
  provenance: {status: {state: failed, reason: "one column was answered, not two"}}
```

## Good
```yaml kpis.yaml
kpis: [{id: visits, name: Visits, system: crm, sql: "SELECT day, n FROM visits"}]
```
```yaml evidence
- kind: series
  system: crm
  kpi: visits
  statement: SELECT day, n FROM visits
  points: [[2026-06-30, 9]]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted

severity: Severity = "medium"
topic: Topic = "kpis"
initiative = "measure-techniques"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("kpis.yaml")
    asked = facts.governance.testified.asked
    for kpi in facts.workspace.kpis.kpis:
        why = facts.governance.testified.silent.get(kpi.id, "")
        about = f"kpi:{kpi.id}"
        if not why or not (kpi.sql or kpi.file or kpi.figure):
            continue
        answer = asked.get(kpi.id) if kpi.sql else None
        current = answer is not None and answer.statement == kpi.sql
        if kpi.sql and kpi.system and not current:
            yield NotAssessed(
                msg("its statement was not asked yet")
                if answer is None
                else msg("its statement was changed since it was asked"),
                msg("crmaudit collect --only series"),
                about,
            )
        elif kpi.figure and not facts.figures:
            yield NotAssessed(
                msg("no audit of an earlier day is remembered"), msg("crmaudit audit"), about
            )
        else:
            # A long reason stands in the view.
            words = why.split()
            short = why if len(words) <= 14 else " ".join(words[:14])
            yield Hit(
                about,
                msg("{kpi} has no values: {short}", kpi=quoted(kpi.name, 40), short=short),
                who=kpi.owner,
            )
