"""No data custodian.

## Why
Data custodians at the front line keep appointments, communication and categories in order all
day, and set up surveys, memberships and events. Without them, the data decay between imports.

## Fix
Give the front-line staff who are in the CRM all day `user_type: data custodian`.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: everyday user}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: data custodian}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    types = {p.user_type for p in facts.workspace.people.people}
    if "data custodian" in types:
        return
    if not types or types == {None}:
        raise NotAssessed(
            msg("nobody's user type is declared"), needs=msg("user_type: in people.yaml")
        )
    yield Hit(
        crm_subject(facts),
        msg("{crm_name} has no data custodian", crm_name=crm_name(facts)),
        file="people.yaml",
        confidence="firm" if None in types else "certain",
    )
