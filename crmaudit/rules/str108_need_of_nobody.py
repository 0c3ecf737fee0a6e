"""Question that nobody asks.

## Why
Extraction is ordered by the questions it serves. A question or report without an audience serves
nobody that can be named; it is built, paid for and not looked at.

## Fix
Name who needs it under `audience:`, or strike it from the list.

## Bad
```yaml needs.yaml
needs: [{id: churn, text: How many members leave each year?}]
```

## Good
```yaml needs.yaml
needs: [{id: churn, text: How many members leave each year?, audience: management}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import quoted

severity: Severity = "low"
topic: Topic = "extraction"
initiative = "plan-and-measure"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("needs.yaml")
    needs = facts.workspace.needs
    for need in needs:
        if not need.audience and not need.asked_by and not need.owner:
            yield Hit(
                f"need:{need.id}",
                msg(
                    "The {kind} {need}, one of {needs}, has neither audience nor owner",
                    kind=msg(need.kind),
                    need=quoted(need.text),
                    needs=len(needs),
                ),
                severity="medium" if need.priority == "must" else None,
            )
