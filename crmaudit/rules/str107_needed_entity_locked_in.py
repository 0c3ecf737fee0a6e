"""Needed entity that cannot be got out.

## Why
A question that the board asks is worth as much as the access to its data. Where every system
that holds the entity offers no way out, the question waits for the vendor.

## Fix
Open one of the holding systems: an export, read access to its database, an interface. Start with
the one that should be the system of record.

## Bad
```yaml needs.yaml
needs: [{id: churn, text: How many members leave each year?, entities: membership}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {membership: CRU}
crud_complete: true
interfaces: [{kind: screen}]
```

## Good
```yaml needs.yaml
needs: [{id: churn, text: How many members leave each year?, entities: membership}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
crud: {membership: CRU}
crud_complete: true
interfaces: [{kind: file export, direction: out}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import ways_out
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import systems

severity: Severity = "high"
topic: Topic = "extraction"
initiative = "open-access-paths"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("needs.yaml")
    asking: dict[str, list[str]] = {}
    for need in facts.workspace.needs:
        for name in need.entities:
            asking.setdefault(name, []).append(need.id)
    read = facts.evidence.catalogs
    paths = {s.id: ("sql",) if s.id in read else ways_out(s) for s in facts.workspace.in_scope}
    for name, needs in asking.items():
        holders = facts.crud.holders(name)
        if not holders or any(paths[s] for s in holders):
            continue  # STR101 says what nobody holds
        entity = facts.workspace.entity[name]
        unsaid = [s for s in holders if paths[s] is None]
        if unsaid:
            reason = msg(
                "nobody said how the data of {systems} can be reached",
                systems=systems(facts, unsaid),
            )
            yield NotAssessed(reason, msg("interfaces: or database:"), f"entity:{name}")
            continue
        none = (
            msg("the one system that holds it does not offer")
            if len(holders) == 1
            else msg("none of the {holders} systems that hold it offers", holders=len(holders))
        )
        yield Hit(
            f"entity:{name}",
            msg(
                "{entity} is needed by {questions}, and {none} a way out: {systems}",
                entity=entity.label,
                questions=counted(len(needs), "question"),
                none=none,
                systems=systems(facts, holders),
            ),
            measurements=(Measurement.share("holders with a way out", 0, len(holders)),),
            confidence="tentative" if facts.crud.unknown(name) else "certain",
            who=entity.steward,
            related=(*(f"need:{n}" for n in needs), *(f"system:{s}" for s in holders)),
        )
