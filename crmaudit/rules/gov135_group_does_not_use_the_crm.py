"""Group that does not use the CRM, and nobody knows why.

## Why
Some are afraid because they lack computer skills and need training; some do not know that they
must record or look things up. With duplication this is the most serious dysfunction.

## Fix
Ask the group, record the `reasons:` and the `outcome:` in registers.yaml, and train or tell them.

## Bad
```yaml registers.yaml
opinions: [{id: drivers, group: Drivers, people: 12, attitude: does not use it}]
```

## Good
```yaml registers.yaml
opinions:
  - id: drivers
    group: Drivers
    attitude: does not use it
    reasons: afraid
    investigated: 2026-04-02
    outcome: Course booked
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.attitudes import group_name, open_questions
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "train-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("registers.yaml")
    for opinion in facts.workspace.registers.opinions:
        lacking = open_questions(opinion)
        if opinion.attitude == "does not use it" and lacking:
            group = group_name(opinion)
            yield Hit(
                f"opinion:{opinion.id}",
                msg(
                    "{group} does not use the CRM: {lacking} not recorded",
                    group=capital(group),
                    lacking=listed(lacking),
                ),
                severity=None if "cause" in lacking else "medium",
                related=tuple(f"system:{s}" for s in opinion.systems),
            )
