"""Licences that do not fit the days they are used on.

## Why
A named licence used now and then is paid for standing idle; a shared one used all day keeps others
out. Counted are whole months with logins; `days` a month and more is all day. Holders who are
declared super users or data custodians need a named one in any case.

## Fix
Swap the licences of those accounts, after asking their holders what the months ahead will bring.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: named, entitled: 6}]}
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: [acct-a, acct-b, acct-c, acct-d, acct-e], licence: named}]
- kind: recording
  system: crm
  logged_in:
    - account: [acct-a, acct-b, acct-c, acct-d, acct-e]
      month: [2026-04, 2026-05, 2026-06]
      days: 3
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: named, entitled: 6}]}
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: [acct-a, acct-b, acct-c, acct-d, acct-e], licence: named}]
- kind: recording
  system: crm
  logged_in:
    - account: [acct-a, acct-b, acct-c, acct-d, acct-e]
      month: [2026-04, 2026-05, 2026-06]
      days: 19
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.adoption import Share
from crmaudit.governance.adoption_told import small, words
from crmaudit.governance.licences import NAMED_DAYS, fits
from crmaudit.governance.rate import too_few
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "users"
initiative = "right-licences"


def check(facts: Facts, days: int = NAMED_DAYS) -> Iterator[Hit | NotAssessed]:
    uses = facts.governance.licence_uses(facts.day)
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if system.id not in uses:
            continue
        found = fits(accounts, uses[system.id], days)
        if found is None:
            yield NotAssessed(
                msg(
                    "on how many days the licences of {system} are used is not known",
                    system=system.name,
                ),
                msg("crmaudit collect --only access,recording"),
                f"system:{system.id}",
            )
            continue
        # Four people or fewer are nobody's business but their own.
        told_of = [
            (share, what)
            for share, what in (
                (
                    Share(found.occasional, found.named),
                    msg("named licences are used on fewer than"),
                ),
                (Share(found.all_day, found.shared), msg("shared licences are used on at least")),
            )
            if not too_few(share.part)
        ]
        if told_of:
            share, what = told_of[0]
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {words} {what} {days} days a month, over {months} months",
                    system=system.name,
                    words=words(share, small(share)),
                    what=what,
                    days=days,
                    months=found.months,
                ),
                path=("licences",),
                measurements=tuple(
                    Measurement.share(
                        msg("{w} {days} days a month", w=w, days=days),
                        x.part,
                        x.whole,
                        accounts.evidence,
                    )
                    for x, w in told_of
                    if not small(x)
                ),
                confidence="firm",
                who=system.owners.it,
            )
