"""Entity with several creators.

## Why
Where two systems create the same thing, each customer is entered twice, under two numbers, and
whether the two agree is left to chance. Which of them is right is the question every report
then stumbles over.

## Fix
Agree on the one system in which records begin, and let the others receive them by a feed. Until
then, name the one that counts under `system_of_record:`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: CRU}, crud_complete: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: R}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit]:
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        creators = crud.likely("C", entity.id)
        if len(creators) < 2:
            continue
        undecided = entity.class_ == "master" and entity.system_of_record is None
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is created in {creators} of {systems} systems: {systems2}",
                entity=entity.label,
                creators=len(creators),
                systems=len(crud.systems),
                systems2=systems(facts, creators),
            ),
            measurements=(Measurement.share("systems creating", len(creators), len(crud.systems)),),
            severity="high" if undecided else None,
            who=entity.steward,
            related=tuple(f"system:{s}" for s in creators),
        )
    # That there is but one creator follows only where all systems have spoken.
    facts.need_complete()
