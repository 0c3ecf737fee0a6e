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
from crmaudit.messages import chained, msg
from crmaudit.quality.quality import Holding
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import (
    doubted,
    entity_label,
    entity_subject,
    need_profiles,
    table_subject,
)

severity: Severity = "low"
topic: Topic = "quality"
initiative = "map-entities"


def check(facts: Facts) -> Iterator[Hit]:
    need_profiles(facts)
    holdings = list(facts.quality.holdings())
    if not holdings:
        raise NotAssessed(msg("no profiled table is mapped to an entity"), needs="maps/")
    defined = facts.workspace.entity
    empty: dict[tuple[str, str], list[Holding]] = {}
    for holding in holdings:
        profile, mapped = holding.profile, holding.mapped
        read = profile.provenance.status.state == "done"
        # A product comes with tables for things that nobody here has to do with.
        wanted = mapped.basis == "declared" or mapped.entity in defined
        if mapped.role == "primary" and wanted and read and not profile.rows:
            about = table_subject(holding.system, profile.table)
            empty.setdefault((about, profile.table), []).append(holding)
    for (about, table), held in empty.items():
        labels = chained("{a} and {b}", (entity_label(facts, h.mapped.entity) for h in held))
        parts = all(h.profile.where for h in held)
        yield Hit(
            about,
            msg(
                "{table} is mapped to {labels} and has no {such}rows",
                table=table,
                labels=labels,
                such=msg("such ") if parts else "",
            ),
            measurements=(
                Measurement("rows", 0, "rows", evidence=tuple(h.profile.id for h in held)),
            ),
            confidence=doubted("certain", all(h.doubtful for h in held)),
            related=tuple(entity_subject(h.mapped.entity) for h in held),
        )
