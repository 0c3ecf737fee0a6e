"""A key that the database does not guard.

## Why
A column that identifies each row, and that nothing keeps unique, holds only as long as the
program and every import behave. The first row that comes twice makes two records of one.

## Fix
Declare it as the primary key or give it a unique index, after merging the rows that share a
value. Export files are left out; keys count from a confidence of `confidence` on.

## Bad
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, columns: [{name: id}], rows: 100}]}
- kind: keys
  system: crm
  keys: [{table: contacts, columns: [id], basis: inferred, confidence: 0.95, rows: 100, nulls: 0,
          repeated: 0}]
```

## Good
```yaml evidence
- kind: catalog
  system: crm
  tables: [{name: contacts, columns: [{name: id}], primary_key: [id], rows: 100}]
- kind: keys
  system: crm
  keys: [{table: contacts, columns: [id], basis: declared, rows: 100, nulls: 0, repeated: 0}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import TableKey
from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.quality.references.found import side_words, undeclared_keys
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of, table_subject, verb

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, confidence: float = 0.7) -> Iterator[Hit]:
    facts.need_evidence()
    if not facts.evidence.keys:
        raise NotAssessed(msg("keys were not looked for"), msg("crmaudit collect --only keys"))
    for system, keys in facts.evidence.keys.items():
        catalog = facts.evidence.catalogs.get(system)
        if catalog is None:
            continue
        tables = [t for t in catalog.tables if t.kind == "table"]
        found = [k for k in undeclared_keys(keys, tables) if k.confidence >= confidence]
        if not found:
            continue
        broken = [k for k in found if k.repeated or k.nulls]
        already = msg("; {broken} of them no longer hold", broken=len(broken)) if broken else ""
        yield Hit(
            f"system:{system}",
            msg(
                "{tables} {verb} a key that is not declared: {name}{already}",
                tables=capital(part_of(len(found), len(tables), "table")),
                verb=verb(len(found), "has", "have"),
                name=listed([_name(k) for k in [*broken, *(k for k in found if k not in broken)]]),
                already=already,
            ),
            measurements=(
                Measurement.share("key not declared", len(found), len(tables), (keys.id,)),
                *(
                    Measurement.share(
                        msg("not unique: {name}", name=_name(k)), k.repeated, k.rows, (keys.id,)
                    )
                    for k in broken[:10]
                    if k.repeated
                ),
            ),
            confidence="firm",
            who=facts.workspace.system[system].owners.it,
            related=tuple(dict.fromkeys(table_subject(system, k.table) for k in found))[:20],
        )


def _name(key: TableKey) -> str:
    return side_words(key.table, key.columns)
