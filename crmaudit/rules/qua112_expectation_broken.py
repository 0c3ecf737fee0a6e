"""Expectation that the data do not keep.

## Why
An expectation is what people agreed that the data must be, with an owner and a share of rows that
has to keep it. Broken, it is a promise to the users of the data that does not hold.

## Fix
Clean what breaks it and close the hole it came through, or change the expectation with its
owner. `crmaudit collect` tests expectations on the rows; until it has, a profile answers required,
unique, row counts, ranges, age and short lists.

## Bad
```yaml expectations.yaml
expectations:
  - {id: mail, system: crm, table: contacts, column: email, required: true, threshold: 0.9}
```
```yaml evidence
- {kind: profile, system: crm, table: contacts, rows: 100, columns: [{name: email, nulls: 40}]}
```

## Good
```yaml expectations.yaml
expectations:
  - {id: mail, system: crm, table: contacts, column: email, required: true, threshold: 0.9}
```
```yaml evidence
- {kind: profile, system: crm, table: contacts, rows: 100, columns: [{name: email, nulls: 10}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.quality.expected import Answer, answers
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import column_subject, doubted, guessed, need_profiles, table_subject

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _place(answer: Answer) -> str:
    if answer.column:
        return column_subject(answer.system, answer.table, answer.column)
    return table_subject(answer.system, answer.table)


def _message(name: str | None, broken: list[Answer]) -> str:
    """What people call the expectation comes first, as what is not so; else where it is broken."""
    first = broken[0]
    more = msg("; and {broken} more", broken=len(broken) - 1) if len(broken) > 1 else ""
    told = first.text + more
    if name:
        return msg("“{name}” is not kept: {told}", name=name, told=told)
    where = f"{first.table}.{first.column}" if first.column else first.table
    return joined(": ", (where, told)) if where else told


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("expectations.yaml")
    tests = facts.evidence.expectations
    if not tests:
        need_profiles(facts)
    for expectation in facts.workspace.expectations.expectations:
        about = f"expectation:{expectation.id}"
        found = list(answers(expectation, facts.quality, facts.day, tests))
        broken = [a for a in found if a.kept is False]
        open_ones = [a for a in found if a.kept is None]
        doubtful = any(guessed(facts, a.system, expectation.entity or "", a.table) for a in broken)
        sure: Confidence = "certain" if all(a.exact for a in broken) else "tentative"
        if broken:
            yield Hit(
                about,
                _message(expectation.name, broken),
                measurements=tuple(
                    Measurement.share(
                        msg("kept, {check}", check=a.check), a.part, a.whole, a.evidence
                    )
                    for a in broken
                    if a.part is not None and a.whole is not None
                ),
                severity=expectation.severity,
                confidence=doubted(sure, doubtful),
                who=expectation.owner,
                related=tuple(dict.fromkeys(_place(a) for a in broken if a.table)),
            )
        elif open_ones:
            yield NotAssessed(open_ones[0].reason, msg("crmaudit collect"), about)
