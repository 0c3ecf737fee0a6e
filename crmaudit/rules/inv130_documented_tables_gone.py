"""Documentation describes tables that are gone.

## Why
A table that is described and not there was renamed, split or dropped after the description was
written. Whoever builds on it fails at once; whoever trusts the rest of it fails later.

## Fix
Have the IT owner go through the names, correct `describes:` and the document, and look whether a
new table took the place of an old one.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {database: {location: docs/schema.pdf, describes: [contacts, leads_2019]}}
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {database: {location: docs/schema.pdf, describes: [contacts]}}
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "document-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need_evidence()
    for system in facts.workspace.in_scope:
        document = system.documentation.database
        if document is None or not document.describes:
            continue  # INV104 and INV106 say what is not documented
        found = facts.descriptions.get(system.id)
        if found is None:
            reason = msg("the tables of {system} were not read", system=system.name)
            yield NotAssessed(
                reason, msg("crmaudit collect {system}", system=system.id), f"system:{system.id}"
            )
            continue
        gone, listed_ = len(found.gone), len(document.describes)
        if gone:
            catalog = facts.evidence.catalogs[system.id]
            whole = catalog.provenance.status.state == "done"
            yield Hit(
                f"system:{system.id}",
                msg(
                    "The documentation of {system} describes {tables} that {verb} not there: "
                    "{gone}",
                    system=system.name,
                    tables=part_of(gone, listed_, "table"),
                    verb=verb(gone, "is", "are"),
                    gone=listed(found.gone),
                ),
                path=("documentation", "database", "describes"),
                measurements=(Measurement.share("tables gone", gone, listed_, (catalog.id,)),),
                confidence="certain" if whole else "tentative",
                who=system.owners.it,
            )
