"""Tables of one system that were read at different times.

## Why
Two tables read in different snapshots did not see the same data: what is compared across them,
orphans above all, may be an effect of the time between.

## Fix
Read the system again in one go: `crmaudit collect SYSTEM`, at a time when it does not stop.

## Bad
```yaml evidence
- {kind: profile, system: crm, table: a, rows: 1, columns: []}
- {kind: profile, system: crm, table: b, rows: 1, columns: [], provenance: {snapshot: s2}}
```

## Good
```yaml evidence
- {kind: profile, system: crm, table: a, rows: 1, columns: []}
- {kind: profile, system: crm, table: b, rows: 1, columns: []}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import need_profiles, table_subject, verb

severity: Severity = "low"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts) -> Iterator[Hit]:
    need_profiles(facts)
    for system, tables in facts.evidence.profiles.items():
        snapshots = Counter(p.provenance.snapshot for p in tables.values())
        if len(snapshots) < 2:
            continue
        main = snapshots.most_common(1)[0][0]
        apart = [p for p in tables.values() if p.provenance.snapshot != main]
        times = [p.provenance.taken_at for p in tables.values()]
        hours = (max(times) - min(times)).total_seconds() / 3600
        yield Hit(
            f"system:{system}",
            msg(
                "{apart} of {tables} tables {verb} read in another snapshot than the "
                "rest, up to {hours:.1f} hours apart",
                apart=len(apart),
                tables=len(tables),
                verb=verb(len(apart), "was", "were"),
                hours=hours,
            ),
            measurements=(
                Measurement.share(
                    "read at another time",
                    len(apart),
                    len(tables),
                    tuple(p.id for p in apart[:10]),
                ),
            ),
            related=tuple(table_subject(system, p.table) for p in apart[:20]),
        )
