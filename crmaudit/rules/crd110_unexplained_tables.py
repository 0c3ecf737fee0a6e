"""Tables that no entity explains.

## Why
Every table holds something. One that belongs to no entity is either knowledge that the model
lacks or rubbish that is migrated for ever, and nobody can tell which until somebody looks.

## Fix
Say in `maps/` which entity each table holds, or mark the product's own machinery with
`role: system`. Where more than `share` of the tables are unexplained the finding is high.

## Bad
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 90}, {name: zz_old, rows: 40}]}
```

## Good
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}, {table: sessions, role: system}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, rows: 90}, {name: sessions, rows: 7}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "map-entities"


def check(facts: Facts, share: float = 0.5) -> Iterator[Hit | NotAssessed]:
    facts.need_evidence()
    for system in facts.workspace.in_scope:
        catalog = facts.evidence.catalogs.get(system.id)
        if catalog is None:
            # A system without a database has no tables to explain.
            if system.database is not None:
                reason = msg("the tables of {system} were not read", system=system.name)
                yield NotAssessed(
                    reason,
                    msg("crmaudit collect {system}", system=system.id),
                    f"system:{system.id}",
                )
            continue
        cover = facts.covers.get(system.id)
        if cover is None:
            reason = msg("nobody said what the tables of {system} hold", system=system.name)
            yield NotAssessed(reason, f"maps/{system.id}.yaml", f"system:{system.id}")
            continue
        rest, tables = cover.unexplained, cover.tables
        if rest:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {tables} {verb} to no entity: {qualified}",
                    system=system.name,
                    tables=part_of(len(rest), len(tables), "table"),
                    verb=verb(len(rest), "belongs", "belong"),
                    qualified=listed(t.qualified for t in rest),
                ),
                measurements=(
                    Measurement.share("tables unexplained", len(rest), len(tables), (catalog.id,)),
                ),
                severity="high" if len(rest) > share * len(tables) else None,
                who=system.owners.it,
            )
