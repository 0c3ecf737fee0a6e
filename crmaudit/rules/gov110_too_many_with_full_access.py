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
from crmaudit.rules.accounts import accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, crm_subject, part_of, verb

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
                f"{system.name}: {part_of(found, whole, 'account')} that can be used "
                f"{verb(found, 'is an administrator', 'are administrators')}; at most "
                f"{max(most, int(share * whole)):,} should",
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
        raise NotAssessed("no granted access level is known", needs="granted: in people.yaml")
    if holders.part > most:
        some = part_of(holders.part, holders.whole, "person", "people")
        yield Hit(
            crm_subject(facts),
            f"{capital(some)} with a known level {verb(holders.part, 'has', 'have')} "
            f"Organizational access; at most {most} should",
            file="people.yaml",
            path=("people",),
            measurements=(
                Measurement.share("with Organizational access", holders.part, holders.whole),
            ),
        )
