"""Fewer named licences than people who need one.

## Why
A super user or data custodian who has to wait for a free licence cannot work: uploads and
reports run for hours, and the front desk is in the system all day. Where the CRM keeps
logins, accounts used on `days` days a month count as well.

## Fix
Buy named licences, or turn concurrent ones into named, until every super user and data
custodian has one. Correct `licences:` in the dossier.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: concurrent, entitled: 9}]}
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: named, entitled: 9}]}
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.licences import NAMED_DAYS, named, need_named
from crmaudit.governance.rate import too_few
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "users"
initiative = "right-licences"


def check(facts: Facts, days: int = NAMED_DAYS) -> Iterator[Hit]:
    facts.need("people.yaml")
    crm = facts.workspace.crm
    if crm is None:
        raise NotAssessed(
            msg("which system is the CRM is not declared"), needs=msg("crm: in audit.yaml")
        )
    if {x.type for x in crm.licences or ()} & {"site", "server", "free", "subscription"}:
        return  # Everybody may use it.
    count = named(crm)
    if count is None:
        raise NotAssessed(
            msg("the licences of {crm} are not counted", crm=crm.name),
            needs=msg("licences: in its dossier"),
        )
    room = facts.governance
    needed = len(room.of_type("super user")) + len(room.of_type("data custodian"))
    read = room.accounts(facts.day).get(crm.id)
    by_use = need_named(read, days) if read and not read.cannot else None
    if by_use is not None and by_use > max(needed, count) and not too_few(by_use):
        yield Hit(
            f"system:{crm.id}",
            msg(
                "{crm} has {licences} for {by_use} accounts that are used on {days} days "
                "a month, or whose holder's type needs one",
                crm=crm.name,
                licences=counted(count, "named licence"),
                by_use=by_use,
                days=days,
            ),
            path=("licences",),
            measurements=(
                Measurement(
                    "named licences lacking",
                    by_use - count,
                    evidence=read.evidence if read else (),
                ),
            ),
            confidence="firm",
            who=crm.owners.it,
        )
    elif count < needed:
        yield Hit(
            f"system:{crm.id}",
            msg(
                "{crm} has {licences} for {needed} people who are super users or data custodians",
                crm=crm.name,
                licences=counted(count, "named licence"),
                needed=needed,
            ),
            path=("licences",),
            measurements=(Measurement("named licences lacking", needed - count),),
            who=crm.owners.it,
        )
