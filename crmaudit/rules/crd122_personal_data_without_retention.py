"""Personal data without a retention rule.

## Why
Data on people may be kept as long as there is a reason. Without a rule nobody knows when the
reason ends, so everything is kept, and each deletion is a case of its own.

## Fix
Agree with whoever answers for data protection how long, and on what basis, and write it under
`retention:`.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, personal_data: personal}]
```

## Good
```yaml entities.yaml
entities:
  - {id: customer, name: Customer, personal_data: personal, retention: {years: 10, basis: tax law}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "set-retention"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    for entity in facts.workspace.entities:
        subject = f"entity:{entity.id}"
        kept = entity.retention is not None and entity.retention.years is not None
        if entity.personal_data is None:
            reason = msg("nobody said whether {entity} is personal data", entity=entity.label)
            yield NotAssessed(reason, msg("personal_data: in entities.yaml"), subject)
        elif entity.personal_data != "none" and not kept:
            holders = len(facts.crud.holders(entity.id))
            special = entity.personal_data == "special"
            yield Hit(
                subject,
                msg(
                    "{entity} is personal data{it} in {systems}, without a retention rule",
                    entity=entity.label,
                    it=msg(" of a special kind") if special else "",
                    systems=part_of(holders, len(facts.crud.systems), "system"),
                ),
                path=("personal_data",),
                measurements=(Measurement("systems holding it", holders, "systems"),),
                severity="critical" if special else None,
                who=entity.steward,
            )
