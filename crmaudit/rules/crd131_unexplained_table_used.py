"""Table of no entity that is used.

## Why
A table that programs read and write every day holds something that matters to somebody. As long
as no entity explains it, the matrix leaves that work out, and the most used of them first.

## Fix
Begin with the first: say in `maps/` which entity it holds, or that it is machinery with
`role: system`. Tables that nobody uses are in CRD110. Below `calls` uses nothing is said.

## Bad
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}, {name: pledges}]}
- {kind: statements, system: crm, uses: [{principal: app, table: pledges, letters: CR, calls: 9}]}
```

## Good
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}, {table: pledges, entity: gift}]
```
```yaml entities.yaml
entities: [{id: customer}, {id: gift}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}, {name: pledges}]}
- {kind: statements, system: crm, uses: [{principal: app, table: pledges, letters: CR, calls: 9}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, verb, worst

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "map-entities"


def check(facts: Facts, calls: int = 1) -> Iterator[Hit | NotAssessed]:
    facts.need_use()
    testimony = facts.testimony
    for system in facts.workspace.in_scope:
        used = [
            t for t in testimony.unmapped if t.database == system.id and t.calls + t.places >= calls
        ]
        cover = facts.covers.get(system.id)
        if not used:
            continue
        if cover is None:
            reason = msg("nobody said what the tables of {system} hold", system=system.name)
            yield NotAssessed(reason, f"maps/{system.id}.yaml", f"system:{system.id}")
            continue
        written = [t for t in used if set(t.letters) & {"C", "U", "D"}]
        whole = len(cover.tables)
        evidence = tuple(sorted({e for t in used for e in t.evidence}))
        yield Hit(
            f"system:{system.id}",
            msg(
                "{system}: {tables} {verb} used and of no entity: {worst}",
                system=system.name,
                tables=part_of(len(used), whole, "table"),
                verb=verb(len(used), "is", "are"),
                worst=worst((t.table, t.calls + t.places) for t in used),
            ),
            measurements=(
                Measurement.share("tables used and unexplained", len(used), whole, evidence),
                Measurement.share("of these written", len(written), len(used), evidence),
            ),
            severity=None if written else "low",
            who=system.owners.it,
        )
