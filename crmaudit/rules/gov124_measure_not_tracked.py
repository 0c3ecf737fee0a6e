"""Measure named in an interview and tracked nowhere.

## Why
People said by what one will see later whether the CRM helps. A measure without a KPI is a
promise without a date: nobody will ever know.

## Fix
Add each measure to kpis.yaml and put the KPI's id beside it in the interview.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, measures: [Minutes a call]}
```

## Good
```yaml interviews/desk.yaml
{id: desk, group: Front desk, measures: [{text: Minutes a call, kpi: call-time}]}
```
```yaml kpis.yaml
kpis: [{id: call-time, name: Minutes a call}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.interviews import untracked
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import part_of, verb

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "measure-techniques"


def check(facts: Facts) -> Iterator[Hit]:
    for interview in need_held(facts):
        about = f"interview:{interview.id}"
        lacking, total = untracked(interview), len(interview.measures)
        if lacking:
            some = capital(part_of(len(lacking), total, "measure"))
            yield Hit(
                about,
                msg(
                    "{some} named {verb} not tracked as a KPI",
                    some=some,
                    verb=verb(len(lacking), "is", "are"),
                ),
                path=("measures",),
                measurements=(Measurement.share("not tracked", len(lacking), total),),
            )
        elif not total and interview.answers.measures.strip():
            yield Hit(
                about,
                msg("The answer on measures was not turned into measures"),
                path=("answers", "measures"),
                severity="low",
            )
