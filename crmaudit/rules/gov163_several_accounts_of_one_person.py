"""One person with several accounts in a system.

## Why
Two accounts of one person split what that person did, cost two licences, and add up rights that
each alone would not give. An administrator's second account for daily work is the good reason.

## Fix
Close all but one, or waive the finding where the second account is meant.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, accounts: {crm: ana}}]
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-1, also: [acct-ana]}, {name: acct-ana}]}
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, accounts: {crm: ana}}]
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-1}, {name: acct-ana}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import account_subject, accounts_of, shown
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        for found in accounts.several.values():
            first = min(found, key=lambda j: j.name)
            yield Hit(
                account_subject(system, first),
                msg("{found} belong to one person", found=shown(found)),
                file=facts.workspace.file_of(f"system:{system.id}"),
                # One of them does daily work, the other administers: that is as it should be.
                confidence="tentative" if any(j.administrator for j in found) else "firm",
                related=(f"system:{system.id}",),
            )
