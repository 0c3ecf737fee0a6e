"""Indexes that another one makes spare.

## Why
An index that begins with the same columns answers all that the shorter one does. The spare one
has to be kept up with every row all the same. Up to `most` of them in a database are passed over.

## Fix
Drop the spare one after a look at both definitions. Indexes of keys and rules are never called
spare.

## Bad
```yaml evidence
- kind: health
  system: crm
  indexes:
    - {table: notes, name: by_contact, columns: [contact_id], covered_by: by_contact_and_day}
    - {table: notes, name: by_contact_and_day, columns: [contact_id, day]}
```

## Good
```yaml evidence
- kind: health
  system: crm
  indexes: [{table: notes, name: by_contact_and_day, columns: [contact_id, day]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import covered
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import served
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, most: int = 0) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.with_indexes):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        spare = covered(health)
        if len(spare) > most:
            number = part_of(len(spare), len(health.indexes), "index", "indexes")
            named = (
                msg(
                    "{table}.{i} (by {covered_by})",
                    table=i.table,
                    i=i.name,
                    covered_by=i.covered_by,
                )
                for i in spare
            )
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{number} of {system} {verb} covered by another: {named}",
                    number=capital(number),
                    system=system.name,
                    verb=verb(len(spare), "is", "are"),
                    named=listed(named, 2),
                ),
                measurements=(
                    Measurement.share(
                        "spare indexes", len(spare), len(health.indexes), (health.id,)
                    ),
                ),
                who=system.owners.it,
            )
