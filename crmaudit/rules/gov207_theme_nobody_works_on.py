"""Several groups say the same, and nobody works on it.

## Why
What `groups` groups or more say without knowing of each other is no mood. Where no dysfunction in
work, no request under way and no answer touches it, they were asked and not heard.

## Fix
Put it into the register of dysfunctions with an owner, or ask the vendor. Write what was decided
under `answer:` of the pain or wish.

## Bad
```yaml interviews/desk.yaml
id: desk
group: Front desk
participants: 7
pains: [{text: Typing twice, themes: double work, systems: crm}]
```
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
wishes: [{text: Type it once, themes: double work, systems: crm}]
```

## Good
```yaml interviews/desk.yaml
id: desk
group: Front desk
participants: 7
pains: [{text: Typing twice, themes: double work, systems: crm}]
```
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
wishes: [{text: Type it once, themes: double work, systems: crm, answer: Planned for May}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.themes import Theme, themes, touching
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import groups_named, need_counted
from crmaudit.rules.words import between, cost_range, quoted, subject

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "mend-dysfunctions"


def check(facts: Facts, groups: int = 2) -> Iterator[Hit]:
    need_counted(facts)
    for theme in themes(facts.workspace.interviews):
        if len(theme.groups) < groups or theme.answered:
            continue
        if not touching(theme, facts.workspace.registers):
            yield _hit(facts, theme)


def _hit(facts: Facts, theme: Theme) -> Hit:
    part, whole = len(theme.groups), theme.whole
    told = ""
    measurements = [Measurement.share("groups that say so", part, whole)]
    if theme.hours:
        low, high = theme.hours
        told = msg(
            ", {hours} hours a year{cost_range}",
            hours=between(low, high),
            cost_range=cost_range(facts, low, high),
        )
        measurements.append(Measurement("hours a year, at least", low, "hours"))
        measurements.append(Measurement("hours a year, at most", high, "hours"))
    return Hit(
        subject("theme", theme.name),
        msg(
            "{groups_named} name {theme}{told}; nobody works on it",
            groups_named=groups_named(facts, theme.groups, whole),
            theme=quoted(theme.name, 40),
            told=told,
        ),
        file=facts.workspace.file_of(f"interview:{theme.groups[0]}"),
        measurements=tuple(measurements),
        # A register that names neither systems nor processes may speak of it all the same.
        confidence="firm" if theme.systems or theme.processes else "tentative",
        related=tuple(f"system:{s}" for s in theme.systems),
    )
