"""Groups say the opposite of the same thing.

## Why
One group relies on what another calls wrong. Either they see different records, or one of them
has not looked; both lead to decisions that the other would not make.

## Fix
Bring the two groups together over twenty records. Say in `about:` what each means: two things may
be good and bad at once.

## Bad
```yaml interviews/desk.yaml
id: desk
group: Front desk
participants: 7
statements: [{text: Everybody is in there twice, verdict: bad, entities: contact, systems: crm}]
```
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
statements: [{text: Our contacts are clean, verdict: good, entities: contact, systems: crm}]
```

## Good
```yaml interviews/desk.yaml
id: desk
group: Front desk
participants: 7
statements: [{text: Many are in there twice, verdict: bad, about: duplicates, entities: contact}]
```
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
statements: [{text: All can be reached, verdict: good, about: contact points, entities: contact}]
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmaudit.facts import Facts
from crmaudit.governance.contradictions import Said
from crmaudit.heard import between_groups
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import need_counted, parts_of, topic_label
from crmaudit.rules.words import listed, verb

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    heard = need_counted(facts)
    for found in between_groups(facts):
        first = found.good[0]
        good, bad = _groups(found.good), _groups(found.bad)
        both = {s.interview for s in (*found.good, *found.bad)}
        yield Hit(
            found.topic.subject,
            msg(
                "{topic}: {good} {call_good} it good, {bad} {call_bad} it bad",
                topic=topic_label(facts, found.topic),
                good=listed(good, 2),
                call_good=verb(len(good), "calls", "call"),
                bad=listed(bad, 2),
                call_bad=verb(len(bad), "calls", "call"),
            ),
            file=facts.workspace.file_of(f"interview:{first.interview}"),
            path=("statements", first.index),
            measurements=(
                Measurement.share("groups that contradict each other", len(both), len(heard)),
            ),
            # Without it, they may speak of different sides of the thing.
            confidence="firm" if first.statement.about else "tentative",
            related=parts_of(found.topic),
        )


def _groups(said: Sequence[Said]) -> list[str]:
    return list(dict.fromkeys(s.group for s in said))
