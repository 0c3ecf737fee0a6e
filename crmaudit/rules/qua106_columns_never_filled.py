"""Columns that nobody ever filled.

## Why
A field that is empty in every row makes forms longer and reports wider, and its author waits for
data that will not come. Custom fields unused are the super users' to mend.

## Fix
Ask who wanted the field. Take it off the form, or fill it; up to `most` empty columns of a table
are passed over. A system without a map is told in one finding, machinery and all.

## Bad
```yaml maps/crm.yaml
{system: crm, tables: [{table: notes, entity: note}]}
```
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

from crmaudit.evidence import TableProfile
from crmaudit.facts import Facts
from crmaudit.quality.scores import unused_columns
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.qua_words import column_subject, need_profiles, surety, table_subject
from crmaudit.rules.words import listed

severity: Severity = "low"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, most: int = 0) -> Iterator[Hit]:
    need_profiles(facts)
    mapped = {h.system for h in facts.quality.holdings()}
    unmapped: dict[str, list[tuple[TableProfile, int]]] = {}
    for system, profile in facts.quality.entity_tables():
        empty = unused_columns(profile)
        if len(empty) <= most:
            continue
        if system in mapped:
            yield Hit(
                table_subject(system, profile.table),
                f"{len(empty)} of {len(profile.columns)} columns of {profile.table} are empty in "
                f"all {profile.rows:,} rows: {listed(empty)}",
                measurements=(
                    Measurement.share(
                        "empty columns", len(empty), len(profile.columns), (profile.id,)
                    ),
                ),
                confidence=surety(profile),
                related=tuple(column_subject(system, profile.table, c) for c in empty[:20]),
            )
        else:
            unmapped.setdefault(system, []).append((profile, len(empty)))
    for system, tables in unmapped.items():
        count = sum(n for _, n in tables)
        columns = sum(len(p.columns) for s, p in facts.quality.tables() if s == system)
        yield Hit(
            f"system:{system}",
            f"{count:,} of {columns:,} columns, in {len(tables)} tables, are empty in all rows; "
            "which of them matter is not mapped",
            measurements=(
                Measurement.share(
                    "empty columns", count, columns, tuple(p.id for p, _ in tables[:10])
                ),
            ),
            confidence="tentative",
            related=tuple(table_subject(system, p.table) for p, _ in tables[:20]),
        )
