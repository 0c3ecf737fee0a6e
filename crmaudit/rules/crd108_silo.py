"""System that shares its data with no other.

## Why
A silo's data are entered for it alone, and what it knows is known nowhere else. CRM systems are
prone to it: they do not talk easily to others, and staff copy by hand what no feed carries.

## Fix
Build a feed for the entities it shares with others, or end the system. A system that has none
on purpose says so with `feeds: []` and a response to this finding.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: []}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: CRU}, feeds: []}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: [{to: billing, entities: customer}]}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: R}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "build-feeds"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    crud = facts.crud
    for silo in crud.silos():
        system = facts.workspace.system[silo]
        if not in_use(system) or left_blank(system, "feeds"):
            continue
        if system.feeds is None:
            reason = msg(
                "nobody said with which systems {system} exchanges data", system=system.name
            )
            yield NotAssessed(reason, msg("feeds: (empty for none)"), f"system:{silo}")
            continue
        held = list(crud.held_by(silo))
        shared = [e for e in held if len(crud.holders(e)) > 1]
        yield Hit(
            f"system:{silo}",
            msg(
                "{system} has no feed; {entities} it holds {verb} elsewhere too",
                system=system.name,
                entities=part_of(len(shared), len(held), "entity", "entities"),
                verb=verb(len(shared), "lies", "lie"),
            ),
            path=("feeds",),
            measurements=(Measurement.share("entities held elsewhere", len(shared), len(held)),),
            severity="high" if shared else "low",
            who=system.owners.it,
            related=tuple(f"entity:{e}" for e in shared),
        )
