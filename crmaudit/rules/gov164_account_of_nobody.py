"""Account of nobody who is listed.

## Why
Where people.yaml lists everybody with an account, one of nobody is a leftover, or somebody got it
past the rules. Judged only where people.yaml says `complete: true`.

## Fix
Find its holder and list the account under `accounts:`, or close it.

## Bad
```yaml people.yaml
complete: true
people: [{id: ana, name: Ana Diaz, accounts: {crm: ana}}]
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-ana}, {name: acct-ben}]}
```

## Good
```yaml people.yaml
complete: true
people: [{id: ana, name: Ana Diaz, accounts: {crm: ana}}]
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-ana}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of, each
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    if not facts.workspace.people.complete:
        raise NotAssessed(
            msg("people.yaml does not say that everybody with an account is listed"),
            needs=msg("complete: true in people.yaml"),
        )
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if system.id not in facts.governance.testified.linked:
            reason = msg(
                "whose the accounts of {system} are can only be said with the audit's key",
                system=system.name,
            )
            needs = msg("the key that they were collected with")
            yield NotAssessed(reason, needs, f"system:{system.id}")
            continue
        listed = any(system.id in p.accounts for p in facts.workspace.people.people)
        if not listed:
            reason = msg("people.yaml names no account in {system}", system=system.name)
            yield NotAssessed(reason, msg("accounts: in people.yaml"), f"system:{system.id}")
            continue
        yield from each(
            facts,
            system,
            accounts,
            accounts.of_nobody,
            lambda j: msg("{j} belongs to nobody who is listed", j=j.name),
            msg("belong to nobody who is listed"),
        )
