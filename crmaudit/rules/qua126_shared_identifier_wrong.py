"""Numbers of other systems' records that lead nowhere, or astray.

## Why
A number that names the partner in another system is what every feed, report and merger goes by.
One that leads to nobody loses the invoice; one that leads to somebody else sends it to the
neighbour.

## Fix
Set the number by the pairs that were matched, after a look at them, and have the systems check it
when it is entered. `share` is the least part of the filled numbers that is a finding.

## Bad
```yaml evidence
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700,
       keys: [{holder: erp, column: customers.crm_id, to: crm, to_column: contacts.id, records: 800,
               filled: 750, found: 700, carried: 640, elsewhere: 30, missing: 30}]}
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```

## Good
```yaml evidence
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  between:
    - {left: crm, right: erp, things: 700, pairs: 700, left_matched: 700, right_matched: 700,
       keys: [{holder: erp, column: customers.crm_id, to: crm, to_column: contacts.id, records: 800,
               filled: 750, found: 750, carried: 700, elsewhere: 0, missing: 0}]}
- {kind: profile, system: erp, table: customers, rows: 800, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import SharedKey
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import column_subject, entity_subject, listed, systems, verb

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "agree-identifiers"


def check(facts: Facts, share: float = 0.01) -> Iterator[Hit]:
    facts.need_overlap()
    by_column: dict[tuple[str, str], list[tuple[JudgedOverlap, SharedKey]]] = {}
    for o in facts.overlap:
        # Of several columns that it may lead to, the one that most partners go by.
        for key in sorted((k for b in o.between for k in b.keys), key=lambda k: -k.carried):
            known = by_column.setdefault((key.holder, key.column), [])
            if o.entity not in {other.entity for other, _ in known}:
                known.append((o, key))
    for (holder, column), found in by_column.items():
        dangling = sum(k.filled - k.found for _, k in found)
        filled = sum(k.filled for _, k in found)
        wrong = sum(k.elsewhere for _, k in found)
        paired = sum(k.carried + k.elsewhere for _, k in found)
        faults = []
        if dangling > 0 and dangling >= share * filled:
            faults.append((msg("numbers that lead nowhere"), dangling, filled))
        if wrong > 0 and wrong >= share * paired:
            faults.append((msg("numbers that lead to another"), wrong, paired))
        if faults:
            yield _hit(facts, holder, column, found, faults)


def _hit(
    facts: Facts,
    holder: str,
    column: str,
    found: list[tuple[JudgedOverlap, SharedKey]],
    faults: list[tuple[str, int, int]],
) -> Hit:
    ends = {
        "numbers that lead nowhere": msg("no record"),
        "numbers that lead to another": msg("another one"),
    }
    told = listed(
        msg(
            "{n:,} of {of:,} {verb} to {ends}",
            n=n,
            of=of,
            verb=verb(n, "leads", "lead"),
            ends=ends[label],
        )
        for label, n, of in faults
    )
    (o, key), (table, _, name) = found[0], column.rpartition(".")
    giver, taker = systems(facts, [holder]), systems(facts, [key.to])
    return Hit(
        column_subject(holder, table, name),
        msg(
            "{column} in {giver} names records of {taker}: {told}",
            column=column,
            giver=giver,
            taker=taker,
            told=told,
        ),
        measurements=tuple(
            Measurement.share(label, n, of, tuple(x.document.id for x, _ in found))
            for label, n, of in faults
        ),
        confidence=sure_of_overlap(facts, o),
        related=(
            f"system:{holder}",
            f"system:{key.to}",
            *(entity_subject(x.entity) for x, _ in found),
        ),
    )
