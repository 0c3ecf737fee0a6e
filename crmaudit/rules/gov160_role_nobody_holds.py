"""Role that no account holds.

## Why
A role without holders is a leftover of a plan. It is given away one day by its name alone, with
rights that nobody has looked at for years.

## Fix
Delete it, or write down what it is kept for.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, roles: [desk]}]
  roles: [{id: desk}, {id: analyst}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, roles: [desk]}]
  roles: [{id: desk}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import COLLECT, accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of, quoted, verb

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        whole = len(accounts.access.roles)
        if not any(accounts.holders.values()):
            reason = msg("{system} does not tell who holds which role", system=system.name)
            yield NotAssessed(reason, COLLECT, f"system:{system.id}")
        elif accounts.unheld:
            idle = len(accounts.unheld)
            named = listed(quoted(r.name or r.id, 30) for r in accounts.unheld)
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {roles} {verb} held by no account: {named}",
                    system=system.name,
                    roles=part_of(idle, whole, "role"),
                    verb=verb(idle, "is", "are"),
                    named=named,
                ),
                measurements=(
                    Measurement.share("roles without a holder", idle, whole, accounts.evidence),
                ),
            )
