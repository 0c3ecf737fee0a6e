"""Entity whose creators come to an end.

## Why
When the only place where a record begins is switched off, or runs without its vendor's support,
new customers, orders or cases have nowhere to be entered.

## Fix
Decide where the entity will be created from then on, and move creation before the system goes.
Put the decision under `target_system_of_record:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: phase-out}
crud: {customer: CRU}
crud_complete: true
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
lifecycle: {phase: active}
crud: {customer: CRU}
crud_complete: true
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import leaving
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, systems, verb

severity: Severity = "high"
topic: Topic = "extraction"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit]:
    rows = facts.inventory.in_scope
    phased_out = {r.system.id for r in rows if leaving(r.system)}
    unsupported = {r.system.id for r in rows if r.out_of_support}
    ending = phased_out | unsupported
    for entity in facts.workspace.entity.values():
        said = facts.crud.doing("C", entity.id)
        creators = facts.crud.likely("C", entity.id) or said
        target = entity.target_system_of_record
        if not creators or not ending.issuperset(creators) or (target and target not in ending):
            continue
        unknown = facts.crud.unknown(entity.id)
        yield Hit(
            f"entity:{entity.id}",
            msg(
                "{entity} loses {all}: {reasons}",
                entity=entity.label,
                all=_all(len(creators)),
                reasons=_reasons(facts, creators, phased_out, unsupported),
            ),
            measurements=(Measurement.share("creators ending", len(creators), len(creators)),),
            confidence="tentative" if unknown or creators != said else "certain",
            who=entity.steward,
            related=tuple(f"system:{s}" for s in creators),
        )
    facts.need_complete()


def _all(creators: int) -> str:
    return (
        msg("its only creator")
        if creators == 1
        else msg("all {creators} of its creators", creators=creators)
    )


def _reasons(
    facts: Facts, creators: Iterable[str], phased_out: set[str], unsupported: set[str]
) -> str:
    """`A is phased out, B and C are out of the vendor's support`."""
    groups: dict[str, list[str]] = {}
    for s in creators:
        why = [msg("phased out")] if s in phased_out else []
        why += [msg("out of the vendor's support")] if s in unsupported else []
        groups.setdefault(listed(why), []).append(s)
    return joined(
        ", ",
        (
            msg(
                "{systems} {are} {why}",
                systems=systems(facts, ids),
                are=verb(len(ids), "is", "are"),
                why=why,
            )
            for why, ids in groups.items()
        ),
    )
