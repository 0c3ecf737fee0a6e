"""Dysfunction without a cause or an owner.

## Why
A dysfunction comes from the system or from how it is used, and the two are mended by different
people. Without cause and owner it stays on the list for ever.

## Fix
Say in registers.yaml whether the `cause:` is the system, the use or both, and name an `owner:`.

## Bad
```yaml registers.yaml
dysfunctions: [{id: slow, what: Form takes ten minutes, cause: unknown, owner: Ana Diaz}]
```

## Good
```yaml registers.yaml
dysfunctions: [{id: slow, what: Form takes ten minutes, cause: system, owner: Ana Diaz}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed, quoted

severity: Severity = "medium"
topic: Topic = "attitudes"
initiative = "mend-dysfunctions"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("registers.yaml")
    for dysfunction in facts.workspace.registers.dysfunctions:
        if dysfunction.status not in ("open", "in work"):
            continue
        lacking = []
        if dysfunction.cause in (None, "unknown"):
            lacking.append(msg("no known cause"))
        if dysfunction.owner is None:
            lacking.append(msg("no owner"))
        if lacking:
            yield Hit(
                f"dysfunction:{dysfunction.id}",
                msg(
                    "The dysfunction {what} has {lacking}",
                    what=quoted(dysfunction.what),
                    lacking=listed(lacking),
                ),
                who=dysfunction.owner,
                related=tuple(f"system:{s}" for s in dysfunction.systems),
            )
