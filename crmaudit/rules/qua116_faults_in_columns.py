"""Faults within columns that nobody wrote a rule for.

## Why
Impossible days, a telephone number in a name, three spellings of one status: each program that
reads them has to know better, and none does. Counts by status are wrong, letters go to the wrong
name, and the same customer is not found. Faults are counted from `share` of a column's values and
`least` of them on, and from a confidence of `confidence` on that they are real.

## Fix
Correct what the drill-down shows, the most frequent kind first. Then offer lists instead of free
fields and let the form refuse what cannot be. Placeholders, broken encoding and values that fail
their type are told of by rules of their own.

## Bad
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns:
    - name: status
      faults:
        - {kind: inconsistent case, columns: [status], rows: 12, of: 100,
           example: ACTIVE for Active, confidence: 0.95}
```

## Good
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: status}]
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from crmaudit.evidence import Fault, TableProfile
from crmaudit.facts import Facts
from crmaudit.messages import capital, joined, msg
from crmaudit.quality.faults.unchecked import unchecked_faults
from crmaudit.rules.base import Confidence, Hit, Measurement, Severity, Topic
from crmaudit.rules.words import column_subject, need_profiles, percent, table_subject, worst

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"

_WRITING = frozenset(
    {"mixed formats", "surrounding blanks", "inconsistent case", "spelling variant"}
)


def check(
    facts: Facts, share: float = 0.005, least: int = 3, confidence: float = 0.7
) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        found = [
            (column, fault)
            for column, fault, rows in unchecked_faults(profile)
            if rows >= max(least, share * fault.of) and fault.confidence >= confidence
        ]
        if found:
            yield _hit(system, profile, found)


def _hit(system: str, profile: TableProfile, every: list[tuple[str, Fault]]) -> Hit:
    name, most = max(every, key=lambda f: (f[1].rows / f[1].of, f[0], f[1].kind))
    short = most.example and len(most.example.split()) <= 3
    example = msg(", such as {example}", example=most.shown) if short else ""
    kinds: dict[str, int] = defaultdict(int)
    for column, fault in every:
        if (column, fault) != (name, most):
            kinds[msg(fault.kind)] += fault.rows
    also = msg("; also {worst}", worst=worst(kinds.items(), 1)) if kinds else ""
    sampled = any(f.sampled is not None for _, f in every)
    sure: Confidence = "firm" if sampled or most.confidence < 0.95 else "certain"
    return Hit(
        table_subject(system, profile.table),
        msg(
            "{kind} in {table}.{name}: {percent} ({rows:,} of {of:,}){example}{also}",
            kind=capital(msg(most.kind)),
            table=profile.table,
            name=name,
            percent=percent(most.rows / most.of),
            rows=most.rows,
            of=most.of,
            example=example,
            also=also,
        ),
        measurements=tuple(
            Measurement.share(
                joined(", ", (msg(fault.kind), column)), fault.rows, fault.of, (profile.id,)
            )
            for column, fault in every
        ),
        severity="low" if {f.kind for _, f in every} <= _WRITING else None,
        confidence=sure if most.confidence >= 0.8 else "tentative",
        related=tuple(
            column_subject(system, profile.table, n) for n in dict.fromkeys(c for c, _ in every)
        ),
    )
