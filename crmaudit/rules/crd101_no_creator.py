"""Entity that is maintained and created nowhere.

## Why
Every entity needs one place where its records begin. Where systems change or delete records
that none of them creates, the true source lies outside the picture: a forgotten system, a
spreadsheet, an import nobody owns.

## Fix
Find where new records come from. Add that system's dossier, or correct the letters in `crud:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: RU}
crud_complete: true
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
crud_complete: true
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.use import out_of_scope, strangers_too
from crmaudit.rules.words import part_of, systems

severity: Severity = "high"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_complete()
    crud = facts.crud
    for entity in facts.workspace.entity.values():
        changing = crud.doing("U", entity.id) or crud.doing("D", entity.id)
        if out_of_scope(facts, ("C",), entity.id):
            continue
        if changing and not crud.doing("C", entity.id):
            strangers = strangers_too(facts, "C", entity.id)
            yield Hit(
                f"entity:{entity.id}",
                msg(
                    "{entity} is maintained in {systems}, yet created in {systems2} in "
                    "scope{strangers}",
                    entity=entity.label,
                    systems=systems(facts, changing),
                    systems2=part_of(0, len(crud.systems), "system"),
                    strangers=strangers,
                ),
                confidence="firm" if strangers else "certain",
                who=entity.steward,
                related=tuple(f"system:{s}" for s in changing),
            )
