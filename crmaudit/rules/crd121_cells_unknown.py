"""System says little of what it does with the entities.

## Why
An entity that a dossier does not list is unknown, which is neither yes nor no. As long as many
cells are unknown, nothing can be concluded from what is missing: no creator, dead data and gaps
stay open questions.

## Fix
Go through the entities with the owner and list them under `crud:`; then set
`crud_complete: true`. More than `share` of unknown cells is a finding.

## Bad
```yaml entities.yaml
entities: [{id: customer}, {id: invoice}, {id: case}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}}
```

## Good
```yaml entities.yaml
entities: [{id: customer}, {id: invoice}, {id: case}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "complete-dossiers"


def check(facts: Facts, share: float = 0.2) -> Iterator[Hit]:
    crud = facts.crud
    whole = len(crud.entities)
    if not whole:
        raise NotAssessed(
            msg("no entity is named"), needs=msg("entities.yaml, or crud: in the dossiers")
        )
    for system in facts.workspace.in_scope:
        unknown = whole - crud.said_of(system.id)
        if unknown > share * whole and not left_blank(system, "crud"):
            cells = (
                part_of(unknown, whole, "entity", "entities")
                if unknown < whole or whole == 1
                else msg("any of {whole:,} entities", whole=whole)
            )
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} does not say what it does with {cells}",
                    system=system.name,
                    cells=cells,
                ),
                path=("crud",),
                measurements=(Measurement.share("cells unknown", unknown, whole),),
                severity="low" if unknown < whole else None,
                who=system.owners.business or system.owners.it,
            )
