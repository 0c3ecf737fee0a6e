"""Champion who reports to no board, or custodians who set up nothing.

## Why
The champion reports the CRM's benefits to CEO and board; without that, money for it is the first to
be cut. Custodians set up surveys, memberships and events; what nobody sets up, nobody records.

## Fix
Add a meeting with `purpose: benefits` and the days it was held; name under `records_custom:` what
each custodian sets up.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: system champion, rank: executive}]
meetings: [{group: Super users, purpose: super users, cadence: monthly, held: [2026-06-01]}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: system champion, rank: executive}]
meetings: [{group: Board, purpose: benefits, cadence: quarterly, held: [2026-03-01, 2026-06-01]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, listed, subject

severity: Severity = "low"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    room = facts.governance
    found = {(d.of, d.duty): d for d in room.duties(facts.day)}
    champions, custodians = (
        room.of_type("system champion"),
        room.of_type("data custodian"),
    )
    if not champions and not custodians:
        raise NotAssessed(
            msg("neither a champion nor a data custodian is declared"),
            needs=msg("user_type: in people.yaml"),
        )
    benefits = found["system champion", "reports benefits to CEO and board"]
    if champions and benefits.met == "no":
        yield Hit(
            subject("user-type", "system champion"),
            msg(
                "No meeting in which the champion reports the benefits of {crm_name} to "
                "CEO and board is recorded for the last year",
                crm_name=crm_name(facts),
            ),
            file="people.yaml",
            who=champions[0].id,
        )
    said = any(p.records_custom for p in custodians)
    idle = [x for x in ("surveys", "memberships", "events")
            if found["data custodian", f"set up {x}"].met == "no"]  # fmt: skip
    if said and idle:
        yield Hit(
            subject("user-type", "data custodian"),
            msg("No data custodian is said to set up {idle}", idle=listed(map(msg, idle))),
            file="people.yaml",
            confidence="firm",
        )
