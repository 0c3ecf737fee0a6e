"""Licence cost does not match the licences listed.

## Why
Number times price is what the licences should cost. Where the bill says otherwise, a discount ends,
somebody buys beside the contract, or one of the numbers is a guess. All of these matter before the
next renewal.

## Fix
Lay invoice and contract side by side, then correct `costs:` or `licences:`. A difference of more
than `share` is a finding, once every licence listed has a number and a price.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs: [{year: 2026, kind: licence, amount: 30000}]
licences: [{type: named, entitled: 50, unit_cost: 400}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs: [{year: 2026, kind: licence, amount: 20400}]
licences: [{type: named, entitled: 50, unit_cost: 400}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import Money, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import percent

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "review-contracts"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit]:
    for row in facts.inventory.in_scope:
        bill, system = row.licence_bill, row.system
        difference = bill.difference if bill else None
        if bill is None or difference is None or abs(difference) <= share:
            continue  # INV115 and INV117 ask for what is not declared
        yield Hit(
            f"system:{system.id}",
            msg(
                "{system}: licences cost {declared:,.0f} {currency} in {year}, {percent} "
                "{more} than number × price, {computed:,.0f}",
                system=system.name,
                declared=Money(bill.declared),
                currency=bill.currency,
                year=bill.year,
                percent=percent(abs(difference)),
                more=msg("more") if difference > 0 else msg("less"),
                computed=Money(bill.computed),
            ),
            path=("licences",),
            measurements=(
                Measurement("licence cost declared", bill.declared, bill.currency),
                Measurement("number × price", bill.computed, bill.currency),
            ),
            confidence="firm",
            who=system.owners.business,
        )
