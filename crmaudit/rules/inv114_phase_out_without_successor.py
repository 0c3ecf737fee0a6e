"""System is phased out and nothing takes its data.

## Why
Switching off is the easy half. Entities that the system creates need another place to be
entered, and the records it holds need a home before it goes, or they are lost.

## Fix
Name the system that takes over under `lifecycle: successor:`, or show in `crud:` that every
entity is created elsewhere. Never retire the only creator of what others read.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out}
crud: {customer: CRU, postcode: R}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out, successor: helm}
crud: {customer: CRU, postcode: R}
```
```yaml systems/helm.yaml
id: helm
name: Helm
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import leaving
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entities

severity: Severity = "high"
topic: Topic = "extraction"
initiative = "retire-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        if not leaving(system) or system.lifecycle.successor:
            continue
        subject = f"system:{system.id}"
        held = list(facts.crud.held_by(system.id))
        if not held:
            if not system.crud_complete:
                reason = msg("nobody said which entities {system} holds", system=system.name)
                yield NotAssessed(reason, "crud:", subject)
            continue
        alone = [e for e in held if facts.crud.doing("C", e) == (system.id,)]
        number = counted(len(held), "entity", "entities")
        lost = (
            msg(", and it alone creates {entities}", entities=entities(facts, alone))
            if alone
            else ""
        )
        yield Hit(
            subject,
            msg(
                "{system} is to end, and its dossier names no successor; it holds {number}{lost}",
                system=system.name,
                number=number,
                lost=lost,
            ),
            path=("lifecycle",),
            measurements=(Measurement.share("entities it alone creates", len(alone), len(held)),),
            severity="high" if alone else "medium",
            who=system.owners.business,
            related=tuple(f"entity:{e}" for e in alone),
        )
