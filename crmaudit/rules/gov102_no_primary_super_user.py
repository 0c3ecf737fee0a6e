"""No primary super user.

## Why
One super user leads the others: often the information manager or a database analyst. Without
that person nobody calls the meeting, and requests reach the vendor from several sides at once.

## Fix
Mark exactly one super user with `primary: true` in people.yaml.

## Bad
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, user_type: super user}
  - {id: ben, name: Ben Osei, user_type: super user}
```

## Good
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, user_type: super user, primary: true}
  - {id: ben, name: Ben Osei, user_type: super user}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_subject

severity: Severity = "low"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    team = facts.governance.of_type("super user")
    if not team:
        raise NotAssessed(msg("no super user is declared"), needs=msg("user_type: in people.yaml"))
    first = [p for p in team if p.primary]
    if len(first) != 1:
        of = (
            msg("The one super user")
            if len(team) == 1
            else msg("Of {team} super users", team=len(team))
        )
        found = msg("none is") if not first else msg("{first} are", first=len(first))
        found = msg("is not") if len(team) == 1 else found
        yield Hit(
            crm_subject(facts),
            msg("{of} {found} marked as the primary one", of=of, found=found),
            file="people.yaml",
            path=("people",),
        )
