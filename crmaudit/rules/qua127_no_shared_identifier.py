"""Systems that hold the same things and share no identifier.

## Why
Without a number in common, every list that joins two systems is matched by name again, with other
errors each time. A feed that goes by name or e-mail makes duplicates of its own.

## Fix
Choose the number of the system of record, give it a column in the other system, and fill it from
the pairs that were matched. A finding: of at least `least` matched pairs under `share` carry the
other's number.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700}]
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700,
       keys: [{holder: erp, column: customers.crm_id, to: crm, to_column: contacts.id, records: 800,
               filled: 750, found: 750, carried: 690, elsewhere: 0, missing: 10}]}
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Between, SharedKey
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.quality.one_place import carried_share
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.matched import first_of_each, sure_of_overlap
from crmaudit.rules.words import entity_label, entity_subject, systems, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "agree-identifiers"


def check(facts: Facts, share: float = 0.5, least: int = 20) -> Iterator[Hit]:
    facts.need_overlap()
    for o in facts.overlap:
        hits = [
            (float(b.pairs), _hit(facts, o, b))
            for b in o.between
            # Hashes have no columns in which a number might stand.
            if o.document.by == "records" and 0 < b.pairs >= least and carried_share(b) < share
        ]
        yield from first_of_each(hits)


def _hit(facts: Facts, o: JudgedOverlap, b: Between) -> Hit:
    best: SharedKey | None = max(b.keys, key=lambda k: k.carried, default=None)
    carried = best.carried if best else 0
    where = (
        msg(" ({column} in {systems})", column=best.column, systems=systems(facts, [best.holder]))
        if best and carried
        else ""
    )
    return Hit(
        entity_subject(o.entity),
        msg(
            "{systems} share {pairs:,} pairs of records of {entity_label}; {carried} "
            "{carry} the other's number{where}",
            systems=systems(facts, [b.left, b.right]),
            pairs=b.pairs,
            entity_label=entity_label(facts, o.entity),
            carried=msg("{n:,}", n=carried) if carried else msg("none"),
            carry=verb(carried, "carries", "carry"),
            where=where,
        ),
        measurements=(
            Measurement.share(
                "matched without the number", max(0, b.pairs - carried), b.pairs, (o.document.id,)
            ),
        ),
        confidence=sure_of_overlap(facts, o),
        related=(f"system:{b.left}", f"system:{b.right}"),
    )
