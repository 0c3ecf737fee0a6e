"""Columns that nobody ever filled.

## Why
A field that is empty in every row makes forms longer and reports wider, and its author waits for
data that will not come. Custom fields unused are the super users' to mend.

## Fix
Ask who wanted the field. Take it off the form, or fill it; up to `most` empty columns of a table
are passed over.

## Bad
```yaml evidence
- {kind: profile, system: crm, table: notes, rows: 9, columns: [{name: fax, nulls: 9}]}
```

## Good
```yaml evidence
- {kind: profile, system: crm, table: notes, rows: 9, columns: [{name: fax, nulls: 8}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.qua_words import column_subject, need_profiles, surety, table_subject
from crmaudit.rules.words import listed

severity: Severity = "low"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, most: int = 0) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.entity_tables():
        read = [c for c in profile.columns if c.status.state == "done"]
        empty = [c for c in read if c.rows and not c.filled]
        if len(empty) > most:
            yield Hit(
                table_subject(system, profile.table),
                f"{len(empty)} of {len(read)} columns of {profile.table} are empty in all "
                f"{profile.rows:,} rows: {listed(c.name for c in empty)}",
                measurements=(
                    Measurement.share("empty columns", len(empty), len(read), (profile.id,)),
                ),
                confidence=surety(profile),
                related=tuple(column_subject(system, profile.table, c.name) for c in empty[:20]),
            )
