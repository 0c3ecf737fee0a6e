"""System in use without the vendor's support.

## Why
After the vendor's last day no fault is mended and no hole closed, however well the system
still runs. The vendor's date is not the organisation's own: a system may be out of support
and at the heart of the business.

## Fix
Upgrade to a supported version, buy extended support, or plan the replacement; note the date
under `lifecycle: vendor_support_ends:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active, vendor_support_ends: 2024-12-31}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active, vendor_support_ends: 2029-12-31}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import span

severity: Severity = "high"
topic: Topic = "dossier"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for row in facts.inventory.in_scope:
        system = row.system
        ended = system.lifecycle.vendor_support_ends
        if row.out_of_support and ended:
            days = (day - ended).days
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} is in use, {span} after the vendor's support ended",
                    system=system.name,
                    span=span(days),
                ),
                path=("lifecycle", "vendor_support_ends"),
                measurements=(Measurement("days without support", days, "days"),),
                severity="critical" if system.criticality == "critical" else None,
                who=system.owners.it,
            )
        elif (
            ended is None
            and in_use(system)
            and not left_blank(system, "lifecycle.vendor_support_ends")
        ):
            reason = msg("nobody said until when the vendor supports {system}", system=system.name)
            yield NotAssessed(reason, msg("lifecycle: vendor_support_ends:"), f"system:{system.id}")
