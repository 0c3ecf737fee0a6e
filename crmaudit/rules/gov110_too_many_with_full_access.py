"""Too many people with access to everything.

## Why
Organizational access is for the overall administrators only: whoever holds it can change or
delete any record of the organisation. More than `most` holders are hard to answer for, or more
than `share` of the accounts where there are many. The CRM's own administrators count before what
is declared; accounts of programs are left out.

## Fix
Keep it for the administrators, and give everybody else the level of their job.

## Bad
```yaml people.yaml
people:
  - {id: a, name: A. Diaz, granted: Organizational}
  - {id: b, name: B. Osei, granted: Organizational}
  - {id: c, name: C. Lind, granted: Organizational}
  - {id: d, name: D. Roux, granted: Organizational}
```

## Good
```yaml people.yaml
people:
  - {id: a, name: A. Diaz, granted: Organizational}
  - {id: b, name: B. Osei, granted: User}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.accounts import accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_subject, part_of, verb

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, most: int = 3, share: float = 0.02) -> Iterator[Hit | NotAssessed]:
    read = facts.governance.accounts(facts.day)
    crm = facts.workspace.crm
    for told in accounts_of(facts) if read else ():
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        whole, found = len(accounts.usable), len(accounts.administrators)
        if found > max(most, int(share * whole)):
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {accounts} that can be used {verb}; at most {most:,} should",
                    system=system.name,
                    accounts=part_of(found, whole, "account"),
                    verb=verb(found, "is an administrator", "are administrators"),
                    most=max(most, int(share * whole)),
                ),
                measurements=(
                    Measurement.share("administrators", found, whole, accounts.evidence),
                ),
                who=system.owners.it,
            )
    # What people declare speaks of the CRM.
    unknown = crm is None or crm.id not in read or bool(read[crm.id].cannot)
    if unknown and (not read or facts.workspace.people.people):
        yield from _declared(facts, most)


def _declared(facts: Facts, most: int) -> Iterator[Hit]:
    facts.need("people.yaml")
    holders = facts.governance.widest_holders
    if holders is None:
        raise NotAssessed(
            msg("no granted access level is known"), needs=msg("granted: in people.yaml")
        )
    if holders.part > most:
        some = part_of(holders.part, holders.whole, "person", "people")
        yield Hit(
            crm_subject(facts),
            msg(
                "{some} with a known level {verb} Organizational access; at most {most} should",
                some=capital(some),
                verb=verb(holders.part, "has", "have"),
                most=most,
            ),
            file="people.yaml",
            path=("people",),
            measurements=(
                Measurement.share("with Organizational access", holders.part, holders.whole),
            ),
        )
