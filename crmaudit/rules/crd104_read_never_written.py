"""Entity that is read and comes from nowhere.

## Why
Systems read it, none writes it. Either it is loaded from outside by a way that nobody declared,
or it was filled once and has aged since; both are found out when a report depends on it.

## Fix
Ask the reading systems' owners where their copy comes from. Add the source's dossier and its
feed, or the letters that were forgotten.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {postcode: R}, crud_complete: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {postcode: R}, crud_complete: true}
```
```yaml systems/register.yaml
{id: register, name: Address register, crud: {postcode: CU}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import Letter
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.use import out_of_scope, strangers_too
from crmaudit.rules.words import part_of

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"

WRITING: tuple[Letter, ...] = ("C", "U", "D")


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_complete()
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        if out_of_scope(facts, WRITING, entity.id):
            continue
        readers = crud.doing("R", entity.id)
        # Where something is changed or deleted, CRD101 tells.
        if readers and not any(crud.doing(letter, entity.id) for letter in WRITING):
            strangers = max(strangers_too(facts, x, entity.id) for x in WRITING)
            yield Hit(
                f"entity:{entity.id}",
                msg(
                    "{entity} is read by {systems} and written by none{strangers}",
                    entity=entity.label,
                    systems=part_of(len(readers), len(crud.systems), "system"),
                    strangers=strangers,
                ),
                measurements=(
                    Measurement.share("systems reading", len(readers), len(crud.systems)),
                ),
                confidence="firm" if strangers else "certain",
                who=entity.steward,
                related=tuple(f"system:{s}" for s in readers),
            )
