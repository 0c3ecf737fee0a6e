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
from crmaudit.messages import capital, counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import verb

severity: Severity = "low"
topic: Topic = "plan"
initiative = "plan-and-measure"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    levels = [x for x in facts.maturity if x.target is not None]
    if not levels:
        raise NotAssessed(msg("no level is aimed at"), needs=msg("maturity_targets: in brief.yaml"))
    for found in levels:
        about, target = f"maturity:{found.dimension}", found.target or 0
        unknown = [j for j in found.target_lacks if j.state == "not known"]
        if found.level is None or (found.level < target <= found.at_best):
            yield NotAssessed(
                msg(
                    "{facts} of its criteria {is_} not known, so whether it is at level "
                    "{target} cannot be told",
                    facts=counted(len(unknown), "fact"),
                    is_=verb(len(unknown), "is", "are"),
                    target=target,
                ),
                f"crmaudit governance maturity --dimension {found.dimension}",
                about,
            )
        elif found.level < target:
            lacks = [j for j in found.target_lacks if j.state == "not met"]
            yield Hit(
                about,
                msg(
                    "{dimension} has earned level {level}; {target} is aimed at, "
                    "{criterions} not met",
                    dimension=capital(msg(found.dimension)),
                    level=found.level,
                    target=target,
                    criterions=counted(len(lacks), "criterion", "criteria"),
                ),
                file="brief.yaml",
                path=("maturity_targets", found.dimension),
                measurements=(
                    Measurement("level", found.level, "of 5"),
                    Measurement("level aimed at", target, "of 5"),
                ),
            )
