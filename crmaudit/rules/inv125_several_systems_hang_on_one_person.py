"""Several systems hang on the same person.

## Why
One person alone for one system is a risk; one person alone for several is a risk to all of them
on the same day. Lists by system do not show it. It is a fault of the arrangement and none of the
person.

## Fix
Spread the systems over more people, the most critical one first, or contract a stand-in. From
`systems` systems on it is a finding; it is high where the person leaves within `months`, works
on contract, or is alone for two systems of high criticality.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: BeaconCRM, held: [{person: Tom Iversen, level: 4}]}]}
```
```yaml systems/billing.yaml
id: billing
name: LedgerLine
support: {skills: [{skill: LedgerLine, held: [{person: Tom Iversen, level: 3}]}]}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: BeaconCRM, held: [{person: Tom Iversen, level: 4}]}]}
```
```yaml systems/billing.yaml
id: billing
name: LedgerLine
support: {skills: [{skill: LedgerLine, held: [{person: Eva Lund, level: 3}]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import months_later
from crmaudit.messages import counted, long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import subject
from crmaudit.rules.words import systems as names

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "secure-skills"


def check(facts: Facts, systems: int = 2, months: int = 12) -> Iterator[Hit]:
    if not any(s.held for r in facts.inventory.in_scope for s in r.skills):
        raise NotAssessed(
            msg("no dossier says who holds its skills"), msg("support: skills: held:")
        )
    known, day = facts.workspace.system, facts.day
    for hanging in facts.inventory.staffing.dependences:
        alone = hanging.systems
        if len(alone) < systems:
            continue
        critical = sum(known[s].criticality in ("high", "critical") for s in alone)
        last = hanging.leaves if day else None
        soon = last is not None and day is not None and last <= months_later(day, months)
        gone = last is not None and day is not None and last < day
        when = (
            msg(
                ", who {left} on {long_date}",
                left=msg("left") if gone else msg("leaves"),
                long_date=long_date(last),
            )
            if last and soon
            else ""
        )
        hired = msg(", a contractor") if hanging.contractor else ""
        yield Hit(
            subject("person", hanging.person),
            msg(
                "Support of {systems} hangs on {person_name} alone{hired}{when}: {facts}",
                systems=counted(len(alone), "system"),
                person_name=facts.workspace.person_name(hanging.person),
                hired=hired,
                when=when,
                facts=names(facts, alone),
            ),
            measurements=(
                Measurement("systems", len(alone)),
                Measurement("of high or critical criticality", critical),
            ),
            severity="high" if soon or hanging.contractor or critical > 1 else None,
            who=hanging.person,
            related=tuple(f"system:{s}" for s in alone),
        )
