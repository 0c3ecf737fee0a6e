"""System without an IT owner.

## Why
The IT owner answers for the operation: that it runs, is patched, backed up and can be
reached. Without one, questions about extraction have nobody to go to, and a failure is
noticed by its victims first.

## Fix
Name the person who answers for the operation under `owners: it:`, even where a provider
does the work.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {business: ana}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {business: ana, it: tom}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic

severity: Severity = "high"
topic: Topic = "dossier"
initiative = "assign-owners"


def check(facts: Facts) -> Iterator[Hit]:
    for system in facts.workspace.in_scope:
        if system.owners.it is None and not left_blank(system, "owners.it"):
            yield Hit(
                f"system:{system.id}",
                msg("{system} has no IT owner", system=system.name),
                path=("owners",),
                who=system.owners.business,
            )
