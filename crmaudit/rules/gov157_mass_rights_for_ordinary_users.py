"""Ordinary users may export, change or delete in bulk.

## Why
One wrong tick in a mass edit changes thousands of records; one export takes the customer list
home. Bulk work is the super users' duty. Administrators and super users are left out. Hit from
`share` of the ordinary accounts on for exports, and from one account on for mass deletion.

## Fix
Take the mass rights out of the ordinary roles, and give them to a role of the super users.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: [acct-ana, acct-ben], levels: {contacts: UUUN}, beyond: [mass delete]}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: [acct-ana, acct-ben], levels: {contacts: UUUN}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence.access import Beyond
from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.accounts import accounts_of, shown
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import subject

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"

_RIGHTS: tuple[tuple[Beyond, str], ...] = (
    ("mass delete", "delete many records at once"),
    ("mass change", "change many records at once"),
    ("export", "export records"),
)


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts, rights=True):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        for right, words in _RIGHTS:
            found, whole = accounts.may(right), len(accounts.ordinary)
            if not found or (right != "mass delete" and len(found) < share * whole):
                continue
            named = joined("", (": ", shown(found, 2))) if len(found) <= 5 else ""
            yield Hit(
                subject("right", system.id, right),
                msg(
                    "{system}: {found:,} of {accounts} may {words}{named}",
                    system=system.name,
                    found=len(found),
                    accounts=counted(whole, "ordinary account"),
                    words=msg(words),
                    named=named,
                ),
                file=facts.workspace.file_of(f"system:{system.id}"),
                measurements=(
                    Measurement.share(
                        msg("may {words}", words=msg(words)), len(found), whole, accounts.evidence
                    ),
                ),
                severity="high" if right == "mass delete" else None,
                related=(f"system:{system.id}",),
                # Whoever is a super user stands in people.yaml, as far as it goes.
                confidence="firm",
            )
