"""Enhancement request without an answer.

## Why
Super users carry requests to the vendor and put them in order when they meet. A request that is
still only asked after `days` days tells its author that asking is useless.

## Fix
Decide at the next meeting: plan it, pass it to the vendor, or refuse it with a reason.

## Bad
```yaml registers.yaml
requests: [{id: fields, what: Fewer fields, date: 2026-01-10}]
```

## Good
```yaml registers.yaml
requests: [{id: fields, what: Fewer fields, date: 2026-01-10, status: planned}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, span

severity: Severity = "low"
topic: Topic = "users"
initiative = "listen-to-users"


def check(facts: Facts, days: int = 90) -> Iterator[Hit | NotAssessed]:
    facts.need("registers.yaml")
    for request in facts.workspace.registers.requests:
        if request.status != "asked":
            continue
        about = f"request:{request.id}"
        if request.date is None:
            yield NotAssessed(
                msg("when the request was made is not recorded"),
                msg("date: in registers.yaml"),
                about,
            )
        elif (waiting := (facts.as_of - request.date).days) > days:
            yield Hit(
                about,
                msg(
                    "The request {what} has waited {span} for an answer",
                    what=quoted(request.what),
                    span=span(waiting),
                ),
                measurements=(Measurement("days waiting", waiting, "days"),),
                severity="medium" if request.priority == "must" else None,
                who=request.carried_by,
            )
