"""Aim that nothing measures.

## Why
Of an aim without a measure nobody can say later whether it was reached, so nobody is asked. The
plan then serves wishes, and its success is a matter of opinion.

## Fix
Say what will be counted, under `measure:`, or name the KPI that follows it, under `kpis:`.

## Bad
```yaml brief.yaml
aims: [{id: one-view, text: Every caller is served from one screen}]
```

## Good
```yaml brief.yaml
aims:
  - id: one-view
    text: Every caller is served from one screen
    measure: share of calls closed without a second system
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "plan"
initiative = "plan-and-measure"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("brief.yaml")
    aims = facts.workspace.brief.aims
    if not aims:
        raise NotAssessed(msg("the brief names no aim"), needs=msg("aims: in brief.yaml"))
    for number, aim in enumerate(aims):
        if not aim.measure and not aim.kpis:
            words = aim.text.split()
            shown = joined(" ", words[:8]) + ("…" if len(words) > 8 else "")
            yield Hit(
                f"aim:{aim.id or number + 1}",
                msg(
                    "Aim {number} of {aims} has neither measure nor KPI: {shown}",
                    number=number + 1,
                    aims=len(aims),
                    shown=shown,
                ),
                file="brief.yaml",
                path=("aims", number),
            )
