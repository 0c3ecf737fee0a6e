"""Entity changed in systems that feed each other, without a record.

## Why
Each overwrites what the other changed, and the last to run wins. Without a system of record
nobody can say which value is right, and corrections vanish overnight.

## Fix
Name the `system_of_record:` and let it win, or agree attribute by attribute who may change what.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
feeds: [{to: billing, entities: customer}, {from: billing, entities: customer}]
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: RU}}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, system_of_record: crm}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
feeds: [{to: billing, entities: customer}, {from: billing, entities: customer}]
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: RU}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.flows import both_ways
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit]:
    crud = facts.crud
    if not crud.feeds and any(s.feeds is None for s in facts.workspace.in_scope):
        raise NotAssessed(msg("no dossier declares a feed"), needs=msg("feeds: (empty for none)"))
    for entity in facts.workspace.entity.values():
        joint = both_ways(crud, entity.id)
        if entity.system_of_record is not None or not joint:
            continue
        writers = crud.writers(entity.id)
        pairs = [(a, b) for i, a in enumerate(writers) for b in writers[i + 1 :] if {a, b} in joint]
        if not pairs:
            continue
        joined = [s for s in writers if any(s in pair for pair in pairs)]
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is changed in {systems}, which give it to each other; whose "
                "version counts is not said",
                entity=entity.label,
                systems=systems(facts, joined),
            ),
            measurements=(
                Measurement.share("writers that overwrite each other", len(joined), len(writers)),
            ),
            who=entity.steward,
            related=tuple(f"system:{s}" for s in joined),
        )
