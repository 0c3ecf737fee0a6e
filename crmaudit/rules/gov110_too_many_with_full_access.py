"""Too many people with access to everything.

## Why
Organizational access is for the overall administrators only: whoever holds it can change or
delete any record of the organisation. More than `most` holders are hard to answer for.

## Fix
Keep it for the administrators, and give everybody else the level of their job.

## Bad
```yaml people.yaml
people:
  - {id: a, name: A. Diaz, granted: Organizational}
  - {id: b, name: B. Osei, granted: Organizational}
  - {id: c, name: C. Lind, granted: Organizational}
  - {id: d, name: D. Roux, granted: Organizational}
```

## Good
```yaml people.yaml
people:
  - {id: a, name: A. Diaz, granted: Organizational}
  - {id: b, name: B. Osei, granted: User}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, crm_subject, part_of, verb

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, most: int = 3) -> Iterator[Hit]:
    facts.need("people.yaml")
    holders = facts.governance.widest_holders
    if holders is None:
        raise NotAssessed("no granted access level is known", needs="granted: in people.yaml")
    if holders.part > most:
        some = part_of(holders.part, holders.whole, "person", "people")
        yield Hit(
            crm_subject(facts),
            f"{capital(some)} with a known level {verb(holders.part, 'has', 'have')} "
            f"Organizational access; at most {most} should",
            file="people.yaml",
            path=("people",),
            measurements=(
                Measurement.share("with Organizational access", holders.part, holders.whole),
            ),
        )
