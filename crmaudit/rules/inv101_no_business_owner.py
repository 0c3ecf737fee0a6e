"""System without a business owner.

## Why
The business owner answers for what a system is for and how good its data are. Without one,
nobody decides what "right" means, and every clean-up undoes itself.

## Fix
Name the person whose work depends most on the system's content under `owners: business:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
owners: {it: tom}
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
        if system.owners.business is None and not left_blank(system, "owners.business"):
            yield Hit(
                f"system:{system.id}",
                msg("{system} has no business owner", system=system.name),
                path=("owners",),
                who=system.owners.it,
            )
