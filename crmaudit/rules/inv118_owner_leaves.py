"""Owner has left or leaves.

## Why
An owner who has left still stands in the dossier, and questions go to an empty desk.
Ownership is handed over while both are there, or it is taken up by nobody.

## Fix
Name the successor under `owners:` and let both share the last weeks. An owner who leaves
within `months` is named as well.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Ruiz, leaves: 2026-03-31}, {id: tom, name: Tom Iversen}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {business: ana, it: tom}
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Ruiz}, {id: tom, name: Tom Iversen}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {business: ana, it: tom}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import months_later
from crmaudit.messages import joined, long_date, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "assign-owners"


def check(facts: Facts, months: int = 3) -> Iterator[Hit]:
    facts.need("people.yaml")
    day = facts.as_of
    until = months_later(day, months)
    leaves = {p.id: p.leaves for p in facts.workspace.people.people if p.leaves}
    for system in facts.workspace.in_scope:
        duties = {"business owner": system.owners.business, "IT owner": system.owners.it}
        going = {duty: leaves[who] for duty, who in duties.items() if who and who in leaves}
        going = {duty: last for duty, last in going.items() if last <= until}
        if not going:
            continue
        gone = any(last < day for last in going.values())
        said = [
            msg("the {duty} left on {day}", duty=msg(d), day=long_date(last))
            if last < day
            else msg("the {duty} leaves on {day}", duty=msg(d), day=long_date(last))
            for d, last in going.items()
        ]
        others = [who for duty, who in duties.items() if who and duty not in going]
        yield Hit(
            f"system:{system.id}",
            joined(": ", (system.name, listed(said))),
            path=("owners",),
            measurements=tuple(
                Measurement(
                    msg("days until the {duty} leaves", duty=msg(duty)), (last - day).days, "days"
                )
                for duty, last in going.items()
            ),
            severity="high" if gone else None,
            who=others[0] if others else None,
        )
