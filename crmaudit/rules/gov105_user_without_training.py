"""User of the CRM without a recorded training.

## Why
Who was never trained records late, wrongly or not at all, and calls the system difficult. Super
users and data custodians are named, since training belongs to their duty; everyday users are
counted. The champion, who seldom logs in, is left out.

## Fix
Train them, and record course, date and system under `training:` in people.yaml. A course
without a system counts as one on the CRM.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: data custodian}]
```

## Good
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, user_type: data custodian, training: [CRM basics]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import crm_name, part_of, subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    room, crm = facts.governance, crm_name(facts)
    for duty in ("super user", "data custodian"):
        for person in room.untrained("super user" if duty == "super user" else "data custodian"):
            planned = msg("; a course is planned") if person.training_needed else ""
            yield Hit(
                f"person:{person.id}",
                msg(
                    "No training on {crm} is recorded for {person}, {duty}{planned}",
                    crm=crm,
                    person=person.name,
                    duty=msg(duty),
                    planned=planned,
                ),
                who=person.id,
            )
    everyday, without = room.of_type("everyday user"), room.untrained("everyday user")
    if without:
        yield Hit(
            subject("user-type", "everyday user"),
            msg(
                "No training on {crm} is recorded for {users}",
                crm=crm,
                users=part_of(len(without), len(everyday), "declared everyday user"),
            ),
            file="people.yaml",
            path=("people",),
            measurements=(Measurement.share("without training", len(without), len(everyday)),),
            severity="low",
        )
