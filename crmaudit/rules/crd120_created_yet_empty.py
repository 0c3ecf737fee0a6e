"""Entity that a system is said to create, and does not.

## Why
People declare, the database testifies. Where a dossier says that a system creates an entity and
none of its tables holds a row of it, the matrix is wrong: the work is done elsewhere, or the
module was bought and never used.

## Fix
Ask where the records are really entered. Correct the letters in `crud:`, or map the tables that
hold them in `maps/`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU, campaign: CRU}}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}, {table: campaigns, entity: campaign}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 90}, {name: campaigns, rows: 0}]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 90}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "map-entities"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need_evidence()
    confirmed = {s for s, known in facts.workspace.map_of.items() if known.settled}
    for system in facts.workspace.in_scope:
        created = [e for e, letters in system.crud.items() if "C" in (letters or "")]
        catalog = facts.evidence.catalogs.get(system.id)
        cover = facts.covers.get(system.id)
        if not created or (catalog is None and system.database is None):
            continue
        if catalog is None:
            reason = msg("the tables of {system} were not read", system=system.name)
            yield NotAssessed(
                reason, msg("crmaudit collect {system}", system=system.id), f"system:{system.id}"
            )
            continue
        if cover is None:
            reason = msg("nobody said what the tables of {system} hold", system=system.name)
            yield NotAssessed(reason, f"maps/{system.id}.yaml", f"system:{system.id}")
            continue
        for entity in created:
            tables, subject = cover.holding.get(entity, ()), cell_subject(system.id, entity)
            rows, label = cover.rows(entity), facts.workspace.entity[entity].label
            if tables and rows is None:
                reason = msg(
                    "the rows of {label} in {system} were not counted",
                    label=label,
                    system=system.name,
                )
                yield NotAssessed(
                    reason, msg("crmaudit collect {system}", system=system.id), subject
                )
            elif not rows:
                are = (
                    msg("the one mapped to it is")
                    if len(tables) == 1
                    else msg("all {tables} mapped to it are", tables=len(tables))
                )
                found = msg("{are} empty", are=are) if tables else msg("none holds it")
                yield Hit(
                    subject,
                    msg(
                        "{system} is said to create {label}; of its {tables}, {found}",
                        system=system.name,
                        label=label,
                        tables=counted(len(cover.tables), "table"),
                        found=found,
                    ),
                    file=facts.workspace.file_of(f"system:{system.id}"),
                    path=("crud", entity),
                    measurements=(
                        Measurement.share(
                            "tables mapped", len(tables), len(cover.tables), (catalog.id,)
                        ),
                    ),
                    # What a product or a guess says of tables, nobody here has confirmed.
                    confidence="firm" if system.id in confirmed else "tentative",
                    who=system.owners.business,
                    related=(f"system:{system.id}", f"entity:{entity}"),
                )
