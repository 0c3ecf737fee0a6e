"""No reference is enforced in a whole database.

## Why
Where the database declares no foreign key at all, only the program's good will keeps references
whole: orphans are a matter of time. Databases of fewer than `tables` tables are passed over.

## Fix
Count the orphans, mend them, then declare the references the product allows. Where it does not,
check them on a schedule. References that were found all the same are told with their orphans.

## Bad
```yaml evidence
- kind: catalog
  system: crm
  tables:
    - {name: a, primary_key: [id]}
    - {name: b, primary_key: [id]}
    - {name: c, primary_key: [id]}
    - {name: d, primary_key: [id]}
    - {name: e, primary_key: [id]}
```

## Good
```yaml evidence
- kind: catalog
  system: crm
  tables:
    - {name: a, primary_key: [id]}
    - {name: b, primary_key: [id]}
    - {name: c, primary_key: [id]}
    - {name: d, primary_key: [id]}
    - {name: e, primary_key: [id], foreign_keys: [{columns: [id], ref_table: a}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, tables: int = 5) -> Iterator[Hit]:
    facts.need_evidence()
    for system, catalog in facts.evidence.catalogs.items():
        real = [t for t in catalog.tables if t.kind == "table"]
        if len(real) < tables or any(t.foreign_keys for t in real):
            continue
        keys = facts.evidence.keys.get(system)
        tested = [r for r in keys.references if r.verdict != "cannot tell"] if keys else []
        broken = [r for r in tested if r.verdict == "orphans"]
        measurements = [
            Measurement("tables without foreign keys", len(real), evidence=(catalog.id,))
        ]
        told = msg("no reference is enforced")
        if keys and tested:
            found = Measurement.share("references broken", len(broken), len(tested), (keys.id,))
            measurements.append(found)
            told += msg(
                ", and {founds} ", founds=part_of(len(broken), len(tested), "found", "found")
            )
            told += msg("{verb} orphans", verb=verb(len(broken), "has", "have"))
        yield Hit(
            f"system:{system}",
            msg(
                "{tables} declares a foreign key: {told}",
                tables=capital(part_of(0, len(real), "table")),
                told=told,
            ),
            measurements=tuple(measurements),
            who=facts.workspace.system[system].owners.it,
        )
