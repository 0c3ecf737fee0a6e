"""Cost of a system rises fast.

## Why
A price that climbs year by year is seldom noticed, since each invoice is only a little higher.
Before the next renewal is the time to ask what the rise buys.

## Fix
Ask the vendor for the reason, compare with use, and negotiate before the last day to give notice.
The two newest years are compared like with like: kinds that both declare in the same currency. A
rise of more than `share` is a finding, from `least` on in the audit's currency.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs:
  - {year: 2025, kind: licence, amount: 20000}
  - {year: 2026, kind: licence, amount: 26000}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs:
  - {year: 2025, kind: licence, amount: 20000}
  - {year: 2026, kind: licence, amount: 20600}
  - {year: 2026, kind: hosting, amount: 9000}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import Money, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, percent

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "review-contracts"


def check(facts: Facts, share: float = 0.15, least: float = 1000.0) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system, change = row.system, row.cost_change
        if change is None or change.share is None:
            if not left_blank(system, "costs"):
                reason = msg(
                    "no two years of the cost of {system} can be compared", system=system.name
                )
                yield NotAssessed(reason, msg("costs: of two years"), f"system:{system.id}")
            continue
        more = change.after - change.before
        if change.share > share and more >= least:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: cost of {kinds} rose by {percent} from {older} to {newer}, "
                    "{before:,.0f} to {after:,.0f} {currency}",
                    system=system.name,
                    kinds=listed(map(msg, change.kinds)),
                    percent=percent(change.share),
                    older=change.older,
                    newer=change.newer,
                    before=Money(change.before),
                    after=Money(change.after),
                    currency=change.currency,
                ),
                path=("costs",),
                measurements=(
                    Measurement("rise", change.share, "share"),
                    Measurement("rise in money", more, change.currency),
                ),
                who=system.owners.business,
            )
