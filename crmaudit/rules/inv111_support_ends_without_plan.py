"""Vendor's support ends soon and nothing is planned.

## Why
Replacing a system that holds customers takes longer than vendors' notices. Whoever starts
after the support has ended migrates under pressure and mostly leaves data behind.

## Fix
Decide: renew, upgrade or replace. Note the successor or the own phase-out date under
`lifecycle:`. Looked at are the next `months`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active, vendor_support_ends: 2027-03-31}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active, vendor_support_ends: 2027-03-31, phase_out: 2026-12-31}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, leaving, left_blank, months_later
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import ahead

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "renew-or-replace"


def check(facts: Facts, months: int = 18) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for system in facts.workspace.in_scope:
        ends = system.lifecycle.vendor_support_ends
        planned = leaving(system) or system.lifecycle.successor
        if planned or not in_use(system):
            continue
        if ends is None:
            if not left_blank(system, "lifecycle.vendor_support_ends"):
                reason = msg(
                    "nobody said until when the vendor supports {system}", system=system.name
                )
                yield NotAssessed(
                    reason, msg("lifecycle: vendor_support_ends:"), f"system:{system.id}"
                )
        elif day <= ends <= months_later(day, months):
            days = (ends - day).days
            yield Hit(
                f"system:{system.id}",
                msg(
                    "The vendor's support of {system} ends {ahead}, with neither successor "
                    "nor phase-out planned",
                    system=system.name,
                    ahead=ahead(days),
                ),
                path=("lifecycle", "vendor_support_ends"),
                measurements=(Measurement("days of support left", days, "days"),),
                who=system.owners.it,
            )
