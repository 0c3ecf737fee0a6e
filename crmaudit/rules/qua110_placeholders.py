"""Words that stand for no value.

## Why
Where a form insists, people type n/a, xxx or test. The field counts as filled, letters go to
"Dear Test", and two customers called n/a look like duplicates. From `share` of a column's
values and `least` of them on, it is a finding.

## Fix
Make the field optional or offer "unknown" as an answer, then empty the placeholders.

## Bad
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: phone, checks: {placeholder: [90, 100]}}]
```

## Good
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: phone, checks: {placeholder: [100, 100]}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    need_profiles,
    part_of,
    surety,
    table_subject,
    verb,
    worst,
)

severity: Severity = "low"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, share: float = 0.005, least: int = 3) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        found: dict[str, tuple[int, int]] = {}
        for column in profile.columns:
            passed, applies = column.checks.get("placeholder", (0, 0))
            # The check knows words for any column, the search also 000000 for a telephone.
            found_too = [f for f in column.faults if f.kind == "placeholder"]
            applies = applies or max((f.of for f in found_too), default=0)
            faulty = max(applies - passed, sum(f.rows for f in found_too)) if applies else 0
            if faulty >= least and faulty / applies >= share:
                found[column.name] = (faulty, applies)
        if found:
            total = sum(f for f, _ in found.values())
            whole = sum(w for _, w in found.values())
            yield Hit(
                table_subject(system, profile.table),
                msg(
                    "{values} in {table} {verb}: {worst}",
                    values=capital(part_of(total, whole, "value")),
                    table=profile.table,
                    verb=verb(total, "is a placeholder", "are placeholders"),
                    worst=worst((n, f) for n, (f, _) in found.items()),
                ),
                measurements=tuple(
                    Measurement.share(msg("placeholders, {n}", n=n), f, w, (profile.id,))
                    for n, (f, w) in found.items()
                ),
                confidence=surety(profile) if total > 20 else "tentative",
                related=tuple(column_subject(system, profile.table, n) for n in found),
            )
