"""Foreign keys without an index.

## Why
A reference without an index makes every join and every deletion read the whole table: the CRM
grows slow with its data. Up to `most` such keys in a database are passed over.

## Fix
Create an index that begins with the referring columns. What is declared about index care is laid
beside what the database shows.

## Bad
```yaml evidence
- kind: catalog
  system: crm
  tables:
    - name: notes
      columns: [{name: id}, {name: contact_id}]
      primary_key: [id]
      foreign_keys: [{columns: [contact_id], ref_table: contacts}]
```

## Good
```yaml evidence
- kind: catalog
  system: crm
  tables:
    - name: notes
      columns: [{name: id}, {name: contact_id}]
      primary_key: [id]
      foreign_keys: [{columns: [contact_id], ref_table: contacts}]
      indexes: [{name: by_contact, columns: [contact_id]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Table
from crmaudit.facts import Facts
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import capital, listed, part_of, verb

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def _bare(table: Table) -> list[str]:
    """Foreign keys of a table that no index begins with, as `table.column`."""
    leads = [i.columns for i in table.indexes] + [table.primary_key]
    return [
        f"{table.qualified}.{'+'.join(key.columns)}"
        for key in table.foreign_keys
        if not any(set(lead[: len(key.columns)]) == set(key.columns) for lead in leads)
    ]


def check(facts: Facts, most: int = 0) -> Iterator[Hit]:
    facts.need_evidence()
    for system, catalog in facts.evidence.catalogs.items():
        bare = [name for table in catalog.tables for name in _bare(table)]
        keys = sum(len(t.foreign_keys) for t in catalog.tables)
        if len(bare) > most:
            yield Hit(
                f"system:{system}",
                f"{capital(part_of(len(bare), keys, 'foreign key'))} "
                f"{verb(len(bare), 'has', 'have')} no index: {listed(bare)}",
                measurements=(
                    Measurement.share("keys without index", len(bare), keys, (catalog.id,)),
                ),
                who=facts.workspace.system[system].owners.it,
            )
