"""Entity that feeds carry in a circle.

## Why
Where a record comes back to where it started, an old value can overtake a new one, and a fault
entered once returns after every cleansing. Nobody can say any more where a value came from.

## Fix
Agree on a direction: the system of record gives, the others take. Where both must write, let one
feed carry only what the other does not.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{to: news, entities: customer}, {from: news, entities: customer}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{to: news, entities: customer}, {from: news, entities: opt-out}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "mend-feeds"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    crud = facts.crud
    if not crud.feeds and any(s.feeds is None for s in facts.workspace.in_scope):
        raise NotAssessed(msg("no dossier declares a feed"), needs=msg("feeds: (empty for none)"))
    for name in sorted({e for link in crud.feeds for e in link.entities}):
        circles = crud.circles(name)
        if not circles:
            continue
        entity = facts.workspace.entity.get(name)
        longest = max(circles, key=len)
        record = entity.system_of_record if entity else None
        yield Hit(
            f"entity:{name}",
            msg(
                "{entity} goes in a circle through {longest} of {systems} systems: {systems2}",
                entity=entity.label if entity else name,
                longest=len(longest),
                systems=len(crud.systems),
                systems2=systems(facts, longest),
            ),
            measurements=(Measurement("systems in the circle", len(longest), "systems"),),
            severity="low" if record in longest else None,
            who=entity.steward if entity else None,
            related=tuple(f"system:{s}" for circle in circles for s in circle),
        )
    for subject in sorted({link.subject for link in crud.feeds if not link.entities}):
        reason = msg("nobody said which entities this feed carries")
        yield NotAssessed(reason, msg("feeds: entities:"), subject)
