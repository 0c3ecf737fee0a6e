"""Access beyond what the job needs.

## Why
Wide rights are how records are changed by accident and information is lost unintentionally. The
recommended level follows from rank and function (`access_policy:`). The finding speaks of jobs,
not of persons; accounts would be shown by pseudonym.

## Fix
Reduce the level to the one recommended, or declare what the job really is: `rank:`,
`represents_function:`, `administers:`.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, rank: employee, granted: Organizational}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, rank: employee, granted: User}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import position_subject, position_words, verb

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    room = facts.governance
    if not room.access and not room.unjudged_access:
        raise NotAssessed("no granted access level is known", needs="granted: in people.yaml")
    for position in room.unjudged_access:
        yield NotAssessed(
            "the rank, which decides the recommended access, is not declared",
            "rank: in people.yaml",
            position_subject(position),
        )
    for group in room.access_by_position:
        if group.over:
            widest, over = group.widest, len(group.over)
            # Of others with the same job the level may not be known.
            who = "one person" if group.known == 1 else f"{over} of {group.known} people"
            yield Hit(
                position_subject(group.position),
                f"{position_words(group.position, facts)}: "
                f"{who} {verb(over, 'holds', 'hold')} "
                f"{widest.granted} access; {widest.recommended} is recommended",
                file="people.yaml",
                path=("people",),
                measurements=(
                    Measurement.share("with excess access", len(group.over), group.known),
                ),
                severity=None if widest.granted == "Organizational" else "medium",
            )
