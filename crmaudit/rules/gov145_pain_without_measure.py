"""Pain without minutes, frequency and people.

## Why
What a pain costs a year follows from minutes × times × people. Where one of them is missing,
small losses of time look smaller still, and the loudest complaint wins.

## Fix
Ask for each number, as a range where nobody is sure: `minutes:`, `per:`, `times:`, `people:`.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, pains: [Typing twice]}
```

## Good
```yaml interviews/desk.yaml
{id: desk, group: Front desk, pains: [{text: Typing twice, minutes: 5, per: day, people: 9}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.pains import unmeasured
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import part_of

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    for interview in need_held(facts):
        lacking, total = unmeasured(interview), len(interview.pains)
        if lacking:
            yield Hit(
                f"interview:{interview.id}",
                msg(
                    "The cost of {pains} is not known: minutes, period or people are missing",
                    pains=part_of(len(lacking), total, "pain"),
                ),
                path=("pains", lacking[0]),
                measurements=(Measurement.share("without cost", len(lacking), total),),
            )
