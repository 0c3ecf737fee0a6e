"""Records come in bulk instead of day by day.

## Why
Who types in on Friday what was noted on paper all week, or loads a list a month, leaves the others
without it until then, and without the story around it. Counted are rows that people made within
the last `days`; twenty and more of one account within one minute came in bulk. It counts where
more than `share` of at least `rows` did.

## Fix
Find out where the lists come from, and let that be recorded in the CRM at once, or be fed by an
interface that checks what it brings.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: a, table: contacts, month: 2026-05, created: 400, bulk: 300}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: recording
  system: crm
  recorded:
    - {account: a, table: contacts, month: 2026-05, created: 400, bulk: 40}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import crm_name, entity_label, entity_subject, percent, several

severity: Severity = "medium"
topic: Topic = "users"
initiative = "build-feeds"


def check(facts: Facts, share: float = 0.5, days: int = 365, rows: int = 100) -> Iterator[Hit]:
    use = need_usage(facts, days)
    programs = {a.name for a in use.accounts if a.program}
    made: dict[str, list[int]] = {}
    for r in use.rows(use.since(days)):
        if r.account not in programs:
            counts = made.setdefault(use.entity(r), [0, 0])
            counts[0] += r.created - r.automatic
            counts[1] += r.bulk
    for entity, (whole, bulk) in sorted(made.items()):
        if whole >= rows and bulk / whole > share:
            label = several(entity_label(facts, entity))
            yield Hit(
                entity_subject(entity),
                msg(
                    "{percent} of {whole:,} {label} that people made in {crm_name} within a "
                    "year came in bulk",
                    percent=percent(bulk / whole),
                    whole=whole,
                    label=label,
                    crm_name=crm_name(facts),
                ),
                measurements=(Measurement.share("made in bulk", bulk, whole, use.evidence),),
                confidence="firm",
                related=(f"system:{use.system}",),
            )
