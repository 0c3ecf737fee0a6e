"""Change that does not reach the entity's creator.

## Why
A system that changes records which another one creates knows more than the source does. If no
feed takes the change back, the next delivery from the source overwrites it.

## Fix
Build a feed from the updating system to the creator, or let people make the change where the
record begins.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
id: billing
name: Ledgerline
crud: {customer: RU}
crud_complete: true
feeds: [{from: crm, entities: [customer], by: api}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
id: billing
name: Ledgerline
crud: {customer: RU}
crud_complete: true
feeds: [{to: crm, entities: [customer], by: api}]
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
initiative = "build-feeds"


def check(facts: Facts) -> Iterator[Hit]:
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        creators = crud.likely("C", entity.id) or crud.doing("C", entity.id)
        updaters = [s for s in crud.likely("U", entity.id) if s not in creators]
        lost = [s for s in updaters if not crud.reach(entity.id, [s]) & set(creators)]
        if not creators or not lost:
            continue
        back = (
            msg("its creator")
            if len(creators) == 1
            else msg("any of its {creators} creators", creators=len(creators))
        )
        told = all(facts.workspace.system[s].feeds is not None for s in lost)
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity}: changes made in {systems} do not reach {back} ({systems2})",
                entity=entity.label,
                systems=systems(facts, lost),
                back=back,
                systems2=systems(facts, creators),
            ),
            measurements=(
                Measurement.share("updaters without way back", len(lost), len(updaters)),
            ),
            confidence="firm" if told else "tentative",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in (*lost, *creators)),
        )
    facts.need_complete()
