"""Documentation does not describe the database that is there.

## Why
A document may exist, be recent, and still describe half of the tables. Only the catalog
read from the database shows it, and what is left out is mostly what was added for a need
of one's own: custom tables, the ones an extraction cannot do without.

## Fix
Document the tables that are missing. List the tables described under `describes:`, so that
names and not only numbers can be compared. Fewer than `share` of the tables is a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {database: {location: docs/crm-schema.pdf, tables: 1}}
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}, {name: activities}, {name: invoices}]}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {database: {location: docs/crm-schema.pdf, describes: [contacts, activities]}}
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}, {name: activities}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "document-systems"


def check(facts: Facts, share: float = 0.9) -> Iterator[Hit | NotAssessed]:
    facts.need_evidence()
    for system in facts.workspace.in_scope:
        document, subject = system.documentation.database, f"system:{system.id}"
        if document is None or not document.exists:
            continue  # INV104 says so
        catalog = facts.evidence.catalogs.get(system.id)
        if catalog is None:
            reason = msg("the tables of {system} were not read", system=system.name)
            yield NotAssessed(reason, msg("crmaudit collect {system}", system=system.id), subject)
            continue
        found = facts.descriptions.get(system.id)
        if found is None:
            reason = msg(
                "nobody counted the tables that the documentation of {system} describes",
                system=system.name,
            )
            yield NotAssessed(
                reason, msg("documentation: database: describes: (or tables:)"), subject
            )
        elif found.described < share * found.present:
            lacking = msg(", not {missing}", missing=listed(found.missing)) if found.missing else ""
            yield Hit(
                subject,
                msg(
                    "The documentation of {system} describes {tables}{lacking}",
                    system=system.name,
                    tables=part_of(found.described, found.present, "table"),
                    lacking=lacking,
                ),
                path=("documentation", "database"),
                measurements=(
                    Measurement.share(
                        "tables described", found.described, found.present, (catalog.id,)
                    ),
                ),
                confidence="certain" if document.describes else "firm",
                who=system.owners.it,
            )
