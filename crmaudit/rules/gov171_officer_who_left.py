"""Duty held by somebody who has left.

## Why
A super user, champion, CRM manager or steward who is gone still stands on the list: requests go to
an empty desk, and nobody notices until something is needed.

## Fix
Name a successor in people.yaml or entities.yaml. Who leaves within `days` is told as well, so that
it can be handed over in time.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user, leaves: 2026-05-31}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user, leaves: 2027-05-31}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.duties import gone
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import ahead, listed

severity: Severity = "medium"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts, days: int = 90) -> Iterator[Hit]:
    facts.need("people.yaml")
    if not any(p.leaves for p in facts.workspace.people.people):
        return
    for person, (who, posts) in gone(facts.workspace, facts.as_of, days).items():
        left = who.leaves is not None and who.leaves < facts.as_of
        when = (
            msg("has left")
            if left or who.leaves is None
            else (msg("leaves {ahead}", ahead=ahead((who.leaves - facts.as_of).days)))
        )
        yield Hit(
            f"person:{person}",
            joined(", ", (who.name, listed(posts, 2), when)),
            path=("leaves",),
            severity=None if left else "low",
            who=person,
        )
