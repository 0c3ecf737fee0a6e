"""Documentation is outdated.

## Why
Documentation that has not followed the system is worse than none: it is believed. Interfaces
and reports are then built on tables and codes that have changed since.

## Fix
Have the IT owner compare the documentation with the system, mend it and set `updated:`. It
counts as outdated where somebody says so or where it is older than `years`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation:
  system: {location: https://wiki.example/crm, updated: 2026-01-10}
  database: {location: docs/crm-schema.pdf, updated: 2019-05-02}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
documentation:
  system: {location: https://wiki.example/crm, updated: 2026-01-10}
  database: {location: docs/crm-schema.pdf, updated: 2025-11-30}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import DocumentState
from crmaudit.messages import chained, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "document-systems"


def check(facts: Facts, years: float = 3.0) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system = row.system
        documents = [d for d in row.documents if d.exists]
        old = [d for d in documents if d.outdated or (d.age is not None and d.age > years)]
        undated = [d.part for d in documents if d not in old and d.age is None]
        if old:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: the documentation of the {part} is outdated ({age})",
                    system=system.name,
                    part=msg(old[0].part),
                    age=_age(old[0]),
                )
                if len(old) == 1
                else msg(
                    "{system}: the documentation of the {parts} is outdated",
                    system=system.name,
                    parts=chained(
                        "{a} and of the {b}",
                        (msg("{part} ({age})", part=msg(d.part), age=_age(d)) for d in old),
                    ),
                ),
                path=("documentation", old[0].part),
                measurements=tuple(
                    Measurement(
                        msg("age of the {part}'s documentation", part=msg(d.part)),
                        round(d.age, 1),
                        "years",
                    )
                    for d in old
                    if d.age is not None
                ),
                who=system.owners.it,
            )
        elif undated:
            yield NotAssessed(
                msg(
                    "the documentation of the {undated} of {system} bears no date",
                    undated=chained("{a} and the {b}", map(msg, undated)),
                    system=system.name,
                ),
                needs=msg("documentation: {undated}: updated:", undated=undated[0]),
                subject=f"system:{system.id}",
            )


def _age(document: DocumentState) -> str:
    return (
        msg("as people say")
        if document.age is None
        else msg("{age:.1f} years old", age=document.age)
    )
