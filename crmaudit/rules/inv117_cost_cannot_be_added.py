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
from crmaudit.messages import chained, joined, msg
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
                reason = msg("no cost of {system} is declared", system=system.name)
                yield NotAssessed(reason, "costs:", f"system:{system.id}")
            continue
        wrong = []
        if cost.without_rate:
            wrong.append(
                msg(
                    "there is no rate for {without_rate}",
                    without_rate=joined(", ", cost.without_rate),
                )
            )
        if cost.unpriced_hours:
            wrong.append(
                msg(
                    "{unpriced_hours:,.0f} hours have no hourly rate",
                    unpriced_hours=cost.unpriced_hours,
                )
            )
        if year - cost.year > years:
            wrong.append(msg("its newest cost is of {year}", year=cost.year))
        if wrong:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "The cost of {system} cannot be added up: {wrong}",
                    system=system.name,
                    wrong=chained("{a} and {b}", wrong),
                ),
                path=("costs",),
                measurements=(Measurement("age of the newest cost", year - cost.year, "years"),),
                who=system.owners.it,
            )
