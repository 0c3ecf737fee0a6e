"""Key unit without a super user.

## Why
Each key unit or department needs one person who runs its reports and bulk uploads, knows best
practice and carries its requests. Without one, use fades and nobody inside the unit notices.

## Fix
Name one person of the unit as `user_type: super user` in people.yaml, or take `key: true` from
the unit. Where no unit is marked, those directly below the top count as key units.

## Bad
```yaml audit.yaml
organisation: Sample
units: [{id: sales, name: Sales, key: true}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, unit: sales, user_type: everyday user}]
```

## Good
```yaml audit.yaml
organisation: Sample
units: [{id: sales, name: Sales, key: true}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, unit: sales, user_type: super user}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    room = facts.governance
    if not room.key_units:
        raise NotAssessed(msg("no unit is declared"), needs=msg("units: in audit.yaml"))
    for unit in room.key_units:
        if not any(p.user_type == "super user" for p in room.people_of(unit.id)):
            yield Hit(
                f"unit:{unit.id}", msg("{unit} has no super user", unit=unit.name), who=unit.head
            )
