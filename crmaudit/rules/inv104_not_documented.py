"""System or its database is not documented.

## Why
Whoever extracts data from an undocumented database pays for every table with guessing, and
pays again when the one who guessed has left. Documentation of the database counts as much
as the manual of the program.

## Fix
Have the documentation written, the database's first: tables, columns, keys and codes. Where
the vendor has it, ask for it and note its place under `documentation:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {system: https://wiki.example/crm, database: {status: none}}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation: {system: https://wiki.example/crm, database: docs/crm-schema.pdf}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import chained, counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import verb

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "document-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system, parts = row.system, row.documents
        subject = f"system:{system.id}"
        lacking = [d.part for d in parts if d.exists is False]
        unsaid = [d.part for d in parts if d.exists is None]
        if lacking:
            yield Hit(
                subject,
                msg(
                    "Neither the {lacking} of {system} is documented ({lacking2} of {parts})",
                    lacking=chained("{a} nor the {b}", map(msg, lacking)),
                    system=system.name,
                    lacking2=len(lacking),
                    parts=counted(len(parts), "part"),
                )
                if len(lacking) > 1
                else msg(
                    "The {lacking} of {system} is not documented (1 of {parts})",
                    lacking=msg(lacking[0]),
                    system=system.name,
                    parts=counted(len(parts), "part"),
                ),
                path=("documentation",),
                measurements=(
                    Measurement.share("parts documented", len(parts) - len(lacking), len(parts)),
                ),
                severity="high" if "database" in lacking else "medium",
                who=system.owners.it,
            )
        elif unsaid:
            yield NotAssessed(
                msg(
                    "nobody said whether the {unsaid} of {system} {verb} documented",
                    unsaid=chained("{a} and the {b}", map(msg, unsaid)),
                    system=system.name,
                    verb=verb(len(unsaid), "is", "are"),
                ),
                needs=msg("documentation: {unsaid}:", unsaid=chained("{a}: and {b}", unsaid)),
                subject=subject,
            )
