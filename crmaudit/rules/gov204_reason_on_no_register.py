"""Reason that many staff give and no dysfunction answers.

## Why
What many name as their reason is the cheapest hint there is. Where the register of dysfunctions
has nothing of that kind, nobody works on it.

## Fix
Watch the work of those who say so, and put what is found on the register with cause and owner. A
reason counts from `share` of the answers on that give one, and from `least` people.

## Bad
```yaml kpis.yaml
surveys:
  - id: staff
    name: What do you think of it?
    file: data/staff.csv
    reason: {column: why, answers: {I type it twice: double work}}
```
```csv data/staff.csv
why
I type it twice
I type it twice
I type it twice
I type it twice
I type it twice
```
```yaml registers.yaml
dysfunctions: [{id: slow, what: Form takes ten minutes, kind: slow to record}]
```

## Good
```yaml kpis.yaml
surveys:
  - id: staff
    name: What do you think of it?
    file: data/staff.csv
    reason: {column: why, answers: {I type it twice: double work}}
```
```csv data/staff.csv
why
I type it twice
I type it twice
I type it twice
I type it twice
I type it twice
```
```yaml registers.yaml
dysfunctions: [{id: twice, what: Typed twice, kind: double work}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.dysfunctions import answers
from crmaudit.governance.rate import SMALLEST_GROUP
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.unread import unread_surveys
from crmaudit.rules.words import quoted

severity: Severity = "medium"
topic: Topic = "attitudes"
initiative = "mend-dysfunctions"


def check(
    facts: Facts, share: float = 0.2, least: int = SMALLEST_GROUP
) -> Iterator[Hit | NotAssessed]:
    if not any(s.reason for s in facts.workspace.kpis.surveys):
        raise NotAssessed(msg("no survey has its reasons sorted"), needs=msg("reason: of a survey"))
    register = facts.workspace.registers.dysfunctions
    yield from unread_surveys(facts)
    for found in facts.governance.surveys:
        giving = sum(bool(a.reasons) for a in found.answers)
        open_ = [
            (reason, n)
            for reason, n in found.reasons
            if n >= max(least, SMALLEST_GROUP)
            and n / giving >= share
            and not any(answers(d, reason) for d in register)
        ]
        if open_:
            named = joined(
                ", ",
                (
                    msg("{reason} ({n} of {giving})", reason=quoted(reason), n=n, giving=giving)
                    for reason, n in open_[:3]
                ),
            )
            yield Hit(
                f"survey:{found.survey.id}",
                msg(
                    "Reasons that many staff give and no dysfunction answers: {named}", named=named
                ),
                path=("reason",),
                measurements=tuple(Measurement.share(r, n, giving) for r, n in open_),
            )
