"""Use that nobody declared.

## Why
Shadow use is work on data that no owner knows of: a script that writes customers, a report that
reads what it should not. It breaks when the system changes, and what it writes nobody checks.

## Fix
Find what does it: the tables, accounts and places in code stand with each cell. Declare it under
`crud:`, or end it and take the right away.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: R}, crud_complete: true}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: crm_app, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: statements, system: crm, uses: [{principal: crm_app, table: contacts, letters: RU}]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: RU}, crud_complete: true}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: crm_app, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: statements, system: crm, uses: [{principal: crm_app, table: contacts, letters: RU}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import LETTERS, cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.use import documents, does, doubtful, labels, said_by, weight
from crmaudit.rules.words import doubted, entity_label
from crmaudit.workspace.dossier import System

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_use()
    testimony, known = facts.testimony, facts.workspace.entity
    for system in facts.workspace.in_scope:
        proven = [e for e in testimony.entities(system.id) if testimony.letters(system.id, e)[0]]
        # Who declared nothing at all has no shadow: the whole picture lacks.
        silent = not system.crud and not system.crud_complete
        unnamed = proven if silent else [e for e in proven if e not in known]
        if unnamed:
            number = counted(len(unnamed), "entity", "entities")
            lack = (
                msg("its dossier says nothing")
                if silent
                else msg("the entities declared do not include them")
            )
            share = Measurement.share("proven, not declared", len(unnamed), len(proven))
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system} is proven to use {number}, and {lack}: {labels}",
                    system=system.name,
                    number=number,
                    lack=lack,
                    labels=labels(facts, unnamed),
                ),
                measurements=(share,),
                who=system.owners.business or system.owners.it,
            )
        yield from _shadows(facts, system, [e for e in proven if e not in unnamed])


def _shadows(facts: Facts, system: System, proven: list[str]) -> Iterator[Hit]:
    for entity in proven:
        cell = facts.crud.cell(system.id, entity)
        shadow = [x for x in LETTERS if cell.verdict(x) == "shadow"]
        told = [
            p
            for p in facts.testimony.proofs(system.id, entity)
            if p.letter in shadow and p.answer == "yes" and p.origin != "granted"
        ]
        if shadow:
            path = ("crud", entity) if entity in system.crud else ("crud",)
            yield Hit(
                cell_subject(system.id, entity),
                msg(
                    "{system} {does} {entity_label}, as {said_by} showed; nobody declared it",
                    system=system.name,
                    does=does(shadow),
                    entity_label=entity_label(facts, entity),
                    said_by=said_by(told),
                ),
                file=facts.workspace.file_of(f"system:{system.id}"),
                path=path if system.crud else ("id",),
                measurements=(
                    Measurement.share(
                        "letters not declared", len(shadow), len(cell.proven), documents(told)
                    ),
                ),
                severity=weight(facts, entity, shadow),
                confidence=doubted("firm", doubtful(facts, cell, told)),
                who=system.owners.business or system.owners.it,
                related=(f"system:{system.id}", f"entity:{entity}"),
            )
