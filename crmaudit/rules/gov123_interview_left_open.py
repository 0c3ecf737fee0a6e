"""Interview that leaves questions open.

## Why
The four questions build on each other: what is wrong, what should change, what harm could come of
it, and what will show success. The two opening ones tell who will carry it.

## Fix
Go back to the group with the questions left open, and fill in `answers:`.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, answers: {wrong: Typing twice}}
```

## Good
```yaml interviews/desk.yaml
id: desk
group: Front desk
answers:
  key_users: Ana
  key_users_role: She runs the reports
  wrong: Typing twice
  change: One form
  consequences: More spam
  measures: Minutes a call
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.interviews import OPENING, QUESTIONS, unanswered
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.interviewed import need_held
from crmaudit.rules.words import listed, verb

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    heard = need_held(facts)
    total = len(QUESTIONS) + len(OPENING)
    for interview in heard:
        lacking = unanswered(interview)
        if lacking:
            only_opening = all(q in OPENING.values() for q in lacking)
            are = verb(len(lacking), "is", "are")
            yield Hit(
                f"interview:{interview.id}",
                msg(
                    "{lacking} of {total} questions {are} open: {lacking2}",
                    lacking=len(lacking),
                    total=total,
                    are=are,
                    lacking2=listed(lacking),
                ),
                severity="low" if only_opening else "medium",
            )
