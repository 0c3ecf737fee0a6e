"""Expectation that the data do not keep.

## Why
An expectation is what people agreed that the data must be, with an owner and a share of rows that
has to keep it. Broken, it is a promise to the users of the data that does not hold.

## Fix
Clean what breaks it and close the hole it came through, or change the expectation with its
owner. A profile answers required, unique, row counts, ranges, age and short lists.

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
from crmaudit.quality.expected import Answer, answers
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import column_subject, need_profiles, table_subject

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _place(answer: Answer) -> str:
    assert answer.profile is not None
    table = answer.profile.table
    if answer.column:
        return column_subject(answer.system, table, answer.column)
    return table_subject(answer.system, table)


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("expectations.yaml")
    need_profiles(facts)
    for expectation in facts.workspace.expectations.expectations:
        about = f"expectation:{expectation.id}"
        found = list(answers(expectation, facts.quality, facts.day))
        broken = [a for a in found if a.kept is False]
        open_ones = [a for a in found if a.kept is None]
        if broken:
            first = broken[0]
            where = first.profile.table if first.profile else ""
            where += f".{first.column}" if first.column else ""
            yield Hit(
                about,
                f"{where}: {first.text}",
                measurements=tuple(
                    Measurement.share(f"kept, {a.check}", a.part, a.whole, (a.profile.id,))
                    for a in broken
                    if a.part is not None and a.whole is not None and a.profile is not None
                ),
                severity=expectation.severity,
                confidence="certain" if all(a.exact for a in broken) else "tentative",
                who=expectation.owner,
                related=tuple(dict.fromkeys(_place(a) for a in broken)),
            )
        elif open_ones:
            yield NotAssessed(open_ones[0].reason, "a measurement made for it", about)
