"""Indexes that the server does not use because they are broken.

## Why
An index whose making was broken off is kept up with every row, yet never read: look-ups read the
whole table, and a rule of uniqueness that rests on it is not enforced.

## Fix
Drop it and make it anew (`REINDEX INDEX CONCURRENTLY` in PostgreSQL). For a unique one, look for
rows that repeat first.

## Bad
```yaml evidence
- kind: health
  system: crm
  indexes: [{table: contacts, name: by_mail, columns: [email], unique: true, valid: false}]
```

## Good
```yaml evidence
- kind: health
  system: crm
  indexes: [{table: contacts, name: by_mail, columns: [email], unique: true}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import invalid
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import served
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "medium"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.with_indexes):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        broken = invalid(health)
        if broken:
            number = part_of(len(broken), len(health.indexes), "index", "indexes")
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{number} of {system} {verb} broken and not used: {table}",
                    number=capital(number),
                    system=system.name,
                    verb=verb(len(broken), "is", "are"),
                    table=listed(f"{i.table}.{i.name}" for i in broken),
                ),
                measurements=(
                    Measurement.share(
                        "broken indexes", len(broken), len(health.indexes), (health.id,)
                    ),
                ),
                severity="high" if any(i.unique for i in broken) else None,
                who=system.owners.it,
            )
