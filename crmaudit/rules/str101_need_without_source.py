"""Question that no data can answer.

## Why
What the extraction is for stands in the questions it has to answer. One that names no source, or
asks for entities that no system holds, cannot be answered by any technique: the data have to be
recorded first.

## Fix
Name the systems under `sources:` and the entities under `entities:`. Where nothing holds them,
decide whether the question is worth recording them from now on.

## Bad
```yaml needs.yaml
needs:
  - {id: churn, text: How many members leave each year?, answered: "no", priority: must}
```

## Good
```yaml needs.yaml
needs:
  - id: churn
    text: How many members leave each year?
    answered: "no"
    entities: membership
    sources: crm
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {membership: CRU}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entities, quoted

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "close-information-gaps"

BY_PRIORITY: dict[str | None, Severity] = {"must": "high", "could": "low"}


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("needs.yaml")
    for need in facts.workspace.needs:
        subject = f"need:{need.id}"
        if need.answered is None:
            reason = msg("nobody said whether {need} is answered today", need=quoted(need.text))
            yield NotAssessed(reason, msg("answered: in needs.yaml"), subject)
            continue
        if need.answered == "yes":
            continue
        nowhere = [e for e in need.entities if not facts.crud.holders(e)]
        unsure = any(facts.crud.unknown(e) for e in nowhere)
        if nowhere:
            message = msg(
                "{need} needs {entities}, and no system {it} {entities2}",
                need=quoted(need.text),
                entities=counted(len(need.entities), "entity", "entities"),
                it=msg("is known to hold") if unsure else msg("holds"),
                entities2=entities(facts, nowhere),
            )
        elif not need.sources:
            message = msg(
                "{need} is not fully answered and names no system to draw it from",
                need=quoted(need.text),
            )
        else:
            continue
        yield Hit(
            subject,
            message,
            path=("entities",) if nowhere else (),
            measurements=(
                (Measurement.share("entities nowhere", len(nowhere), len(need.entities)),)
                if nowhere
                else ()
            ),
            severity=BY_PRIORITY.get(need.priority),
            confidence="tentative" if unsure else "certain",
            who=need.owner,
            related=tuple(f"entity:{e}" for e in nowhere),
        )
