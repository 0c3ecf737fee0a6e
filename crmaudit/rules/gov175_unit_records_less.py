"""What one unit records is far less complete than what the others do.

## Why
The same form, filled in well by most and badly by one unit, is no matter of the system: training,
time or habit differ. Compared are rows that the unit made by hand, thirty at least, by five people
at least; the interval of its share must lie `points` below that of all others.

## Fix
Ask the unit what it cannot know at that moment, and train it. Make the field required only where
everybody can fill it.

## Bad
```yaml audit.yaml
organisation: Sample
as_of: 2026-06-30
units: [{id: desk, name: Desk}, {id: field, name: Field}]
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: access
  system: crm
  units: [{id: "1", name: Desk}, {id: "2", name: Field}]
  accounts:
    [{name: a, unit: "1"}, {name: b, unit: "1"}, {name: c, unit: "1"}, {name: d, unit: "1"},
     {name: e, unit: "1"}, {name: f, unit: "2"}]
- kind: recording
  system: crm
  recorded: [{account: a, table: contacts, month: 2026-05, created: 40}]
  filled:
    - {account: [a, b, c, d, e], table: contacts, column: email, rows: 40, filled: 8}
    - {account: f, table: contacts, column: email, rows: 200, filled: 160}
```

## Good
```yaml audit.yaml
organisation: Sample
as_of: 2026-06-30
units: [{id: desk, name: Desk}, {id: field, name: Field}]
```
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml evidence
- kind: access
  system: crm
  units: [{id: "1", name: Desk}, {id: "2", name: Field}]
  accounts:
    - {name: a, unit: "1"}
    - {name: f, unit: "2"}
- kind: recording
  system: crm
  recorded: [{account: a, table: contacts, month: 2026-05, created: 40}]
  filled:
    - {account: a, table: contacts, column: email, rows: 200, filled: 150}
    - {account: f, table: contacts, column: email, rows: 200, filled: 160}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.adoption import fills
from crmaudit.governance.rate import too_few
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.measured_use import need_usage
from crmaudit.rules.words import entity_label, percent, subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "train-users"


def check(facts: Facts, points: float = 0.1) -> Iterator[Hit]:
    use = need_usage(facts, 0)
    told = fills(use)
    if not told:
        raise NotAssessed(
            msg("no two units recorded thirty rows each with columns that matter"),
            needs=msg("crmaudit collect --only access,recording"),
        )
    short = [f for f in told if f.short_by >= points and not too_few(f.recorders)]
    for name in sorted({f.unit for f in short}):
        own = sorted((f for f in short if f.unit == name), key=lambda f: (-f.short_by, f.column))
        one, unit = own[0], facts.workspace.unit.get(name)
        others = percent(round(one.other_filled / one.other_rows, 3))
        yield Hit(
            subject("unit", name),
            msg(
                "{unit} fills {column} in {percent} of {rows:,} rows of {entity_label}, "
                "all others in {others}",
                unit=unit.name if unit else name,
                column=one.column,
                percent=percent(round(one.filled / one.rows, 3)),
                rows=one.rows,
                entity_label=entity_label(facts, one.entity),
                others=others,
            )
            + (msg("; so with {own} more columns", own=len(own) - 1) if len(own) > 1 else ""),
            measurements=(
                Measurement.share(
                    msg("with {column}", column=one.column), one.filled, one.rows, use.evidence
                ),
                Measurement.share("others", one.other_filled, one.other_rows, use.evidence),
            ),
            who=unit.head if unit else None,
            confidence="firm",
            related=(f"system:{use.system}",),
        )
