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
from crmaudit.messages import month_of, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name
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
        raise NotAssessed(msg("no unit is declared"), needs=msg("units: in audit.yaml"))
    recording = room.units_recording(facts.day, days)
    for unit in room.key_units:
        if recording.get(unit.id) is None:
            yield from _declared(facts, unit)
        elif use is not None and not recording[unit.id]:
            yield _idle(facts, use, unit, days)


def _idle(facts: Facts, use: Usage, unit: Unit, days: int) -> Hit:
    people = use.people(facts.governance.accounts_within(use, unit))
    label = msg("people of the unit who recorded")
    return Hit(
        f"unit:{unit.id}",
        msg(
            "None of {people} people with an account in {unit} recorded anything in "
            "{crm_name} since {month_of}",
            people=people,
            unit=unit.name,
            crm_name=crm_name(facts),
            month_of=month_of(use.since(days)),
        ),
        measurements=(Measurement.share(label, 0, people, use.evidence),),
        who=unit.head,
    )


def _declared(facts: Facts, unit: Unit) -> Iterator[Hit | NotAssessed]:
    types = [p.user_type for p in facts.governance.people_of(unit.id)]
    if any(t in RECORDING for t in types):
        return
    if not types or None in types:
        yield NotAssessed(
            msg("how people of {unit} use the CRM is not declared", unit=unit.name),
            msg("user_type: in people.yaml"),
            f"unit:{unit.id}",
        )
    else:
        yield Hit(
            f"unit:{unit.id}",
            msg("Nobody listed for {unit} is declared to record in the CRM", unit=unit.name),
            who=unit.head,
            confidence="firm",
        )
