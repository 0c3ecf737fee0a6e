"""Columns that nobody ever filled.

## Why
A field that is empty in every row makes forms longer and reports wider, and its author waits for
data that will not come. Custom fields unused are the super users' to mend.

## Fix
Ask who wanted the field. Take it off the form, or fill it; up to `most` empty columns of a table
are passed over. A system is told in one finding: of the tables mapped to entities, or of all
where there is no map.

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
from crmaudit.messages import capital, counted, msg
from crmaudit.quality.scores import unused_columns
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import column_subject, need_profiles, part_of, surety, verb, worst

severity: Severity = "low"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, most: int = 0) -> Iterator[Hit]:
    need_profiles(facts)
    mapped = {h.system for h in facts.quality.holdings()}
    read: dict[str, list[TableProfile]] = {}
    for system, profile in facts.quality.entity_tables():
        read.setdefault(system, []).append(profile)
    for system, profiles in read.items():
        empty = {p.table: unused_columns(p) for p in profiles}
        told = [p for p in profiles if len(empty[p.table]) > most]
        if not told:
            continue
        count = sum(len(empty[p.table]) for p in told)
        columns = sum(len(p.columns) for p in profiles)
        known = system in mapped
        yield Hit(
            f"system:{system}",
            msg(
                "{columns} {verb} empty in all rows, in {tables}: {worst}",
                columns=capital(part_of(count, columns, "column")),
                verb=verb(count, "is", "are"),
                tables=counted(len(told), "table"),
                worst=worst((p.table, len(empty[p.table])) for p in told),
            )
            + ("" if known else msg("; which of them matter is not mapped")),
            measurements=(
                Measurement.share("empty columns", count, columns, tuple(p.id for p in told[:10])),
            ),
            confidence="certain" if known and all(surety(p) == "certain" for p in told) else "firm",
            related=tuple(column_subject(system, p.table, c) for p in told for c in empty[p.table]),
        )
