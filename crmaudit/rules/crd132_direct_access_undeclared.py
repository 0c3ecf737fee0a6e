"""System at work in another's database that no feed declares.

## Why
Who reads or writes another system's tables goes past its checks and depends on the inside of its
database. The next release breaks it, and nobody knows beforehand, as no feed tells of it.

## Fix
Ask who set it up and what for. Declare it as a feed with `by: database`, or let the owner of the
tables give the data by an interface.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: []}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: R}, feeds: []}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: ledger_app, system: billing}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- kind: statements
  system: crm
  origin: pg_stat_statements
  uses: [{principal: ledger_app, table: contacts, letter: R, calls: 400, statements: 3}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, feeds: [{to: billing, by: database}]}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {customer: R}, feeds: []}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: ledger_app, system: billing}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- kind: statements
  system: crm
  origin: pg_stat_statements
  uses: [{principal: ledger_app, table: contacts, letter: R, calls: 400, statements: 3}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.flows import Flow, flows, worked
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entities, listed

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "mend-feeds"


def check(facts: Facts) -> Iterator[Hit]:
    workspace = facts.workspace
    if not facts.crud.testimony:
        reason = msg("nothing was read of who uses the databases")
        raise NotAssessed(reason, needs=msg("crmaudit collect --only statements,code"))
    for flow in flows(facts.crud):
        if flow.kind != "direct":
            continue
        taker = workspace.system[flow.target]
        evidence = tuple(dict.fromkeys(x for p in flow.proofs for x in p.evidence))
        ends = (f"system:{flow.source}", f"system:{flow.target}")
        read, written = worked(facts.crud, flow)
        yield Hit(
            flow.subject,
            joined("; ", (_doing(facts, flow, read, written), _declared(flow))),
            file=workspace.file_of(ends[1]),
            path=("feeds",) if taker.feeds is not None else ("id",),
            measurements=(Measurement("entities", len(flow.entities), evidence=evidence),),
            # Work that is written into another's tables goes past all its checks.
            severity="high" if written else "low" if flow.declared else None,
            confidence="certain" if any(p.origin == "observed" for p in flow.proofs) else "firm",
            who=taker.owners.it or workspace.system[flow.source].owners.it,
            related=(*ends, *(f"entity:{e}" for e in flow.entities)),
        )


def _doing(facts: Facts, flow: Flow, read: list[str], written: list[str]) -> str:
    giver, taker = (facts.workspace.system[s].name for s in (flow.source, flow.target))
    said = (
        [
            msg(
                "{taker} reads {entities} in {giver}'s database",
                taker=taker,
                entities=entities(facts, read),
                giver=giver,
            )
        ]
        if read
        else []
    )
    if written:
        said.append(
            msg(
                "{giver} writes {entities} in {taker}'s database",
                giver=giver,
                entities=entities(facts, written),
                taker=taker,
            )
        )
    return listed(said)


def _declared(flow: Flow) -> str:
    if not flow.declared:
        return msg("no feed declares it")
    ways = (msg("hand" if way == "manual" else way) for way in flow.by)
    return msg("the declared feed goes by {ways}", ways=listed(ways))
