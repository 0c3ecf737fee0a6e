"""Invoices and other dealings whose customer the CRM does not know.

## Why
What somebody buys, pays or gives is the best that is known of a customer. Where it belongs to
nobody in the CRM, sales and service do not see it, and every figure by customer is too low.

## Fix
Bring the missing customers into the CRM by a feed, or join those that are there under another name
by a number in common. `share` is the least part of the rows that is a finding; from `high` on it
weighs heavily. Both are asked of the low end: a customer that was not matched may be known.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, kind: crm}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  unlinked: [{system: erp, entity: invoice, entity_kind: invoice, table: invoices, in_system: crm,
              rows: 5000, without: 900, nobody: 20}]
- {kind: profile, system: erp, table: invoices, rows: 5000, columns: []}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, kind: crm}
```
```yaml evidence
- kind: overlap
  system: crm
  entity: person
  matching: {precision: {value: 0.99, low: 0.97, high: 1}}
  holders: [{system: crm, records: 900, things: 900}, {system: erp, records: 800, things: 800}]
  unlinked: [{system: erp, entity: invoice, entity_kind: invoice, table: invoices, in_system: crm,
              rows: 5000, without: 90, nobody: 2}]
- {kind: profile, system: erp, table: invoices, rows: 5000, columns: []}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Unlinked
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_overlap
from crmaudit.rules.words import crm_name, entity_label, entity_subject, percent, table_subject

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "agree-identifiers"


def check(facts: Facts, share: float = 0.05, high: float = 0.2) -> Iterator[Hit]:
    facts.need_overlap()
    crm = facts.workspace.crm
    if crm is None:
        raise NotAssessed(
            msg("which system is the CRM is not said"), needs=msg("crm: in audit.yaml")
        )
    by_table: dict[tuple[str, str], list[tuple[JudgedOverlap, Unlinked]]] = {}
    for o in facts.overlap:
        for u in o.document.unlinked:
            if u.in_system == crm.id and u.rows:
                by_table.setdefault((u.system, u.table), []).append((o, u))
    for (system, table), found in by_table.items():
        # Persons and organisations have each their own of the rows; nobody's are the same ones.
        rows = max(u.rows for _, u in found)
        nobody = max(u.nobody for _, u in found)
        lacking = min(rows, sum(u.without for _, u in found) + nobody)
        least = min(rows, sum(x.without(u).low for x, u in found) + nobody)
        if not lacking or least < share * rows:
            continue
        (o, u), name = found[0], facts.workspace.system[system].name
        evidence = tuple(dict.fromkeys(x.document.id for x, _ in found))
        at_least = msg(", at least {least:,.0f}", least=least) if round(least) < lacking else ""
        of_nobody = msg("; {nobody:,} belong to nobody at all", nobody=nobody) if nobody else ""
        yield Hit(
            table_subject(system, table),
            msg(
                "{percent} of {entity_label} in {name} ({lacking:,} of {rows:,} "
                "rows{at_least}) have no customer in {crm_name}{of_nobody}",
                percent=percent(lacking / rows),
                entity_label=entity_label(facts, u.entity),
                name=name,
                lacking=lacking,
                rows=rows,
                at_least=at_least,
                crm_name=crm_name(facts),
                of_nobody=of_nobody,
            ),
            measurements=(
                Measurement.share("rows without a customer there", lacking, rows, evidence),
                Measurement.share("rows of nobody", nobody, rows, evidence),
            ),
            severity="high" if least >= high * rows else None,
            confidence=sure_of_overlap(facts, o),
            related=(
                f"system:{crm.id}",
                f"system:{system}",
                *dict.fromkeys(entity_subject(e) for x, u in found for e in (x.entity, u.entity)),
            ),
        )
