"""The same customers are kept in two systems that nothing joins.

## Why
Where two systems create the same customers and no feed runs between them, somebody types each one
twice, and each change as well, or does not. It costs hours, and the two drift apart.

## Fix
Build the feed from the system of record, or enter in one of the two only. If a feed is there,
declare it under `feeds:`. A finding needs `least` things that both hold. What users say of double
work stands in the register of dysfunctions (GOV121).

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: []}
```
```yaml systems/erp.yaml
{id: erp, name: Ledgerline, crud: {customer: CRU}, feeds: []}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700}]
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: [{to: erp, entities: customer}]}
```
```yaml systems/erp.yaml
{id: erp, name: Ledgerline, crud: {customer: CRU}, feeds: []}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import feed_subject
from crmaudit.evidence import Between
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.quality.one_place import carried_share
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import entities, entity_subject, systems

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "build-feeds"


def check(facts: Facts, least: int = 20) -> Iterator[Hit | NotAssessed]:
    facts.need_overlap()
    crud = facts.crud
    found: dict[tuple[str, str], list[tuple[JudgedOverlap, Between]]] = {}
    for o in facts.overlap:
        for b in o.between:
            joined = b.right in crud.reach(o.entity, [b.left]) or b.left in crud.reach(
                o.entity, [b.right]
            )
            both = {b.left, b.right} <= set(crud.doing("C", o.entity))
            if both and not joined and 0 < b.things >= least:
                found.setdefault((b.left, b.right), []).append((o, b))
    for (left, right), places in found.items():
        dossiers = [facts.workspace.system[s] for s in (left, right)]
        if all(s.feeds is None for s in dossiers):
            reason = msg(
                "neither {name} nor {name2} says what feeds it has",
                name=dossiers[0].name,
                name2=dossiers[1].name,
            )
            yield NotAssessed(reason, msg("feeds: in both dossiers"), feed_subject(left, right))
            continue
        things = sum(b.things for _, b in places)
        # Who carries the other's number may have got it from a feed that nobody declared.
        linked = any(carried_share(b) >= 0.5 for _, b in places)
        yield Hit(
            feed_subject(left, right),
            msg(
                "{things:,} of {entities} are created in both {systems}, and no feed joins the two",
                things=things,
                entities=entities(facts, [o.entity for o, _ in places]),
                systems=systems(facts, [left, right]),
            ),
            file=facts.workspace.file_of(f"system:{right}"),
            measurements=tuple(
                Measurement(
                    "things entered twice", b.things, "things", b.things, None, (x.document.id,)
                )
                for x, b in places
            ),
            confidence="tentative" if linked else sure_of_overlap(facts, places[0][0]),
            related=(
                f"system:{left}",
                f"system:{right}",
                *(entity_subject(o.entity) for o, _ in places),
            ),
        )
