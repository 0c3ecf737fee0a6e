"""Entity whose creators come to an end.

## Why
When the only place where a record begins is switched off, or runs without its vendor's support,
new customers, orders or cases have nowhere to be entered.

## Fix
Decide where the entity will be created from then on, and move creation before the system goes.
Put the decision under `target_system_of_record:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out}
crud: {customer: CRU}
crud_complete: true
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active}
crud: {customer: CRU}
crud_complete: true
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import leaving
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "high"
topic: Topic = "extraction"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit]:
    rows = facts.inventory.in_scope
    ending = {r.system.id for r in rows if leaving(r.system) or r.out_of_support}
    for entity in facts.workspace.entity.values():
        creators = facts.crud.doing("C", entity.id)
        target = entity.target_system_of_record
        if not creators or not ending.issuperset(creators) or (target and target not in ending):
            continue
        unknown = facts.crud.unknown(entity.id)
        yield Hit(
            f"entity:{entity.id}",
            f"{entity.label} loses {_all(len(creators))} ({systems(facts, creators)}): phased out "
            "or out of the vendor's support",
            measurements=(Measurement.share("creators ending", len(creators), len(creators)),),
            confidence="tentative" if unknown else "certain",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in creators),
        )
    facts.need_complete()


def _all(creators: int) -> str:
    return "its only creator" if creators == 1 else f"all {creators} of its creators"
