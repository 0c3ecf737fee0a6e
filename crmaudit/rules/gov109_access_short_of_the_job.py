"""Access short of what the job needs.

## Why
Who cannot see the records of the own unit keeps them elsewhere: in a spreadsheet, a mailbox, a
shared account. Too little access is how shadow systems begin.

## Fix
Raise the level to the one recommended, or adjust `access_policy:` in audit.yaml.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Head, rank: department manager, granted: User}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Head, rank: department manager, granted: "Parent: Child"}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import position_subject, position_words, verb

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    room = facts.governance
    if not room.access:
        raise NotAssessed(
            "no granted access level is known together with a rank",
            needs="granted: and rank: in people.yaml",
        )
    for group in room.access_by_position:
        if group.under:
            least, under = group.narrowest, len(group.under)
            # Of others with the same job the level may not be known.
            who = "one person" if group.known == 1 else f"{under} of {group.known} people"
            yield Hit(
                position_subject(group.position),
                f"{position_words(group.position, facts)}: "
                f"{who} {verb(under, 'holds', 'hold')} "
                f"{least.granted} access; {least.recommended} is recommended",
                file="people.yaml",
                path=("people",),
                measurements=(Measurement.share("short of access", len(group.under), group.known),),
            )
