"""Way out of the system is not documented.

## Why
An interface that nobody described has to be explored before anything can be built on it:
which records, which fields, which limits. That is the better part of the effort of an
extraction, and it is spent again by everyone who comes later.

## Fix
Describe the interface, or get the vendor's description, and set `documented: true`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
interfaces: [{kind: api, name: REST, documented: false}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
interfaces: [{kind: api, name: REST, documented: true}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import bulk_interfaces
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "low"
topic: Topic = "extraction"
initiative = "document-systems"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        ways = bulk_interfaces(system)
        if not ways or any(i.documented for i in ways):
            continue  # INV116 says where there is no way, one described way will do
        if any(i.documented is None for i in ways):
            reason = f"nobody said whether the interfaces of {system.name} are documented"
            yield NotAssessed(reason, "interfaces: documented:", f"system:{system.id}")
            continue
        none = "The one way" if len(ways) == 1 else f"None of the {len(ways)} ways"
        yield Hit(
            f"system:{system.id}",
            f"{none} out of {system.name} is {'not ' if len(ways) == 1 else ''}documented: "
            f"{listed(i.name or i.kind for i in ways)}",
            path=("interfaces",),
            measurements=(Measurement.share("ways out documented", 0, len(ways)),),
            who=system.owners.it,
        )
