"""Text with broken encoding.

## Why
Letters that were lost between two encodings cannot be guessed back: names are misspelt in every
letter, and the same customer no longer matches.

## Fix
Find the import or feed that reads or writes the wrong encoding, mend it, and load again from the
source.

## Bad
```yaml evidence
- {kind: profile, system: crm, table: notes, rows: 9, columns: [{name: text, broken: 3}]}
```

## Good
```yaml evidence
- {kind: profile, system: crm, table: notes, rows: 9, columns: [{name: text}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import (
    capital,
    column_subject,
    need_profiles,
    part_of,
    surety,
    table_subject,
    verb,
    worst,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        broken = [c for c in profile.columns if c.broken]
        if broken:
            total, filled = sum(c.broken for c in broken), sum(c.filled for c in broken)
            yield Hit(
                table_subject(system, profile.table),
                f"{capital(part_of(total, filled, 'value'))} in {profile.table} "
                f"{verb(total, 'has', 'have')} broken encoding: "
                f"{worst((c.name, c.broken) for c in broken)}",
                measurements=(Measurement.share("broken values", total, filled, (profile.id,)),),
                confidence=surety(profile, *broken),
                related=tuple(column_subject(system, profile.table, c.name) for c in broken[:20]),
            )
