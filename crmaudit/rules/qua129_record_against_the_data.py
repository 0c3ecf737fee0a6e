"""System of record that the data speak against.

## Why
The system of record is believed when others contradict it. If another one knows more of the
customers, has more of the values or is the newer in most contradictions, its right is only on
paper, and every correction from it spoils what was right.

## Fix
Look at `crmaudit quality overlap ENTITY`. Name the better system, or bring what it knows into the
record first. Only differences of five points over at least thirty things or values count.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person, system_of_record: crm}]
```
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, crud: {customer: CRU}}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 500, things: 500}, {system: erp, records: 800, things: 800}]
  sets: [{systems: [crm, erp], things: 450}, {systems: [erp], things: 350}]
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person, system_of_record: erp}]
```
```yaml systems/erp.yaml
{id: erp, name: Ledgerline, crud: {customer: CRU}}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 500, things: 500}, {system: erp, records: 800, things: 800}]
  sets: [{systems: [crm, erp], things: 450}, {systems: [erp], things: 350}]
- {kind: profile, system: crm, table: contacts, rows: 500, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import outdone
from crmaudit.crud_matrix.records import MEASURES
from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import entity_subject, percent

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "agree-system-of-record"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    facts.need_overlap()
    for o in facts.overlap:
        entity = facts.workspace.entity.get(o.entity)
        record = entity.system_of_record if entity else None
        if record is None or o.cannot or not facts.workspace.system[record].in_scope:
            continue
        backing = facts.crud.backing(o.entity)
        if record not in backing:
            reason = msg(
                "{name}, its record, was not compared", name=facts.workspace.system[record].name
            )
            yield NotAssessed(reason, msg("crmaudit collect, with all"), entity_subject(o.entity))
            continue
        best, won = outdone(record, backing)
        if best:
            yield _hit(facts, o, record, best, won)


def _hit(facts: Facts, o: JudgedOverlap, record: str, best: str, won: tuple[str, ...]) -> Hit:
    name, backing = facts.workspace.system, facts.crud.backing(o.entity)

    def share(system: str, measure: str) -> str:
        part, whole = getattr(backing[system], measure)
        return percent(round(part / whole, 2))

    first, more = won[0], len(won) - 1
    others = (
        msg(" and leads in {respects}", respects=counted(more, "other respect")) if more else ""
    )
    return Hit(
        entity_subject(o.entity),
        msg(
            "{name} is the system of record, yet {name2} {leads} against {share}{others}",
            name=name[record].name,
            name2=name[best].name,
            leads=msg(MEASURES[first], share=share(best, first)),
            share=share(record, first),
            others=others,
        ),
        path=("system_of_record",),
        measurements=tuple(
            Measurement.share(joined(", ", (msg(m), s)), part, whole, (o.document.id,))
            for m in won
            for s in (best, record)
            for part, whole in (getattr(backing[s], m),)
        ),
        severity="high" if len(won) > 1 else None,
        confidence=sure_of_overlap(facts, o) if len(won) > 1 else "tentative",
        who=facts.workspace.entity[o.entity].steward,
        related=(f"system:{record}", f"system:{best}"),
    )
