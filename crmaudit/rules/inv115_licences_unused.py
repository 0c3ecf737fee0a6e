"""Licences are paid and not used.

## Why
Licences are mostly bought for the number of staff and used by the few who record. Named ones
that lie idle are money for nothing, and a sign that people do not use the system.

## Fix
Ask first why they are idle: training may be the answer. Then return or exchange them at the
next renewal. From `share` of the entitled licences on, idle ones are a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
licences: [{type: named, entitled: 100, assigned: 80, used: 55, unit_cost: 240}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
licences: [{type: named, entitled: 60, assigned: 60, used: 57, unit_cost: 240}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank, uncounted
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "review-contracts"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system, subject = row.system, f"system:{row.system.id}"
        idle = [u for u in row.licences if u.idle and u.idle >= share * u.entitled]
        if idle:
            spare, bought = sum(u.idle for u in idle), sum(u.entitled for u in idle)
            known = [u.cost for u in idle if u.cost is not None]
            price = f", {sum(known):,.0f} {facts.inventory.currency} a year" if known else ""
            yield Hit(
                subject,
                f"{system.name}: {part_of(spare, bought, 'licence')} "
                f"{verb(spare, 'is', 'are')} paid and not used{price}",
                path=("licences", idle[0].index),
                measurements=(
                    Measurement.share("licences idle", spare, bought),
                    *(
                        [Measurement("cost of idle licences", sum(known), facts.inventory.currency)]
                        if known
                        else []
                    ),
                ),
                confidence="certain" if all(u.counted for u in idle) else "firm",
                who=system.owners.business,
            )
        elif system.licences is None and not left_blank(system, "licences"):
            yield NotAssessed(f"no licences of {system.name} are listed", "licences:", subject)
        elif uncounted(system):
            reason = f"nobody counted the licences of {system.name} in use"
            yield NotAssessed(reason, "licences: entitled: and used:", subject)
