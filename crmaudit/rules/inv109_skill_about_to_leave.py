"""A skill is about to leave.

## Why
People's last days and the ends of contracts are known long before; what they know is mostly
not written down. When the last one who can do it leaves, so does the system's support.

## Fix
Hand over before the day: let the successor do the work while the predecessor watches. A
holder counts as leaving within `months`; skills held by contractors alone are named too.

## Bad
```yaml people.yaml
people: [{id: tom, name: Tom Iversen, employment: staff, leaves: 2026-09-30}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, held: [{person: tom, level: 4}]}]}
```

## Good
```yaml people.yaml
people:
  - {id: tom, name: Tom Iversen, employment: staff, leaves: 2026-09-30}
  - {id: eva, name: Eva Lund, employment: staff}
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, held: [{person: tom, level: 4}, {person: eva, level: 3}]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank, months_later, staying
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of

severity: Severity = "high"
topic: Topic = "dossier"
initiative = "secure-skills"


def check(facts: Facts, months: int = 6) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    until = months_later(facts.as_of, months)
    people = facts.workspace.person
    leaves = {p.id: p.leaves for p in people.values() if p.leaves}
    contractors = {p.id for p in people.values() if p.employment == "contractor"}
    for row in facts.inventory.in_scope:
        system = row.system
        held = [s for s in row.skills if s.able]
        rest = {s.skill: staying(s, leaves, until) for s in held}
        lost = [skill for skill, able in rest.items() if not able]
        hired = [skill for skill, able in rest.items() if able and contractors.issuperset(able)]
        if lost:
            message = msg(
                "by {long_date} nobody is left who holds {lost}",
                long_date=long_date(until),
                lost=listed(lost),
            )
        elif hired:
            message = msg("contractors alone hold {hired}", hired=listed(hired))
        else:
            if not held and not left_blank(system, "support.skills"):
                reason = msg(
                    "nobody said who holds the skills that {system} needs", system=system.name
                )
                yield NotAssessed(reason, msg("support: skills: held:"), f"system:{system.id}")
            continue
        yield Hit(
            f"system:{system.id}",
            msg(
                "{system}: {message}, {skills} that it needs",
                system=system.name,
                message=message,
                skills=part_of(len(lost or hired), len(row.skills), "skill"),
            ),
            path=("support", "skills"),
            severity=None if lost else "low",
            who=system.owners.it,
        )
