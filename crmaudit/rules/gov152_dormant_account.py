"""Account that nobody uses and that keeps its rights.

## Why
A dormant account is a door that nobody watches: a guessed or stolen password goes unnoticed. Hit
where the last login lies more than `days` back, nothing was recorded since, and rights remain.

## Fix
Ask the holder's manager. Close the account, or take its rights until it is needed again.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, levels: {contacts: UUUN}, last_login: 2025-11-30}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, levels: {contacts: UUUN}, last_login: 2026-06-11}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import month_of, msg
from crmaudit.rules.accounts import COLLECT, accounts_of, each
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, days: int = 180) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if accounts.login_unknown == len(accounts.usable):
            reason = msg("{system} does not tell when accounts were last used", system=system.name)
            yield NotAssessed(reason, COLLECT, f"system:{system.id}")
            continue
        yield from each(
            facts,
            system,
            accounts,
            accounts.dormant(days),
            lambda j: (
                msg(
                    "{j} was last used in {month_of} and keeps its rights",
                    j=j.name,
                    month_of=month_of(j.account.last_login),
                )
                if j.account.last_login
                else ""
            ),
            msg("were not used for {days} days and keep their rights", days=days),
            # An administrator's account opens everything.
            severity=lambda j: "high" if j.administrator else None,
        )
