"""Entity spread over many systems and subsystems.

## Why
Every further place is a copy that has to be corrected too, and every border between subsystems
that it crosses is an interface to build and to keep. Copies without a way to the source go their
own ways.

## Fix
Ask of each system whether it needs a copy or could look the record up. Join those that need one
to the system of record. Reported from `holders` systems in `subsystems` subsystems on.

## Bad
```yaml systems/a.yaml
{id: a, name: BeaconCRM, crud: {customer: CRU, lead: CRUD, visit: CRUD}}
```
```yaml systems/b.yaml
{id: b, name: Ledgerline, crud: {customer: CRU, invoice: CRUD, payment: CRUD}}
```
```yaml systems/c.yaml
{id: c, name: Newsletter, crud: {customer: CRU, mailing: CRUD, opt-out: CRUD}}
```
```yaml systems/d.yaml
{id: d, name: Help desk, crud: {customer: CRU, ticket: CRUD, reply: CRUD}}
```
```yaml systems/e.yaml
{id: e, name: Web shop, crud: {customer: CRU, order: CRUD, basket: CRUD}}
```

## Good
```yaml systems/a.yaml
{id: a, name: BeaconCRM, crud: {customer: CRU, lead: CRUD, visit: CRUD}}
```
```yaml systems/b.yaml
{id: b, name: Ledgerline, crud: {customer: R, invoice: CRUD, payment: CRUD}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.structure import diagonal
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts, *, holders: int = 5, subsystems: int = 3) -> Iterator[Hit]:
    crud = facts.crud
    if not any(len(crud.holders(e)) >= holders for e in crud.entities):
        return
    at, _ = diagonal(crud).index()
    for entity in facts.workspace.entity.values():
        held = crud.holders(entity.id)
        spread = len({at[s] for s in held if s in at})
        if len(held) < holders or spread < subsystems:
            continue
        copies = [s.system for s in crud.standings(entity.id) if s.part == "copy"]
        known = crud.record(entity.id)
        source = known.systems[0] if known and len(known.systems) == 1 else None
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} is held by {systems} in {subsystems}; {copies}",
                entity=entity.label,
                systems=part_of(len(held), len(crud.systems), "system"),
                subsystems=counted(spread, "subsystem"),
                copies=_copies(len(copies), source is not None),
            ),
            measurements=(
                Measurement.share("systems holding it", len(held), len(crud.systems)),
                Measurement("subsystems", spread, "subsystems"),
                Measurement.share("copies joined to no source", len(copies), len(held)),
            ),
            severity="medium" if copies else None,
            confidence="firm" if crud.feeds else "tentative",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in held),
        )


def _copies(count: int, source: bool) -> str:
    if not source:
        return msg("no single one of them is the source")
    if not count:
        return msg("all copies are joined to the source")
    return msg(
        "{count} of the copies {is_} joined to no source",
        count=count,
        is_=verb(count, "is", "are"),
    )
