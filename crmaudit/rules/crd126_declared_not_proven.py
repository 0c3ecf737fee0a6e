"""Declared use that the evidence denies.

## Why
A matrix is drawn from what people believe. Where statements, code, rights and rows were read and
none shows what a dossier declares, the belief is old or the work is done elsewhere, by a system
or a person that nobody named.

## Fix
Ask the owner when it was last done, and how. Correct `crud:`, or find the other way: a second
account for `principals:` in the map, a yearly job that lies outside the window.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CR}, crud_complete: true}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: crm_app, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: statements, system: crm, uses: [{principal: crm_app, table: contacts, letters: R}]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CR}, crud_complete: true}
```
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: crm_app, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: statements, system: crm, uses: [{principal: crm_app, table: contacts, letters: CR}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import LETTERS, cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.use import (
    documents,
    doubtful,
    hindrances,
    is_master,
    most_told,
    to_do,
    watched_by,
)
from crmaudit.rules.words import doubted, entity_label

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need_use()
    crud = facts.crud
    for system in facts.workspace.in_scope:
        declared, open_, reasons = 0, 0, list[str]()
        for entity, letters in system.crud.items():
            cell, proofs = crud.cell(system.id, entity), crud.proofs(system.id, entity)
            verdicts = {x: cell.verdict(x) for x in LETTERS if x in (letters or "")}
            denied = [x for x, verdict in verdicts.items() if verdict == "contradicted"]
            left = [x for x, verdict in verdicts.items() if verdict == "declared"]
            declared, open_ = declared + len(verdicts), open_ + len(left)
            reasons += hindrances(proofs, left)
            if denied:
                against = [p for p in proofs if p.letter in denied and p.answer == "no"]
                against = [p for p in against if p.origin != "declared"]
                # Where it is the system of record too, CRD123 tells what that means.
                record = facts.workspace.entity[entity].system_of_record == system.id
                writing = set(denied) & {"C", "U"} and is_master(facts, entity) and not record
                yield Hit(
                    cell_subject(system.id, entity),
                    msg(
                        "{system} is said to {to_do} {entity_label}; {watched_by} showed none of "
                        "it",
                        system=system.name,
                        to_do=to_do(denied),
                        entity_label=entity_label(facts, entity),
                        watched_by=watched_by(against),
                    ),
                    file=facts.workspace.file_of(f"system:{system.id}"),
                    path=("crud", entity),
                    measurements=(
                        Measurement.share(
                            "declared letters denied",
                            len(denied),
                            len(verdicts),
                            documents(against),
                        ),
                    ),
                    severity="high" if writing else None,
                    confidence=doubted("firm", doubtful(facts, cell, against)),
                    who=system.owners.business,
                    related=(f"system:{system.id}", f"entity:{entity}"),
                )
        if open_:
            why = most_told(facts, system.id, reasons)
            yield NotAssessed(
                msg(
                    "{open} of {declared} letters declared of {system}: {why}",
                    open=open_,
                    declared=declared,
                    system=system.name,
                    why=why,
                ),
                msg("crmaudit collect {system}, maps/{system}.yaml", system=system.id),
                f"system:{system.id}",
            )
