"""Somebody who left still has an account.

## Why
An account outlives its owner until somebody closes it. Until then its rights can be used, and
what is done with them is laid to a person who is gone. The CRM's own last day of work counts, and
`leaves:` of people.yaml; accounts that were read are told by pseudonym, others by the job.

## Fix
Close the account, hand its records to a successor, and take it out of people.yaml.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, leaves: 2026-01-31, accounts: {crm: adiaz}}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, leaves: 2026-12-31, accounts: {crm: adiaz}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.access import leavers
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of, each
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import position_subject, position_words

severity: Severity = "high"
topic: Topic = "access"
initiative = "close-accounts"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    read = facts.governance.accounts(facts.day)
    for told in accounts_of(facts) if read else ():
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        yield from each(
            facts,
            system,
            accounts,
            accounts.leavers,
            lambda j: msg("{j} can still be used although its holder has left", j=j.name),
            msg("can still be used although their holders have left"),
            severity=lambda j: "critical" if j.administrator else None,
        )
    if not read:
        facts.need("people.yaml")
    # Whose account was read is judged by that: it may be closed.
    seen = {j.person.id for a in read.values() for j in a.everyone if j.person}
    people = [p for p in facts.workspace.people.people if p.id not in seen]
    if not any(p.leaves for p in people):
        return
    for position, count in leavers(people, facts.as_of).items():
        who = msg("somebody") if count == 1 else msg("{count} people", count=count)
        yield Hit(
            position_subject(position),
            msg(
                "{position_words}: account or rights of {who} who left still stand",
                position_words=position_words(position, facts),
                who=who,
            ),
            file="people.yaml",
            path=("people",),
            measurements=(Measurement("leavers with an account", count),),
        )
