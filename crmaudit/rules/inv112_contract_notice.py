"""Contract needs a decision.

## Why
A contract that renews itself binds the plan: missing one day of notice buys another term of
a system that was to be replaced. One that runs out unnoticed leaves a system without support
or right of use.

## Fix
Decide before the last day to give notice and note the outcome under `contract:`. The finding
comes `days` before that day.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
contract: {partner: Beacon Ltd, end: 2026-12-31, notice_days: 90, renews: true}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
contract: {partner: Beacon Ltd, end: 2028-12-31, notice_days: 90, renews: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import contract_state, in_use, left_blank
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import ahead, long_date

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "review-contracts"


def check(facts: Facts, days: int = 120) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for row in facts.inventory.in_scope:
        system, contract, last = row.system, row.system.contract, row.notice_by
        subject = f"system:{system.id}"
        if not in_use(system) or left_blank(system, "contract"):
            continue
        if contract is None or contract.end is None or last is None:
            if not left_blank(system, "contract.end"):
                reason = f"the end of the contract for {system.name} is not known"
                yield NotAssessed(reason, "contract: end: and notice_days:", subject)
            continue
        state = contract_state(contract, day, days)
        left, end = (last - day).days, long_date(contract.end)
        message = {
            "ended": f"The contract for {system.name} ended on {end}, and it is in use",
            "notice missed": f"The contract for {system.name} renews itself on {end}; "
            f"notice was possible until {long_date(last)}",
            "notice due": f"The contract for {system.name} needs a decision by "
            f"{long_date(last)} ({ahead(left)})",
        }.get(state)
        if state == "notice due" and left < 0:
            message = f"The contract for {system.name} runs out on {end}"
        if message:
            yield Hit(
                subject,
                message,
                path=("contract", "end"),
                measurements=(Measurement("days until the last day of notice", left, "days"),),
                severity="high" if state == "ended" else None,
                who=system.owners.business,
            )
