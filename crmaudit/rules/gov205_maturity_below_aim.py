"""Dimension of maturity below the level aimed at.

## Why
A level is earned by facts, not by saying so. Where it lies below the one that brief.yaml aims at,
the facts that are missing are the way there.

## Fix
`crmaudit governance maturity --dimension NAME` lists what is missing and the findings between.

## Bad
```yaml brief.yaml
maturity_targets: {ownership: 3}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, owners: {business: Ana Diaz}}
```

## Good
```yaml brief.yaml
maturity_targets: {ownership: 1}
```
```yaml systems/crm.yaml
{id: crm, name: CRM, owners: {business: Ana Diaz}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, counted

severity: Severity = "low"
topic: Topic = "plan"
initiative = "plan-and-measure"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    levels = [x for x in facts.maturity if x.target is not None]
    if not levels:
        raise NotAssessed("no level is aimed at", needs="maturity_targets: in brief.yaml")
    for found in levels:
        about, target = f"maturity:{found.dimension}", found.target or 0
        unknown = [j for j in found.target_lacks if j.state == "not known"]
        if found.level is None or (found.level < target <= found.at_best):
            yield NotAssessed(
                f"{counted(len(unknown), 'fact')} of its criteria "
                f"{'is' if len(unknown) == 1 else 'are'} not known, so whether it is at level "
                f"{target} cannot be told",
                f"crmaudit governance maturity --dimension {found.dimension}",
                about,
            )
        elif found.level < target:
            lacks = [j for j in found.target_lacks if j.state == "not met"]
            yield Hit(
                about,
                f"{capital(found.dimension)} has earned level {found.level}; {target} is aimed at, "
                f"{counted(len(lacks), 'criterion', 'criteria')} not met",
                file="brief.yaml",
                path=("maturity_targets", found.dimension),
                measurements=(
                    Measurement("level", found.level, "of 5"),
                    Measurement("level aimed at", target, "of 5"),
                ),
            )
