"""Account that was never used.

## Why
Somebody has an account and never came: the training did not happen, the licence is paid for
nothing, or the account was made for nobody. Its first password may still be the one it was given.

## Fix
Ask the unit whether it is needed. Train the holder, or close it. Accounts younger than
`grace_days` are left out.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, never_logged_in: true, created: 2024-02-01}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, never_logged_in: true, created: 2026-06-20}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import month_of, msg
from crmaudit.rules.accounts import COLLECT, accounts_of, each, surety
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, grace_days: int = 30) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if all(j.account.never_logged_in is None for j in accounts.usable):
            reason = msg(
                "{system} does not tell which accounts were never used", system=system.name
            )
            yield NotAssessed(reason, COLLECT, f"system:{system.id}")
            continue
        yield from each(
            facts,
            system,
            accounts,
            accounts.never_used(grace_days),
            lambda j: (
                msg("{j} was never used", j=j.name)
                + (
                    msg(" since it was made in {month_of}", month_of=month_of(j.account.created))
                    if j.account.created
                    else ""
                )
            ),
            msg("were never used"),
            severity=lambda j: "high" if j.administrator else None,
            # Without its first day it may be quite new.
            confidence=lambda j: surety(j) if j.account.created else "tentative",
        )
