"""System offers no way to get its data out.

## Why
The audit's purpose is to judge how hard each system's data are to extract. Where neither a
database connection, nor an interface, nor a file export is there, all that is left is the
screen: each record copied by hand, each question asked of the vendor.

## Fix
Ask the vendor for an export or read access and note it under `interfaces:` or `database:`.
Write the right to one's own data into the next contract.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
interfaces: [{kind: screen}, {kind: api, direction: in}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {customer: CRU}
interfaces: [{kind: file export, direction: out}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank, ways_out
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of

severity: Severity = "high"
topic: Topic = "extraction"
initiative = "open-access-paths"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        held = len(facts.crud.held_by(system.id))
        if not held or system.id in facts.evidence.catalogs:
            continue
        paths = ways_out(system)
        if paths is None:
            if not left_blank(system, "interfaces"):
                reason = msg(
                    "nobody said how the data of {system} can be reached", system=system.name
                )
                yield NotAssessed(reason, msg("interfaces: or database:"), f"system:{system.id}")
        elif not paths:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} holds {entities} and offers no export, interface or database access",
                    system=system.name,
                    entities=part_of(held, len(facts.crud.entities), "entity", "entities"),
                ),
                path=("interfaces",),
                measurements=(Measurement.share("entities held", held, len(facts.crud.entities)),),
                who=system.owners.it,
            )
