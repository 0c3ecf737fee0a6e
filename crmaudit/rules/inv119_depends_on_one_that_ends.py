"""System depends on one that ends.

## Why
A system is seldom switched off alone: others need its log-in, its numbers, its customers. What
depends on a system at its end has to be moved first, and is mostly noticed last.

## Fix
Plan for the dependent system before the other one goes: another source, the successor's
interface, or a joint replacement. Then correct `depends_on:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
depends_on: gate
```
```yaml systems/gate.yaml
id: gate
name: Gate
lifecycle: {phase: phase-out}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
depends_on: gate
```
```yaml systems/gate.yaml
id: gate
name: Gate
lifecycle: {phase: active, vendor_support_ends: 2029-12-31}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, leaving
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, systems, verb

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit]:
    scope = [s for s in facts.workspace.in_scope if in_use(s)]
    if not any(s.depends_on for s in scope):
        raise NotAssessed(msg("no dossier says what its system depends on"), needs="depends_on:")
    ending = {r.system.id for r in facts.inventory.rows if leaving(r.system) or r.out_of_support}
    for system in scope:
        weak = [s for s in system.depends_on if s in ending and not leaving(system)]
        if weak:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {systems} it depends on {verb} out of support: {systems2}",
                    system=system.name,
                    systems=part_of(len(weak), len(system.depends_on), "system"),
                    verb=verb(len(weak), "ends or is", "end or are"),
                    systems2=systems(facts, weak),
                ),
                path=("depends_on",),
                measurements=(
                    Measurement.share("dependencies ending", len(weak), len(system.depends_on)),
                ),
                who=system.owners.it,
                related=tuple(f"system:{s}" for s in weak),
            )
