"""Those for whom the CRM made things worse are the majority.

## Why
A few who see only the failing part are normal, and useful. When more than `share` of those heard
say that it made things worse, there is a real problem, and no training will talk it away.

## Fix
Investigate every negative opinion, mend the causes they share, and tell people what was done.
Groups under five are told without a number.

## Bad
```yaml registers.yaml
opinions:
  - {id: desk, group: Front desk, people: 9, attitude: made things worse}
  - {id: board, group: Management, people: 6, attitude: only praise}
```

## Good
```yaml registers.yaml
opinions:
  - {id: desk, group: Front desk, people: 6, attitude: made things worse}
  - {id: board, group: Management, people: 9, attitude: only praise}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "listen-to-users"


def check(facts: Facts, share: float = 0.5) -> Iterator[Hit]:
    facts.need("registers.yaml")
    found = facts.governance.attitudes
    if not found.total:
        raise NotAssessed("no opinion is recorded", needs="opinions: in registers.yaml")
    if found.worse / found.total > share:
        measured = Measurement.share("made things worse", found.worse, found.total)
        yield Hit(
            crm_subject(facts),
            f"For the majority of those heard, {crm_name(facts)} made things worse: "
            f"{found.share_text('made things worse')}",
            file="registers.yaml",
            path=("opinions",),
            measurements=(measured,) if found.showable else (),
            confidence="firm",
        )
