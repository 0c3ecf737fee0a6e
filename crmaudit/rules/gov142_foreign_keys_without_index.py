"""Foreign keys without an index.

## Why
A reference without an index makes every join and every deletion read the whole table: the CRM
grows slow with its data. Tables of fewer than `least_rows` rows are read at once and passed over,
and so are up to `most` such keys in a database. Where the server was read, references count that
the audit found and the rows confirm, too.

## Fix
Create an index that begins with the referring columns; `governance maintenance --system` proposes
the statement. What is declared about index care is laid beside what the database shows.

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

from crmaudit.evidence import Catalog, Health, Table
from crmaudit.facts import Facts
from crmaudit.governance import upkeep_server
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, most: int = 0, least_rows: int = 1000) -> Iterator[Hit]:
    facts.need_evidence()
    servers = facts.governance.testified.health
    for system, catalog in facts.evidence.catalogs.items():
        health = servers.get(system)
        asked = health is not None and bool(health.references)
        bare, keys = (
            _measured(health, least_rows)
            if health is not None and asked
            else _described(catalog, least_rows)
        )
        if len(bare) > most:
            noun = "reference" if asked else msg("foreign key")
            proof = (health.id,) if health is not None and asked else (catalog.id,)
            yield Hit(
                f"system:{system}",
                msg(
                    "{count} {verb} no index: {bare}",
                    count=capital(part_of(len(bare), keys, noun)),
                    verb=verb(len(bare), "has", "have"),
                    bare=listed(bare),
                ),
                measurements=(Measurement.share("keys without index", len(bare), keys, proof),),
                who=facts.workspace.system[system].owners.it,
            )


def _measured(health: Health, least_rows: int) -> tuple[list[str], int]:
    """As `table.column` those without, and how many were looked at."""
    found = [u for d in (True, False) for u in upkeep_server.bare(health, least_rows, d)]
    return [f"{u.table}.{'+'.join(u.columns)}" for u in found], health.references


def _described(catalog: Catalog, least_rows: int) -> tuple[list[str], int]:
    """The same by the catalog alone, which does not tell whether an index works."""
    large = [t for t in catalog.tables if t.rows is None or t.rows >= least_rows]
    bare = [name for table in large for name in _bare(table)]
    return bare, sum(len(t.foreign_keys) for t in catalog.tables)


def _bare(table: Table) -> Iterator[str]:
    leads = [i.columns for i in table.indexes] + [table.primary_key]
    for key in table.foreign_keys:
        if not any(set(lead[: len(key.columns)]) == set(key.columns) for lead in leads):
            yield f"{table.qualified}.{'+'.join(key.columns)}"
