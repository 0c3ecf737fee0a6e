"""Feed with problems, by hand, or without an owner.

## Why
Data movement is where copies part. A feed that fails now and then, that somebody carries by hand
or that belongs to nobody is the place at which two systems begin to disagree.

## Fix
Name an owner for the feed, mend what is known to be wrong, and let a program do what hands do.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{to: news, entities: customer, by: manual, problems: done when somebody remembers}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{to: news, entities: customer, by: api, owner: tom}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import FeedLink
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "mend-feeds"

BY_FAULT: dict[str, Severity] = {
    "with known problems": "high",
    "carried by hand": "medium",
    "without owner": "low",
}
SAID = {
    "with known problems": ("has a known problem", "have known problems"),
    "carried by hand": ("is carried by hand", "are carried by hand"),
    "without owner": ("has no owner", "have no owner"),
}


def check(facts: Facts) -> Iterator[Hit]:
    workspace = facts.workspace
    if not facts.crud.feeds and any(s.feeds is None for s in workspace.in_scope):
        raise NotAssessed(msg("no dossier declares a feed"), needs=msg("feeds: (empty for none)"))
    pairs: dict[str, list[FeedLink]] = {}
    for link in facts.crud.feeds:
        pairs.setdefault(link.subject, []).append(link)
    for subject, links in pairs.items():
        bad = {
            "with known problems": [x for x in links if x.problems],
            "carried by hand": [x for x in links if x.by == "manual"],
            "without owner": [x for x in links if x.owner is None],
        }
        worst = next((words for words, b in bad.items() if b), None)
        if worst is None:
            continue
        only = len(links) == 1
        said = listed(
            msg(SAID[words][0])
            if only
            else msg("{n} {have}", n=len(b), have=msg(SAID[words][len(b) > 1]))
            for words, b in bad.items()
            if b
        )
        first = bad[worst][0]
        source, target = (workspace.system[s].name for s in (first.source, first.target))
        yield Hit(
            subject,
            msg(
                "The feed from {source} to {target} {said}", source=source, target=target, said=said
            )
            if only
            else msg(
                "Of {links} feeds from {source} to {target}, {said}",
                links=len(links),
                source=source,
                target=target,
                said=said,
            ),
            file=workspace.file_of(f"system:{first.declared_in}"),
            path=("feeds", first.index),
            measurements=tuple(
                Measurement.share(msg("feeds {words}", words=words), len(b), len(links))
                for words, b in bad.items()
                if b
            ),
            severity="high"
            if bad["with known problems"]
            else "medium"
            if bad["carried by hand"]
            else None,
            who=first.owner or workspace.system[first.declared_in].owners.it,
            related=(f"system:{first.source}", f"system:{first.target}"),
        )
