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
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, span

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 90) -> Iterator[Hit | NotAssessed]:
    facts.need("needs.yaml")
    for need in facts.governance.consulted:
        about = f"need:{need.id}"
        idle = facts.governance.days_unused(need, facts.as_of)
        look = facts.governance.look(need)
        if idle is None:
            yield NotAssessed(
                msg("no consultation of this {kind} is recorded", kind=msg(need.kind)),
                "last_consulted:",
                about,
            )
        elif idle > days:
            said = msg("The {kind} {need}", kind=msg(need.kind), need=quoted(need.text))
            never = look is not None and look.never
            yield Hit(
                about,
                msg(
                    "{said} was never opened, since it was made {span} ago",
                    said=said,
                    span=span(idle),
                )
                if never
                else msg("{said} was last consulted {span} ago", said=said, span=span(idle)),
                path=("last_consulted",),
                measurements=(
                    Measurement(
                        "days since consulted",
                        idle,
                        "days",
                        evidence=(look.evidence,) if look else (),
                    ),
                ),
                who=need.owner,
            )
