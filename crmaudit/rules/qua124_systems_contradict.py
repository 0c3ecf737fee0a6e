"""Systems that contradict each other about the same thing.

## Why
Two addresses for one customer means that one letter goes astray, and nobody knows which. Staff who
find contradictions stop believing either system and keep a list of their own.

## Fix
Decide for each attribute which system is believed (`trusted:` in entities.yaml), correct the
others, and let a feed keep it so. A finding needs `least` values compared and a low end of the
share of contradictions of at least `share`; from `high` on it weighs heavily.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700,
       agreement: [{attribute: city, same: 500, equivalent: 60, conflicting: 140}]}
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```

## Good
```yaml entities.yaml
entities: [{id: customer, name: Customer, kind: person}]
```
```yaml evidence
- kind: overlap
  system: crm
  entity: customer
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700,
       agreement: [{attribute: city, same: 640, equivalent: 50, conflicting: 10}]}
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Agreement, Between
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import entity_label, entity_subject, percent, subject, systems

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "deduplicate"


def check(
    facts: Facts, share: float = 0.05, high: float = 0.2, least: int = 30
) -> Iterator[Hit | NotAssessed]:
    facts.need_overlap()
    for o in facts.overlap:
        if o.cannot:
            needs = msg("crmaudit collect, with the databases of all that hold it")
            yield NotAssessed(
                msg("not compared: {cannot}", cannot=o.cannot), needs, entity_subject(o.entity)
            )
            continue
        found: dict[str, list[tuple[float, Between, Agreement]]] = {}
        for b in o.between:
            for a in b.agreement:
                low = o.contradicted(a).low
                if a.compared and a.compared >= least and a.conflicting and low >= share:
                    found.setdefault(a.attribute, []).append((low, b, a))
        for attribute, places in found.items():
            yield _hit(facts, o, attribute, sorted(places, key=lambda p: -p[0]), high)


def _hit(
    facts: Facts,
    o: JudgedOverlap,
    attribute: str,
    places: list[tuple[float, Between, Agreement]],
    high: float,
) -> Hit:
    low, b, a = places[0]
    newer = [(a.left_newer, b.left), (a.right_newer, b.right)]
    (most, system), known = max(newer), a.left_newer + a.right_newer
    later = (
        msg(", mostly newer in {systems}", systems=systems(facts, [system]))
        if 2 * most > known > 0
        else ""
    )
    both = {s: None for _, between, _ in places for s in (between.left, between.right)}
    return Hit(
        subject("attribute", o.entity, attribute),
        msg(
            "{systems} contradict each other on the {attribute} of {percent} of "
            "{entity_label} in both ({conflicting:,} of {compared:,}){later}",
            systems=systems(facts, [b.left, b.right]),
            attribute=attribute,
            percent=percent(a.conflicting / a.compared),
            entity_label=entity_label(facts, o.entity),
            conflicting=a.conflicting,
            compared=a.compared,
            later=later,
        ),
        file=facts.workspace.file_of(f"entity:{o.entity}"),
        measurements=tuple(
            Measurement.share(
                "values that contradict each other", a.conflicting, a.compared, (o.document.id,)
            )
            for _, _, a in places
        ),
        severity="high" if low >= high else None,
        confidence=sure_of_overlap(facts, o),
        related=(entity_subject(o.entity), *(f"system:{s}" for s in both)),
    )
