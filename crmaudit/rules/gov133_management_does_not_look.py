"""Management does not consult its dashboards.

## Why
Middle and senior management lead by the dashboards and stop asking staff directly. Where none of
those made for them was opened in `days` days, staff learn that recording is for nobody.

## Fix
Put the dashboard on the agenda of the management meeting, and note `last_consulted:`.

## Bad
```yaml needs.yaml
needs:
  - id: board
    kind: dashboard
    text: Sign-ups
    audience: management
    last_consulted: 2026-01-15
```

## Good
```yaml needs.yaml
needs:
  - id: board
    kind: dashboard
    text: Sign-ups
    audience: management
    last_consulted: 2026-06-15
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import counted, crm_subject, span

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 90) -> Iterator[Hit]:
    facts.need("needs.yaml")
    boards = [n for n in facts.governance.dashboards_of_management if n.exists is not False]
    if not boards:
        yield Hit(
            crm_subject(facts),
            "No dashboard is made for the management",
            file="needs.yaml",
            severity="medium",
        )
        return
    told = (facts.governance.days_unused(n, facts.as_of) for n in boards)
    known = [d for d in told if d is not None]
    if not known:
        raise NotAssessed(
            "no consultation of a dashboard for the management is recorded",
            needs="last_consulted: in needs.yaml",
        )
    if min(known) > days:
        some = "The one dashboard" if len(boards) == 1 else f"None of {len(boards)} dashboards"
        was = "was not" if len(boards) == 1 else "was"
        yield Hit(
            crm_subject(facts),
            f"{some} for the management {was} opened in {counted(days, 'day')}; "
            f"the last time was {span(min(known))} ago",
            file="needs.yaml",
            measurements=(Measurement("days since consulted", min(known), "days"),),
            confidence="certain" if len(known) == len(boards) else "tentative",
        )
