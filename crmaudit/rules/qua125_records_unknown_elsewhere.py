"""Records of one system that another one ought to know and does not.

## Why
A feed that leaves records out, or a system of record that lacks customers of others, looks
healthy: nothing fails. Whoever works there serves some customers as strangers and counts too few.

## Fix
Ask which records are left out and why: a filter, an error that was never read, a copy that stopped
one day. Mend the feed, or build it towards the system of record. Waive it where a feed carries a
selection on purpose. A finding needs at least `share` unknown records, at the low end of the
estimate; from `high` on it weighs heavily in a system of record.

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
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 500, pairs: 500, left_matched: 500, right_matched: 500,
             right_estimated: {value: 510, low: 490, high: 530}}]
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```

## Good
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
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between: [{left: crm, right: erp, things: 790, pairs: 790, left_matched: 790, right_matched: 790}]
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import Coverage, JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import about, first_of_each, sure_of_overlap
from crmaudit.rules.words import entity_label, entity_subject

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "build-feeds"

_RECORD, _FEED = "though it is the system of record", "though data flow there"
_LACKING = {_RECORD: "records that the record lacks", _FEED: "records that the feed may leave out"}


def _ought(facts: Facts, entity: str, c: Coverage) -> str:
    """Why the other system ought to know the records; empty where nothing says that it should."""
    known = facts.workspace.entity.get(entity)
    if known is not None and known.system_of_record == c.within:
        return _RECORD
    return _FEED if c.within in facts.crud.reach(entity, [c.system]) else ""


def check(facts: Facts, share: float = 0.05, high: float = 0.25) -> Iterator[Hit | NotAssessed]:
    facts.need_overlap()
    for o in (o for o in facts.overlap if not o.cannot):
        for h in (h for h in o.document.holders if h.cannot):
            reason = msg("its records were not compared: {cannot}", cannot=h.cannot)
            yield NotAssessed(reason, msg("crmaudit collect"), cell_subject(h.system, o.entity))
        hits: list[tuple[float, Hit]] = []
        for c in o.coverage():
            why, low = _ought(facts, o.entity, c), c.unknown.low
            if why and low > 0 and low >= share * c.records:
                # A feed may carry a selection on purpose; a record that lacks some is none.
                heavy = why == _RECORD and low >= high * c.records
                weight = c.unknown.value + (c.records if why == _RECORD else 0)
                hits.append((weight, _hit(facts, o, c, why, heavy)))
        yield from first_of_each(hits)


def _hit(facts: Facts, o: JudgedOverlap, c: Coverage, why: str, heavy: bool) -> Hit:
    name, evidence, lacking = facts.workspace.system, (o.document.id,), round(c.unknown.value)
    return Hit(
        cell_subject(c.within, o.entity),
        msg(
            "{name} does not know {about} of {records:,} records of {entity_label} "
            "in {name2}, {why}",
            name=name[c.within].name,
            about=about(c.unknown),
            records=c.records,
            entity_label=entity_label(facts, o.entity),
            name2=name[c.system].name,
            why=msg(why),
        ),
        file=facts.workspace.file_of(f"system:{c.within}"),
        measurements=(
            Measurement.share(_LACKING[why], lacking, c.records, evidence),
            Measurement.share("matched", c.matched, c.records, evidence),
        ),
        severity="high" if heavy else None,
        confidence=sure_of_overlap(facts, o) if why == _RECORD else "tentative",
        related=(f"system:{c.within}", f"system:{c.system}", entity_subject(o.entity)),
    )
