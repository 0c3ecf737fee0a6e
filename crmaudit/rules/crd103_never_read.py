"""Entity that is recorded and never read.

## Why
Recording costs somebody's time every day. What no system and no report reads is dead data: it
is not missed when it is wrong, so it is wrong, and it keeps personal data without a purpose.

## Fix
Find the readers that nobody declared, or stop recording it. With `own` set to false, reading by the
creating systems themselves does not count, which shows data that never leave their system.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {survey: C}, crud_complete: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {survey: C}, crud_complete: true}
```
```yaml systems/mart.yaml
{id: mart, name: Reports, crud: {survey: R}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.use import out_of_scope, strangers_too
from crmaudit.rules.words import part_of, systems

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts, own: bool = True) -> Iterator[Hit]:
    facts.need_complete()
    crud = facts.crud
    needed = {e for need in facts.workspace.needs for e in need.entities}
    for entity in facts.workspace.entity.values():
        creators = crud.doing("C", entity.id)
        said = [s for s in crud.doing("R", entity.id) if own or s not in creators]
        readers = [s for s in said if "R" not in crud.cell(s, entity.id).denied]
        if creators and not readers and not out_of_scope(facts, ("R",), entity.id):
            strangers = strangers_too(facts, "R", entity.id)
            wanted = msg(", though a declared need asks for it") if entity.id in needed else ""
            yield Hit(
                f"entity:{entity.id}",
                msg(
                    "{entity} is created in {systems} and read by "
                    "{systems2}{denied}{wanted}{strangers}",
                    entity=entity.label,
                    systems=systems(facts, creators),
                    systems2=part_of(0, len(crud.systems), "system"),
                    denied=_denied(facts, said),
                    wanted=wanted,
                    strangers=strangers,
                ),
                confidence="firm" if said or strangers else "certain",
                who=entity.steward,
                related=tuple(f"system:{s}" for s in creators),
            )


def _denied(facts: Facts, said: list[str]) -> str:
    """What evidence says of those who are said to read it."""
    return (
        msg(": {systems} did not do so when it was watched", systems=systems(facts, said))
        if said
        else ""
    )
