"""No system champion, or one who is not senior.

## Why
"Nothing is done unless it is in the CRM" holds only when somebody with authority says so. The
champion, a senior executive, sets that policy, enforces it and reports benefits to the board.

## Fix
Give one executive (`rank: executive`) the `user_type: system champion` in people.yaml.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: system champion, rank: employee}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: system champion, rank: executive}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "high"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    champions = facts.governance.of_type("system champion")
    if not champions:
        yield Hit(
            crm_subject(facts),
            msg("{crm_name} has no system champion", crm_name=crm_name(facts)),
            file="people.yaml",
        )
    elif not any(p.rank == "executive" for p in champions):
        for person in champions:
            subject = f"person:{person.id}"
            if person.rank is None:
                yield NotAssessed(
                    msg("the champion's rank is not declared"), msg("rank: here"), subject
                )
            else:
                yield Hit(
                    subject,
                    msg(
                        "The system champion, {person}, is no executive ({rank})",
                        person=person.name,
                        rank=msg(person.rank),
                    ),
                    path=("rank",),
                    who=person.id,
                )
