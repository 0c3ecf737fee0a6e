"""Parts of customers that cannot be reached from where people look.

## Why
The CRM need not hold every invoice, if it leads to those of a customer at a click. It cannot where
the other system's customers are unknown to it, or carry no number by which to find them.

## Fix
Integrate first: agree a number in common, fill it from the pairs that were matched, bring the
unknown customers over. Only then build the view. A finding: more than `share` of another system's
customers are out of reach.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, kind: crm}
```
```yaml evidence
- kind: reach
  system: crm
  reached: [{entity: person, table: contacts, where: '', records: 900,
             having: {contact point: 800}, together: 800, together_of: [contact point]}]
- kind: reach
  system: erp
  reached: [{entity: person, table: customers, where: '', records: 800,
             having: {invoice: 700}, together: 700, together_of: [invoice]}]
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 500, pairs: 500, left_matched: 500, right_matched: 500}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, kind: crm}
```
```yaml evidence
- kind: reach
  system: crm
  reached: [{entity: person, table: contacts, where: '', records: 900,
             having: {contact point: 800}, together: 800, together_of: [contact point]}]
- kind: reach
  system: erp
  reached: [{entity: person, table: customers, where: '', records: 800,
             having: {invoice: 700}, together: 700, together_of: [invoice]}]
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 790, pairs: 790, left_matched: 790, right_matched: 790,
       keys: [{holder: erp, column: customers.crm_id, to: crm, to_column: contacts.id, records: 800,
               filled: 790, found: 790, carried: 780, elsewhere: 0, missing: 10}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.one_place import Apart
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import entity_subject, listed, several, systems

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "agree-identifiers"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit]:
    facts.need_overlap()
    if not facts.one_place:
        raise NotAssessed(
            msg("what is at hand of customers was not counted"), msg("crmaudit collect")
        )
    if facts.workspace.crm is None:
        raise NotAssessed(
            msg("which system is the CRM is not said"), needs=msg("crm: in audit.yaml")
        )
    found = [a for a in facts.apart if a.customers - a.within_reach > share * a.customers]
    if found:
        yield _hit(facts, found)


def _hit(facts: Facts, found: list[Apart]) -> Hit:
    at = found[0].at
    worst = max(found, key=lambda a: (a.customers - a.within_reach, a.other))
    lacking = round(worst.customers - worst.within_reach)
    unknown = round(worst.customers - worst.known)
    judged = next(o for o in facts.overlap if o.entity == worst.entity)
    return Hit(
        f"system:{at}",
        msg(
            "{systems} cannot reach the {map} of about {lacking:,} of {customers:,} "
            "customers in {systems2}: {unknown:,} unknown, {n:,} without a number",
            systems=systems(facts, [at]),
            map=listed(msg(str(several(part))) for part in worst.parts),
            lacking=lacking,
            customers=worst.customers,
            systems2=systems(facts, [worst.other]),
            unknown=unknown,
            n=max(0, lacking - unknown),
        ),
        measurements=tuple(
            Measurement.share(
                msg("{entity} in {other} within reach", entity=a.entity, other=a.other),
                round(a.within_reach),
                a.customers,
                a.evidence,
            )
            for a in found
        ),
        confidence=sure_of_overlap(facts, judged),
        related=tuple(
            dict.fromkeys(x for a in found for x in (f"system:{a.other}", entity_subject(a.entity)))
        ),
    )
