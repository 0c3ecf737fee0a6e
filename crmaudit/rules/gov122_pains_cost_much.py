"""People lose much time to the same system.

## Why
Small chunks of time add up over months. Minutes × times × people give hours a year as a range;
from `hours` on at its lower end a pain is worth an initiative, between its ends it may be.

## Fix
Take the pains of that system with the people who told them, and mend the costliest first.

## Bad
```yaml interviews/desk.yaml
id: desk
group: Front desk
pains:
  - {text: Typing twice, systems: crm, minutes: {low: 5, high: 10}, per: day, times: 2, people: 9}
```

## Good
```yaml interviews/desk.yaml
id: desk
group: Front desk
pains:
  - {text: Typing twice, systems: crm, minutes: {low: 5, high: 10}, per: month, people: 9}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.pains import Burden
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import between, burdened, cost_range, systems, verb

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "mend-dysfunctions"


def check(facts: Facts, hours: int = 200) -> Iterator[Hit | NotAssessed]:
    need_held(facts)
    burdens = facts.governance.burdens
    if not burdens:
        raise NotAssessed(
            msg("no pain tells minutes, period and people"),
            needs=msg("pains: with minutes:, per:, people:"),
        )
    for burden in burdens:
        if burden.hours is None:
            yield NotAssessed(
                msg("fewer than five people bear these pains: their hours are not shown"),
                msg("pains of a larger group"),
                burden.subject,
            )
        elif burden.hours[1] > hours:
            low, high = burden.hours
            about = burdened(facts, burden.subject)
            one = burden.pains == 1
            told = (
                msg("1 pain{about} costs", about=about)
                if one
                else msg("{pains} pains{about} cost", pains=burden.pains, about=about)
            )
            yield Hit(
                burden.subject,
                msg(
                    "{told} {hours} hours a year{cost_range}{too}",
                    told=told,
                    hours=between(low, high),
                    cost_range=cost_range(facts, low, high),
                    too=_too(facts, burden),
                ),
                measurements=(
                    Measurement("hours a year, at least", low, "hours"),
                    Measurement("hours a year, at most", high, "hours"),
                ),
                severity="high" if low > 5 * hours else None,
                confidence="firm" if low > hours else "tentative",
                related=burden.others,
            )


def _too(facts: Facts, burden: Burden) -> str:
    """With which other systems the same pains are told: they must not be added up."""
    if not burden.shared:
        return ""
    others = systems(facts, (o.partition(":")[2] for o in burden.others))
    does = verb(burden.shared, "counts", "count")
    if burden.shared == burden.pains:
        return msg("; the same {does} with {others}, too", does=does, others=others)
    return msg(
        "; {n:,} of them {does} with {others}, too", n=burden.shared, does=does, others=others
    )
