"""People without a declared user type.

## Why
Licence, training and access all follow from the way somebody uses the CRM. Where that is not
declared, none of them can be judged for those people.

## Fix
Give everybody in people.yaml a `user_type:`; `none` is an answer too.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: none}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import crm_subject, part_of, verb

severity: Severity = "low"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    people = facts.workspace.people.people
    unknown = sum(p.user_type is None for p in people)
    if unknown:
        yield Hit(
            crm_subject(facts),
            msg(
                "How {persons} {verb} the CRM is not declared",
                persons=part_of(unknown, len(people), "person", "people"),
                verb=verb(unknown, "uses", "use"),
            ),
            file="people.yaml",
            path=("people",),
            measurements=(Measurement.share("without a user type", unknown, len(people)),),
        )
