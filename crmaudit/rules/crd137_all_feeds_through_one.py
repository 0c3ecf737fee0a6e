"""System through which all feeds between others go.

## Why
While it stands still, nothing gets from one side to the other, and each system behind it works
with what it last got. That is often on purpose, and then it needs the care of the most critical
system of all.

## Fix
Give it an owner, a backup and a tested restore, and agree how long it may stand still. Reported
where it joins at least `systems` systems to the rest.

## Bad
```yaml systems/hub.yaml
id: hub
name: Exchange
lifecycle: {phase: phase-out}
feeds:
  - {from: crm, entities: customer}
  - {to: billing, entities: customer}
  - {to: news, entities: customer}
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, feeds: []}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, feeds: []}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, feeds: []}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{to: billing, entities: customer}, {to: news, entities: customer}]
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, feeds: [{to: news, entities: invoice}]}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, feeds: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.structure import relays
from crmaudit.facts import Facts
from crmaudit.inventory import leaving
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "maintain-systems"


def check(facts: Facts, *, systems: int = 2) -> Iterator[Hit]:
    crud, workspace = facts.crud, facts.workspace
    silent = [s.name for s in workspace.in_scope if s.feeds is None]
    if not crud.feeds and silent:
        raise NotAssessed(msg("no dossier declares a feed"), needs=msg("feeds: (empty for none)"))
    for relay in relays(crud):
        cut, joined = sum(relay.parts[1:]), sum(relay.parts)
        system = workspace.system[relay.id]
        if cut < systems:
            continue
        yield Hit(
            f"system:{relay.id}",
            msg(
                "{systems} {verb} feeds to the rest only through {system}",
                systems=part_of(cut, joined, "other system"),
                verb=verb(cut, "has", "have"),
                system=system.name,
            ),
            path=("feeds",) if system.feeds is not None else (),
            measurements=(
                Measurement.share("systems cut off without it", cut, joined),
                Measurement("parts", len(relay.parts), "parts"),
            ),
            severity="high" if leaving(system) else None,
            confidence="tentative" if silent else "firm",
            who=system.owners.it,
        )
