"""Too few of the staff use the CRM.

## Why
A CRM in which only some record is a picture with holes, and nobody can rely on it. Good practice
is that strictly more than `share` of the staff use it. Who recorded or logged in within the last
`days` is counted first, whole months; what is declared counts where that cannot be told.

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
from crmaudit.governance.adoption import MeasuredAdoption
from crmaudit.governance.rate import head_count, too_few
from crmaudit.messages import joined, month_of, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject, percent

severity: Severity = "high"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, share: float = 0.8, days: int = 90) -> Iterator[Hit]:
    seen = facts.governance.measured_adoption(facts.day, days)
    if seen is not None and not too_few(seen.staff):
        above = seen.above(share)
        if above is False:
            yield _measured(facts, seen, share)
        # Where those who only look things up are not seen, people's word is all there is.
        if above is not None:
            return
    yield from _declared(facts, share)


def _measured(facts: Facts, seen: MeasuredAdoption, share: float) -> Hit:
    small = too_few(seen.users)
    rate = "" if small else joined("", (percent(seen.users / seen.staff), ": "))
    label = msg("staff who recorded or logged in under an account of their own")
    return Hit(
        crm_subject(facts),
        msg(
            "Measured adoption {rate}{head_count} of {staff:,} staff worked in "
            "{crm_name} since {month_of}; more than {percent} should",
            rate=rate,
            head_count=head_count(seen.users),
            staff=seen.staff,
            crm_name=crm_name(facts),
            month_of=month_of(seen.since),
            percent=percent(share),
        ),
        measurements=()
        if small
        else (Measurement.share(label, seen.users, seen.staff, seen.evidence),),
        # Whoever works under an account that several share is not seen; and where accounts were
        # not read, those of programs count as people.
        confidence="certain" if seen.accounts_known and not seen.shared else "firm",
    )


def _declared(facts: Facts, share: float) -> Iterator[Hit]:
    found = facts.governance.adoption
    if found is None:
        raise NotAssessed(
            msg("users or staff are not counted, or the users outnumber the staff"),
            needs=msg("users: in the CRM's dossier and staff: in audit.yaml"),
        )
    if too_few(found.staff):
        raise NotAssessed(
            msg("fewer than five staff: no share is told"), needs=msg("a larger group")
        )
    above = found.above(share)
    if above is None:
        raise NotAssessed(
            msg(
                "of {unknown} of {staff} staff nobody said whether they use the CRM",
                unknown=found.unknown,
                staff=found.staff,
            ),
            needs=msg("users: in the CRM's dossier"),
        )
    if not above:
        used = found.users + found.unknown
        most = msg("at most ") if found.unknown else ""
        counts = msg(
            "{most}{head_count} of {staff:,} staff use {crm_name}, as declared",
            most=most,
            head_count=head_count(used),
            staff=found.staff,
            crm_name=crm_name(facts),
        )
        small = too_few(used)
        rate = "" if small else joined("", (percent(used / found.staff), ": "))
        measured = Measurement.share("staff who use the CRM", used, found.staff)
        yield Hit(
            crm_subject(facts),
            msg(
                "Adoption {rate}{counts}; more than {percent} should",
                rate=rate,
                counts=counts,
                percent=percent(share),
            ),
            measurements=() if small else (measured,),
            confidence="firm",
        )
