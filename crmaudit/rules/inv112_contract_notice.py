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
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import ahead

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
                reason = msg(
                    "the end of the contract for {system} is not known", system=system.name
                )
                yield NotAssessed(reason, msg("contract: end: and notice_days:"), subject)
            continue
        state = contract_state(contract, day, days)
        left, end = (last - day).days, long_date(contract.end)
        message = {
            "ended": msg(
                "The contract for {system} ended on {end}, and it is in use",
                system=system.name,
                end=end,
            ),
            "notice missed": msg(
                "The contract for {system} renews itself on {end}; notice was possible "
                "until {long_date}",
                system=system.name,
                end=end,
                long_date=long_date(last),
            ),
            "notice due": msg(
                "The contract for {system} needs a decision by {long_date} ({ahead})",
                system=system.name,
                long_date=long_date(last),
                ahead=ahead(left),
            ),
        }.get(state)
        if state == "notice due" and left < 0:
            message = msg(
                "The contract for {system} runs out on {end}", system=system.name, end=end
            )
        if message:
            yield Hit(
                subject,
                message,
                path=("contract", "end"),
                measurements=(Measurement("days until the last day of notice", left, "days"),),
                severity="high" if state == "ended" else None,
                who=system.owners.business,
            )
