"""Retired system is still used.

## Why
A system called retired drops out of everybody's attention: no owner, no updates, no backup.
If it is still fed, entered into or paid for, it is neither retired nor looked after.

## Fix
Find out who still uses it and why, move that use to the successor, archive what must be kept,
then end feeds and contracts. Or call it active again.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: retired}
users: 4
crud: {customer: CRU}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: retired}
users: 0
crud: {customer: R}
crud_complete: true
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "retire-systems"


def check(facts: Facts) -> Iterator[Hit]:
    day = facts.day
    for row in facts.inventory.in_scope:
        system, life = row.system, row.system.lifecycle
        over = life.phase == "retired" or bool(day and life.retired and life.retired < day)
        if not over:
            continue
        signs = []
        if system.users:
            signs.append(counted(system.users, "user"))
        held = facts.crud.held_by(system.id).values()
        written = sum(bool(set(letters) & set("CUD")) for letters in held)
        if written:
            signs.append(counted(written, "entity", "entities") + msg(" written"))
        fed = sum(system.id in (f.source, f.target) for f in facts.crud.feeds)
        if fed:
            signs.append(counted(fed, "feed"))
        if row.cost and day and row.cost.year >= day.year and row.cost.total:
            signs.append(msg("costs in {year}", year=row.cost.year))
        if signs:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} is called retired and still has {signs}",
                    system=system.name,
                    signs=listed(signs, 4),
                ),
                path=("lifecycle",),
                who=system.owners.business or system.owners.it,
            )
