"""System that alone joins parts of the landscape.

## Why
Two groups of systems share no entity but through this one. What is known of a customer on either
side meets here only; when it fails or is replaced, the sides cannot be brought together.

## Fix
Plan its replacement and its backup with the whole landscape in view. Give the sides an
identifier in common, so that they can be joined without it. Parts with fewer than `systems`
systems are not counted.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU, invoice: R, mailing: R}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {invoice: CRU}, crud_complete: true}
```
```yaml systems/dunning.yaml
{id: dunning, name: Dunning, crud: {invoice: R}, crud_complete: true}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {mailing: CRU}, crud_complete: true}
```
```yaml systems/web.yaml
{id: web, name: Web site, crud: {mailing: R}, crud_complete: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU, invoice: R, mailing: R}, crud_complete: true}
```
```yaml systems/billing.yaml
{id: billing, name: Ledgerline, crud: {invoice: CRU, customer: R}, crud_complete: true}
```
```yaml systems/news.yaml
{id: news, name: Newsletter, crud: {mailing: CRU, customer: R}, crud_complete: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.structure import joints
from crmaudit.facts import Facts
from crmaudit.inventory import leaving
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "build-feeds"


def check(facts: Facts, *, systems: int = 2) -> Iterator[Hit]:
    facts.need_complete()
    for joint in joints(facts.crud):
        parts = [n for n in joint.parts if n >= max(1, systems)]
        if joint.kind != "system" or len(parts) < 2:
            continue
        system = facts.workspace.system[joint.id]
        sizes = listed((msg("{n:,}", n=n) for n in parts), 4)
        yield Hit(
            f"system:{joint.id}",
            msg(
                "Without {system}, {parts} groups of systems ({sizes}) share no entity "
                "with each other",
                system=system.name,
                parts=len(parts),
                sizes=sizes,
            ),
            measurements=(
                Measurement.share(
                    "systems cut off from the largest group", sum(parts[1:]), sum(joint.parts)
                ),
                Measurement("groups", len(parts), "groups"),
            ),
            severity="high" if leaving(system) else None,
            who=system.owners.it,
        )
