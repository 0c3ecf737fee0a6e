"""More accounts than staff.

## Why
Every person needs one account. Where there are more, some are of people who left, some were made
twice, and some belong to nobody; each of them is a way in and maybe a licence.

## Fix
Lay the list of accounts beside the list of staff, and close what has no owner. Volunteers and
contractors with an account belong into `staff:`.

## Bad
```yaml audit.yaml
{organisation: Sample, staff: 2}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: [acct-a, acct-b, acct-c]}]}
```

## Good
```yaml audit.yaml
{organisation: Sample, staff: 3}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: [acct-a, acct-b, acct-c]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.accounts import accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    staff = facts.governance.staff
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if facts.workspace.crm is not None and system.id != facts.workspace.crm.id:
            continue  # The staff are those who should use the CRM.
        if staff is None:
            reason = msg("the staff who should use the CRM are not counted")
            yield NotAssessed(reason, msg("staff: in audit.yaml"), f"system:{system.id}")
        elif len(accounts.own) > staff:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} has {accounts} that can be used for {staff:,} staff; programs "
                    "and shared accounts are not counted",
                    system=system.name,
                    accounts=counted(len(accounts.own), "account"),
                    staff=staff,
                ),
                measurements=(
                    Measurement(
                        "accounts beyond the staff",
                        len(accounts.own) - staff,
                        evidence=accounts.evidence,
                    ),
                ),
                confidence="firm",
            )
