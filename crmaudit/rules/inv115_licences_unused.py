"""Licences are paid and not used.

## Why
Licences are mostly bought for the number of staff and used by the few who record. Named ones
that lie idle are money for nothing, and a sign that people do not use the system.

## Fix
Ask first why they are idle: training may be the answer. Then return or exchange them at the
next renewal. From `share` of the entitled licences on, idle ones are a finding. Where `used:` is
not declared, what the CRM's own logins tell counts: named ones by who came, shared ones by the most
in at one time.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
licences: [{type: named, entitled: 100, assigned: 80, used: 55, unit_cost: 240}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
licences: [{type: named, entitled: 60, assigned: 60, used: 57, unit_cost: 240}]
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor
from typing import NamedTuple

from crmaudit.facts import Facts
from crmaudit.governance.licences import LicenceUse as Measured
from crmaudit.inventory import left_blank
from crmaudit.inventory.licences import PAID_EACH, LicenceUse
from crmaudit.messages import Money, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "review-contracts"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit | NotAssessed]:
    seen = facts.governance.licence_uses(facts.day)
    for row in facts.inventory.in_scope:
        system, subject = row.system, f"system:{row.system.id}"
        told = _told(row.licences, seen.get(system.id, ()))
        idle = [u for u in told if u.idle and u.idle >= share * u.entitled]
        if idle:
            spare, bought = sum(u.idle for u in idle), sum(u.entitled for u in idle)
            known = [u.cost for u in idle if u.cost is not None]
            money, evidence = facts.inventory.currency, tuple(e for u in idle for e in u.evidence)
            price = (
                msg(
                    ", {known:,.0f} {money} a year",
                    known=Money(floor(sum(known) + 0.5)),
                    money=money,
                )
                if known
                else ""
            )
            yield Hit(
                subject,
                msg(
                    "{system}: {licences} {verb} paid and not used{price}",
                    system=system.name,
                    licences=part_of(spare, bought, "licence"),
                    verb=verb(spare, "is", "are"),
                    price=price,
                ),
                path=("licences", idle[0].place),
                measurements=(
                    Measurement.share(
                        "licences idle", spare, bought, tuple(dict.fromkeys(evidence))
                    ),
                    *([Measurement("cost of idle licences", sum(known), money)] if known else []),
                ),
                confidence="certain" if all(u.sure for u in idle) else "firm",
                who=system.owners.business,
            )
        elif system.licences is None and not left_blank(system, "licences"):
            yield NotAssessed(
                msg("no licences of {system} are listed", system=system.name), "licences:", subject
            )
        elif len(told) < sum(x.type in PAID_EACH for x in system.licences or ()):
            reason = msg("nobody counted the licences of {system} in use", system=system.name)
            yield NotAssessed(reason, msg("licences: entitled: and used:"), subject)


class _Idle(NamedTuple):
    place: int
    entitled: int
    idle: int
    cost: float | None
    sure: bool
    evidence: tuple[str, ...] = ()


def _told(declared: Sequence[LicenceUse], seen: Sequence[Measured]) -> list[_Idle]:
    """The number in use as somebody counted it, else as measured, else what is assigned."""
    found = {u.index: _Idle(u.index, u.entitled, u.idle, u.cost, u.counted) for u in declared}
    for m in seen:
        counted = m.index in found and found[m.index].sure
        entitled, idle = m.licence.entitled, m.idle
        if (
            m.licence.type in PAID_EACH
            and not counted
            and entitled is not None
            and idle is not None
        ):
            cost = None if m.cost is None else idle * m.cost
            found[m.index] = _Idle(m.index, entitled, idle, cost, False, m.evidence)
    return [found[i] for i in sorted(found)]
