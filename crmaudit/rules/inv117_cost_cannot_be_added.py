"""Cost of the system cannot be added up.

## Why
The plan compares what systems cost. An amount in a currency without a rate falls out of the
sum, and so do hours without a price; a figure from years ago makes the dearest system look cheap.

## Fix
Set the currency's rate under `rates:` in audit.yaml, the price of an hour under `hourly_rate:`,
and ask for the newest year's cost. A newest year more than `years` before the audit's is a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs: [{year: 2026, kind: licence, amount: 9000, currency: CHF}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs: [{year: 2026, kind: licence, amount: 9000, currency: EUR}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "complete-dossiers"


def check(facts: Facts, years: int = 1) -> Iterator[Hit | NotAssessed]:
    year = facts.as_of.year
    for row in facts.inventory.in_scope:
        system, cost = row.system, row.cost
        if cost is None:
            if not left_blank(system, "costs"):
                reason = f"no cost of {system.name} is declared"
                yield NotAssessed(reason, "costs:", f"system:{system.id}")
            continue
        wrong = []
        if cost.without_rate:
            wrong.append(f"there is no rate for {', '.join(cost.without_rate)}")
        if cost.unpriced_hours:
            wrong.append(f"{cost.unpriced_hours:,.0f} hours have no hourly rate")
        if year - cost.year > years:
            wrong.append(f"its newest cost is of {cost.year}")
        if wrong:
            yield Hit(
                f"system:{system.id}",
                f"The cost of {system.name} cannot be added up: {' and '.join(wrong)}",
                path=("costs",),
                measurements=(Measurement("age of the newest cost", year - cost.year, "years"),),
                who=system.owners.it,
            )
