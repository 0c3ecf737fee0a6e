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
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_subject, span

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 90) -> Iterator[Hit]:
    facts.need("needs.yaml")
    boards = [n for n in facts.governance.dashboards_of_management if n.exists is not False]
    if not boards:
        yield Hit(
            crm_subject(facts),
            msg("No dashboard is made for the management"),
            file="needs.yaml",
            severity="medium",
        )
        return
    told = (facts.governance.days_unused(n, facts.as_of) for n in boards)
    known = [d for d in told if d is not None]
    if not known:
        raise NotAssessed(
            msg("no consultation of a dashboard for the management is recorded"),
            needs=msg("last_consulted: in needs.yaml"),
        )
    if min(known) > days:
        some = (
            msg("The one dashboard")
            if len(boards) == 1
            else msg("None of {boards} dashboards", boards=len(boards))
        )
        was = msg("was not") if len(boards) == 1 else msg("was")
        yield Hit(
            crm_subject(facts),
            msg(
                "{some} for the management {was} opened in {days}; the last time was {span} ago",
                some=some,
                was=was,
                days=counted(days, "day"),
                span=span(min(known)),
            ),
            file="needs.yaml",
            measurements=(Measurement("days since consulted", min(known), "days"),),
            confidence="certain" if len(known) == len(boards) else "tentative",
        )
