"""Feed that carries what one of its ends does not hold.

## Why
A feed costs care every day, and each copy is one more to protect. Where the target does nothing
with what arrives, or the source has nothing to give, the feed or the dossier is wrong.

## Fix
Ask the target's owner what the data are for. End the feed, or add the letters that were
forgotten.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
crud_complete: true
feeds: [{to: news, entities: customer, by: file}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {opt-out: CRU}, crud_complete: true}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
crud_complete: true
feeds: [{to: news, entities: customer, by: file}]
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {customer: R, opt-out: CRU}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.flows import Flow, flows
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entities

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "mend-feeds"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    crud, workspace = facts.crud, facts.workspace
    if not crud.feeds and any(s.feeds is None for s in workspace.in_scope):
        raise NotAssessed(msg("no dossier declares a feed"), needs=msg("feeds: (empty for none)"))
    pairs: dict[str, list[Flow]] = {}
    for flow in flows(crud):
        if flow.declared and flow.kind != "direct":
            pairs.setdefault(flow.subject, []).append(flow)
    for subject, found in pairs.items():
        idle = [f for f in found if f.kind == "unused"]
        if not idle:
            open_ = next((f for f in found if f.kind == "unknown"), None)
            if open_ is not None:
                yield NotAssessed(_open(facts, open_), _needs(facts, open_), subject)
            continue
        flow = idle[0]
        carried = len({e for f in found for e in f.entities})
        unused = list(dict.fromkeys(e for f in idle for e in f.entities))
        names = {end: facts.workspace.system[s].name for end, s in _ends(flow).items()}
        said = (
            msg("{names} does nothing with", names=names["target"])
            if flow.reason == "target"
            else msg("{names} itself does not hold", names=names["source"])
        )
        first = flow.feeds[0]
        yield Hit(
            subject,
            msg(
                "The feed from {names} to {names2} carries what {said}: {entities}",
                names=names["source"],
                names2=names["target"],
                said=said,
                entities=entities(facts, unused),
            ),
            file=workspace.file_of(f"system:{first.declared_in}"),
            path=("feeds", first.index),
            measurements=(Measurement.share("entities not used", len(unused), carried),),
            confidence="firm",
            who=first.owner or workspace.system[first.declared_in].owners.it,
            related=(
                f"system:{flow.source}",
                f"system:{flow.target}",
                *(f"entity:{e}" for e in unused),
            ),
        )


def _ends(flow: Flow) -> dict[str, str]:
    return {"source": flow.source, "target": flow.target}


def _open(facts: Facts, flow: Flow) -> str:
    if flow.reason == "entities":
        return msg("nobody said which entities this feed carries")
    name = facts.workspace.system[_ends(flow)[flow.reason]].name
    return msg(
        "nobody said what {name} does to {entities}",
        name=name,
        entities=entities(facts, flow.entities),
    )


def _needs(facts: Facts, flow: Flow) -> str:
    return msg("feeds: entities:") if flow.reason == "entities" else msg("crud: of both ends")
