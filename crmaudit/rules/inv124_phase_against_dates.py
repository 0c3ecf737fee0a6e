"""Phase of the lifecycle contradicts its dates.

## Why
Plans are made from the dates, daily work follows the phase. A system called active although its
end has begun is forgotten by the plan; one called retired before its last day by its users.

## Fix
Correct `phase:` or the date under `lifecycle:`. A date that was moved is a decision: note who
made it.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active, since: 2015-03-01, phase_out: 2025-12-31}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out, since: 2015-03-01, phase_out: 2025-12-31}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "complete-dossiers"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for row in facts.inventory.in_scope:
        system, life = row.system, row.life
        if life.conflicts:
            first = life.conflicts[0]
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} is called {phase}, but its {words}",
                    system=system.name,
                    phase=msg(life.declared),
                    words=first.words,
                )
                if life.declared
                else msg("{system}: its {words}", system=system.name, words=first.words),
                path=("lifecycle", first.key),
                severity="low" if first.day > day else None,
                who=system.owners.it,
            )
        elif life.declared is None and not life.spans and not left_blank(system, "lifecycle"):
            reason = msg("nobody said in which phase of its life {system} is", system=system.name)
            yield NotAssessed(reason, msg("lifecycle: phase:"), f"system:{system.id}")
