"""Negative opinion that nobody investigated.

## Why
People for whom the CRM made things worse are a source of information: they meet its faults
first. An opinion without cause and outcome is a complaint filed away.

## Fix
Talk to the group, and keep cause or reasons, `investigated:` and `outcome:` in registers.yaml.

## Bad
```yaml registers.yaml
opinions: [{id: desk, group: Front desk, people: 9, attitude: made things worse}]
```

## Good
```yaml registers.yaml
opinions:
  - id: desk
    group: Front desk
    attitude: made things worse
    reasons: takes too long
    investigated: 2026-05-04
    outcome: Form cut to six fields
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.attitudes import NEGATIVE, group_name, open_questions
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "attitudes"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("registers.yaml")
    for opinion in facts.workspace.registers.opinions:
        lacking = open_questions(opinion)
        if opinion.attitude == NEGATIVE and lacking:
            yield Hit(
                f"opinion:{opinion.id}",
                msg(
                    "Negative opinion of {group_name}: {lacking} not recorded",
                    group_name=group_name(opinion),
                    lacking=listed(lacking),
                ),
                related=tuple(f"system:{s}" for s in opinion.systems),
            )
