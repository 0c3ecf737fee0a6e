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
from crmaudit.messages import msg
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
            reason = msg(
                "nobody said whether the interfaces of {system} are documented", system=system.name
            )
            yield NotAssessed(reason, msg("interfaces: documented:"), f"system:{system.id}")
            continue
        none = (
            msg("The one way") if len(ways) == 1 else msg("None of the {ways} ways", ways=len(ways))
        )
        yield Hit(
            f"system:{system.id}",
            msg(
                "{none} out of {system} is {not_}documented: {i}",
                none=none,
                system=system.name,
                not_=msg("not ") if len(ways) == 1 else "",
                i=listed(i.name or msg(i.kind) for i in ways),
            ),
            path=("interfaces",),
            measurements=(Measurement.share("ways out documented", 0, len(ways)),),
            who=system.owners.it,
        )
