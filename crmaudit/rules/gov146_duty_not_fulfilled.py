"""Open dysfunctions gather in one of the three duties.

## Why
Operations staff feed the system, the system manager sees to its proper use, management leads by
the dashboards and has its staff record. From `least` open dysfunctions on in one duty, the duty
itself is in question, not the single case.

## Fix
Agree with the holders of that duty what they do and by when; making staff record is the
management's task, not the system manager's.

## Bad
```yaml registers.yaml
dysfunctions:
  - {id: a, what: Nobody opens the dashboard, duty_of: management}
  - {id: b, what: Staff are asked by e-mail, duty_of: management}
  - {id: c, what: Recording is optional, duty_of: management}
```

## Good
```yaml registers.yaml
dysfunctions: [{id: a, what: Nobody opens the dashboard, duty_of: management}]
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import part_of, subject, verb

severity: Severity = "medium"
topic: Topic = "attitudes"
initiative = "mend-dysfunctions"


def check(facts: Facts, least: int = 3) -> Iterator[Hit]:
    facts.need("registers.yaml")
    still = [d for d in facts.workspace.registers.dysfunctions if d.status in ("open", "in work")]
    for duty, count in Counter(d.duty_of for d in still if d.duty_of).items():
        if count >= least:
            yield Hit(
                subject("duty", duty),
                msg(
                    "{dysfunctions} {verb} under the duty of {duty}",
                    dysfunctions=capital(part_of(count, len(still), "open dysfunction")),
                    verb=verb(count, "falls", "fall"),
                    duty=msg(duty),
                ),
                file="registers.yaml",
                path=("dysfunctions",),
                measurements=(Measurement.share("dysfunctions", count, len(still)),),
            )
