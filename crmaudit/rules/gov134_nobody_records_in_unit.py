"""Key unit in which nobody records.

## Why
Operations staff feed the system continuously; a key unit without a single person who records
leaves its part of the customer's story out, and the others decide without it.

## Fix
Name the people of the unit who record: super user, data custodian or everyday users.

## Bad
```yaml audit.yaml
organisation: Sample
units: [{id: sales, name: Sales, key: true}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, unit: sales, user_type: none}]
```

## Good
```yaml audit.yaml
organisation: Sample
units: [{id: sales, name: Sales, key: true}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, unit: sales, user_type: everyday user}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.users import RECORDING
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    room = facts.governance
    if not room.key_units:
        raise NotAssessed("no unit is declared", needs="units: in audit.yaml")
    for unit in room.key_units:
        types = [p.user_type for p in room.people_of(unit.id)]
        if any(t in RECORDING for t in types):
            continue
        if not types or None in types:
            yield NotAssessed(
                f"how people of {unit.name} use the CRM is not declared",
                "user_type: in people.yaml",
                f"unit:{unit.id}",
            )
        else:
            yield Hit(
                f"unit:{unit.id}",
                f"Nobody listed for {unit.name} in people.yaml records in the CRM",
                who=unit.head,
                confidence="firm",
            )
