"""Nobody stated what executives need reported.

## Why
The champion says what executives need to see reported. Where no question, report or dashboard
is meant for them, the CRM is built past those who decide about it.

## Fix
Ask the champion, and write the needs down in needs.yaml with `audience: management`,
`system champion`, or the executive in person.

## Bad
```yaml needs.yaml
needs: [{id: calls, text: How many calls are open?, audience: everyday user}]
```

## Good
```yaml needs.yaml
needs: [{id: growth, text: How do memberships grow?, audience: management}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.reports import for_management
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import crm_subject

severity: Severity = "low"
topic: Topic = "users"
initiative = "use-dashboards"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("needs.yaml")
    needs = facts.workspace.needs
    if not any(for_management(n, facts.workspace.person) for n in needs):
        some = (
            msg("The one need is not")
            if len(needs) == 1
            else msg("None of {needs} needs is", needs=len(needs))
        )
        yield Hit(
            crm_subject(facts),
            msg("{some} stated for the management or the system champion", some=some),
            file="needs.yaml",
        )
