"""Successor is about to end itself.

## Why
Data that moves to a system which is itself on its way out moves twice, and each time something is
lost. A chain of successors that turns in a circle says that nobody has decided.

## Fix
Name the system that will really keep the data under `lifecycle: successor:`, or plan the second
move now.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out, successor: helm}
```
```yaml systems/helm.yaml
id: helm
name: Helm
future: retire
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out, successor: helm}
```
```yaml systems/helm.yaml
id: helm
name: Helm
lifecycle: {phase: active}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "retire-systems"


def check(facts: Facts) -> Iterator[Hit]:
    for row in facts.inventory.in_scope:
        system, life = row.system, row.life
        if not life.successor_fault:
            continue
        chain = systems(facts, life.successors, 5)
        if life.successor_fault == "circle":
            message = msg("The successors of {system} lead in a circle", system=system.name) + (
                joined("", (": ", chain)) if chain else ""
            )
        else:
            last = systems(facts, life.successors[-1:])
            by = (
                ""
                if len(life.successors) == 1
                else msg(" by way of {others}", others=counted(len(life.successors) - 1, "other"))
            )
            message = msg(
                "{system} is to be followed{by} by {last}, which is to end itself",
                system=system.name,
                by=by,
                last=last,
            )
        yield Hit(
            f"system:{system.id}",
            message,
            path=("lifecycle", "successor"),
            who=system.owners.business,
            related=tuple(f"system:{s}" for s in life.successors),
        )
