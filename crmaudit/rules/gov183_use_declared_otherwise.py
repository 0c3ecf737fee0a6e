"""The dossier counts users who do not use it.

## Why
A number of users taken from the list of accounts, or from the licence, says who could work there.
Plans and licences reckoned by it are too large, and the adoption looks better than it is. Counted
are accounts that recorded or logged in within the last `days`; hit where more than `share` of the
users declared are not among them.

## Fix
Write into the dossier how many people work in the system, and close the accounts of the others.

## Bad
```yaml audit.yaml
{organisation: Sample, as_of: 2026-06-30, staff: 40}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, users: 30}
```
```yaml evidence
- kind: recording
  system: crm
  recorded: [{account: [a, b, c, d, e, f, g, h], table: notes, month: 2026-06, created: 4}]
  logged_in: [{account: [a, b, c, d, e, f, g, h, i, j], month: 2026-06}]
  logins_since: 2024-01-01
```

## Good
```yaml audit.yaml
{organisation: Sample, as_of: 2026-06-30, staff: 40}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, users: 11}
```
```yaml evidence
- kind: recording
  system: crm
  recorded: [{account: [a, b, c, d, e, f, g, h], table: notes, month: 2026-06, created: 4}]
  logged_in: [{account: [a, b, c, d, e, f, g, h, i, j], month: 2026-06}]
  logins_since: 2024-01-01
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.rate import head_count, too_few
from crmaudit.messages import month_of, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import crm_subject

severity: Severity = "low"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, share: float = 0.2, days: int = 90) -> Iterator[Hit]:
    use = need_usage(facts, days)
    crm = facts.workspace.crm
    if crm is None or crm.users is None:
        raise NotAssessed(
            msg("the CRM's dossier counts no users"), needs=msg("users: in its dossier")
        )
    since, until = use.since(days), use.until
    seen = use.people(a for a in use.accounts if not a.program and a.used(since, until))
    if not use.logins_known or too_few(crm.users):
        raise NotAssessed(
            msg("logins are not known, so that users who only look are not seen"),
            needs=msg("the part `sessions` in maps/"),
        )
    if crm.users - seen > share * crm.users:
        small = too_few(seen)
        label = msg("accounts at work, of the users declared")
        yield Hit(
            crm_subject(facts),
            msg(
                "{crm} is said to have {users:,} users; {head_count} accounts worked in "
                "it since {month_of}",
                crm=crm.name,
                users=crm.users,
                head_count=head_count(seen),
                month_of=month_of(since),
            ),
            path=("users",),
            measurements=()
            if small
            else (Measurement.share(label, seen, crm.users, use.evidence),),
            confidence="firm",
        )
