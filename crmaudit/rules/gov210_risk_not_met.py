"""Risk that people named, and nobody answered.

## Why
Those who do the work see first what a change will break. A risk that was named and never answered
comes true with witnesses.

## Fix
Decide for each risk: avoid it, lessen it, or bear it. Write the decision under `answer:`.

## Bad
```yaml interviews/desk.yaml
{id: desk, group: Front desk, risks: [The queue gets longer]}
```

## Good
```yaml interviews/desk.yaml
id: desk
group: Front desk
risks: [{text: The queue gets longer, answer: A second desk in the first month}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, joined, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.interviewed import need_held, quoted_of
from crmaudit.rules.words import part_of, verb

severity: Severity = "low"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit]:
    for interview in need_held(facts):
        lacking = [i for i, risk in enumerate(interview.risks) if not risk.answer.strip()]
        total = len(interview.risks)
        if lacking:
            first = quoted_of(interview, interview.risks[lacking[0]].text)
            more = msg(" and {lacking} more", lacking=len(lacking) - 1) if len(lacking) > 1 else ""
            some = capital(part_of(len(lacking), total, "risk"))
            yield Hit(
                f"interview:{interview.id}",
                msg(
                    "{some} named {verb} not answered",
                    some=some,
                    verb=verb(len(lacking), "was", "were"),
                )
                + (joined("", (": ", first, more)) if first else ""),
                path=("risks", lacking[0]),
                measurements=(Measurement.share("risks not answered", len(lacking), total),),
            )
