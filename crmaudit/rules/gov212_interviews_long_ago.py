"""Interview of long ago.

## Why
Groups change, systems change, and people leave. What was said more than `days` before tells how it
was then, and decisions are made on it today.

## Fix
Ask the group again what still holds, in a quarter of an hour. Strike out what was mended.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, date: 2023-05-19, wishes: [One screen]}
```

## Good
```yaml interviews/desk.yaml
{id: desk, group: Front desk, date: 2026-05-19, wishes: [One screen]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import span

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts, days: int = 730) -> Iterator[Hit | NotAssessed]:
    heard = need_held(facts)
    units: dict[str, list[int]] = {}
    for interview in heard:
        if interview.date is not None:
            age = (facts.as_of - interview.date).days
            units.setdefault(
                interview.unit or msg("interview {interview}", interview=interview.id), []
            ).append(age)
    for interview in heard:
        about = f"interview:{interview.id}"
        if interview.date is None:
            yield NotAssessed(
                msg("it is not said when it was held"), msg("date: in the interview"), about
            )
            continue
        age = (facts.as_of - interview.date).days
        # A unit that was asked again since is not out of date.
        newest = min(units[interview.unit or f"interview {interview.id}"])
        if age > days and newest == age:
            yield Hit(
                about,
                msg(
                    "What this group said is of {long_date}, {span} ago",
                    long_date=long_date(interview.date),
                    span=span(age),
                ),
                path=("date",),
                measurements=(Measurement("days since", age, "days"),),
            )
