"""Report or dashboard that nobody looks at.

## Why
A report that nobody opened for `days` days costs its upkeep and answers nobody. Either the
question has gone, or people ask their staff instead of looking.

## Fix
Ask its audience. Retire it, or show it where the decision is taken, and note `last_consulted:`.

## Bad
```yaml needs.yaml
needs: [{id: board, kind: dashboard, text: Sign-ups, last_consulted: 2026-01-15}]
```

## Good
```yaml needs.yaml
needs: [{id: board, kind: dashboard, text: Sign-ups, last_consulted: 2026-06-15}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.reports import days_unused
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, span

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 90) -> Iterator[Hit | NotAssessed]:
    facts.need("needs.yaml")
    for need in facts.governance.consulted:
        about = f"need:{need.id}"
        idle = days_unused(need, facts.as_of)
        if idle is None:
            yield NotAssessed(
                f"no consultation of this {need.kind} is recorded", "last_consulted:", about
            )
        elif idle > days:
            yield Hit(
                about,
                f"The {need.kind} {quoted(need.text)} was last consulted {span(idle)} ago",
                path=("last_consulted",),
                measurements=(Measurement("days since consulted", idle, "days"),),
                who=need.owner,
            )
