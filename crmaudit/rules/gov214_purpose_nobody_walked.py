"""Process that the CRM is for, and that no group walked through.

## Why
Leads, activities and campaigns are what a CRM is for. A chain that nobody followed from start to
finish is known from its drawing only, and its breaks show in the data later.

## Fix
Walk through it with the group that does it, step by step, and name it under `walks:`.

## Bad
```yaml processes.yaml
processes:
  - {id: enquiry, name: From enquiry to order, purpose: lead tracking, steps: [Somebody asks]}
  - {id: renewal, name: Renewal}
```
```yaml interviews/desk.yaml
{id: desk, group: Front desk, walks: [renewal]}
```

## Good
```yaml processes.yaml
processes:
  - {id: enquiry, name: From enquiry to order, purpose: lead tracking, steps: [Somebody asks]}
```
```yaml interviews/desk.yaml
{id: desk, group: Front desk, walks: [enquiry]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.interviewed import need_held

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    walked = {walk.process for i in need_held(facts) for walk in i.walks}
    purposes = [p for p in facts.workspace.processes if p.purpose is not None]
    if not purposes:
        raise NotAssessed(
            msg("no process that a CRM is for is declared"), needs=msg("purpose: in processes.yaml")
        )
    # Where nobody walked through anything, that alone is to be said.
    for process in purposes if walked else ():
        if process.id not in walked:
            yield Hit(
                f"process:{process.id}",
                msg(
                    "No group walked through {process}, which serves {purpose}",
                    process=process.name,
                    purpose=msg(process.purpose or ""),
                ),
                who=process.owner,
            )
