"""Empty table that is mapped to an entity.

## Why
A table that should hold an entity and holds nothing means that the module was never used, that
the map is wrong, or that the audit account sees no rows. Details, links, lists and logs beside it
may well be empty.

## Fix
Look at the table with its owner; correct the map, the rights, or the dossier's `crud:`.

## Bad
```yaml maps/crm.yaml
{system: crm, tables: [{table: leads, entity: lead}]}
```
```yaml evidence
- {kind: profile, system: crm, table: leads, rows: 0, columns: []}
```

## Good
```yaml maps/crm.yaml
{system: crm, tables: [{table: leads, entity: lead}]}
```
```yaml evidence
- {kind: profile, system: crm, table: leads, rows: 4, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, need_profiles, table_subject

severity: Severity = "low"
topic: Topic = "quality"
initiative = "map-entities"


def check(facts: Facts) -> Iterator[Hit]:
    need_profiles(facts)
    holdings = list(facts.quality.holdings())
    if not holdings:
        raise NotAssessed("no profiled table is mapped to an entity", needs="maps/")
    empty: dict[tuple[str, str], list[str]] = {}
    for holding in holdings:
        profile = holding.profile
        read = profile.provenance.status.state == "done"
        if holding.mapped.role == "primary" and read and not profile.rows:
            entity = holding.mapped.entity or ""
            about = table_subject(holding.system, profile.table)
            empty.setdefault((about, profile.table), []).append(entity)
    for (about, table), entities in empty.items():
        labels = " and ".join(entity_label(facts, e) for e in entities)
        yield Hit(
            about,
            f"{table} is mapped to {labels} and has no rows",
            related=tuple(f"entity:{e}" for e in entities),
        )
