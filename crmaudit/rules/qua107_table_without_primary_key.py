"""Tables without a primary key.

## Why
Without a primary key nothing stops the same row from being there twice, no other table can refer
to it safely, and changes cannot be extracted row by row.

## Fix
Declare the key that is meant, after merging what it shows to be double. Views and export files
are left out.

## Bad
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: notes, columns: [{name: text}]}]}
```

## Good
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: notes, columns: [{name: id}], primary_key: [id]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, part_of, table_subject, verb

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_evidence()
    for system, catalog in facts.evidence.catalogs.items():
        tables = [t for t in catalog.tables if t.kind == "table"]
        bare = [t.qualified for t in tables if not t.primary_key]
        if bare:
            yield Hit(
                f"system:{system}",
                msg(
                    "{tables} {verb} no primary key: {bare}",
                    tables=capital(part_of(len(bare), len(tables), "table")),
                    verb=verb(len(bare), "has", "have"),
                    bare=listed(bare),
                ),
                measurements=(
                    Measurement.share("without key", len(bare), len(tables), (catalog.id,)),
                ),
                who=facts.workspace.system[system].owners.it,
                related=tuple(table_subject(system, name) for name in bare[:20]),
            )
