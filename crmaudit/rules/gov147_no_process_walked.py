"""No process was walked through from start to finish.

## Why
General questions bring general answers. One process followed from start to finish, a sign-up, a
renewal, a large gift, shows where records are kept beside the system.

## Fix
Choose a process with each group, walk through it, and name it under `walks:` in the interview.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, date: 2026-05-19}
```

## Good
```yaml interviews/desk.yaml
{id: desk, group: Front desk, walks: [renewal]}
```
```yaml processes.yaml
processes: [{id: renewal, name: Renewal}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import crm_subject

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    interviews = need_held(facts)
    if not any(i.walks for i in interviews):
        count = (
            msg("the only interview")
            if len(interviews) == 1
            else msg("{interviews} interviews", interviews=len(interviews))
        )
        yield Hit(crm_subject(facts), msg("No process was walked through in {count}", count=count))
