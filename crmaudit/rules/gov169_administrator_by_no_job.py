"""Administrator whose job is another.

## Why
An administrator may change or delete everything, and give any right to anybody. That is for the
overall administrators: whoever else has it can lose information for all by one mistake.

## Fix
Take the right from the account and give it the role of the job, or declare the person as one with
`administers: true` in people.yaml. Accounts of nobody known count only where the accounts of all
who administer are listed.

## Bad
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, administers: true, accounts: {crm: ana}}
  - {id: ben, name: Ben Osei, rank: employee, accounts: {crm: ben}}
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: [acct-ana, acct-ben], administrator: true}]}
```

## Good
```yaml people.yaml
people:
  - {id: ana, name: Ana Diaz, administers: true, accounts: {crm: ana}}
  - {id: ben, name: Ben Osei, rank: employee, accounts: {crm: ben}}
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, administrator: true}, {name: acct-ben}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of, each, surety
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        found = accounts.needless_administrators(facts.workspace.people.people)
        if found is None:
            yield NotAssessed(
                msg("nobody is declared an overall administrator"),
                msg("administers: in people.yaml"),
                f"system:{system.id}",
            )
            continue
        yield from each(
            facts,
            system,
            accounts,
            found,
            lambda j: (
                msg(
                    "{j} may administer everything; its holder is no overall administrator",
                    j=j.name,
                )
                if j.person
                else msg(
                    "{j} may administer everything and is of no overall administrator", j=j.name
                )
            ),
            msg("may administer everything, and their holders are no overall administrators"),
            confidence=lambda j: surety(j) if j.person else "firm",
        )
