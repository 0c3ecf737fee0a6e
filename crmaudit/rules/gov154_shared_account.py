"""Account that is shared, or nobody's in particular.

## Why
What is done with a shared account was done by nobody: the audit trail names a desk. Its password
is known to those who left, and several people are counted as one.

## Fix
Give each person an account of their own, and close the shared one. Where a desk needs one, let it
see little and change nothing.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-desk, signs: [the login is a word for a post or a team]}]
```

## Good
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-ana}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.rules.accounts import accounts_of, each
from crmaudit.rules.base import Confidence, Hit, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        yield from each(
            facts,
            system,
            accounts,
            accounts.shared,
            lambda j: msg(
                "{j} seems to be nobody's own: {signs}",
                j=j.name,
                signs=joined("; ", j.account.signs[:2]),
            ),
            msg("seem to be nobody's own"),
            severity=lambda j: "high" if j.administrator else None,
            confidence=lambda j: _sure(len(j.account.signs)),
        )


def _sure(signs: int) -> Confidence:
    """One sign alone is a hint."""
    return "firm" if signs > 1 else "tentative"
