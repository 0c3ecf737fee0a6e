"""Account used after its holder left.

## Why
Somebody worked under the name of a person who had gone: a colleague with the password, a program,
or the leaver. Whatever was done then cannot be laid to anybody.

## Fix
Find out what was done since, close the account or change its password, and hand its records over.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, ended: 2026-01-31, last_login: 2026-03-05}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, active: false, ended: 2026-01-31, last_login: 2026-01-31}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of, each
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "access"
initiative = "close-accounts"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        yield from each(
            facts,
            system,
            accounts,
            accounts.used_after_leaving,
            lambda j: (
                msg("{j} was used after its holder's last day of work", j=j.name)
                + ("" if j.usable else msg("; it is closed by now"))
            ),
            msg("were used after their holders had left"),
            confidence=lambda j: "certain" if j.account.ended else "firm",
        )
