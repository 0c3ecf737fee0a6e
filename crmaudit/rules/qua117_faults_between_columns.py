"""Columns that contradict each other.

## Why
A town that no other row has for its postcode, a case closed before it was opened, given and family
name in each other's column: every value looks right by itself, and the record is wrong. Such faults
are counted from `least` rows and from a confidence of `confidence` on that they are real.

## Fix
Look at the rows by the drill-down and correct the value that stands out. Let the form fill in what
follows from another field, and refuse an end before its beginning.

## Bad
```yaml evidence
- kind: profile
  system: crm
  table: cases
  rows: 100
  columns: [{name: opened}, {name: closed}]
  faults:
    - {kind: order of dates, columns: [closed, opened], rows: 7, of: 80,
       detail: ended before it began, confidence: 0.9}
```

## Good
```yaml evidence
- {kind: profile, system: crm, table: cases, rows: 100, columns: [{name: opened}, {name: closed}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Fault, TableProfile
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Confidence, Hit, Measurement, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    listed,
    need_profiles,
    part_of,
    table_subject,
    verb,
    worst,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"

_BETWEEN = ("swapped columns", "broken dependency", "order of dates")


def check(facts: Facts, least: int = 3, confidence: float = 0.7) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        found = [
            f
            for f in profile.faults
            if f.kind in _BETWEEN and f.rows >= least and f.confidence >= confidence
        ]
        if found:
            yield _hit(system, profile, sorted(found, key=lambda f: (-f.rows, f.columns)))


def _hit(system: str, profile: TableProfile, found: list[Fault]) -> Hit:
    most = found[0]
    others = found[1:]
    also = ""
    if others:
        also = msg("; also {worst}", worst=worst(((f.columns[0], f.rows) for f in others), 1))
    sure: Confidence = "certain" if most.kind == "order of dates" else "firm"
    return Hit(
        table_subject(system, profile.table),
        msg(
            "{rows} of {table} {verb} in {columns}: {detail}{also}",
            rows=part_of(most.rows, most.of, "row"),
            table=profile.table,
            verb=verb(most.rows, "contradicts itself", "contradict themselves"),
            columns=listed(most.columns[:2]),
            detail=most.detail or msg(most.kind),
            also=also,
        ),
        measurements=tuple(
            Measurement.share(
                joined(", ", (msg(f.kind), listed(f.columns[:2]))), f.rows, f.of, (profile.id,)
            )
            for f in found
        ),
        confidence="tentative" if most.confidence < 0.8 else sure,
        related=tuple(
            column_subject(system, profile.table, name)
            for name in dict.fromkeys(c for f in found for c in f.columns[:2])
        ),
    )
