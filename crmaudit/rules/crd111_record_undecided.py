"""System of record is not decided.

## Why
When systems that write the same entity disagree, one of them has to be right by agreement.
Without that agreement each report picks its own truth, and every cleansing is undone by the
next delivery.

## Fix
Name the system under `system_of_record:` in entities.yaml. The proposal is the one that does
most to the entity: four points for creating, three for updating, two for deleting, one for
reading.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, class: master}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: CRU}, crud_complete: true}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, class: master, system_of_record: crm}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: CRU}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit]:
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        writers, record = crud.writers(entity.id), crud.record(entity.id)
        if len(writers) < 2 or record is None or record.declared:
            continue
        names = systems(facts, record.systems)
        tie = len(record.systems) > 1
        lead = (
            msg("{names} tie", names=names)
            if tie
            else msg(
                "{names} leads by {points}", names=names, points=counted(record.margin, "point")
            )
        )
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is written by {writers} of {systems} systems and no system of "
                "record is named; {lead}",
                entity=entity.label,
                writers=len(writers),
                systems=len(crud.systems),
                lead=lead,
            ),
            measurements=(
                Measurement("score of the first", record.score, "points"),
                Measurement("lead over the next", record.margin, "points"),
            ),
            severity="high" if tie and entity.class_ == "master" else None,
            who=entity.steward,
            related=tuple(f"system:{s}" for s in writers),
        )
    facts.need_complete()
