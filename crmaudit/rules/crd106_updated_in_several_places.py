"""Entity that is updated in several places.

## Why
An address changed in one system and not in the other is how two truths arise. Where feeds carry
the changes the risk is timing; where none does, the copies drift apart for good.

## Fix
Let one system change the record and feed the others. Where several must, agree which one wins
and build the feeds between them.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: RU}, crud_complete: true}
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

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit]:
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        places = crud.likely("U", entity.id)
        if len(places) < 2:
            continue
        joined = any(crud.reach(entity.id, [s]).issuperset(places) for s in places)
        ways = msg("feeds or a database") if entity.id in facts.testimony.shared else msg("feeds")
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is updated in {places} of {systems} systems ({systems2}), "
                "{joined} by {ways}",
                entity=entity.label,
                places=len(places),
                systems=len(crud.systems),
                systems2=systems(facts, places),
                joined=msg("joined") if joined else msg("not joined"),
                ways=ways,
            ),
            measurements=(Measurement.share("systems updating", len(places), len(crud.systems)),),
            severity="low" if joined else "high" if entity.class_ == "master" else "medium",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in places),
        )
    facts.need_complete()
