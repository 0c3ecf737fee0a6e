"""Somebody who left still has an account.

## Why
An account outlives its owner until somebody closes it. Until then its rights can be used, and
what is done with them is laid to a person who is gone. The finding names the job, not the person.

## Fix
Close the account, hand its records to a successor, and take it out of people.yaml.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, leaves: 2026-01-31, accounts: {crm: adiaz}}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, leaves: 2026-12-31, accounts: {crm: adiaz}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import position_subject, position_words

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    if not any(p.leaves for p in facts.workspace.people.people):
        return
    for position, count in facts.governance.leavers(facts.as_of).items():
        who = "somebody" if count == 1 else f"{count} people"
        yield Hit(
            position_subject(position),
            f"{position_words(position, facts)}: account or rights of {who} who left still stand",
            file="people.yaml",
            path=("people",),
            measurements=(Measurement("leavers with an account", count),),
        )
