"""Feed that the matrix implies and nobody declares.

## Why
One system creates an entity, another reads it: something has to carry it over. If it is no feed,
it is a person with a list, typing; or the reader works with what it once got.

## Fix
Ask how the data come over. Declare the feed that exists, or build the one that is missing, from
the system of record where several create the entity.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: []}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {customer: R}, feeds: []}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: [{to: news, entities: customer}]}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {customer: R}, feeds: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import feed_subject
from crmaudit.facts import Facts
from crmaudit.inventory import in_use
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entities

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "build-feeds"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    workspace, crud = facts.workspace, facts.crud
    for (source, target), carried in crud.implied_feeds().items():
        giver, taker = workspace.system[source], workspace.system[target]
        if not (in_use(giver) and in_use(taker)):
            continue
        told = [s.feeds is not None for s in (giver, taker)]
        if not any(told):
            reason = msg(
                "neither {giver} nor {taker} says what feeds it has",
                giver=giver.name,
                taker=taker.name,
            )
            yield NotAssessed(reason, msg("feeds: in both dossiers"), feed_subject(source, target))
            continue
        read = len(crud.read_from(source, target))
        yield Hit(
            feed_subject(source, target),
            msg(
                "{taker} reads {entities} that {giver} creates; no feed brings {it}: {entities2}",
                taker=taker.name,
                entities=counted(read, "entity", "entities"),
                giver=giver.name,
                it=msg("it") if read == 1 else msg("{carried} of them", carried=len(carried)),
                entities2=entities(facts, carried),
            ),
            file=workspace.file_of(f"system:{target}"),
            path=("feeds",) if taker.feeds is not None else ("id",),
            measurements=(Measurement.share("entities without a feed", len(carried), read),),
            confidence="firm" if all(told) else "tentative",
            who=taker.owners.it or giver.owners.it,
            related=(f"system:{source}", f"system:{target}", *(f"entity:{e}" for e in carried)),
        )
