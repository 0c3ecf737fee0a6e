"""System of record that does not write.

## Why
The system whose version counts has to be one in which records are made or changed. One that only
reads holds a copy: it is right by decree and late by nature.

## Fix
Name the writing system under `system_of_record:`, or move the writing to the one that is named.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, system_of_record: mart}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}}
```
```yaml systems/mart.yaml
{id: mart, name: Reports, crud: {customer: R}}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, system_of_record: crm}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import systems, verb

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    crud, names = facts.crud, facts.workspace.system
    for entity in facts.workspace.entities:
        record, subject = entity.system_of_record, f"entity:{entity.id}"
        if record is None or not names[record].in_scope:
            continue
        cell, found = crud.cell(record, entity.id), crud.record(entity.id)
        writers = [s for s in crud.writers(entity.id) if s != record]
        if cell.letters is None and not set(cell.proven) & {"C", "U"}:
            reason = msg(
                "{name} does not say what it does with {entity}",
                name=names[record].name,
                entity=entity.label,
            )
            yield NotAssessed(
                reason, msg("crud: {entity}: in its dossier", entity=entity.id), subject
            )
        elif found and found.conflict in ("does not write", "contradicted"):
            others = (
                msg(
                    "; {systems} {verb} it",
                    systems=systems(facts, writers),
                    verb=verb(len(writers), "writes", "write"),
                )
                if writers
                else ""
            )
            denied = found.conflict == "contradicted"
            seen = msg(", as was seen,") if denied else ""
            yield Hit(
                subject,
                msg(
                    "{name} is the system of record of {entity} and{seen} neither creates "
                    "nor updates it{others}",
                    name=names[record].name,
                    entity=entity.label,
                    seen=seen,
                    others=others,
                ),
                path=("system_of_record",),
                confidence="firm" if denied else "certain",
                who=entity.steward,
                related=(f"system:{record}", *(f"system:{s}" for s in writers)),
            )
