"""Too few of the staff use the CRM.

## Why
A CRM in which only some record is a picture with holes, and nobody can rely on it. Good practice
is that strictly more than `share` of the staff use it.

## Fix
Find out which units do not use it and why, train them, and take away what makes it slow. Declare
`users:` in the CRM's dossier and `staff:` in audit.yaml.

## Bad
```yaml audit.yaml
organisation: Sample
staff: 50
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, users: 40}
```

## Good
```yaml audit.yaml
organisation: Sample
staff: 50
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, users: 41}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.rate import head_count, too_few
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject, percent

severity: Severity = "high"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, share: float = 0.8) -> Iterator[Hit]:
    found = facts.governance.adoption
    if found is None:
        raise NotAssessed(
            "users or staff are not counted, or the users outnumber the staff",
            needs="users: in the CRM's dossier and staff: in audit.yaml",
        )
    if too_few(found.staff):
        raise NotAssessed("fewer than five staff: no share is told", needs="a larger group")
    above = found.above(share)
    if above is None:
        raise NotAssessed(
            f"of {found.unknown} of {found.staff} staff nobody said whether they use the CRM",
            needs="users: in the CRM's dossier",
        )
    if not above:
        used = found.users + found.unknown
        most = "at most " if found.unknown else ""
        counts = f"{most}{head_count(used)} of {found.staff:,} staff use {crm_name(facts)}"
        small = too_few(used)
        rate = "" if small else f"{percent(used / found.staff)}: "
        measured = Measurement.share("staff who use the CRM", used, found.staff)
        yield Hit(
            crm_subject(facts),
            f"Adoption {rate}{counts}; more than {percent(share)} should",
            measurements=() if small else (measured,),
            confidence="firm",
        )
