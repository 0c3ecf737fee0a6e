"""Key unit that was never interviewed.

## Why
CRM fails when it does not match the way a group works. A key unit that nobody listened to is a
group whose way of working was guessed.

## Fix
Hold a discovery interview with the unit; name it under `unit:` in `interviews/`.

## Bad
```yaml audit.yaml
organisation: Sample
units: [{id: sales, name: Sales, key: true}, {id: desk, name: Front desk, key: true}]
```
```yaml interviews/desk.yaml
{id: desk, group: Front desk, unit: desk, date: 2026-05-19}
```

## Good
```yaml audit.yaml
organisation: Sample
units: [{id: desk, name: Front desk, key: true}]
```
```yaml interviews/desk.yaml
{id: desk, group: Front desk, unit: desk, date: 2026-05-19}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.interviewed import need_held

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    room, interviews = facts.governance, need_held(facts)
    if not room.key_units:
        raise NotAssessed(msg("no unit is declared"), needs=msg("units: in audit.yaml"))
    placed = [i.unit for i in interviews if i.unit is not None]
    for unit in room.key_units:
        if not any(room.within(heard, unit.id) for heard in placed):
            yield Hit(
                f"unit:{unit.id}",
                msg("{unit} was not interviewed", unit=unit.name),
                confidence="certain" if len(placed) == len(interviews) else "tentative",
                who=unit.head,
            )
