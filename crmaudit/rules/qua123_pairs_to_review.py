"""Uncertain pairs of records that wait for somebody's answer.

## Why
No rule can tell whether two Anna Bergs at one address are one. Each uncertain pair that a person
answers makes the number of duplicates surer, and the answers measure how often the program is
right.

## Fix
Answer some: `crmaudit quality duplicates SYSTEM.ENTITY --review --reveal`, or `quality overlap
ENTITY` with the same. Fifty answers say much. A finding needs `least` open pairs that are `share`
of the pairs taken for the same.

## Bad
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, same_pairs: 1000, uncertain_pairs: 300}
```

## Good
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, same_pairs: 1000, uncertain_pairs: 12}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import entity_label, entity_subject, systems

severity: Severity = "low"
topic: Topic = "quality"
initiative = "deduplicate"


def check(facts: Facts, least: int = 50, share: float = 0.05) -> Iterator[Hit]:
    if not facts.overlap:
        facts.need_duplicates()
    both: list[JudgedDuplicates | JudgedOverlap] = [*facts.duplicates, *facts.overlap]
    for found in both:
        if 0 < found.open_pairs >= max(least, share * found.document.matching.same_pairs):
            yield _hit(facts, found)


def _hit(facts: Facts, found: JudgedDuplicates | JudgedOverlap) -> Hit:
    same, evidence = found.document.matching.same_pairs, (found.document.id,)
    answers = max(found.review.answers, found.document.matching.answers)
    within = isinstance(found, JudgedDuplicates)
    among = (found.system,) if isinstance(found, JudgedDuplicates) else found.systems
    label = entity_label(facts, found.entity)
    return Hit(
        cell_subject(among[0], found.entity) if within else entity_subject(found.entity),
        msg(
            "{open_pairs:,} pairs of {label} {in_} {systems} are uncertain, beside "
            "{same:,} taken for the same",
            open_pairs=found.open_pairs,
            label=label,
            in_=msg("in") if within else msg("across"),
            systems=systems(facts, among),
            same=same,
        ),
        file=facts.workspace.file_of(f"system:{among[0]}") if within else "",
        measurements=(
            Measurement("uncertain pairs", found.open_pairs, "pairs", evidence=evidence),
            Measurement("pairs taken for the same", same, "pairs", evidence=evidence),
            Measurement("answers so far", answers, "answers"),
        ),
        related=tuple(f"system:{s}" for s in among),
    )
