"""Records that stand for the same thing.

## Why
Who stands in the CRM three times gets three letters, and nobody sees the whole of what was agreed.
Counts of customers are too high by as many, and each copy ages on its own.

## Fix
Look at `crmaudit quality duplicates SYSTEM.ENTITY`, agree which record is kept, merge at the
source, and mend where the copies come from. A finding needs a low end of the estimated share of
at least `share`; from `high` on it weighs heavily.

## Bad
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  estimated: {value: 1000, low: 850, high: 1200}
  matching: {records: 20000, precision: {value: 0.98, low: 0.95, high: 0.99}}
```

## Good
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 90
  estimated: {value: 100, low: 70, high: 130}
  matching: {records: 20000, precision: {value: 0.98, low: 0.95, high: 0.99}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedDuplicates
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import about, sure_of_duplicates
from crmaudit.rules.words import entity_label, entity_subject, percent

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "deduplicate"


def check(facts: Facts, share: float = 0.02, high: float = 0.1) -> Iterator[Hit | NotAssessed]:
    facts.need_duplicates()
    for found in facts.duplicates:
        subject, rate = cell_subject(found.system, found.entity), found.rate
        if found.cannot:
            needs = msg("maps/, then crmaudit collect --only duplicates")
            yield NotAssessed(
                msg("records were not compared: {cannot}", cannot=found.cannot), needs, subject
            )
        elif rate is not None and rate.low >= share and found.likely.value > 0:
            yield _hit(facts, found, subject, "high" if rate.low >= high else None)


def _hit(facts: Facts, found: JudgedDuplicates, subject: str, extent: Severity | None) -> Hit:
    label, name = entity_label(facts, found.entity), facts.workspace.system[found.system].name
    evidence, likely = (found.document.id,), found.likely
    some = (
        msg(", {surplus:,} of them found", surplus=found.surplus)
        if likely.low < likely.high
        else ""
    )
    measurements = [
        Measurement.share("records to merge", round(likely.value), found.records, evidence),
        Measurement.share("found", found.surplus, found.records, evidence),
    ]
    if found.precision is not None:
        by = msg("by answers") if found.reviewed else msg("as estimated")
        measurements += [
            Measurement(
                msg("precision, {by}", by=by), found.precision.value, "share", evidence=evidence
            ),
            Measurement("precision at least", found.precision.low, "share", evidence=evidence),
        ]
    return Hit(
        subject,
        msg(
            "{percent} of the {records:,} records of {label} in {name} are one too "
            "many: {about}{some}",
            percent=percent(likely.value / found.records),
            records=found.records,
            label=label,
            name=name,
            about=about(likely),
            some=some,
        ),
        file=facts.workspace.file_of(f"system:{found.system}"),
        measurements=tuple(measurements),
        severity=extent,
        confidence=sure_of_duplicates(facts, found),
        related=(f"system:{found.system}", entity_subject(found.entity)),
    )
