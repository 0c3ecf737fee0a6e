"""Unused custom fields and overlapping categories left unmended.

## Why
Super users keep the CRM fit for their units. A field that nobody fills lengthens every form; two
categories that mean the same split every list and count. Both are theirs to mend, and come back
where nobody looks. Counted are custom fields, from `fields` of them on, and columns with
overlapping categories, from `categories` of them on; QUA116 names each.

## Fix
Put both on the agenda of the super users' next meeting: drop or explain each field, choose one of
two categories, and move the records.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user}]
```
```yaml evidence
- {kind: profile, system: crm, table: clients, rows: 200, columns: [{name: shoe_size_c}],
   faults: [{kind: unused custom field, columns: [shoe_size_c], rows: 199, of: 200}]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user}]
```
```yaml evidence
- {kind: profile, system: crm, table: clients, rows: 200, columns: [{name: shoe_size_c}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, subject

severity: Severity = "low"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts, fields: int = 1, categories: int = 1) -> Iterator[Hit]:
    facts.need("people.yaml")
    crm = facts.workspace.crm
    if crm is None:
        raise NotAssessed(
            msg("which system is the CRM is not declared"), needs=msg("crm: in audit.yaml")
        )
    supers = facts.governance.of_type("super user")
    if not supers:
        raise NotAssessed(
            msg("nobody is declared as a super user"), needs=msg("user_type: in people.yaml")
        )
    found = facts.governance.testified.untidy.get(crm.id)
    if found is None:
        raise NotAssessed(
            msg("the tables of {crm} were not profiled", crm=crm.name),
            needs=msg("crmaudit collect --only profile"),
        )
    told, measured = [], []
    if found.unused and found.unused >= fields:
        told.append(
            msg(
                "{unused} of {fields} hardly ever filled",
                unused=found.unused,
                fields=counted(found.custom, "custom field"),
            )
        )
        measured.append(
            Measurement.share("unused custom fields", found.unused, found.custom, found.evidence)
        )
    if found.categories and found.categories >= categories:
        told.append(
            msg("categories that overlap in {columns}", columns=counted(found.categories, "column"))
        )
        measured.append(
            Measurement(
                "columns with overlapping categories", found.categories, evidence=found.evidence
            )
        )
    if told:
        first = next((p for p in supers if p.primary), supers[0])
        yield Hit(
            subject("user-type", "super user"),
            msg(
                "Left for the super users to mend in {crm}: {told}",
                crm=crm.name,
                told=listed(told),
            ),
            file="people.yaml",
            measurements=tuple(measured),
            confidence="firm",
            who=first.id,
        )
