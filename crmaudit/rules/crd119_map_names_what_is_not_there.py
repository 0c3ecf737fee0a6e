"""Entity map names what the database does not have.

## Why
A map that points at a table or column that is not there explains nothing, and what is measured
through it is empty or refused. Mostly the product was upgraded, or a name mistyped.

## Fix
Correct the name in `maps/`, or remove the line. `crmaudit collect` reads the catalog again.

## Bad
```yaml maps/crm.yaml
system: crm
tables: [{table: contact, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
```

## Good
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer, modified_at: changed}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts, columns: [{name: id}, {name: changed}]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import table_subject, unmatched
from crmaudit.evidence import Catalog
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "map-entities"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("maps")
    facts.need_evidence()
    scope = {s.id for s in facts.workspace.in_scope}
    files = [f for f in facts.workspace.files if f.startswith("maps/")]
    for file, declared in zip(files, facts.workspace.maps, strict=True):
        if declared.system not in scope:
            continue
        name = facts.workspace.system[declared.system].name
        catalog = facts.evidence.catalogs.get(declared.system)
        if catalog is None:
            reason = msg("the tables of {name} were not read", name=name)
            yield NotAssessed(
                reason,
                msg("crmaudit collect {system}", system=declared.system),
                f"system:{declared.system}",
            )
            continue
        seen = set()
        for wrong in unmatched(catalog, declared):
            if wrong.table in seen:
                continue
            seen.add(wrong.table)
            lacks = (
                msg("column {columns}", columns=listed(wrong.columns)) if wrong.columns else "table"
            )
            yield Hit(
                table_subject(declared.system, wrong.table),
                msg(
                    "The map of {name} names {table}: there is no such {lacks} among {tables}",
                    name=name,
                    table=wrong.table,
                    lacks=lacks,
                    tables=counted(len(catalog.tables), "table"),
                ),
                file=file,
                path=(wrong.part, wrong.index),
                measurements=(_tables(catalog),),
                related=(f"system:{declared.system}",),
            )


def _tables(catalog: Catalog) -> Measurement:
    return Measurement("tables there", len(catalog.tables), "tables", evidence=(catalog.id,))
