"""Account that belongs to no unit.

## Why
Where rights are given by unit, those of an account without one say nothing: it sees too little,
or, in some products, everything. Nor can its use be laid to a department.

## Fix
Give each account the unit its holder works in.

## Bad
```yaml evidence
- {kind: access, system: crm, units: [sales], accounts: [{name: acct-ana}]}
```

## Good
```yaml evidence
- {kind: access, system: crm, units: [sales], accounts: [{name: acct-ana, unit: sales}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import COLLECT, accounts_of, each
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if not accounts.access.units:
            reason = msg(
                "{system} keeps no units that its accounts could belong to", system=system.name
            )
            yield NotAssessed(reason, COLLECT, f"system:{system.id}")
            continue
        yield from each(
            facts,
            system,
            accounts,
            accounts.without_unit,
            lambda j: (
                msg("{j} belongs to ", j=j.name)
                + (msg("a unit that is not there") if j.account.unit else msg("no unit"))
            ),
            msg("belong to no unit"),
        )
