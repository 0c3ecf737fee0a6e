"""Imports wrote over values that were there.

## Why
An import that fills empty fields helps; one that replaces what people had recorded, or empties it,
loses their work in one night. It counts where the history says that an import, an account of a
program or a change in bulk replaced at least `rows` values of a field.

## Fix
Let imports fill gaps only, or write into fields of their own, and try them on a copy first. Bring
back what was lost from the history's old values.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  overwritten: [{table: contacts, field: phone, rows: 90, emptied: 40, imports: 40}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: changes
  system: crm
  overwritten: [{table: contacts, field: phone, rows: 90, emptied: 3, imports: 0}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.measured_use import losses
from crmaudit.rules.words import column_subject

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, rows: int = 20) -> Iterator[Hit]:
    for system, found in losses(facts):
        sums: dict[tuple[str, str], list[int]] = {}
        for one in found.imported:
            place = sums.setdefault((one.table, one.field), [0, 0, 0])
            for i, n in enumerate((one.imports, one.rows, one.emptied)):
                place[i] += n
        for (table, name), (imports, whole, emptied) in sorted(sums.items()):
            if imports < rows:
                continue
            lost = msg("; {emptied:,} of them were left empty", emptied=emptied) if emptied else ""
            of_all = msg(", of {whole:,} replaced in all", whole=whole) if whole > imports else ""
            yield Hit(
                column_subject(system.id, table, name),
                msg(
                    "Imports or bulk changes in {system} replaced {values} of "
                    "{table}.{name}{of_all}",
                    system=system.name,
                    values=counted(imports, "value"),
                    table=table,
                    name=name,
                    of_all=of_all,
                )
                + (lost if whole == imports else ""),
                measurements=(
                    Measurement.share(
                        "replaced by imports or in bulk", imports, whole, found.evidence
                    ),
                ),
                confidence="firm",
                who=system.owners.it,
                related=(f"system:{system.id}",),
            )
