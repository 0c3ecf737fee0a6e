"""Deadline before which nothing is planned.

## Why
Deadlines from outside (a law, the end of a contract, an audit) do not move. One that comes near
while no initiative is dated before it will be met by chance or not at all.

## Fix
Join an initiative to it in plan.yaml (`deadlines:` with the deadline's id), or date one that serves
it, with an end before the day. Looked at are deadlines in the next `days`.

## Bad
```yaml brief.yaml
deadlines: [{id: law, text: New data protection act, date: 2026-10-01, kind: external}]
```

## Good
```yaml brief.yaml
deadlines: [{id: law, text: New data protection act, date: 2026-10-01, kind: external}]
```
```yaml plan.yaml
initiatives: {set-retention: {end: 2026-09-15, status: approved}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "medium"
topic: Topic = "plan"
initiative = "plan-and-measure"


def check(facts: Facts, days: int = 180) -> Iterator[Hit]:
    facts.need("brief.yaml")
    deadlines, today = facts.workspace.brief.deadlines, facts.as_of
    if not deadlines:
        raise NotAssessed(msg("the brief names no deadline"), needs=msg("deadlines: in brief.yaml"))
    plan = facts.workspace.plan
    steps = [*plan.initiatives.values(), *plan.own]
    ends = [s.end for s in steps if s.end is not None and s.status != "dropped"]
    # What is joined to a deadline is planned by it, and told where it would miss it.
    joined = {d for s in steps if s.status != "dropped" for d in s.deadlines}
    for number, deadline in enumerate(deadlines):
        left = (deadline.date - today).days
        before = [end for end in ends if today <= end <= deadline.date]
        if 0 <= left <= days and not before and deadline.id not in joined:
            away = msg("{days} away", days=counted(left, "day")) if left else msg("today")
            yield Hit(
                f"deadline:{deadline.id or number + 1}",
                msg(
                    "The {kind} deadline of {long_date} is {away}, and {initiatives} declared "
                    "so far ends before it",
                    kind=msg(deadline.kind),
                    long_date=long_date(deadline.date),
                    away=away,
                    initiatives=part_of(0, len(steps), "initiative"),
                ),
                file="brief.yaml",
                path=("deadlines", number),
                measurements=(Measurement("days left", left, "days"),),
                severity="high" if deadline.kind == "external" else None,
            )
