"""Super users do not meet at their cadence.

## Why
Super users meet about monthly to put enhancements in order and to exchange what works. When
meetings lapse, requests pile up and each unit goes its own way. A gap counts as missed beyond
the cadence times `tolerance`; a cadence of more than `rarest_days` days is too rare.

## Fix
Declare the meeting with `purpose: super users`, its cadence and the dates held, and hold it.

## Bad
```yaml people.yaml
people: []
meetings:
  - {group: Super users, purpose: super users, cadence: monthly, held: [2026-01-10, 2026-04-11]}
```

## Good
```yaml people.yaml
people: []
meetings:
  - {group: Super users, purpose: super users, cadence: monthly, held: [2026-05-12, 2026-06-11]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.cadence import PERIOD, kept
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_subject, subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "name-key-users"


def check(
    facts: Facts, tolerance: float = 1.5, rarest_days: int = 45
) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    found = False
    for i, meeting in enumerate(facts.workspace.people.meetings):
        if meeting.purpose != "super users":
            continue
        found = True
        about, path = subject("meeting", meeting.group), ("meetings", i)
        if meeting.cadence is None:
            yield NotAssessed(
                msg("its cadence is not declared"), msg("cadence: in people.yaml"), about
            )
        elif PERIOD.get(meeting.cadence, 10**6) > rarest_days:
            message = msg(
                "The super users meet {cadence}; about monthly is advised",
                cadence=msg(meeting.cadence),
            )
            yield Hit(about, message, path, "people.yaml")
        elif (record := kept(meeting.held, meeting.cadence, facts.as_of, tolerance)) is None:
            yield NotAssessed(msg("no date held is recorded"), msg("held: in people.yaml"), about)
        elif record.late_gaps:
            message = msg(
                "The super users' meeting, {cadence} by agreement, was held {times} in a "
                "year, with a gap of {longest} days",
                cadence=msg(meeting.cadence),
                times=counted(record.held, "time"),
                longest=record.longest,
            )
            measured = Measurement("longest gap", record.longest, "days")
            yield Hit(about, message, path, "people.yaml", (measured,))
    if not found and len(team := facts.governance.of_type("super user")) > 1:
        message = msg("The {team} super users have no meeting of their own", team=len(team))
        yield Hit(crm_subject(facts), message, file="people.yaml")
