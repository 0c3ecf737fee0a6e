"""Declared volume differs from what is there.

## Why
Effort, storage and licences are planned by the volumes people state. A database that holds half
or twice as much says that the statement is old, that the map is wrong, or that records are
duplicated.

## Fix
Look at the tables mapped to the entity, then correct `volume:` or the map. The largest holder is
compared; it may differ by `share` of the declared rows.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, volume: {rows: 1000}}]
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 2600}]}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, volume: {rows: 2500}}]
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 2600}]}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import doubted, guessed

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts, share: float = 0.5) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    facts.need_evidence()
    for entity in facts.workspace.entities:
        stated = entity.volume.rows if entity.volume else None
        counts: Counter[str] = Counter()
        for system, count in _counts(facts, entity.id):
            counts[system] += count
        if stated is None:
            reason = msg("nobody stated how many rows of {entity} there are", entity=entity.label)
            yield NotAssessed(reason, msg("volume: rows: in entities.yaml"), f"entity:{entity.id}")
        elif not counts:
            reason = msg("no table counted is mapped to {entity} by itself", entity=entity.label)
            yield NotAssessed(reason, msg("maps/, crmaudit collect"), f"entity:{entity.id}")
        else:
            system = max(counts, key=lambda s: counts[s])
            there, catalog = counts[system], facts.evidence.catalogs.get(system)
            if abs(there - stated) > share * stated:
                yield Hit(
                    f"entity:{entity.id}",
                    msg(
                        "{entity}: {rows} declared, {there:,} found in {name}",
                        entity=entity.label,
                        rows=counted(stated, "row"),
                        there=there,
                        name=facts.workspace.system[system].name,
                    ),
                    path=("volume",),
                    measurements=(
                        Measurement("rows declared", stated, "rows"),
                        Measurement(
                            "rows found",
                            there,
                            "rows",
                            evidence=(catalog.id,) if catalog else (),
                        ),
                    ),
                    confidence=doubted("firm", guessed(facts, system, entity.id)),
                    who=entity.steward,
                )


def _counts(facts: Facts, entity: str) -> Iterator[tuple[str, int]]:
    """Rows of the entity's primary tables by system, where they were counted apart from others."""
    scope = {s.id for s in facts.workspace.in_scope}
    for system, known in facts.maps.items():
        catalog = facts.evidence.catalogs.get(system)
        rows = {t.qualified: t.rows for t in catalog.tables} if catalog else {}
        for row in known.of(entity):
            if row.role != "primary" or system not in scope:
                continue
            count = rows.get(row.table)
            if row.where:
                part = facts.quality.part(system, row.table, row.where)
                count = part.rows if part and part.rows_method.kind == "exact" else None
            if count is not None:
                yield system, count
