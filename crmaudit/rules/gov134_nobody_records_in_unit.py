"""Key unit in which nobody records.

## Why
Operations staff feed the system continuously; a key unit without a single person who records
leaves its part of the customer's story out, and the others decide without it. Where the
CRM's rows tell who made them, a unit of five people or more is judged by those of the last `days`.

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
from crmaudit.governance.usage import Usage
from crmaudit.governance.users import RECORDING
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, month_of
from crmaudit.workspace.audit_file import Unit

severity: Severity = "high"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts, days: int = 365) -> Iterator[Hit | NotAssessed]:
    room = facts.governance
    use = room.crm_usage(facts.day)
    # Logins alone say nothing of who records.
    seen = use is not None and bool(use.recording and use.recording.recorded)
    if not seen or not room.key_units:
        facts.need("people.yaml")
    if not room.key_units:
        raise NotAssessed("no unit is declared", needs="units: in audit.yaml")
    recording = room.units_recording(facts.day, days)
    for unit in room.key_units:
        if recording.get(unit.id) is None:
            yield from _declared(facts, unit)
        elif use is not None and not recording[unit.id]:
            yield _idle(facts, use, unit, days)


def _idle(facts: Facts, use: Usage, unit: Unit, days: int) -> Hit:
    people = use.people(facts.governance.accounts_within(use, unit))
    label = "people of the unit who recorded"
    return Hit(
        f"unit:{unit.id}",
        f"None of {people} people with an account in {unit.name} recorded anything in "
        f"{crm_name(facts)} since {month_of(use.since(days))}",
        measurements=(Measurement.share(label, 0, people, use.evidence),),
        who=unit.head,
    )


def _declared(facts: Facts, unit: Unit) -> Iterator[Hit | NotAssessed]:
    types = [p.user_type for p in facts.governance.people_of(unit.id)]
    if any(t in RECORDING for t in types):
        return
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
