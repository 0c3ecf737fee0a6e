"""Enhancement requests that nobody put in order.

## Why
The super users' group meets to prioritise enhancements. A list without priorities is worked on by
whoever shouts, and the vendor chooses for you. From `share` of the open ones on, it is a finding.

## Fix
Sort the requests at the next meeting into must, should, could and won't.

## Bad
```yaml registers.yaml
requests: [{id: fields, what: Fewer fields, date: 2026-06-10}]
```

## Good
```yaml registers.yaml
requests: [{id: fields, what: Fewer fields, date: 2026-06-10, priority: should}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import crm_subject, part_of, verb

severity: Severity = "low"
topic: Topic = "users"
initiative = "listen-to-users"


def check(facts: Facts, share: float = 0.25) -> Iterator[Hit]:
    facts.need("registers.yaml")
    requests = facts.workspace.registers.requests
    waiting = [r for r in requests if r.status in ("asked", "with vendor", "planned")]
    without = sum(r.priority is None for r in waiting)
    if without and without / len(waiting) >= share:
        yield Hit(
            crm_subject(facts),
            msg(
                "{requests} {verb} no priority",
                requests=capital(part_of(without, len(waiting), "open request")),
                verb=verb(without, "has", "have"),
            ),
            file="registers.yaml",
            path=("requests",),
            measurements=(Measurement.share("without priority", without, len(waiting)),),
        )
