"""Policy or standard that is not kept, owned or reviewed.

## Why
CRM is policies and standards too, not only software. A rule that is written and not kept teaches
that rules need not be kept; one without an owner or long unread is on the way there.

## Fix
Find out why it is not kept: change the rule or the practice. Name its owner and the day of its
next review.

## Bad
```yaml audit.yaml
organisation: Sample
as_of: 2026-06-30
policies: [{id: recording, name: Every call is recorded, owner: ana, kept: "no"}]
```

## Good
```yaml audit.yaml
organisation: Sample
as_of: 2026-06-30
policies:
  - {id: recording, name: Every call is recorded, owner: ana, kept: "yes", review: 2027-01-31}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import chained, msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, span

severity: Severity = "low"
topic: Topic = "plan"
initiative = "keep-policies"

BY_KEEPING: dict[str, Severity] = {"no": "high", "partly": "medium"}


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    policies = facts.workspace.audit.policies
    if not policies:
        raise NotAssessed(
            msg("no policy or standard is listed"), needs=msg("policies: in audit.yaml")
        )
    for policy in policies:
        subject = f"policy:{policy.id}"
        wrong = []
        if policy.kept in ("no", "partly"):
            wrong.append(msg("is not kept") if policy.kept == "no" else msg("is kept in part only"))
        if policy.owner is None:
            wrong.append(msg("has no owner"))
        if policy.review and policy.review < facts.as_of:
            late = (facts.as_of - policy.review).days
            wrong.append(msg("was due for review {span} ago", span=span(late)))
        if wrong:
            yield Hit(
                subject,
                msg(
                    "The {kind} {policy} {wrong}",
                    kind=msg(policy.kind),
                    policy=quoted(policy.name),
                    wrong=chained("{a} and {b}", wrong),
                ),
                severity=BY_KEEPING.get(policy.kept or ""),
                who=policy.owner,
            )
        elif policy.kept is None:
            reason = msg(
                "nobody said whether the {kind} {policy} is kept",
                kind=msg(policy.kind),
                policy=quoted(policy.name),
            )
            yield NotAssessed(reason, msg("kept: under policies: in audit.yaml"), subject)
