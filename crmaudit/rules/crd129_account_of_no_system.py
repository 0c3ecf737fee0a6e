"""Account of no system works on the data.

## Why
An account that nobody assigns to a system belongs to a program or a person that the audit does
not know. What it writes has no owner, and as long as it is there nobody can say that a system
does not do something.

## Fix
Find out who logs in with it, and name the system under `principals:` in the map. Close it if
nobody does. A person who works on tables past the system needs another way.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, personal_data: personal}]
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: statements, system: crm, uses: [{principal: sync, table: contacts, letters: RU}]}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, personal_data: personal}]
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: sync, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: statements, system: crm, uses: [{principal: sync, table: contacts, letters: RU}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import Stranger
from crmaudit.crud_matrix.principals import user_of
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.use import (
    account_subject,
    does,
    is_master,
    kind_of_data,
    map_file,
    to_do,
    told_of,
)

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_use()
    scope = {s.id for s in facts.workspace.in_scope}
    # Of one that was never seen, where it would have been, CRD128 tells.
    judged = {(x.database, user_of(x.account)) for x in facts.testimony.excess}
    for stranger in facts.testimony.strangers:
        if stranger.database not in scope:
            continue
        host = facts.workspace.system[stranger.database]
        could = [e for e, x in stranger.may.items() if _writes(x) and kind_of_data(facts, e)]
        if stranger.used:
            told = told_of(facts, stranger.used, does)
        elif could and (stranger.database, user_of(stranger.name)) not in judged:
            told = msg(
                "may {told_of}", told_of=told_of(facts, {e: stranger.may[e] for e in could}, to_do)
            )
        else:
            continue
        yield Hit(
            account_subject(stranger.database, stranger.name),
            msg(
                "{stranger}, an account of no system, {told} in {host}",
                stranger=stranger.name,
                told=told,
                host=host.name,
            ),
            file=map_file(facts, stranger.database),
            measurements=(
                Measurement("statements seen", stranger.calls, "", evidence=stranger.evidence),
                Measurement.share(
                    "entities used", len(stranger.used), len({*stranger.used, *stranger.may})
                ),
            ),
            severity=_severity(facts, stranger),
            confidence="certain" if stranger.used else "firm",
            who=host.owners.it,
            related=(f"system:{stranger.database}",),
        )


def _severity(facts: Facts, stranger: Stranger) -> Severity:
    wrote = [e for e, x in stranger.used.items() if _writes(x)]
    if any(kind_of_data(facts, e) or is_master(facts, e) for e in wrote):
        return "high"
    if any(kind_of_data(facts, e) == "special" for e in stranger.used):
        return "high"
    personal = any(kind_of_data(facts, e) for e in (*stranger.used, *stranger.may))
    return "medium" if wrote or personal else "low"


def _writes(letters: str) -> bool:
    return bool(set(letters) & {"C", "U", "D"})
