"""Interview of which nobody says how many took part.

## Why
Themes, contradictions and statements are compared over groups of five people or more. A group of
unknown size may be smaller, so all that it said stays out of every count.

## Fix
Write how many took part under `participants:`.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, wishes: [One screen]}
```

## Good
```yaml interviews/desk.yaml
{id: desk, group: Front desk, participants: 7, wishes: [One screen]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.interviews import sayings
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import need_held

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    for interview in need_held(facts):
        said = len(sayings(interview))
        if interview.participants is None and said:
            yield Hit(
                f"interview:{interview.id}",
                msg(
                    "{sayings} cannot be counted: it is not said how many took part",
                    sayings=counted(said, "saying"),
                ),
                measurements=(Measurement("sayings left out", said),),
            )
