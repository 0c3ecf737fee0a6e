"""Wish for something that is there already.

## Why
People wish for what they were never shown. A feed that runs, or a report that exists, and a group
that asks for it: training is missing there, not software.

## Fix
Show it to the group. Where it does not do what they need, say so under `answer:` of the wish.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: [{from: calendar, entities: appointment, by: api}]
```
```yaml systems/calendar.yaml
{id: calendar, name: Calendar}
```
```yaml interviews/desk.yaml
id: desk
group: Front desk
wishes: [{text: Appointments in both, systems: [crm, calendar], entities: appointment}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
feeds: []
```
```yaml systems/calendar.yaml
{id: calendar, name: Calendar}
```
```yaml interviews/desk.yaml
id: desk
group: Front desk
wishes: [{text: Appointments in both, systems: [crm, calendar], entities: appointment}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.interviewed import need_held, quoted_of
from crmaudit.rules.words import listed, quoted
from crmaudit.workspace.interviews import Saying

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "train-users"


def check(facts: Facts) -> Iterator[Hit]:
    for interview in need_held(facts):
        served = [
            (i, wish, by)
            for i, wish in enumerate(interview.wishes)
            if not wish.answer.strip() and (by := _feed(facts, wish) or _report(facts, wish))
        ]
        if served:
            index, wish, by = served[0]
            more = (
                msg("; {served} more wishes like it", served=len(served) - 1)
                if len(served) > 1
                else ""
            )
            yield Hit(
                f"interview:{interview.id}",
                msg(
                    "{quoted_of} is wished for, yet {by}{more}",
                    quoted_of=quoted_of(interview, wish.text) or msg("Something"),
                    by=by,
                    more=more,
                ),
                path=("wishes", index),
                confidence="tentative",
            )


def _feed(facts: Facts, wish: Saying) -> str:
    """The feed that carries all wished kinds of record between the two wished systems."""
    if len(wish.systems) != 2 or not wish.entities:
        return ""
    ends = set(wish.systems)
    for system in facts.workspace.systems:
        for feed in system.feeds or ():
            other = feed.to or feed.from_
            carries = set(wish.entities) <= set(feed.entities)
            if {system.id, other} == ends and carries and feed.by != "manual":
                named = listed(facts.workspace.system[s].name for s in wish.systems)
                return msg("a feed between {named} carries it", named=named)
    return ""


def _report(facts: Facts, wish: Saying) -> str:
    """The report that is there, drawn from all wished systems with all wished entities."""
    if not wish.systems or len(wish.entities) < 2:
        return ""
    for need in facts.workspace.needs:
        if (
            need.kind != "question"
            and need.exists
            and set(wish.systems) <= set(need.sources)
            and set(wish.entities) <= set(need.entities)
        ):
            return msg(
                "the {kind} {need} is there", kind=msg(need.kind), need=quoted(need.text, 40)
            )
    return ""
