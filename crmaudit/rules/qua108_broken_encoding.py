"""Text with broken encoding.

## Why
Letters that were lost between two encodings cannot be guessed back: names are misspelt in every
letter, and the same customer no longer matches. Counted are lost letters, text read in the wrong
encoding (Ã¼ for ü) and mark-up escaped in names (&amp;).

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

from crmaudit.evidence import ColumnProfile
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

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _damaged(column: ColumnProfile) -> int:
    """Rows whose letters are lost, and those read in the wrong encoding, which were looked for."""
    found = sum(f.rows for f in column.faults if f.kind == "damaged encoding")
    return max(column.broken, found)


def check(facts: Facts) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        damaged = {c.name: n for c in profile.columns if (n := _damaged(c))}
        broken = [c for c in profile.columns if c.name in damaged]
        if broken:
            total, filled = sum(damaged.values()), sum(c.filled for c in broken)
            yield Hit(
                table_subject(system, profile.table),
                msg(
                    "{values} in {table} {verb} broken encoding: {worst}",
                    values=capital(part_of(total, filled, "value")),
                    table=profile.table,
                    verb=verb(total, "has", "have"),
                    worst=worst(damaged.items()),
                ),
                measurements=(Measurement.share("broken values", total, filled, (profile.id,)),),
                confidence=surety(profile, *broken),
                related=tuple(column_subject(system, profile.table, c.name) for c in broken[:20]),
            )
