"""Entity with a retention rule that nothing deletes.

## Why
A retention rule promises that records end. Where no system deletes them the promise is broken
every day a little more, and with personal data it is the law that is broken.

## Fix
Agree which system deletes what is over its time, and how the others follow. Note the letter D
there.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, retention: {years: 10, basis: tax law}}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, retention: {years: 10, basis: tax law}}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRUD}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.use import strangers_too
from crmaudit.rules.words import systems, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "set-retention"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("entities.yaml")
    facts.need_complete()
    crud = facts.crud
    for entity in facts.workspace.entities:
        holders = crud.holders(entity.id)
        years = entity.retention.years if entity.retention else None
        said = crud.doing("D", entity.id)
        deleting = [s for s in said if "D" not in crud.cell(s, entity.id).denied]
        if years is None or not holders or deleting:
            continue
        never = (
            msg("the one system that holds it never deletes it")
            if len(holders) == 1
            else msg(
                "none of the {holders} systems that hold it ever deletes it", holders=len(holders)
            )
        )
        if said:
            never += msg(
                ", though {systems} {verb} said to",
                systems=systems(facts, said),
                verb=verb(len(said), "is", "are"),
            )
        strangers = strangers_too(facts, "D", entity.id)
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is to be kept for {years:g} {year}; {never}{strangers}",
                entity=entity.label,
                years=years,
                year=msg("year") if years == 1 else msg("years"),
                never=never,
                strangers=strangers,
            ),
            path=("retention",),
            measurements=(Measurement.share("holders deleting", 0, len(holders)),),
            severity="high" if entity.personal_data in ("personal", "special") else None,
            confidence="firm" if said or strangers else "certain",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in holders),
        )
